import { defaultTiming } from "../../../../provider/engine/consistency/consistency";
import { type Entry, WriteJournal } from "../../../../provider/engine/consistency/write-journal";
import { Creation } from "../../../../provider/engine/life/creation";
import { Referents } from "../../../../provider/engine/life/referents";
import type { DuplicateCreate, Lifecycle } from "../../../../provider/engine/lifecycle";
import { type Run, runIn } from "../../../../provider/engine/run/run";
import { EntraError } from "../../../../provider/graph/errors";
import type { Tenant } from "../../../../provider/graph/tenant";

/** A process whose time passes only when it waits, or a request takes time. */
function aProcess(isReplicated = true, earlier: readonly Entry[] = []): Run & { readonly pass: (ms: number) => void } {
  let nowMs = 0;
  const now = () => nowMs;
  const pass = (ms: number): void => void (nowMs += ms);
  const run = runIn(() => Promise.reject(new Error("no request is sent")), {
    timing: {
      ...defaultTiming,
      now,
      pause: (ms) => {
        pass(ms);
        return Promise.resolve();
      },
    },
    journal: new WriteJournal(now, { earlier: () => earlier, add: () => undefined }),
    isReplicated: () => isReplicated,
  });
  return { ...run, pass };
}

const account = { id: undefined, isPerson: false };
const tenant = { id: "tenant", account: () => Promise.resolve(account) } as unknown as Tenant;
const marker = "aaaabbbbccccdddd";

/** A kind of which the first create takes effect or not, and is not answered. */
function lost(duplicateCreate: DuplicateCreate, effect: boolean): Lifecycle<object> & { readonly made: string[] } {
  const made: string[] = [];
  let requested = 0;
  return {
    made,
    kind: "Thing",
    noun: "thing",
    plural: "things",
    properties: {},
    nameOf: () => "one",
    replacedBy: [],
    permissions: { read: [], create: [], change: [], remove: [] },
    inventory: { lists: [], marker: "none", idIsKept: false, describe: () => [] },
    duplicateCreate,
    async create() {
      if (effect || requested > 0) made.push(`object ${requested}`);
      if (requested++ === 0) throw new EntraError("ANSWER_LOST", "no answer within 60 s");
      return Promise.resolve({ id: made.at(-1) ?? "" });
    },
    find: () => Promise.resolve(made.slice(0, 1).map((id) => ({ id }))),
    read: () => Promise.resolve(undefined),
    change: () => Promise.resolve(),
    remove: () => Promise.resolve(),
  };
}

const referents = (run: Run): Referents<object> => new Referents(lost("refused", true), run, tenant, {});

const created = async (lifecycle: Lifecycle<object>, run: Run): Promise<string> =>
  (await new Creation(lifecycle, run, tenant, { marker }).createOnce()).id;

describe("a create that was not answered", () => {
  for (const isReplicated of [true, false])
    for (const duplicateCreate of ["refused", "refused while active", "allowed"] as const)
      it.each([
        ["took effect", true, "object 0"],
        ["had none", false, "object 1"],
      ])(
        `and %s leaves one object${isReplicated ? "" : ", also where nothing lags"}, where a duplicate is ${duplicateCreate}`,
        async (_, effect, found) => {
          const kind = lost(duplicateCreate, effect);
          expect(await created(kind, aProcess(isReplicated))).toBe(found);
          expect(kind.made).toEqual([found]);
        },
      );
});

describe("a create that was not answered and shows only after it was sent again", () => {
  it("is the object that Graph refuses the second one for", async () => {
    const process = aProcess();
    let sent = 0;
    const create = () =>
      Promise.reject(new EntraError(++sent === 1 ? "ANSWER_LOST" : "CONFLICT", "It exists, or it does not."));
    const find = () => Promise.resolve(process.timing.now() < 60_000 ? [] : [{ id: "ours" }]);
    expect(await created({ ...lost("refused", true), create, find }, process)).toBe("ours");
    expect(sent).toBe(2);
  });
});

describe("a create that Graph refuses because the object is there", () => {
  it("is searched for until a replica shows it, however long that lags", async () => {
    const process = aProcess();
    const create = () => Promise.reject(new EntraError("CONFLICT", "It exists already."));
    const find = () => Promise.resolve(process.timing.now() < 60_000 ? [] : [{ id: "theirs" }]);
    expect(await created({ ...lost("refused", true), create, find }, process)).toBe("theirs");
  });
});

describe("what a request waits for a quota", () => {
  it("is not taken for time in which a lost create was searched for", async () => {
    const process = aProcess();
    const kind = lost("allowed", true);
    let searches = 0;
    const find = () => {
      process.pass(130_000);
      return Promise.resolve(searches++ === 0 ? [] : kind.made.map((id) => ({ id })));
    };
    expect(await created({ ...kind, find }, process)).toBe("object 0");
  });

  it("does not spare the search for what an earlier run requested: the shared list may be older", async () => {
    const process = aProcess(true, [{ at: 0, tenantId: "tenant", kind: "Thing", marker, create: "requested" }]);
    const kind = { ...lost("allowed", true), find: () => Promise.resolve([{ id: "object 0" }]) };
    process.pass(119_000);
    expect(await created(kind, process)).toBe("object 0");
    expect(kind.made).toEqual([]);
  });

  it("is not taken from the time in which a replica may not know the blueprint yet", async () => {
    const process = aProcess();
    let sent = 0;
    const answer = { status: 400, code: "AgentIdentity_AgentBlueprintPrincipalDoesNotExist", requestId: "1" };
    const send = () => {
      process.pass(100_000);
      return ++sent < 5
        ? Promise.reject(new EntraError("REFUSED", "It does not exist.", { answer }))
        : Promise.resolve("made");
    };
    expect(await referents(process).untilKnown(send, { recentlyWritten: true })).toBe("made");
  });

  it("does not make that time endless", async () => {
    const process = aProcess();
    const answer = { status: 404, code: "Request_ResourceNotFound", requestId: "1" };
    const send = () => Promise.reject(new EntraError("NOT_FOUND", "It does not exist.", { answer }));
    await expect(referents(process).untilKnown(send, { recentlyWritten: true })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    expect(process.timing.now()).toBeGreaterThan(100_000);
    expect(process.timing.now()).toBeLessThanOrEqual(120_000);
  });
});
