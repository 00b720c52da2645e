import { emptyState, type Program } from "../miniature-engine/engine";
import { specimens } from "../kinds";
import { type Fleet, oneOfEach, oneWithAncestors, programOf, type Variant, wishFor } from "../kinds/fleet";
import { ancestorsOf } from "../kinds";
import { bothProfiles } from "../tenant-profiles";
import { promises } from "./promises";
import { RememberingTenant } from "./remembering-tenant";
import { withReplay, pairs } from "./sample";
import { Scenario, swept } from "./scenario";

// Of this machine's time, which others use as well.
jest.setTimeout(3_600_000);

const alone = specimens.flatMap(({ kind, replaced }) => bothProfiles.map((one) => ({ ...one, kind, replaced })));

/** Every request that is sent for one object, from its create to its delete: what it is made of is there all the time. */
describe.each(alone)("$kind alone, with a mishap at each of its requests, $name:", ({ kind, replaced, profiles }) => {
  const tenant = new RememberingTenant(profiles);
  afterAll(() => tenant.close());

  const first = (): Fleet => oneWithAncestors(kind, (one) => one.first);
  const as = (variant: Variant): Program =>
    programOf(oneWithAncestors(kind, (one) => (one.kind === kind ? wishFor(one, variant) : one.first)));
  const without = programOf(oneOfEach((one) => one.first, ancestorsOf(kind)));
  let runs: readonly Scenario[];
  beforeAll(async () => {
    const parents = await Scenario.record(tenant, { at: tenant.now, state: emptyState }, without);
    const create = await Scenario.record(tenant, parents.after, programOf(first()));
    const later = [as("changed"), ...(replaced ? [as("replaced")] : []), without];
    runs = [create];
    for (const program of later) runs = [...runs, await Scenario.record(tenant, create.after, program)];
  });

  it("has requests in each of its runs", () => {
    for (const { places } of runs) expect(places.length).toBeGreaterThan(0);
  });

  it.each(pairs.get(kind) ?? [])("%s", async (mishap) => {
    for (const run of runs) expect(withReplay((await swept(run, [mishap], { look: promises })).wrong)).toEqual([]);
  });
});
