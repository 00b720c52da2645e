import * as fc from "fast-check";
import { defaultPatience, type Patience, untilVisible } from "../../provider/engine/visibility";

/** Time that passes only when somebody waits. */
function patience(): Patience & { waited: number[] } {
  const waited: number[] = [];
  return {
    ...defaultPatience,
    waited,
    now: () => waited.reduce((sum, ms) => sum + ms, 0),
    pause: (ms) => (waited.push(ms), Promise.resolve()),
  };
}

/** A tenant that answers from these replicas in turn. */
const reads = (answers: readonly string[]) => {
  let next = 0;
  return () => Promise.resolve(answers[Math.min(next++, answers.length - 1)] ?? "");
};

describe("waiting until the tenant shows a change", () => {
  it("costs one read and no wait where the tenant shows it at once", async () => {
    const time = patience();
    expect(await untilVisible(reads(["new"]), (seen) => seen === "new", time)).toBe("new");
    expect(time.waited).toEqual([]);
  });

  it("wants three reads in a row to agree once a stale one was seen", async () => {
    const time = patience();
    await untilVisible(reads(["old", "new", "old", "new", "new", "new"]), (seen) => seen === "new", time);
    expect(time.waited).toEqual([100, 200, 400, 800, 1600]);
  });

  it("ends with NOT_YET_VISIBLE after two minutes", async () => {
    const time = patience();
    await expect(untilVisible(reads(["old"]), (seen) => seen === "new", time)).rejects.toMatchObject({
      code: "NOT_YET_VISIBLE",
    });
    expect(time.now()).toBeLessThanOrEqual(120_000);
    expect(time.now()).toBeGreaterThan(110_000);
  });

  it("never answers with something that does not show the change, whatever the replicas do", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom("old", "new"), { maxLength: 40 }), async (answers) => {
        const seen = await untilVisible(reads([...answers, "new"]), (text) => text === "new", patience());
        expect(seen).toBe("new");
      }),
    );
  });
});
