import { createOnce, type Creation } from "../../provider/engine/creation";
import { Lag } from "../../provider/engine/lag";
import { defaultPatience, type Waits } from "../../provider/engine/visibility";
import { EntraError } from "../../provider/graph/errors";

function aProcess(isReplicated: boolean): Waits {
  let nowMs = 0;
  const pause = (ms: number) => ((nowMs += ms), Promise.resolve());
  const now = () => nowMs;
  return {
    patience: { ...defaultPatience, now, pause },
    lag: new Lag(now),
    begunMs: 0,
    isReplicated: () => isReplicated,
  };
}

/** A tenant in which the first create takes effect and is not answered. */
function lost(keyed: boolean, effect: boolean): Creation<string> & { readonly made: string[] } {
  const made: string[] = [];
  let asked = 0;
  const find = () => Promise.resolve(made[0]);
  return {
    made,
    async create() {
      if (effect || asked > 0) made.push(`object ${asked}`);
      if (asked++ === 0) throw new EntraError("ANSWER_LOST", "no answer within 60 s");
      return Promise.resolve(made.at(-1) ?? "");
    },
    find,
    findThere: find,
    keyed,
    mayShowUntilMs: undefined,
    isUnsettled: false,
    tell: () => undefined,
  };
}

describe("a create that was not answered", () => {
  for (const isReplicated of [true, false])
    for (const keyed of [true, false])
      it.each([
        ["took effect", true, "object 0"],
        ["had none", false, "object 1"],
      ])(
        `and %s leaves one object${keyed ? " that has a key" : ""}${isReplicated ? "" : ", also where nothing lags"}`,
        async (_, effect, found) => {
          const creation = lost(keyed, effect);
          expect(await createOnce(creation, aProcess(isReplicated))).toBe(found);
          expect(creation.made).toEqual([found]);
        },
      );
});
