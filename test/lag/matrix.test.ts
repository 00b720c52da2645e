/**
 * The lag matrix: a stack of every kind is created, changed, replaced and destroyed, under every documented lag. LAG_SEEDS=100 runs more
 * seeds and LAG_REPORT=1 prints the table of docs/decisions/0006.
 */
import { replayCommand, sweepSeed } from "../../tools/sweep-sample.mjs";
import { destroy, emptyState, refresh, type StackState, up } from "../miniature-engine/engine";
import { programOf } from "../kinds/fleet";
import { lookalikes, neighboursOf, type Theirs, touched } from "../kinds/neighbours";
import { objectsIn } from "../sweep/picture";
import { drawnProfiles, type NamedProfiles, real } from "../tenant-profiles";
import { LaggingTenant } from "./lagging-tenant";
import { type Cell, cells, drift, type Edition, fleet, orphans, wrongs } from "./programs";

const editions: readonly Edition[] = ["first", "changed", "replaced"];
const seeds = Number(process.env["LAG_SEEDS"] ?? 2);
const firstSeed = Number(process.env["LAG_FIRST_SEED"] ?? 1);

const tenant = new LaggingTenant();
afterAll(() => tenant.close());

interface Course {
  readonly wrong: readonly string[];
  readonly requests: number;
  readonly seconds: number;
}

const sweep = sweepSeed();
/** Under each lag both the real profiles, and others: those of each second seed are drawn with it, and with the seed of the sweeps. */
const profilesOf = (seed: number): NamedProfiles => (seed % 2 === 1 ? real : drawnProfiles(`${sweep}/${seed}`));
/** What was wrong, and last how the same profiles are drawn again. */
const withReplay = (wrong: readonly string[]): readonly string[] =>
  wrong.length === 0 ? [] : [...wrong, `the same profiles again: ${replayCommand(sweep, "test/lag/matrix")}`];

/** Each command is a process of its own, and begins at the very moment at which the one before it ended. */
async function course(cell: Cell, seed: number): Promise<Course> {
  const { name, profiles } = profilesOf(seed);
  tenant.reset({ lag: cells[cell] && { ...cells[cell], seed }, permissionsLagMs: 60_000, profiles });
  const wrong: string[] = [];
  let state: StackState = emptyState;
  let requests = 0;
  const look = () => objectsIn(tenant.emulated);
  let theirs: readonly Theirs[] = await lookalikes(await tenant.reader(), look);
  const begunMs = tenant.time.now();
  for (const edition of editions) {
    const note = (...told: readonly string[]) =>
      void wrong.push(...told.map((one) => `seed ${seed}, ${name}, ${edition}: ${one}`));
    const wanted = fleet(edition);
    const run = await tenant.process();
    const done = await up(state, programOf(wanted), run);
    ({ state } = done);
    const reading = await tenant.process();
    note(...done.failures, ...(await drift(state, reading)));
    note(...(await wrongs(tenant, state, wanted, await tenant.process())));
    note(...touched(theirs, look()));
    // Somebody puts something beside what was made, and a refresh sees it.
    theirs = [...theirs, ...(await neighboursOf(await tenant.reader(), look, state, theirs))];
    ({ state } = await refresh(state, await tenant.process()));
    requests += run.requests.length + reading.requests.length;
  }
  const last = await tenant.process();
  const gone = await destroy(state, last);
  wrong.push(...gone.failures, ...(await orphans(tenant, gone.state, fleet("replaced"))));
  wrong.push(...touched(theirs, look()));
  if (gone.state.resources.length > 0) wrong.push(`seed ${seed}: the destroyed stack is not empty`);
  return { wrong, requests: requests + last.requests.length, seconds: (tenant.time.now() - begunMs) / 1_000 };
}

describe.each(Object.keys(cells) as Cell[])("a stack with every kind, %s", (cell) => {
  it("converges in one run each: made, changed, replaced, destroyed, nothing twice, nothing lost, no drift", async () => {
    const courses: Course[] = [];
    for (let seed = firstSeed; seed < firstSeed + seeds; seed++) courses.push(await course(cell, seed));
    if (process.env["LAG_REPORT"]) process.stdout.write(`${cell}: ${report(courses)}\n`);
    expect(withReplay(courses.flatMap(({ wrong }) => wrong))).toEqual([]);
  }, 3_600_000);
});

function report(courses: readonly Course[]): string {
  const median = (of: (one: Course) => number): number =>
    courses.map(of).sort((a, b) => a - b)[courses.length >> 1] ?? 0;
  const good = courses.filter(({ wrong }) => wrong.length === 0).length;
  const all = courses.flatMap(({ wrong }) => wrong);
  const duplicates = all.filter((one) => /: [2-9] objects/.test(one)).length;
  const orphaned = all.filter((one) => one.endsWith("in no state")).length;
  const [requests, seconds] = [median((one) => one.requests), Math.round(median((one) => one.seconds))];
  return `${courses.length} seeds, ${good} converged, ${duplicates} duplicates, ${orphaned} orphans, ${requests} requests, ${seconds} s`;
}
