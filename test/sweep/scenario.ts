/** A run that is repeated with one mishap at each of its places, and what must be so after the next, clean run. */
import { type Outcome, preview, type Program, refresh, type StackState, up } from "../miniature-engine/engine";
import { aProcess } from "../miniature-engine/process";
import { embeddedConnection } from "../../provider/graph/connection";
import type { Tenant } from "../../provider/graph/tenant";
import { lookalikes, neighboursOf, type Theirs, touched } from "../kinds/neighbours";
import { type Doom, doomed } from "./doomed";
import { type MishapName, mishapNames, mishaps, sameForReads } from "./mishap";
import type { StoredObject } from "../kinds/specimen";
import { differences, type Picture, pictureOf } from "./picture";
import { isRead, isSamePoint, type Place } from "./place";
import type { Moment, RememberingTenant } from "./remembering-tenant";

/** A tenant and the stack's state that goes with it. */
export interface Situation {
  readonly at: Moment;
  readonly state: StackState;
  /** What others have in it. @default another team moves in before the first run */
  readonly theirs?: readonly Theirs[];
}

/** What is wrong in the tenant between a run that met a mishap and the clean one. */
export type Look = (objects: readonly StoredObject[]) => string[];

/** What is repeated, and what it comes to undisturbed. */
interface Course {
  readonly tenant: RememberingTenant;
  readonly program: Program;
  readonly batched: boolean;
  readonly picture: Picture;
  /** What was wrong after a clean run, by moment and state it began with: from the same it comes to the same. */
  readonly recoveries: Map<Moment, Map<string, string[]>>;
}

export class Scenario {
  private constructor(
    private readonly course: Course,
    readonly before: Situation,
    /** Where something can happen in the undisturbed run. */
    readonly places: readonly Place[],
    readonly after: Situation,
  ) {}

  get picture(): Picture {
    return this.course.picture;
  }

  /** Runs undisturbed, once. */
  static async record(
    tenant: RememberingTenant,
    before: Situation,
    program: Program,
    batched = false,
  ): Promise<Scenario> {
    const inhabited = await withLookalikes(tenant, before);
    const { places, after } = await undisturbed(tenant, inhabited, program, batched);
    const wrong = touched(inhabited.theirs ?? [], tenant.objects());
    if (wrong.length > 0) throw new Error(`the undisturbed run touches what is not ours: ${wrong.join("; ")}`);
    const picture = pictureOf(tenant.objects(), after.state, tenant.seed);
    // What all points are measured by must be right itself: the tenant has what the state says.
    const seen = await refresh(after.state, await aProcess(tenant));
    refuseFailures("the refresh of the undisturbed run", seen);
    const drift = Object.entries(seen.operations).filter(([, operation]) => operation !== "same");
    if (drift.length > 0) throw new Error(`the undisturbed run leaves ${JSON.stringify(drift)} to a refresh`);
    const later = await withNeighbours(tenant, after);
    return new Scenario({ tenant, program, batched, picture, recoveries: new Map() }, inhabited, places, later);
  }

  /** The run after one with a mishap, as a scenario of its own: undisturbed it comes to the same as this one. */
  async next(doom: Doom): Promise<Scenario> {
    const { tenant, program, batched } = this.course;
    const { state } = await this.#disturbed(doom);
    const before = { ...this.before, at: tenant.now, state };
    const { places, after } = await undisturbed(tenant, before, program, batched);
    return new Scenario(this.course, before, places, after);
  }

  /**
   * The run again, with a mishap; then a clean one.
   *
   * @param look at the tenant between the two
   * @returns what is not as after the undisturbed run
   */
  async point(doom: Doom, look: Look = () => []): Promise<string[]> {
    const { tenant } = this.course;
    const { state, wrong } = await this.#disturbed(doom);
    const { theirs = [] } = this.before;
    const before = [...look(tenant.objects()), ...touched(theirs, tenant.objects())];
    return [...wrong, ...before, ...(await this.recovered({ at: tenant.now, state }))];
  }

