import { type EmulatedTenant, openTenant } from "../../emulator/tenant";
import { kinds } from "../../provider/kinds";
import { embeddedConnection } from "../../provider/graph/connection";
import type { Tenant } from "../../provider/graph/tenant";
import { destroy, emptyState, preview, refresh, type StackState, up } from "../miniature-engine/engine";
import { aProcess } from "../miniature-engine/process";
import { loadSpecimen, specimens } from ".";
import { type Fleet, oneOfEach, oneWithAncestors, programOf, type Variant, wishFor } from "./fleet";
import { differences, holdingOf } from "./holding";
import { lookalikes, neighboursOf, type Theirs, touched } from "./neighbours";
import { objectsIn } from "../sweep/picture";

describe("the specimens", () => {
  it("describe every kind of the registry, and a kind without one fails with the file that is missing", () => {
    expect(specimens.map(({ kind }) => kind)).toEqual(kinds.map(({ kind }) => kind));
    expect(() => loadSpecimen("AgentAirship")).toThrow(
      "the kind AgentAirship has no specimen, so no sweep, lag matrix or random run would meet it: write test/kinds/agent-airship.ts",
    );
  });

  it("stand in the order of the registry: what a kind is made of comes before it", () => {
    for (const [index, { parents }] of specimens.entries())
      for (const parent of parents)
        expect(
          specimens
            .slice(0, index)
            .map(({ kind }) => kind)
            .includes(parent),
        ).toBe(true);
    expect(new Set(specimens.map(({ stem }) => stem)).size).toBe(specimens.length);
  });
});

it("a tenant with one of every kind, and with what others have beside them, comes back whole from its file", async () => {
  const one = openTenant({ memory: true });
  const graph = await embeddedConnection(one, "the test tenant");
  const look = () => objectsIn(one);
  const { state, failures } = await up(emptyState, programOf(oneOfEach(({ least }) => least)), await aProcess(one));
  const theirs = [...(await lookalikes(graph, look)), ...(await neighboursOf(graph, look, state))];
  expect([failures, theirs.length > 12]).toEqual([[], true]);
  const before = look();
  one.importState(JSON.parse(JSON.stringify(one.exportState())) as ReturnType<EmulatedTenant["exportState"]>);
  expect([look(), touched(theirs, look())]).toEqual([before, []]);
  one.close();
});

describe.each(specimens.map((specimen) => [specimen.kind, specimen] as const))("%s", (kind, specimen) => {
  let emulated: EmulatedTenant;
  let graph: Tenant;
  let theirs: readonly Theirs[];
  const look = () => objectsIn(emulated);
  beforeEach(async () => {
    emulated = openTenant({ memory: true, selfCheck: true });
    graph = await embeddedConnection(emulated, "the test tenant");
    theirs = await lookalikes(graph, look);
  });
  afterEach(() => emulated.close());

  const fleetWith = (variant: Variant, change: object = {}): Fleet =>
    oneWithAncestors(kind, (one) => (one.kind === kind ? { ...wishFor(one, variant), ...change } : one.first));
  /** @returns the state, and what the run did to the resource */
  async function applied(state: StackState, variant: Variant, change?: object) {
    const fleet = fleetWith(variant, change);
    const process = await aProcess(emulated);
    const { [specimen.stem]: operation } = await preview(state, programOf(fleet), process);
    const { state: after, failures } = await up(state, programOf(fleet), await aProcess(emulated));
    const holding = await holdingOf(graph, fleet.keys());
    expect([failures, differences(fleet, holding)]).toEqual([[], []]);
    expect(await preview(after, programOf(fleet), await aProcess(emulated))).toEqual({});
    const seen = await refresh(after, await aProcess(emulated));
    expect(Object.values(seen.operations).filter((one) => one !== "same")).toEqual([]);
    expect(touched(theirs, look())).toEqual([]);
    theirs = [...theirs, ...(await neighboursOf(graph, look, after, theirs))];
    const { state: now } = await refresh(after, await aProcess(emulated));
    expect(await preview(now, programOf(fleet), await aProcess(emulated))).toEqual({});
    return { state: now, operation };
  }

  it("is created as declared, changed in place and replaced: a reader of the tenant sees each, and a refresh no drift", async () => {
    const first = await applied(emptyState, "first");
    expect(first.operation).toBe("create");
    const changed = await applied(first.state, "changed");
    expect(changed.operation).toBe("update");
    const again = await applied(changed.state, "first");
    const replaced = await applied(again.state, "replaced");
    expect(replaced.operation).toBe(specimen.replaced ? "replace" : undefined);
    const { state, failures } = await destroy(replaced.state, await aProcess(emulated));
    expect([state.resources, failures]).toEqual([[], []]);
    expect((await holdingOf(graph, fleetWith("first").keys())).marked).toEqual([]);
    expect(touched(theirs, look())).toEqual([]);
  });

  it("is declared with the least that must be said, and what others add to the rest stays when it changes", async () => {
    const least = await applied(emptyState, "least");
    expect(least.operation).toBe("create");
    if ("displayName" in specimen.least)
      expect((await applied(least.state, "least", { displayName: "Another name" })).operation).toBe("update");
  });
});
