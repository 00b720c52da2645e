import { all, type MishapName, mishapNames } from "./mishap";
import { programs } from "./program";
import { differences } from "./picture";
import { Scenario, swept, SweptTenant } from "./scenario";
import { neverEnforcedUnseen } from "./enforcement";

/** Every request of a first `up` with every resource kind; then a clean run: the same objects, one of each, nothing left to do. */
describe("a first run, with a mishap at each of its requests, and a clean run after it:", () => {
  let create: Scenario;
  beforeAll(async () => {
    const tenant = new SweptTenant();
    create = await Scenario.record(tenant, tenant.empty(), programs.first);
  });
  afterAll(() => create.swept.emulated.close());

  it("every resource kind is in it", () => {
    expect(new Set(programs.first.map(({ kind }) => kind)).size).toBe(6);
    expect(create.requests.length).toBeGreaterThan(20);
  });

  it.each(mishapNames)(
    "%s",
    async (mishap) => {
      const { points, wrong } = await swept(create, [mishap], { look: neverEnforcedUnseen(create.swept) });
      expect(wrong).toEqual([]);
      expect(points).toBeGreaterThan(5);
    },
    300_000,
  );

  /** As to a real tenant: what is lost is the answer to all parts of a batch, of which any took effect. */
  const toBatches: readonly MishapName[] = all
    ? mishapNames
    : ["504, took effect", "truncated, took effect", "machine killed, took effect"];
  it.each(toBatches)(
    "%s, to a batch",
    async (mishap) => {
      const batches = await Scenario.record(create.swept, create.before, programs.first, true);
      expect(batches.requests.some((request) => request.endsWith("/$batch"))).toBe(true);
      expect(differences(create.picture.tenant, batches.picture.tenant)).toEqual([]);
      expect((await swept(batches, [mishap])).wrong).toEqual([]);
    },
    300_000,
  );
});
