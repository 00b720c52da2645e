import * as fc from "fast-check";
import { Lag } from "../../../../provider/engine/consistency/lag";
import {
  defaultPatience,
  untilCertain,
  untilVisible,
  type Waits,
} from "../../../../provider/engine/consistency/visibility";

/** Time that passes only when somebody waits. */
function aProcess(): Waits & { readonly waited: number[]; readonly pass: (ms: number) => void } {
  const waited: number[] = [];
  let nowMs = 0;
  const now = (): number => nowMs;
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  const pause = (ms: number): Promise<void> => {
    waited.push(ms);
    pass(ms);
    return Promise.resolve();
  };
  return {
    patience: { ...defaultPatience, now, pause },
    lag: new Lag(now),
    begunMs: 0,
    isReplicated: () => true,
    waited,
    pass,
  };
}

/** A tenant that gives these answers one after the other, and the last one from then on. */
function tenant<T>(...answers: readonly T[]): { readonly read: () => Promise<T>; readonly reads: () => number } {
  let count = 0;
  return { read: () => Promise.resolve(answers[Math.min(count++, answers.length - 1)] as T), reads: () => count };
}

/** A write now, that a read shows after `lagMs` of this process's time. */
function written({ patience }: Waits, lagMs: number) {
  const shownAtMs = patience.now() + lagMs;
  let count = 0;
  const read = (): Promise<string> => (count++, Promise.resolve(patience.now() < shownAtMs ? "old" : "new"));
  return { read, reads: () => count };
}

const isNew = (seen: string): boolean => seen === "new";

describe("waiting until the tenant shows a change", () => {
  it("costs one read and no wait where the tenant shows it at once", async () => {
    const process = aProcess();
    const { read, reads } = tenant("new");
    expect(await untilVisible(read, isNew, process)).toBe("new");
    expect([reads(), process.waited]).toEqual([1, []]);
  });

  it("wants three reads in a row to agree once a stale one was seen", async () => {
    const { read, reads } = tenant("old", "new", "old", "new", "new", "new");
    await untilVisible(read, isNew, aProcess());
    expect(reads()).toBe(6);
  });

  it("begins with a fitting pause once lag was seen: no read is in vain, and three agree", async () => {
    const process = aProcess();
    const first = written(process, 5_000);
    await untilVisible(first.read, isNew, process);
    const later = written(process, 5_000);
    await untilVisible(later.read, isNew, process);
    expect([first.reads(), later.reads()]).toEqual([9, 3]);
  });

  it("needs few reads for a hundred objects under five seconds of lag", async () => {
    const process = aProcess();
    const reads: number[] = [];
    for (let object = 0; object < 100; object++) {
      const write = written(process, 5_000);
      await untilVisible(write.read, isNew, process);
      reads.push(write.reads());
    }
    expect(Math.max(...reads.slice(1))).toBeLessThanOrEqual(7);
    expect(reads.reduce((sum, count) => sum + count) / 100).toBeLessThan(5);
  });

  it("asks for one read again soon after the lag is over", async () => {
    const process = aProcess();
    await untilVisible(written(process, 5_000).read, isNew, process);
    for (let object = 0; object < 40; object++) await untilVisible(tenant("new").read, isNew, process);
    const { read, reads } = tenant("new");
    await untilVisible(read, isNew, process);
    expect(reads()).toBe(1);
  });

  it("asks for one read again when nothing was written for ten minutes", async () => {
    const process = aProcess();
    await untilVisible(written(process, 5_000).read, isNew, process);
    process.pass(600_000);
    const { read, reads } = tenant("new");
    await untilVisible(read, isNew, process);
    expect(reads()).toBe(1);
  });

  it("ends with NOT_YET_VISIBLE after two minutes, and others do not wait longer for it", async () => {
    const process = aProcess();
    await expect(untilVisible(tenant("old").read, isNew, process)).rejects.toMatchObject({ code: "NOT_YET_VISIBLE" });
    expect(process.patience.now()).toBeLessThanOrEqual(120_000);
    expect(process.patience.now()).toBeGreaterThan(110_000);
    expect(process.lag.ms).toBe(0);
  });

  it("sends the write again every fifteen seconds: what to write may have been decided by a replica that lagged", async () => {
    const process = aProcess();
    let sent = 1;
    const read = (): Promise<string> => Promise.resolve(sent === 3 ? "new" : "old");
    await untilVisible(read, isNew, process, () => {
      sent += 1;
      return Promise.resolve();
    });
    expect(sent).toBe(3);
    expect(process.patience.now()).toBeGreaterThan(30_000);
  });

  it("does not give up because a read waited for a quota", async () => {
    const process = aProcess();
    const { read, reads } = tenant("old", "old", "old", "new");
    const throttled = () => (process.pass(100_000), read());
    expect(await untilVisible(throttled, isNew, process)).toBe("new");
    expect(reads()).toBe(6);
  });

  it("begins without a pause where there are no replicas, whatever lag an earlier process saw", async () => {
    const process = { ...aProcess(), isReplicated: () => false };
    process.lag.remember({ last: { ms: 60_000, atMs: 0 }, keep: () => undefined });
    const { read, reads } = tenant("new");
    await untilVisible(read, isNew, process);
    expect([reads(), process.waited]).toEqual([1, []]);
  });

  it("never answers with something that does not show the change, whatever the replicas do", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom("old", "new"), { maxLength: 40 }), async (answers) => {
        const { read } = tenant(...answers, "new");
        expect(await untilVisible(read, isNew, aProcess())).toBe("new");
      }),
    );
  });
});

