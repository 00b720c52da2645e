// @ts-check
/** What a command of the CLI costs in each of its processes, as Linux counts it. On other systems nothing is known. */
import { readdirSync, readFileSync } from "node:fs";
import { codeOf } from "../command.mjs";

/**
 * @typedef {"engine" | "program" | "provider" | "other"} Role engine: the CLI. program: the user's. provider: the life cycles.
 *   other: the language host, and whatever they start
 * @typedef {object} Cost
 * @property {number} cpuSeconds user and system; up to {@link everyMs} before a process ends are not seen
 * @property {number} peakMb most memory of one process in this role
 * @typedef {Partial<Record<Role, Cost>>} Costs
 */

const everyMs = 200;

/** The unit of /proc/PID/stat: 1/100 s on every platform Node.js runs on. */
const ticksPerSecond = 100;

/**
 * Watches a process and all it starts until it is stopped.
 *
 * @param {number} root process id of the CLI
 * @returns {() => Costs | undefined} stops watching; undefined where there is no /proc
 */
export function watchProcesses(root) {
  if (process.platform !== "linux") return () => undefined;
  /** @type {Map<number, Cost & { role: Role }>} */
  const processes = new Map();
  const look = () => {
    for (const pid of withDescendants(root)) {
      const [known, now] = [processes.get(pid), costOf(pid)];
      if (now === undefined) continue;
      // Between fork and exec a process is its parent's copy, and at its end it is nobody: what it was in between counts.
      const role = known === undefined || known.role === "other" ? roleOf(pid, root) : known.role;
      processes.set(pid, { role, ...now, peakMb: Math.max(now.peakMb, known?.peakMb ?? 0) });
    }
  };
  look();
  const timer = setInterval(look, everyMs);
  return () => {
    clearInterval(timer);
    return summed([...processes.values()]);
  };
}

/** @param {readonly (Cost & { role: Role })[]} processes @returns {Costs} */
function summed(processes) {
  /** @type {Costs} */
  const costs = {};
  for (const { role, cpuSeconds, peakMb } of processes) {
    const sofar = costs[role] ?? { cpuSeconds: 0, peakMb: 0 };
    costs[role] = { cpuSeconds: sofar.cpuSeconds + cpuSeconds, peakMb: Math.max(sofar.peakMb, peakMb) };
  }
  return costs;
}

/** @param {number} pid @returns {number[]} */
function withDescendants(pid) {
  const threads = unlessEnded(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  const children = threads.flatMap((thread) => {
    const list = unlessEnded(() => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")) ?? "";
    return list.split(" ").filter(Boolean).map(Number);
  });
  return [pid, ...children.flatMap(withDescendants)];
}

/** @param {number} pid @param {number} root @returns {Role} */
function roleOf(pid, root) {
  if (pid === root) return "engine";
  const line = unlessEnded(() => readFileSync(`/proc/${pid}/cmdline`, "utf8")) ?? "";
  if (/@pulumi\/pulumi\/cmd\/dynamic-provider/.test(line)) return "provider";
  return /@pulumi\/pulumi\/cmd\/run\b/.test(line) ? "program" : "other";
}

/** @param {number} pid @returns {Cost | undefined} */
function costOf(pid) {
  const stat = unlessEnded(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  const status = unlessEnded(() => readFileSync(`/proc/${pid}/status`, "utf8"));
  if (stat === undefined || status === undefined) return undefined;
  // The name in brackets may hold anything; utime and stime are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  const peakKb = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  return { cpuSeconds: ticks / ticksPerSecond, peakMb: Math.round((peakKb * 1024) / 1e6) };
}

/** Processes end while they are looked at. @template T @param {() => T} read @returns {T | undefined} */
function unlessEnded(read) {
  try {
    return read();
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}
