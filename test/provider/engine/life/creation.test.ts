import { createOnce, type Creation, untilReferentsShow } from "../../../../provider/engine/life/creation";
import { Lag } from "../../../../provider/engine/consistency/lag";
import type { Twin } from "../../../../provider/engine/lifecycle";
import { defaultPatience, type Waits } from "../../../../provider/engine/consistency/visibility";
import { EntraError } from "../../../../provider/graph/errors";

function aProcess(isReplicated: boolean): Waits & { readonly pass: (ms: number) => void } {
  let nowMs = 0;
  const pause = (ms: number) => ((nowMs += ms), Promise.resolve());
  const now = () => nowMs;
  return {
    patience: { ...defaultPatience, now, pause },
    lag: new Lag(now),
    begunMs: 0,
    isReplicated: () => isReplicated,
    pass: (ms) => (nowMs += ms),
  };
}

/** A tenant in which the first create takes effect and is not answered. */
function lost(twin: Twin, effect: boolean): Creation<string> & { readonly made: string[] } {
  const made: string[] = [];
  let asked = 0;
  return {
    made,
    async create() {
      if (effect || asked > 0) made.push(`object ${asked}`);
      if (asked++ === 0) throw new EntraError("ANSWER_LOST", "no answer within 60 s");
      return Promise.resolve(made.at(-1) ?? "");
    },
    find: () => Promise.resolve(made[0]),
    twin,
    noted: { mayShowUntilMs: undefined, isUnsettled: false },
    tell: () => undefined,
  };
}

describe("a create that was not answered", () => {
  for (const isReplicated of [true, false])
    for (const twin of ["refused", "refused while active", "made"] as const)
      it.each([
        ["took effect", true, "object 0"],
        ["had none", false, "object 1"],
      ])(
        `and %s leaves one object${isReplicated ? "" : ", also where nothing lags"}, where a second one is ${twin}`,
        async (_, effect, found) => {
          const creation = lost(twin, effect);
          expect(await createOnce(creation, aProcess(isReplicated))).toBe(found);
          expect(creation.made).toEqual([found]);
        },
      );
});

describe("a create that Graph refuses because the object is there", () => {
  it("is looked for until a replica shows it, however long that lags", async () => {
    const process = aProcess(true);
    const create = () => Promise.reject(new EntraError("CONFLICT", "It exists already."));
    const find = () => Promise.resolve(process.patience.now() < 60_000 ? undefined : "theirs");
    expect(await createOnce({ ...lost("refused", true), create, find }, process)).toBe("theirs");
  });
});

describe("what a request waits for a quota", () => {
  it("is not taken for time in which a lost create was looked for", async () => {
    const process = aProcess(true);
    const creation = lost("made", true);
    let looks = 0;
    const find = () => {
      process.pass(130_000);
      return Promise.resolve(looks++ === 0 ? undefined : creation.made[0]);
    };
    expect(await createOnce({ ...creation, find }, process)).toBe("object 0");
  });

  it("does not spare the look for what an earlier run asked for: the shared list may be older", async () => {
    const process = aProcess(true);
    const creation = {
      ...lost("made", true),
      noted: { mayShowUntilMs: 120_000, isUnsettled: false },
      find: () => Promise.resolve("object 0"),
    };
    process.pass(130_000);
    expect(await createOnce(creation, process)).toBe("object 0");
    expect(creation.made).toEqual([]);
  });

  it("is not taken from the patience with a replica that does not know the blueprint yet", async () => {
    const process = aProcess(true);
    let asked = 0;
    const answer = { status: 400, code: "AgentIdentity_AgentBlueprintPrincipalDoesNotExist", requestId: "1" };
    const act = () => {
      process.pass(100_000);
      return ++asked < 5
        ? Promise.reject(new EntraError("REFUSED", "It does not exist.", { answer }))
        : Promise.resolve("made");
    };
    expect(await untilReferentsShow(act, true, process.patience)).toBe("made");
  });

  it("does not make the patience with it endless", async () => {
    const process = aProcess(true);
    const answer = { status: 404, code: "Request_ResourceNotFound", requestId: "1" };
    const act = () => Promise.reject(new EntraError("NOT_FOUND", "It does not exist.", { answer }));
    await expect(untilReferentsShow(act, true, process.patience)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(process.patience.now()).toBeGreaterThan(100_000);
    expect(process.patience.now()).toBeLessThanOrEqual(120_000);
  });
});
