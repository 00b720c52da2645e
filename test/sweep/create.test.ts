import { neverEnforcedUnseen } from "./enforcement";
import { all, type MishapName, mishapNames, mishapsOfParts } from "./mishap";
import { emptyState } from "../miniature-engine/engine";
import { differences } from "./picture";
import { isBatch } from "./place";
import { programs } from "./program";
import { RememberingTenant } from "./remembering-tenant";
import { Scenario, swept } from "./scenario";

// Of this machine's time, which others use as well.
jest.setTimeout(3_600_000);

/** Every request of a first `up` with every resource kind; then a clean run: the same objects, one of each, nothing left to do. */
describe("a first run, with a mishap at each of its requests, and a clean run after it:", () => {
  const tenant = new RememberingTenant();
  let create: Scenario;
  let batches: Scenario;
  beforeAll(async () => {
    const before = { at: tenant.now, state: emptyState };
    create = await Scenario.record(tenant, before, programs.first);
    batches = await Scenario.record(tenant, before, programs.first, true);
  });
  afterAll(() => tenant.close());

  it("every resource kind is in it, and it comes to the same in batches", () => {
    expect(new Set(programs.first.map(({ kind }) => kind)).size).toBe(6);
    expect(create.places.length).toBeGreaterThan(20);
    expect(batches.places.filter(isBatch).length).toBeGreaterThan(3);
    expect(differences(create.picture.tenant, batches.picture.tenant)).toEqual([]);
  });

  it.each(mishapNames)("%s", async (mishap) => {
    const { points, wrong } = await swept(create, [mishap], { look: neverEnforcedUnseen });
    expect(wrong).toEqual([]);
    expect(points).toBeGreaterThan(5);
  });

  /** As to a real tenant: what is lost is the answer to all parts of a batch, of which any took effect. */
  const toBatches: readonly MishapName[] = all
    ? mishapNames
    : ["504, took effect", "truncated, took effect", "machine killed, took effect"];
  it.each(toBatches)("%s, to a batch", async (mishap) => {
    const where = ({ part }: { readonly part?: number }) => part === undefined;
    expect((await swept(batches, [mishap], { where })).wrong).toEqual([]);
  });

  /** The batch is answered, and so are its other parts. */
  it.each(mishapsOfParts)("%s, to each part of each batch in turn", async (mishap) => {
    const where = ({ part }: { readonly part?: number }) => part !== undefined;
    const { points, wrong } = await swept(batches, [mishap], { where, look: neverEnforcedUnseen });
    expect(wrong).toEqual([]);
    expect(points).toBeGreaterThan(4);
  });
});
