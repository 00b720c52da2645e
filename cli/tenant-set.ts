/** `entra-agent-id tenant set` */
import { type ProfileSet, profileSets, type SwitchChanges, type Switches } from "../emulator/tenant";
import { accessTenant } from "./emulated-tenant";
import { exitCodes, type Terminal } from "./terminal";

export interface SetOptions {
  /** How far the tenant's clock goes forward, as `90s`, `15m`, `25h` or `31d`. */
  readonly advance?: string;
  readonly json?: true;
}

/** Shows the switches of the tenant, after changing those that are named as `lag.ms=1000` or `quotas=off`. */
export async function tenantSet(
  assignments: readonly string[],
  { advance, json }: SetOptions,
  terminal: Terminal,
): Promise<number> {
  const ms = advance === undefined ? 0 : durationOf(advance);
  const tenant = await accessTenant(terminal, "set switches of", true);
  try {
    if (assignments.length > 0) await tenant.set(changesOf(assignments, await tenant.switches()));
    if (ms > 0) await tenant.advance(ms);
    const switches = await tenant.switches();
    if (json) terminal.out(JSON.stringify(switches, undefined, 2));
    else for (const line of lines(switches)) terminal.out(line);
    return exitCodes.done;
  } finally {
    tenant.close();
  }
}

type Group = Readonly<Record<string, unknown>>;

/** `lag.ms=1000 lag.share=0.5` becomes one change of `lag`; what is not named stays. */
function changesOf(assignments: readonly string[], switches: Switches): SwitchChanges {
  const before: Group = { ...switches };
  const changes: Record<string, unknown> = {};
  for (const assignment of assignments) {
    const [, name = "", member, text = ""] = /^([a-zA-Z]+)(?:\.([a-zA-Z]+))?=(.*)$/.exec(assignment) ?? [];
    if (name === "") {
      throw new Error(`cannot set "${assignment}": write SWITCH=VALUE or SWITCH.MEMBER=VALUE, such as lag.ms=1000.`);
    }
    if (name === "profiles" && Object.hasOwn(profileSets, text)) changes[name] = { ...profileSets[text as ProfileSet] };
    else if (member === undefined) changes[name] = valueOf(text);
    else changes[name] = { ...group(before[name]), ...group(changes[name]), [member]: valueOf(text) };
  }
  return changes;
}

const group = (value: unknown): Group => (typeof value === "object" && value !== null ? (value as Group) : {});

/** `off` is null; a number, true, false and JSON are what they say; anything else is text. */
function valueOf(text: string): unknown {
  if (text === "off") return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationOf(text: string): number {
  const [, amount, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (amount === undefined) throw new Error(`cannot advance the clock by "${text}": write it as 90s, 15m, 25h or 31d.`);
  return Number(amount) * (units[unit] ?? 0);
}

function* lines(switches: Switches): Generator<string> {
  for (const [name, value] of Object.entries(switches)) {
    if (typeof value !== "object" || value === null) yield `${name}=${value === null ? "off" : JSON.stringify(value)}`;
    else
      for (const [member, one] of Object.entries(value as Group))
        yield `${name}.${member}=${one === null ? "off" : typeof one === "string" ? one : JSON.stringify(one)}`;
  }
}
