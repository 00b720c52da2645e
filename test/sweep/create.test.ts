import { emptyState } from "../miniature-engine/engine";
import { specimens } from "../kinds";
import { bothProfiles } from "../tenant-profiles";
import { alwaysAt } from "./always";
import { type MishapName, mishapNames, mishapsOfParts } from "./mishap";
import { differences } from "./picture";
import { isBatch, type Place } from "./place";
import { programs } from "./program";
import { promises } from "./promises";
import { RememberingTenant } from "./remembering-tenant";
import { all, withReplay, placesFor } from "./sample";
import { Scenario, swept } from "./scenario";

// Of this machine's time, which others use as well.
jest.setTimeout(3_600_000);

/** Requests for each mishap in a sample. */
const few = 8;

describe.each(bothProfiles)("a first run of every kind, one mishap, a clean run, $name:", ({ profiles }) => {
  const tenant = new RememberingTenant(profiles);
  let create: Scenario;
  let batches: Scenario;
  beforeAll(async () => {
    const before = { at: tenant.now, state: emptyState };
    create = await Scenario.record(tenant, before, programs.first);
    batches = await Scenario.record(tenant, before, programs.first, true);
  });
  afterAll(() => tenant.close());

  const sampleFrom = (scenario: Scenario, mishap: MishapName, of: (place: Place) => boolean = () => true) => {
    const places = placesFor(mishap, scenario.places.filter(of), few);
    return (place: Place): boolean => places.includes(place);
  };

  it("every kind is in it, and it comes to the same in batches", () => {
    expect(new Set(programs.first.map(({ kind }) => kind)).size).toBe(specimens.length);
    expect(create.places.length).toBeGreaterThan(20);
    expect(batches.places.filter(isBatch).length).toBeGreaterThan(3);
    expect(differences(create.picture.tenant, batches.picture.tenant)).toEqual([]);
  });

  it("has in it what is always tried", () => {
    const requests = create.places.map(({ what }) => what);
    for (const [, what] of alwaysAt) expect(requests).toContain(what);
  });

  it.each(mishapNames)("%s", async (mishap) => {
    const { wrong } = await swept(create, [mishap], { where: sampleFrom(create, mishap), look: promises });
    expect(withReplay(wrong)).toEqual([]);
  });

  /** As to a real tenant: what is lost is the answer to all parts of a batch, of which any took effect. */
  const worst = ["504, took effect", "truncated, took effect", "machine killed, took effect"] as const;
  it.each(all ? mishapNames : worst)("%s, to a batch", async (mishap) => {
    const where = sampleFrom(batches, mishap, isBatch);
    const { points, wrong } = await swept(batches, [mishap], { where });
    expect(withReplay(wrong)).toEqual([]);
    expect(points).toBeGreaterThan(0);
  });

  /** The batch is answered, and so are its other parts. */
  it.each(mishapsOfParts)("%s, to one part of a batch", async (mishap) => {
    const where = sampleFrom(batches, mishap, ({ part }) => part !== undefined);
    const { points, wrong } = await swept(batches, [mishap], { where, look: promises });
    expect(withReplay(wrong)).toEqual([]);
    expect(points).toBeGreaterThan(0);
  });
});
