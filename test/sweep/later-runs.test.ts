import { emptyState, type Program, refresh, type StackState, up } from "../miniature-engine/engine";
import { aProcess } from "../miniature-engine/process";
import { specimens } from "../kinds";
import { withDependents } from "../kinds/fleet";
import { bothProfiles } from "../tenant-profiles";
import { type MishapName, mishapNames } from "./mishap";
import { isRead, type Place } from "./place";
import { fleets, programs } from "./program";
import { promises } from "./promises";
import { RememberingTenant } from "./remembering-tenant";
import { all, withReplay, sampleOf } from "./sample";
import { Scenario, swept } from "./scenario";

/** What loses most. */
const worst: readonly MishapName[] = [
  "reset, took effect, then nobody answers",
  "machine killed, took effect",
  "machine killed, took effect, no checkpoints",
];
const isWrite = (place: Place): boolean => !isRead(place);

// Of this machine's time, which others use as well.
jest.setTimeout(3_600_000);

/** Writes of each run in a sample. */
const few = 4;

describe.each(bothProfiles)("a later run, one mishap, a clean run after it, $name:", ({ profiles }) => {
  const tenant = new RememberingTenant(profiles);
  let create: Scenario;
  let destroy: Scenario;
  beforeAll(async () => {
    create = await Scenario.record(tenant, { at: tenant.now, state: emptyState }, programs.first);
    destroy = await Scenario.record(tenant, create.after, programs.none);
  });
  afterAll(() => tenant.close());

  const later: readonly (readonly [string, Program, () => Scenario])[] = [
    ["several inputs change", programs.changed, () => create],
    ["the blueprint is replaced, and everything that hangs from it", programs.replaced, () => create],
    ["resources are renamed without aliases", programs.renamed, () => create],
    ["everything is destroyed", programs.none, () => create],
    ["what was destroyed is made again", programs.first, () => destroy],
  ];
  it.each(later)("%s", async (what, program, before) => {
    const scenario = await Scenario.record(tenant, before().after, program);
    const which = all ? mishapNames : worst;
    const places = all ? scenario.places : sampleOf(scenario.places.filter(isWrite), few, what);
    const where = (place: Place): boolean => places.includes(place);
    const { points, wrong } = await swept(scenario, which, { where, look: promises });
    expect(withReplay(wrong)).toEqual([]);
    expect(points).toBeGreaterThan(10);
  });

  const backups: readonly (readonly [string, Program, () => StackState])[] = [
    ["before the last change", programs.changed, () => create.after.state],
    ["before a replacement", programs.replaced, () => create.after.state],
    ["before a rename", programs.renamed, () => create.after.state],
    ["before a destroy", programs.none, () => create.after.state],
    ["before everything", programs.first, () => emptyState],
  ];
  it.each(backups)("a state restored from a backup of %s is brought up to what is there", async (_, program, state) => {
    const scenario = await Scenario.record(tenant, create.after, program);
    expect(await scenario.recovered({ at: create.after.at, state: state() })).toEqual([]);
  });

  it("a state that is lost, of a program that changed since, stops at what has no place for a marker and takes the rest over", async () => {
    await Scenario.record(tenant, create.after, programs.changed);
    tenant.goTo(create.after.at);
    const { failures, state } = await up(emptyState, programs.changed, await aProcess(tenant));
    // What is there and not as declared may be somebody else's.
    const stops = specimens.flatMap(({ stem, impossible }) => {
      const { says } = impossible?.["the state is lost and the program has changed since"] ?? {};
      return says ? [[stem, says] as const] : [];
    });
    expect(failures).toHaveLength(stops.length);
    for (const [stem, says] of stops)
      expect(failures).toContainEqual(expect.stringMatching(new RegExp(`^${stem}: .*${says.source}`)));
    const stopped = withDependents(
      fleets.changed,
      stops.map(([stem]) => stem),
    );
    expect(state.resources.map(({ name }) => name).sort()).toEqual(
      [...fleets.changed.keys()].filter((name) => !stopped.has(name)).sort(),
    );
  });

  it("a backup of before a destroy, once refreshed, has but what could come back with its blueprint, and is as good as none", async () => {
    const again = await Scenario.record(tenant, destroy.after, programs.first);
    tenant.goTo(destroy.after.at);
    const { state, failures } = await refresh(create.after.state, await aProcess(tenant));
    const comesBack = specimens.filter(({ comesBackWith }) => comesBackWith).map(({ stem }) => stem);
    expect([state.resources.map(({ name }) => name), failures]).toEqual([comesBack, []]);
    expect(await again.recovered({ at: tenant.now, state })).toEqual([]);
  });
});