describe("what a replica shows and nobody expects", () => {
  const exists = (seen: string | undefined): boolean => seen !== undefined;

  it("is believed when reads over fifteen seconds agree", async () => {
    const process = aProcess();
    const { read, reads } = tenant<string | undefined>(undefined);
    expect(await untilCertain(read, exists, 0, process)).toBeUndefined();
    expect([reads(), process.waited]).toEqual([5, [1_000, 2_000, 4_000, 8_000]]);
  });

  it("is not believed while reads go on to differ, however old the write is", async () => {
    const process = aProcess();
    process.pass(14_000);
    const { read } = tenant("changed", "changed", undefined, "changed", "changed", "changed");
    expect(await untilCertain<string | undefined>(read, () => false, 0, process)).toBe("changed");
  });

  it("is told when reads differ to the end", async () => {
    let reads = 0;
    const read = () => Promise.resolve(reads++ % 2 === 0 ? "there" : undefined);
    await expect(untilCertain<string | undefined>(read, () => false, 0, aProcess())).rejects.toMatchObject({
      code: "NOT_YET_VISIBLE",
    });
  });

  it("is not believed when the last of those reads shows the object", async () => {
    const { read } = tenant(undefined, undefined, undefined, undefined, "there");
    expect(await untilCertain(read, exists, 0, aProcess())).toBe("there");
  });

  it("takes fifteen seconds for all objects together, not for each", async () => {
    const process = aProcess();
    for (let object = 0; object < 1_000; object++) await untilCertain(tenant(undefined).read, exists, 0, process);
    const one = aProcess();
    one.pass(15_000);
    const { read, reads } = tenant<string | undefined>(undefined);
    await untilCertain(read, exists, 0, one);
    expect(reads()).toBe(3);
    expect(process.patience.now()).toBe(15_000 + 999 * 500);
  });

  it("is not told to differ because reads waited for a quota, and that teaches no lag", async () => {
    const process = aProcess();
    const { read, reads } = tenant<string | undefined>(undefined, "there");
    const throttled = () => (process.pass(130_000), read());
    expect(await untilCertain(throttled, exists, 0, process)).toBe("there");
    expect(reads()).toBe(2);
    expect(process.lag.ms).toBeLessThan(131_000);
  });

  it("is not believed on the word of a read that was asked for before the time was over", async () => {
    const process = aProcess();
    const { read, reads } = tenant<string | undefined>(undefined, undefined, undefined, "there");
    const slow = () => (process.pass(5_500), read());
    expect(await untilCertain(slow, exists, 0, process)).toBe("there");
    expect(reads()).toBe(4);
  });

  it("teaches no lag when the answer alone took its time", async () => {
    const process = aProcess();
    const slow = () => (process.pass(400), Promise.resolve("there"));
    expect(await untilCertain(slow, exists, 0, process)).toBe("there");
    expect(process.lag.ms).toBe(0);
  });

  it("is believed at once where there are no replicas", async () => {
    const process = { ...aProcess(), isReplicated: () => false };
    const { read, reads } = tenant<string | undefined>(undefined);
    expect(await untilCertain(read, exists, 0, process)).toBeUndefined();
    expect([reads(), process.waited]).toEqual([1, []]);
  });

  it("takes longer where a longer lag was seen", async () => {
    const process = aProcess();
    process.lag.saw(20_000);
    const { read } = tenant(undefined);
    await untilCertain(read, exists, 0, process);
    expect(process.patience.now()).toBeGreaterThan(40_000);
  });
});
