/**
 * Replication that takes twenty minutes, and a pipeline that runs every few minutes, each time on a machine that knows nothing of
 * the one before: it makes nothing twice, forgets nothing that is there, and comes to its end.
 */
import { destroy, emptyState, refresh, type StackState, up } from "../miniature-engine/engine";
import { specimenOf } from "../kinds";
import { programOf } from "../kinds/fleet";
import { holdingOf } from "../kinds/holding";
import { LaggingTenant } from "./lagging-tenant";
import { drift, fleet, wrongs } from "./programs";

const tenant = new LaggingTenant();
afterAll(() => tenant.close());

const seeds = Number(process.env["LAG_SEEDS"] ?? 2);
const firstSeed = Number(process.env["LAG_FIRST_SEED"] ?? 1);
const minuteMs = 60_000;
const lagMs = 20 * minuteMs;
const wanted = fleet("first");
const machine = () => tenant.process({ newMachine: true });

/** What is there twice, and what is there and in no state: of what has no marker, what hangs from an object of ours. */
async function duplicatesAndDropped({ resources }: StackState): Promise<string[]> {
  const { all, marked } = await holdingOf(await tenant.reader(), wanted.keys());
  const isKnown = (kind: string, id: string) => resources.some((one) => one.kind === kind && one.id === id);
  const ofOurs = all.filter(
    ({ kind, parent }) =>
      specimenOf(kind).idOf && marked.some((one) => one.id === parent && specimenOf(kind).parents.includes(one.kind)),
  );
  const duplicates = marked.filter(({ kind, name, id }) =>
    marked.some((other) => other.kind === kind && other.name === name && other.id !== id),
  );
  return [
    ...duplicates.map(({ kind, name }) => `${kind} ${name} is there twice`),
    ...[...marked, ...ofOurs]
      .filter(({ kind, id }) => !isKnown(kind, id))
      .map(({ kind, id }) => `${kind} ${id} is forgotten`),
  ];
}

/** Every five minutes on another machine, until nothing fails: what each run came to is looked at. */
async function pipeline(
  state: StackState,
  run: (state: StackState) => Promise<{ readonly state: StackState; readonly failures: readonly string[] }>,
): Promise<{ readonly state: StackState; readonly wrong: readonly string[]; readonly runs: number }> {
  const wrong: string[] = [];
  let now = state;
  for (let runs = 1; runs <= 30; runs++) {
    for (const what of ["refresh", "run"] as const) {
      const done = what === "refresh" ? await refresh(now, await machine()) : await run(now);
      now = done.state;
      wrong.push(...(await duplicatesAndDropped(now)).map((one) => `${what} ${runs}: ${one}`));
      if (what === "run" && done.failures.length === 0) return { state: now, wrong, runs };
      if (runs === 30) wrong.push(...done.failures);
    }
    tenant.time.pass(5 * minuteMs);
  }
  return { state: now, wrong: [...wrong, "it does not come to its end"], runs: 30 };
}

describe("replication that takes 20 minutes, and every run on a new machine without a journal", () => {
  it("makes nothing twice and forgets nothing, of any kind, in any refresh, up or destroy", async () => {
    for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
      tenant.reset({ lag: { ms: lagMs, share: 0.5, seed } });
      const made = await pipeline(emptyState, async (state) => up(state, programOf(wanted), await machine()));
      expect([seed, made.wrong]).toEqual([seed, []]);
      tenant.time.pass(lagMs);
      expect(await wrongs(tenant, made.state, wanted, await machine())).toEqual([]);
      expect(await drift(made.state, await machine())).toEqual([]);
      const gone = await pipeline(made.state, async (state) => destroy(state, await machine()));
      expect([seed, gone.wrong, gone.state.resources]).toEqual([seed, [], []]);
      if (process.env["LAG_REPORT"])
        process.stdout.write(`20 min at 50 %, seed ${seed}: up in ${made.runs} runs, destroyed in ${gone.runs}\n`);
    }
  }, 600_000);
});
