import * as fc from "fast-check";
import { type Consistency, defaultTiming } from "../../../../provider/engine/consistency/consistency";
import { Lag } from "../../../../provider/engine/consistency/lag";
import {
  untilAccepted,
  untilCertain,
  untilFound,
  untilShown,
  type Verdict,
  type Wait,
} from "../../../../provider/engine/consistency/wait";

/** Time that passes only when somebody waits. */
function aProcess(): Consistency & { readonly pauses: number[] } {
  const pauses: number[] = [];
  let nowMs = 0;
  const now = (): number => nowMs;
  const pause = (ms: number): Promise<void> => {
    pauses.push(ms);
    nowMs += ms;
    return Promise.resolve();
  };
  return {
    timing: { ...defaultTiming, now, pause },
    lag: new Lag(now),
    startedAt: 0,
    isReplicated: () => true,
    pauses,
  };
}

/** Makes attempts that come to these verdicts, the last one again and again. @returns how many there were */
async function attempts(wait: Wait, ...verdicts: readonly Verdict[]): Promise<number> {
  let made = 0;
  while (await wait.again()) wait.record(verdicts[Math.min(made++, verdicts.length - 1)] ?? "proof");
  return made;
}

const verdicts = (...among: readonly Verdict[]) => fc.array(fc.constantFrom(...among), { minLength: 1, maxLength: 60 });

describe("every wait", () => {
  const policies: readonly [string, (process: Consistency) => Wait][] = [
    ["untilShown", untilShown],
    ["untilCertain", (process) => untilCertain(0, process)],
    ["untilFound", (process) => untilFound(30_000, process)],
    ["untilAccepted", untilAccepted],
  ];

  it.each(policies)("ends at once with proof, without a pause: %s", async (_, policy) => {
    const process = aProcess();
    expect([await attempts(policy(process), "proof"), process.pauses]).toEqual([1, []]);
  });

  it.each(policies)("ends, whatever the attempts come to: %s", async (_, policy) => {
    await fc.assert(
      fc.asyncProperty(verdicts("agrees", "differs", "wrong"), async (course) => {
        const process = aProcess();
        await attempts(policy(process), ...course).catch(() => undefined);
        expect(process.timing.now()).toBeLessThanOrEqual(defaultTiming.timeoutMs + 2 * 10_000);
      }),
    );
  });
});

describe("a wait until a write shows", () => {
  it("reads again after 100 ms, then after twice as long each time, up to five seconds", async () => {
    const process = aProcess();
    await expect(attempts(untilShown(process), "wrong")).rejects.toMatchObject({
      code: "NOT_YET_VISIBLE",
      message: "the tenant did not show the change within 120 s",
    });
    expect(process.pauses.slice(0, 8)).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
  });

  it("wants three in a row to agree after one that was wrong, at the same distance", async () => {
    const process = aProcess();
    expect(await attempts(untilShown(process), "wrong", "agrees", "wrong", "agrees")).toBe(6);
    expect(process.pauses).toEqual([100, 200, 200, 400, 400]);
  });

  it("is late each time that fifteen seconds have passed since the write, or since it was sent again", async () => {
    const process = aProcess();
    const wait = untilShown(process);
    const lateAt: number[] = [];
    while (lateAt.length < 3 && (await wait.again())) {
      wait.record("wrong");
      if (wait.isLate()) lateAt.push(process.timing.now());
    }
    expect(lateAt.every((at, index) => at - (lateAt[index - 1] ?? 0) >= 15_000)).toBe(true);
  });

  it("is late only after three times the lag that was seen, where that is longer", async () => {
    const process = aProcess();
    process.lag.saw(20_000);
    const wait = untilShown(process);
    let lateAt = 0;
    while (lateAt === 0 && (await wait.again())) {
      wait.record("wrong");
      if (wait.isLate()) lateAt = process.timing.now();
    }
    expect(lateAt).toBeGreaterThan(30_000);
  });
});

describe("a wait until reads are certain", () => {
  it("never ends on reads that agree before the write is old enough", async () => {
    const process = aProcess();
    await attempts(untilCertain(0, process), "agrees");
    expect([process.timing.now(), process.pauses]).toEqual([15_000, [1_000, 2_000, 4_000, 8_000]]);
  });

  it("counts the one that differs as the first of three that must agree, however old the write is", async () => {
    const process = aProcess();
    await process.timing.pause(60_000);
    expect(await attempts(untilCertain(0, process), "agrees", "differs", "agrees")).toBe(4);
  });

  it("reports inconsistent reads when they differ to the end", async () => {
    await expect(attempts(untilCertain(0, aProcess()), "agrees", "differs")).rejects.toMatchObject({
      code: "NOT_YET_VISIBLE",
      message: "reads of the tenant were inconsistent (replica lag) for 120 s",
    });
  });
});

describe("a wait until something is found", () => {
  it("makes its last attempt exactly at the given moment, and knows that it is the last", async () => {
    const process = aProcess();
    const wait = untilFound(30_000, process);
    const due: boolean[] = [];
    while (await wait.again()) {
      due.push(wait.isDue);
      wait.record("agrees");
    }
    expect(process.timing.now()).toBe(30_000);
    expect(due.filter(Boolean)).toHaveLength(1);
    expect(due.at(-1)).toBe(true);
  });
});

describe("a wait until a write is accepted", () => {
  it("ends without an error when two minutes of pauses are over: the refusal stands", async () => {
    const process = aProcess();
    await attempts(untilAccepted(process), "wrong");
    expect(process.pauses.slice(0, 6)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000]);
    expect(process.timing.now()).toBeLessThanOrEqual(120_000);
    expect(process.timing.now()).toBeGreaterThan(110_000);
  });
});
