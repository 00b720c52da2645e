import * as fc from "fast-check";
import { Lag } from "../../../../provider/engine/consistency/lag";
import { defaultTiming } from "../../../../provider/engine/consistency/consistency";
import { readUntilCertain, readUntilShown } from "../../../../provider/engine/life/reads";
import { type Run, runIn } from "../../../../provider/engine/run/run";

/** A process whose time passes only when somebody waits. */
function aProcess(isReplicated = true): Run & { readonly waited: number[]; readonly pass: (ms: number) => void } {
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
  const run = runIn(() => Promise.reject(new Error("no request is sent")), {
    timing: { ...defaultTiming, now, pause },
    lag: new Lag(now),
    isReplicated: () => isReplicated,
  });
  return { ...run, waited, pass };
}

/** A tenant that gives these answers one after the other, and the last one from then on. */
function tenant<T>(...answers: readonly T[]): { readonly read: () => Promise<T>; readonly reads: () => number } {
  let count = 0;
  return { read: () => Promise.resolve(answers[Math.min(count++, answers.length - 1)] as T), reads: () => count };
}

/** A write now, that a read shows after `lagMs` of this process's time. */
function written({ timing }: Run, lagMs: number) {
  const shownAtMs = timing.now() + lagMs;
  let count = 0;
  const read = (): Promise<string> => (count++, Promise.resolve(timing.now() < shownAtMs ? "old" : "new"));
  return { read, reads: () => count };
}

const isNew = (seen: string): boolean => seen === "new";

describe("a wait until the tenant shows a change", () => {
  it("costs one read and no wait where the tenant shows it at once", async () => {
    const process = aProcess();
    const { read, reads } = tenant("new");
    expect(await readUntilShown(process, read, isNew)).toBe("new");
    expect([reads(), process.waited]).toEqual([1, []]);
  });

  it("wants three reads in a row to agree once a stale one was seen", async () => {
    const { read, reads } = tenant("old", "new", "old", "new", "new", "new");
    await readUntilShown(aProcess(), read, isNew);
    expect(reads()).toBe(6);
  });

  it("begins with a fitting pause once lag was seen: no read is in vain, and three agree", async () => {
    const process = aProcess();
    const first = written(process, 5_000);
    await readUntilShown(process, first.read, isNew);
    const later = written(process, 5_000);
    await readUntilShown(process, later.read, isNew);
    expect([first.reads(), later.reads()]).toEqual([9, 3]);
  });

  it("needs few reads for a hundred objects under five seconds of lag", async () => {
    const process = aProcess();
    const reads: number[] = [];
    for (let object = 0; object < 100; object++) {
      const write = written(process, 5_000);
      await readUntilShown(process, write.read, isNew);
      reads.push(write.reads());
    }
    expect(Math.max(...reads.slice(1))).toBeLessThanOrEqual(7);
    expect(reads.reduce((sum, count) => sum + count) / 100).toBeLessThan(5);
  });

  it("asks for one read again soon after the lag is over", async () => {
    const process = aProcess();
    await readUntilShown(process, written(process, 5_000).read, isNew);
    for (let object = 0; object < 40; object++) await readUntilShown(process, tenant("new").read, isNew);
    const { read, reads } = tenant("new");
    await readUntilShown(process, read, isNew);
    expect(reads()).toBe(1);
  });

  it("asks for one read again when nothing was written for ten minutes", async () => {
    const process = aProcess();
    await readUntilShown(process, written(process, 5_000).read, isNew);
    process.pass(600_000);
    const { read, reads } = tenant("new");
    await readUntilShown(process, read, isNew);
    expect(reads()).toBe(1);
  });

  it("ends with NOT_YET_VISIBLE after two minutes, and others do not wait longer for it", async () => {
    const process = aProcess();
    await expect(readUntilShown(process, tenant("old").read, isNew)).rejects.toMatchObject({ code: "NOT_YET_VISIBLE" });
    expect(process.timing.now()).toBeLessThanOrEqual(120_000);
    expect(process.timing.now()).toBeGreaterThan(110_000);
    expect(process.lag.ms).toBe(0);
  });

  it("sends the write again every fifteen seconds: what to write may have been decided by a replica that lagged", async () => {
    const process = aProcess();
    let sent = 1;
    const read = (): Promise<string> => Promise.resolve(sent === 3 ? "new" : "old");
    await readUntilShown(process, read, isNew, () => {
      sent += 1;
      return Promise.resolve();
    });
    expect(sent).toBe(3);
    expect(process.timing.now()).toBeGreaterThan(30_000);
  });

  it("does not give up because a read waited for a quota", async () => {
    const process = aProcess();
    const { read, reads } = tenant("old", "old", "old", "new");
    const throttled = () => (process.pass(100_000), read());
    expect(await readUntilShown(process, throttled, isNew)).toBe("new");
    expect(reads()).toBe(6);
  });

  it("begins without a pause where there are no replicas, whatever lag an earlier process saw", async () => {
    const process = aProcess(false);
    process.lag.remember({ last: { ms: 60_000, at: 0 }, keep: () => undefined });
    const { read, reads } = tenant("new");
    await readUntilShown(process, read, isNew);
    expect([reads(), process.waited]).toEqual([1, []]);
  });

  it("never answers with something that does not show the change, whatever the replicas do", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom("old", "new"), { maxLength: 40 }), async (answers) => {
        const { read } = tenant(...answers, "new");
        expect(await readUntilShown(aProcess(), read, isNew)).toBe("new");
      }),
    );
  });
});

