/** A run that is repeated with one mishap at each of its requests, and what must be so after the next, clean run. */
import { type EmulatedTenant, openTenant, type Snapshot } from "../../emulator/tenant";
import type { EmbeddedTenant } from "../../provider/graph/connection";
import {
  emptyState,
  type Outcome,
  preview,
  type Program,
  refresh,
  type StackState,
  up,
} from "../miniature-engine/engine";
import { aProcess } from "../miniature-engine/process";
import { doomed, settled } from "./doomed";
import { type Mishap, mishapNames, mishaps, type MishapName, sameForReads } from "./mishap";
import { differences, type Picture, pictureOf } from "./picture";

/** A tenant and the stack's state that goes with it. */
export interface Situation {
  readonly tenant: Snapshot;
  readonly state: StackState;
}

/** What is wrong between a run that met a mishap and the clean one. */
export type Look = (state: StackState) => string[];

export class SweptTenant {
  readonly seed: ReadonlySet<string>;
  readonly #token: Promise<string>;

  constructor(readonly emulated: EmulatedTenant = openTenant({ memory: true })) {
    const { tenant, objects } = emulated.exportState();
    this.seed = new Set(JSON.stringify([tenant, objects]).match(/[0-9a-f-]{36}/g));
    this.#token = emulated.token();
  }

  /** One token for all processes: signing is not what is swept. */
  readonly embedded: EmbeddedTenant = {
    handle: (request) => this.emulated.handle(request),
    token: () => this.#token,
  };

  process = () => aProcess(this.embedded);

  now = (state: StackState): Situation => ({ tenant: this.emulated.snapshot(), state });

  /** The tenant as it was opened, and no stack. */
  empty = (): Situation => this.now(emptyState);
}

export class Scenario {
  private constructor(
    readonly swept: SweptTenant,
    readonly before: Situation,
    private readonly program: Program,
    /** The requests of the undisturbed run, as "METHOD path". */
    readonly requests: readonly string[],
    readonly after: Situation,
    readonly picture: Picture,
    private readonly batched: boolean,
  ) {}

  /** Runs undisturbed, once. */
  static async record(swept: SweptTenant, before: Situation, program: Program, batched = false): Promise<Scenario> {
    swept.emulated.restore(before.tenant);
    const run = await doomed(swept.embedded, before.state, 0, { effect: "before" }, batched);
    const outcome = await up(before.state, program, run.process);
    refuseFailures("the undisturbed run", outcome);
    const after = swept.now(outcome.state);
    const picture = pictureOf(swept.emulated, outcome.state, swept.seed);
    // What all points are measured by must be right itself: the tenant has what the state says.
    const seen = await refresh(outcome.state, await aProcess(swept.embedded));
    refuseFailures("the refresh of the undisturbed run", seen);
    const drift = Object.entries(seen.operations).filter(([, operation]) => operation !== "same");
    if (drift.length > 0) throw new Error(`the undisturbed run leaves ${JSON.stringify(drift)} to a refresh`);
    return new Scenario(swept, before, program, run.requests(), after, picture, batched);
  }

  /**
   * The run again, with the mishap at its nth request; then a clean one.
   *
   * @param look at the tenant between the two
   * @returns what is not as after the undisturbed run
   */
  async point(nth: number, mishap: Mishap, look: Look = () => []): Promise<string[]> {
    const { emulated, embedded } = this.swept;
    emulated.restore(this.before.tenant);
    const run = await doomed(embedded, this.before.state, nth, mishap, this.batched);
    const checkpoints = mishap.checkpoints ?? true;
    await Promise.race([
      up(this.before.state, this.program, run.process, { checkpoints, saved: run.save, continueOnError: false }),
      run.end,
    ]);
    await settled();
    if (run.requests().length < nth) return ["the run was over before that request: nothing happened to it"];
    return [...look(run.saved()), ...(await this.recovered(run.saved()))];
  }

  /** What is wrong after the recovery that the documentation names: `up`, and `refresh --clear-pending-creates`. */
  async recovered(state: StackState): Promise<string[]> {
    const { emulated, embedded, seed } = this.swept;
    let clean = await up(state, this.program, await aProcess(embedded), { continueOnError: false });
    if (clean.failures.length > 0) return clean.failures.map((failure) => `the clean run fails: ${failure}`);
    if (clean.state.pendingCreates.length > 0) {
      clean = await refresh(clean.state, await aProcess(embedded), { clearPendingCreates: true });
      if (clean.failures.length > 0) return clean.failures.map((failure) => `the refresh fails: ${failure}`);
    }
    const left = await preview(clean.state, this.program, await aProcess(embedded));
    const picture = pictureOf(emulated, clean.state, seed);
    return [
      ...Object.entries(left).map(([name, operation]) => `the next preview would ${operation} ${name}`),
      ...differences(this.picture.tenant, picture.tenant).map((line) => `tenant: ${line}`),
      ...differences(this.picture.state, picture.state).map((line) => `state: ${line}`),
    ];
  }
}

/**
 * Each request with each mishap. A read changes nothing: whether it "took effect" is the same point, and done once.
 *
 * @param which of the mishaps
 * @returns how many points there were, and what was wrong at which
 */
export async function swept(
  scenario: Scenario,
  which: readonly MishapName[] = mishapNames,
  { where = () => true, look }: { readonly where?: (request: string) => boolean; readonly look?: Look } = {},
): Promise<{ points: number; wrong: string[] }> {
  const wrong: string[] = [];
  let points = 0;
  for (const [index, request] of scenario.requests.entries()) {
    if (!where(request)) continue;
    for (const name of which) {
      if (isRead(request) && sameForReads.includes(name)) continue;
      points++;
      const found = await scenario.point(index + 1, mishaps[name], look);
      if (found.length > 0) wrong.push(`${name}, at ${index + 1} ${request}:\n  ${found.join("\n  ")}`);
    }
  }
  return { points, wrong };
}

export const isRead = (request: string): boolean => request.startsWith("GET ");

function refuseFailures(what: string, { failures }: Outcome): void {
  if (failures.length > 0) throw new Error(`${what} fails: ${failures.join("; ")}`);
}
