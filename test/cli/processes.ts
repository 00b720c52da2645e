/** Processes that the CLI starts: language host, program and providers. */
import { execFileSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { isAlive } from "../../tools/command.mjs";

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function processes(): Process[] {
  const rows = execFileSync("ps", ["-e", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).trimEnd().split("\n");
  return rows.map((row) => {
    const [pid = "", parent = "", ...command] = row.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), command: command.join(" ") };
  });
}

/** What a process has started, directly or not. */
export function descendants(pid: number, all = processes()): Process[] {
  const children = all.filter(({ parent }) => parent === pid);
  return [...children, ...children.flatMap((child) => descendants(child.pid, all))];
}

/**
 * The Node.js process that serves dynamic resources to the CLI of this process id; the shell that started it is none.
 *
 * @throws Error when there is none
 */
export function providerOf(cli: number): number {
  const provider = descendants(cli).find(({ command }) => /^\S*node\b.*dynamic-provider/.test(command));
  if (!provider) throw new Error(`process ${cli} has no provider`);
  return provider.pid;
}

/** Waits until none of them runs any more. @throws Error naming those that do, as `untilHolds` */
export async function allEnded(started: readonly Process[]): Promise<void> {
  await untilHolds(() => {
    const alive = started.filter(({ pid }) => isAlive(pid));
    return alive.length === 0 ? undefined : `still running: ${alive.map(({ command }) => command).join(", ")}`;
  });
}

/** Milliseconds: no machine is so slow, and what hangs is named before the test ends. */
const limitMs = 300_000;

/** Asks again and again for what still is in the way, and stops when nothing is. @throws Error saying what was, after five minutes */
export async function untilHolds(inTheWay: () => string | undefined): Promise<void> {
  const until = Date.now() + limitMs;
  for (let why = inTheWay(); why !== undefined; why = inTheWay()) {
    if (Date.now() > until) throw new Error(why);
    await pause(50);
  }
}
