import { type Entry, WriteJournal } from "../../provider/engine/consistency/write-journal";

describe("what a run records for the next one", () => {
  const creation = { tenantId: "tenant", kind: "AgentIdentityBlueprint", marker: "aaaabbbbccccdddd" };
  const unseenMs = { created: 15_000, requested: 120_000 };
  let notes: Entry[];
  let now: number;
  const run = (): WriteJournal => {
    const earlier = [...notes];
    return new WriteJournal(() => now, { earlier: () => earlier, add: (note) => void notes.push(note) });
  };

  beforeEach(() => ([notes, now] = [[], 1_000_000]));

  it("says of a refused create that there is nothing to wait for", () => {
    const first = run();
    first.requested(creation);
    first.refused(creation);
    expect(run().isUnsettled(creation)).toBe(false);
    expect(run().mayShowUntil(creation, unseenMs)).toBeUndefined();
  });

  it("keeps that the object was deleted when Graph refuses a create for the name that it has still", () => {
    run().deleted(creation, "id");
    const second = run();
    second.requested(creation);
    second.refused(creation);
    expect(second.isUnsettled(creation)).toBe(true);
  });

  it("keeps that an earlier run asked for the object when Graph refuses a second one and this run is killed as well", () => {
    run().requested(creation);
    now += 100;
    const second = run();
    second.requested(creation);
    second.refused(creation);
    now += 100;
    expect(run().isUnsettled(creation)).toBe(true);
    expect(run().mayShowUntil(creation, unseenMs)).toBe(now + 120_000);
  });
});
