import fc from "fast-check";
import { emptyState } from "../miniature-engine/engine";
import { bothProfiles } from "../tenant-profiles";
import { mishapNames, mishaps } from "./mishap";
import { isRead, type Place } from "./place";
import { programs } from "./program";
import { promises } from "./promises";
import { RememberingTenant } from "./remembering-tenant";
import { withReplay, sampleOf } from "./sample";
import { Scenario, swept, told } from "./scenario";

const isWrite = (place: Place): boolean => !isRead(place);

/** Writes of each run in a sample. */
const few = 5;
const among = ({ places }: Scenario): ((place: Place) => boolean) => {
  const chosen = sampleOf(places.filter(isWrite), few, "killed again");
  return (place) => chosen.includes(place);
};

/** FC_RUNS: so many rows of mishaps, others each time. Without it always the same ones. */
const runs = process.env["FC_RUNS"] ? { numRuns: Number(process.env["FC_RUNS"]) } : { numRuns: 25, seed: 5 };

// Of this machine's time, which others use as well.
jest.setTimeout(3_600_000);

/** Whoever recovers from a mishap may meet the next one. */
describe.each(bothProfiles)("a first run and later ones, each with a mishap, a clean run, $name:", ({ profiles }) => {
  const tenant = new RememberingTenant(profiles);
  let create: Scenario;
  beforeAll(async () => {
    create = await Scenario.record(tenant, { at: tenant.now, state: emptyState }, programs.first);
  });
  afterAll(() => tenant.close());

  it("the machine killed at each write, and again at each write of the run after it", async () => {
    const twice = "machine killed, took effect";
    const wrong: string[] = [];
    let points = 0;
    for (const at of sampleOf(create.places.filter(isWrite), few, "killed twice")) {
      const second = await create.next({ at, mishap: mishaps[twice] });
      const found = await swept(second, [twice], { where: among(second), look: promises });
      wrong.push(...found.wrong.map((line) => `after ${told(twice, at)}:\n${line}`));
      points += found.points;
    }
    expect(withReplay(wrong)).toEqual([]);
    expect(points).toBeGreaterThan(few);
  });

  const mishap = fc.record({ name: fc.constantFrom(...mishapNames), at: fc.nat(999) });
  it("any two or three mishaps at any requests", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(mishap, { minLength: 2, maxLength: 3 }), async (row) => {
        let scenario = create;
        const happened: string[] = [];
        let wrong: string[] = [];
        for (const [run, { name, at: index }] of row.entries()) {
          const at = scenario.places[index % scenario.places.length];
          // The run before this one left nothing to ask for.
          if (!at) break;
          const doom = { at, mishap: mishaps[name] };
          happened.push(told(name, at));
          if (run === row.length - 1) wrong = await scenario.point(doom, promises);
          else scenario = await scenario.next(doom);
        }
        expect({ happened, wrong: withReplay(wrong) }).toEqual({ happened, wrong: [] });
      }),
      runs,
    );
  });
});