  async #disturbed(doom: Doom): Promise<{ state: StackState; wrong: string[] }> {
    const { tenant, program, batched } = this.course;
    const { at, mishap } = doom;
    tenant.goTo(this.before.at);
    const run = await doomed(tenant, this.before.state, doom, batched);
    const { checkpoints = true } = mishap;
    await Promise.race([
      up(this.before.state, program, run.process, { checkpoints, saved: run.save, continueOnError: false }),
      run.end,
    ]);
    await run.quiet();
    const there = run.places().find((place) => isSamePoint(place, at))?.what ?? "no request";
    return { state: run.saved(), wrong: there === at.what ? [] : [`it did not happen to that: ${there} came there`] };
  }

  /** What is wrong after the recovery that the documentation names: `up`, and `refresh --clear-pending-creates`. */
  async recovered(begin: Situation): Promise<string[]> {
    const { recoveries } = this.course;
    const known = recoveries.get(begin.at) ?? new Map<string, string[]>();
    recoveries.set(begin.at, known);
    const state = JSON.stringify(begin.state);
    const wrong = known.get(state) ?? (await this.#wrongAfterCleanRun(begin));
    known.set(state, wrong);
    return wrong;
  }

  async #wrongAfterCleanRun({ at, state }: Situation): Promise<string[]> {
    const { tenant, program } = this.course;
    tenant.goTo(at);
    let clean = await up(state, program, await aProcess(tenant), { continueOnError: false });
    if (clean.failures.length > 0) return clean.failures.map((failure) => `the clean run fails: ${failure}`);
    if (clean.state.pendingCreates.length > 0) {
      clean = await refresh(clean.state, await aProcess(tenant), { clearPendingCreates: true });
      if (clean.failures.length > 0) return clean.failures.map((failure) => `the refresh fails: ${failure}`);
    }
    const left = await preview(clean.state, program, await aProcess(tenant));
    const picture = pictureOf(tenant.objects(), clean.state, tenant.seed);
    return [
      ...touched(this.before.theirs ?? [], tenant.objects()),
      ...Object.entries(left).map(([name, operation]) => `the next preview would ${operation} ${name}`),
      ...differences(this.picture.tenant, picture.tenant).map((line) => `tenant: ${line}`),
      ...differences(this.picture.state, picture.state).map((line) => `state: ${line}`),
    ];
  }
}

/**
 * Each place with each mishap. A read changes nothing: whether it "took effect" is the same point, and done once.
 *
 * @param which of the mishaps
 * @returns how many points there were, and what was wrong at which
 */
export async function swept(
  scenario: Scenario,
  which: readonly MishapName[] = mishapNames,
  { where = () => true, look }: { readonly where?: (place: Place) => boolean; readonly look?: Look } = {},
): Promise<{ points: number; wrong: string[] }> {
  const wrong: string[] = [];
  let points = 0;
  for (const at of scenario.places.filter(where)) {
    for (const name of which) {
      if (isRead(at) && sameForReads.includes(name)) continue;
      points++;
      const found = await scenario.point({ at, mishap: mishaps[name] }, look);
      if (found.length > 0) wrong.push(`${told(name, at)}:\n  ${found.join("\n  ")}`);
    }
  }
  return { points, wrong };
}

export const told = (name: MishapName, { nth, part, what }: Place): string =>
  `${name}, at ${nth}${part === undefined ? "" : `, part ${part}:`} ${what}`;

async function undisturbed(
  tenant: RememberingTenant,
  { at, state, theirs }: Situation,
  program: Program,
  batched: boolean,
): Promise<{ places: readonly Place[]; after: Situation }> {
  tenant.goTo(at);
  const run = await doomed(tenant, state, undefined, batched);
  const outcome = await up(state, program, run.process);
  refuseFailures("the undisturbed run", outcome);
  return { places: run.places(), after: { at: tenant.now, state: outcome.state, ...(theirs && { theirs }) } };
}

/** By the moment at which they move in: all who begin there have the same. */
const moved = new WeakMap<Moment, Promise<Situation>>();

function withLookalikes(tenant: RememberingTenant, before: Situation): Promise<Situation> {
  if (before.theirs) return Promise.resolve(before);
  const known =
    moved.get(before.at) ?? othersCame(tenant, before, (graph) => lookalikes(graph, () => tenant.objects()));
  moved.set(before.at, known);
  return known;
}

/** After each run somebody puts something beside what it made, and a refresh sees it. */
async function withNeighbours(tenant: RememberingTenant, after: Situation): Promise<Situation> {
  const { state, theirs } = after;
  const later = await othersCame(tenant, after, (graph) => neighboursOf(graph, () => tenant.objects(), state, theirs));
  const seen = await refresh(state, await aProcess(tenant));
  refuseFailures("the refresh after others came", seen);
  return { ...later, state: seen.state };
}

async function othersCame(
  tenant: RememberingTenant,
  { at, state, theirs = [] }: Situation,
  act: (graph: Tenant) => Promise<readonly Theirs[]>,
): Promise<Situation> {
  tenant.goTo(at);
  const came = await act(await embeddedConnection(tenant, "others"));
  tenant.letIn(came.flatMap(({ ids }) => ids));
  return { at: tenant.now, state, theirs: [...theirs, ...came] };
}

function refuseFailures(what: string, { failures }: Outcome): void {
  if (failures.length > 0) throw new Error(`${what} fails: ${failures.join("; ")}`);
}