describe("what a replica shows and nobody expects", () => {
  const exists = (seen: string | undefined): boolean => seen !== undefined;

  it("is believed when reads over fifteen seconds agree", async () => {
    const process = aProcess();
    const { read, reads } = tenant<string | undefined>(undefined);
    expect(await readUntilCertain(process, 0, read, exists)).toBeUndefined();
    expect([reads(), process.waited]).toEqual([5, [1_000, 2_000, 4_000, 8_000]]);
  });

  it("is not believed while reads go on to differ, however old the write is", async () => {
    const process = aProcess();
    process.pass(14_000);
    const { read } = tenant("changed", "changed", undefined, "changed", "changed", "changed");
    expect(await readUntilCertain<string | undefined>(process, 0, read, () => false)).toBe("changed");
  });

  it("is reported when reads differ to the end", async () => {
    let reads = 0;
    const read = () => Promise.resolve(reads++ % 2 === 0 ? "there" : undefined);
    await expect(readUntilCertain<string | undefined>(aProcess(), 0, read, () => false)).rejects.toMatchObject({
      code: "NOT_YET_VISIBLE",
    });
  });

  it("is not believed when the last of those reads shows the object", async () => {
    const { read } = tenant(undefined, undefined, undefined, undefined, "there");
    expect(await readUntilCertain(aProcess(), 0, read, exists)).toBe("there");
  });

  it("takes fifteen seconds for all objects together, not for each", async () => {
    const process = aProcess();
    for (let object = 0; object < 1_000; object++) await readUntilCertain(process, 0, tenant(undefined).read, exists);
    const one = aProcess();
    one.pass(15_000);
    const { read, reads } = tenant<string | undefined>(undefined);
    await readUntilCertain(one, 0, read, exists);
    expect(reads()).toBe(3);
    expect(process.timing.now()).toBe(15_000 + 999 * 500);
  });

  it("is not reported to differ because reads waited for a quota, and that teaches no lag", async () => {
    const process = aProcess();
    const { read, reads } = tenant<string | undefined>(undefined, "there");
    const throttled = () => (process.pass(130_000), read());
    expect(await readUntilCertain(process, 0, throttled, exists)).toBe("there");
    expect(reads()).toBe(2);
    expect(process.lag.ms).toBeLessThan(131_000);
  });

  it("is not believed on the word of a read that was asked for before the time was over", async () => {
    const process = aProcess();
    const { read, reads } = tenant<string | undefined>(undefined, undefined, undefined, "there");
    const slow = () => (process.pass(5_500), read());
    expect(await readUntilCertain(process, 0, slow, exists)).toBe("there");
    expect(reads()).toBe(4);
  });

  it("teaches no lag when the answer alone took its time", async () => {
    const process = aProcess();
    const slow = () => (process.pass(400), Promise.resolve("there"));
    expect(await readUntilCertain(process, 0, slow, exists)).toBe("there");
    expect(process.lag.ms).toBe(0);
  });

  it("is believed at once where there are no replicas", async () => {
    const process = aProcess(false);
    const { read, reads } = tenant<string | undefined>(undefined);
    expect(await readUntilCertain(process, 0, read, exists)).toBeUndefined();
    expect([reads(), process.waited]).toEqual([1, []]);
  });

  it("takes longer where a longer lag was seen", async () => {
    const process = aProcess();
    process.lag.saw(20_000);
    const { read } = tenant(undefined);
    await readUntilCertain(process, 0, read, exists);
    expect(process.timing.now()).toBeGreaterThan(40_000);
  });
});
