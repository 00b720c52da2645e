import { type Note, RecentWrites } from "../../provider/engine/consistency/write-journal";

describe("what a run notes for the next one", () => {
  const creation = ["tenant", "AgentIdentityBlueprint", "aaaabbbbccccdddd"] as const;
  const unseenMs = { made: 15_000, asked: 120_000 };
  let notes: Note[];
  let now: number;
  const run = (): RecentWrites => {
    const earlier = [...notes];
    return new RecentWrites(() => now, { earlier: () => earlier, add: (note) => void notes.push(note) });
  };

  beforeEach(() => ([notes, now] = [[], 1_000_000]));

  it("says of a refused create that there is nothing to wait for", () => {
    const first = run();
    first.asked(...creation);
    first.refused(...creation);
    expect(run().isUnsettled(...creation)).toBe(false);
    expect(run().mayShowUntilMs(creation, unseenMs)).toBeUndefined();
  });

  it("keeps that the object was deleted when Graph refuses a create for the name that it has still", () => {
    run().removed(...creation, "id");
    const second = run();
    second.asked(...creation);
    second.refused(...creation);
    expect(second.isUnsettled(...creation)).toBe(true);
  });

  it("keeps that an earlier run asked for the object when Graph refuses a second one and this run is killed as well", () => {
    run().asked(...creation);
    now += 100;
    const second = run();
    second.asked(...creation);
    second.refused(...creation);
    now += 100;
    expect(run().isUnsettled(...creation)).toBe(true);
    expect(run().mayShowUntilMs(creation, unseenMs)).toBe(now + 120_000);
  });
});
