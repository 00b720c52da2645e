import { existsSync, readFileSync } from "node:fs";

/** What one run of the CLI did, read from the engine's own event log. Resources are called "Kind name". */
export interface Outcome {
  exitCode: number;
  /** What the user would have seen. */
  output: string;
  /** What was (or in a preview: would be) done to each resource; those that stay the same are left out. */
  ops: Record<string, string>;
  /** Every step that did something, "create Kind name", in the order they began. */
  steps: string[];
  /** Which properties change, by path: "update", "add", "delete", also "…-replace". */
  changes: Record<string, Record<string, string>>;
  /** What a refresh found other than the state had it: the paths that differ, or "gone". */
  drift: Record<string, Record<string, string> | "gone">;
  /** "Kind name: message", or the message alone where no resource is meant. */
  errors: string[];
  warnings: string[];
  /** What programs and resources said. */
  infos: string[];
}

interface EngineEvent {
  resourcePreEvent?: { metadata: StepMetadata };
  resOutputsEvent?: { metadata: StepMetadata };
  diagnosticEvent?: { urn?: string; message: string; severity: string; ephemeral?: boolean };
}

interface StepMetadata {
  op: string;
  urn: string;
  detailedDiff: Record<string, { diffKind: string }> | null;
}

const uninteresting = new Set(["same", "refresh", "read"]);

/** @returns "Kind name"; nothing for the stack itself and for providers. */
export function titleOf(urn: string): string | undefined {
  const [, , type = "", name = ""] = urn.split("::");
  const own = type.split("$").at(-1) ?? type;
  return own.startsWith("pulumi:") ? undefined : `${own.split(":").at(-1) ?? own} ${name}`;
}

export function readOutcome(eventLog: string, exitCode: number, output: string): Outcome {
  const outcome: Outcome = {
    ...{ exitCode, output, ops: {}, steps: [], changes: {}, drift: {} },
    ...{ errors: [], warnings: [], infos: [] },
  };
  const refreshed = new Set<string>();
  // A killed CLI leaves its last line unfinished, and one that refuses its arguments leaves no log at all.
  const text = existsSync(eventLog) ? readFileSync(eventLog, "utf8") : "";
  for (const line of text.split("\n").slice(0, -1)) take(JSON.parse(line) as EngineEvent, outcome, refreshed);
  return outcome;
}

function take(event: EngineEvent, outcome: Outcome, refreshed: Set<string>): void {
  if (event.diagnosticEvent) takeDiagnostic(event.diagnosticEvent, outcome);
  const begun = event.resourcePreEvent?.metadata;
  if (begun?.op === "refresh") refreshed.add(begun.urn);
  else if (begun) takeStep(begun, outcome);
  const ended = event.resOutputsEvent?.metadata;
  // The refresh of an update and that update are told about the same resource, one after the other.
  if (ended && refreshed.delete(ended.urn)) takeRefresh(ended, outcome);
}

function takeStep({ op, urn, detailedDiff }: StepMetadata, outcome: Outcome): void {
  const title = titleOf(urn);
  if (title === undefined || uninteresting.has(op)) return;
  outcome.steps.push(`${op} ${title}`);
  // A replacement is told as three steps; which one comes last depends on their order.
  if (outcome.ops[title] !== "replace") outcome.ops[title] = op.includes("replace") ? "replace" : op;
  const changed = kindsOf(detailedDiff);
  if (Object.keys(changed).length > 0) outcome.changes[title] = changed;
}

function takeRefresh({ op, urn, detailedDiff }: StepMetadata, outcome: Outcome): void {
  const title = titleOf(urn);
  if (title === undefined) return;
  const differing = kindsOf(detailedDiff);
  if (op === "delete") outcome.drift[title] = "gone";
  else if (Object.keys(differing).length > 0) outcome.drift[title] = differing;
}

function takeDiagnostic(event: NonNullable<EngineEvent["diagnosticEvent"]>, outcome: Outcome): void {
  const title = event.urn === undefined || event.urn === "" ? undefined : titleOf(event.urn);
  const message = event.message.trim();
  const line = title === undefined ? message : `${title}: ${message}`;
  if (event.severity === "error") outcome.errors.push(line);
  else if (event.severity === "warning") outcome.warnings.push(line);
  else if (event.severity.startsWith("info") && event.ephemeral !== true) outcome.infos.push(line);
}

function kindsOf(detailedDiff: StepMetadata["detailedDiff"]): Record<string, string> {
  return Object.fromEntries(Object.entries(detailedDiff ?? {}).map(([path, { diffKind }]) => [path, diffKind]));
}
