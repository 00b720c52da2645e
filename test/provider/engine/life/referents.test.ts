import { defaultTiming } from "../../../../provider/engine/consistency/consistency";
import { type Entry, WriteJournal } from "../../../../provider/engine/consistency/write-journal";
import { Referents } from "../../../../provider/engine/life/referents";
import type { Lifecycle } from "../../../../provider/engine/lifecycle";
import { type Run, runIn } from "../../../../provider/engine/run/run";
import { EntraError } from "../../../../provider/graph/errors";
import type { Tenant } from "../../../../provider/graph/tenant";

interface Wanted {
  readonly parent: string;
}

const tenant = { id: "tenant" } as Tenant;
const parent = "the parent";

/** A process whose time passes only when it waits. */
function aProcess({ isReplicated = true, earlier = [] as readonly Entry[] } = {}) {
  let nowMs = 1_000_000;
  const told: string[] = [];
  const now = () => nowMs;
  const pass = (ms: number): void => void (nowMs += ms);
  const run: Run = runIn(() => Promise.reject(new Error("no request is sent")), {
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
    progress: (message) => void told.push(message),
  });
  return { run, told, pass, seconds: () => (nowMs - 1_000_000) / 1_000 };
}

type Special = Partial<Pick<Lifecycle<Wanted>, "hasOwnDirectory" | "mayMissReferent">>;

const kind = (special: Special = {}): Lifecycle<Wanted> =>
  ({
    kind: "Thing",
    noun: "thing",
    nameOf: () => "one",
    refersTo: (wanted: Wanted) => [wanted.parent],
    ...special,
  }) as Partial<Lifecycle<Wanted>> as Lifecycle<Wanted>;

const refusal = (status: number, code: string, message = "Not a valid reference update.") =>
  new EntraError(status === 404 ? "NOT_FOUND" : status === 403 ? "FORBIDDEN" : "REFUSED", message, {
    answer: { status, code, requestId: "7" },
  });

const general = refusal(400, "Request_BadRequest");

/** Sends what is refused until so many seconds have passed. */
async function sent(
  { run, seconds }: ReturnType<typeof aProcess>,
  error: EntraError,
  untilSeconds = Infinity,
  special: Special = {},
): Promise<string> {
  const send = () => (seconds() < untilSeconds ? Promise.reject(error) : Promise.resolve("made"));
  return new Referents(kind(special), run, tenant, { parent }).untilKnown(send);
}

const ca: Special = { hasOwnDirectory: true };
const makesPrincipals: Special = { mayMissReferent: ({ status }) => status === 403 };

describe("a refusal that may come from a replica", () => {
  it.each([
    ["a general 400 of the directory", general, {}, 100],
    ["a general 400 of Conditional Access", refusal(400, "BadRequest"), ca, 280],
    ["a 403 of a kind that it may mean that for", refusal(403, "Authorization_RequestDenied"), makesPrincipals, 100],
    ["404", refusal(404, "Request_ResourceNotFound"), {}, 100],
  ])("is waited out where what it refers to was just made: %s", async (_, error, special, until) => {
    const process = aProcess();
    process.run.claims.recordWritten(parent, process.run.timing.now());
    expect(await sent(process, error, until, special)).toBe("made");
  });

  it.each([
    ["a general 400", general, {}],
    ["a general 400 of Conditional Access", refusal(400, "BadRequest"), ca],
    ["a 403", refusal(403, "Authorization_RequestDenied"), makesPrincipals],
    ["404", refusal(404, "Request_ResourceNotFound"), {}],
  ])("is final at once where nothing was written, or nothing lags: %s", async (_, error, special) => {
    const [quiet, whole] = [aProcess(), aProcess({ isReplicated: false })];
    whole.run.claims.recordWritten(parent, whole.run.timing.now());
    for (const process of [quiet, whole]) {
      await expect(sent(process, error, Infinity, special)).rejects.toBe(error);
      expect([process.seconds(), process.told]).toEqual([0, []]);
    }
  });

  it("is final at once where the request only reads and does not say that something is missing", async () => {
    const process = aProcess();
    process.run.claims.recordWritten(parent, process.run.timing.now());
    const search = new Referents(kind(), process.run, tenant, { parent });
    await expect(search.untilKnown(() => Promise.reject(general), { reads: true })).rejects.toBe(general);
    expect(process.seconds()).toBe(0);
  });

  it("is final at once where it means something else for this kind", async () => {
    const process = aProcess();
    process.run.claims.recordWritten(parent, process.run.timing.now());
    for (const error of [refusal(403, "Authorization_RequestDenied"), refusal(400, "Directory_QuotaExceeded")])
      await expect(sent(process, error)).rejects.toBe(error);
    expect(process.seconds()).toBe(0);
  });

  it.each([
    ["the directory", {}, 120],
    ["Conditional Access", ca, 300],
  ])("of %s is given up when what it refers to is old enough, in Graph's words", async (_, special, limit) => {
    const process = aProcess();
    process.run.claims.recordWritten(parent, process.run.timing.now());
    // Other resources took most of the time.
    process.pass((limit - 40) * 1_000);
    const before = process.seconds();
    await expect(sent(process, general, Infinity, special)).rejects.toBe(general);
    expect(process.seconds()).toBeGreaterThan(limit - 15);
    expect(process.seconds()).toBeLessThanOrEqual(limit);
    expect(process.told).toEqual([
      'thing "one" is waiting: Graph refused it: Not a valid reference update. [400 Request_BadRequest, request 7] ' +
        "An object it refers to was created or changed recently. Trying again for up to 40 s",
    ]);
    expect(before).toBe(limit - 40);
  });

  it("counts from the write of an earlier run of this machine too", async () => {
    const written = (secondsAgo: number): Entry => ({
      at: 1_000_000 - secondsAgo * 1_000,
      tenantId: tenant.id,
      id: parent,
      object: "written",
    });
    const old = aProcess({ earlier: [written(130)] });
    await expect(sent(old, general)).rejects.toBe(general);
    expect(old.seconds()).toBe(0);
    const process = aProcess({ earlier: [written(130)] });
    expect(await sent(process, general, 100, ca)).toBe("made");
  });
});
