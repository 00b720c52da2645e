import { AsyncLocalStorage } from "node:async_hooks";
import fc from "fast-check";
import { apiOf, microsoftGraphAppId } from "../../emulator/permissions";
import { openTenant } from "../../emulator/tenant";
import { batching } from "../../provider/graph/batching";
import { connection, type Tuning } from "../../provider/graph/connection";
import { EntraError } from "../../provider/graph/errors";
import { QuotaScheduler } from "../../provider/graph/scheduler";
import type { Tenant } from "../../provider/graph/tenant";
import type { Issue } from "../../provider/graph/tokens";
import type { Transport } from "../../provider/graph/transport";
import { VirtualTime } from "../model/virtual-time";
import { aClientApplication, type ClientApplication } from "./client-application";
import { failureOf } from "./wire";

const lagMs = 60_000;
const hourMs = 3_600_000;
const exchange = "00000002-0000-0ff1-ce00-000000000000";

const emulated = openTenant({ memory: true });
const begin = emulated.snapshot();
afterAll(() => emulated.close());

let time: VirtualTime;
let client: ClientApplication;
/** When the run begins. */
let t0: number;

/** An hour ago an administrator granted the application to read its own assignments. */
async function registered(held: readonly string[] = ["Application.Read.All"], permissionsLagMs = lagMs): Promise<void> {
  emulated.restore(begin);
  emulated.set({ permissionsLagMs });
  time = new VirtualTime();
  keepTime();
  client = await aClientApplication(emulated);
  await client.consent(held);
  time.pass(hourMs);
  keepTime();
  t0 = time.now();
}
beforeEach(() => registered());

const keepTime = (): void => emulated.set({ clock: { stoppedAt: new Date(time.now()).toISOString() } });

interface Run {
  readonly graph: Tenant;
  /** How many tokens were issued. */
  readonly issued: () => number;
  readonly reported: readonly string[];
}

interface RunSettings extends Tuning {
  readonly batched?: boolean;
  /** Requests under way at once. */
  readonly concurrency?: number;
  /** Milliseconds from an answer to its arrival. @default 0 */
  readonly latencyMs?: number;
  readonly token?: Issue;
}

/** A provider process of the application. */
async function aRun({
  batched = false,
  concurrency = 100,
  latencyMs = 0,
  token,
  ...tuning
}: RunSettings = {}): Promise<Run> {
  let issued = 0;
  const reported: string[] = [];
  const handle: Transport = async (request) => {
    keepTime();
    const response = await time.during(() => emulated.handle(request));
    if (latencyMs > 0) await time.wait(latencyMs);
    return response;
  };
  const issue: Issue = (want) => {
    keepTime();
    issued++;
    return time.during(() => token?.(want) ?? emulated.token({ app: client.appId }));
  };
  const clock = { now: time.now, wait: time.wait };
  const scheduler = new QuotaScheduler(clock, { quotas: [], concurrency, cancelled: tuning.cancelled });
  const graph = await connection(
    {
      name: "the tenant",
      origin: "https://graph.microsoft.com",
      transport: batched ? batching(handle, time.now) : handle,
      issue,
    },
    { clock, scheduler, progress: (message) => void reported.push(message), ...tuning },
  );
  return { graph, issued: () => issued, reported };
}

const seconds = (): number => (time.now() - t0) / 1_000;

/** Requests of the application. */
const asked = (): string[] =>
  emulated.requests().flatMap(({ appId, operation }) => (appId === client.appId ? String(operation) : []));

const lookUps = (): string[] => asked().filter((operation) => operation.includes("appRoleAssignments"));

const refusal = {
  code: "FORBIDDEN",
  message: "Insufficient privileges to complete the operation.",
  answer: expect.objectContaining({ status: 403, code: "Authorization_RequestDenied" }) as object,
};

describe("a permission that was granted a moment ago", () => {
  it.each(["GET", "POST", "PATCH", "DELETE"] as const)(
    "is waited for by the call that needs it, and its write is made once: %s",
    async (method) => {
      const name = "Payroll owners";
      const body = { displayName: name, mailEnabled: false, mailNickname: "payroll", securityEnabled: true };
      emulated.plant([
        { id: "6d1b5f0e-7b1c-4f0e-9a53-0d6f4c1f2a11", kind: "group", body: { ...body, displayName: "old" } },
      ]);
      const path = "/groups/6d1b5f0e-7b1c-4f0e-9a53-0d6f4c1f2a11";
      await client.consent(["Group.ReadWrite.All"]);
      const { graph, reported } = await aRun();
      const calls = {
        GET: () => graph.get(path),
        POST: () => graph.post("/groups", body),
        PATCH: () => graph.patch(path, { displayName: name }),
        DELETE: () => graph.delete(path),
      };
      await calls[method]();
      const groups = await graph.list<{ displayName: string }>("/groups");
      const those = (wanted: string) => groups.filter(({ displayName }) => displayName === wanted).length;
      expect([those("old"), those(name)]).toEqual({ GET: [1, 0], POST: [1, 1], PATCH: [0, 1], DELETE: [0, 0] }[method]);
      expect(seconds()).toBeGreaterThanOrEqual(60);
      expect(seconds()).toBeLessThanOrEqual(65);
      expect(reported).toEqual([
        "waiting up to 120 s for a permission that was granted at 13:00:00 UTC to come into force",
      ]);
    },
  );

  it("is looked up once, and all requests that need it wait together, each reported to its own call", async () => {
    await client.consent(["Group.Read.All"]);
    time.pass(10_000);
    keepTime();
    await client.consent(["User.Read.All"]);
    const lines = new AsyncLocalStorage<number>();
    const reportedLines: unknown[] = [];
    const { graph, issued } = await aRun({ latencyMs: 400, progress: () => void reportedLines.push(lines.getStore()) });
    const calls = Array.from({ length: 30 }, (_, index) => index);
    const needed = async (line: number) => {
      // Some at the same time, some while others wait, some refused with a token that is no longer the newest.
      await time.wait(line < 10 ? 0 : line * 1_700);
      await graph.get("/users?$top=1");
    };
    await Promise.all(calls.map((line) => lines.run(line, needed, line)));
    expect(asked().filter((operation) => !operation.endsWith(" /users"))).toEqual([
      "GET /servicePrincipals/{id}/appRoleAssignments",
      "GET /servicePrincipals/{id}",
    ]);
    expect(reportedLines.sort((a, b) => Number(a) - Number(b))).toEqual(calls);
    // One at first, one at once, and one every five seconds.
    expect(issued()).toBe(14);
    expect(seconds()).toBeLessThanOrEqual(76);
  });

  it.each([
    ["no slot and no key of the scheduler is held", false],
    ["the other parts of its batch are answered", true],
  ])("keeps nobody waiting who does not need it: %s", async (_, batched) => {
    await registered(["Application.Read.All", "Group.Read.All"]);
    await client.consent(["User.Read.All"]);
    const { graph } = await aRun({ batched, concurrency: batched ? 4 : 1 });
    const calls = ["/users", "/groups", "/users", "/groups"].map(async (path, index) => {
      await graph.get(path, batched ? {} : { serial: `two ${index % 2}` });
      return Math.floor(seconds() / 60);
    });
    expect(await Promise.all(calls)).toEqual([1, 0, 1, 0]);
    const together = emulated.requests().filter(({ appId, batch }) => appId === client.appId && batch === true);
    expect(together.map(({ status }) => status)).toEqual(batched ? [403, 200, 403, 200, 200, 200] : []);
  });

  it.each([90, 900])("needs no wait when only the token is older than the grant, after %d s", async (later) => {
    const { graph, issued, reported } = await aRun();
    await client.consent(["User.Read.All"]);
    time.pass(later * 1_000);
    await graph.get("/users");
    expect([seconds(), issued(), reported.length]).toEqual([later, 2, later < 120 ? 1 : 0]);
  });

  it("is recent by Graph's clock, whatever this machine's clock is", async () => {
    await client.consent(["User.Read.All"]);
    const clock = { now: () => time.now() - 5 * hourMs, wait: time.wait };
    const { graph, reported } = await aRun({ clock });
    await graph.get("/users");
    expect(seconds()).toBeLessThanOrEqual(65);
    expect(reported).toEqual([
      "waiting up to 120 s for a permission that was granted at 13:00:00 UTC to come into force",
    ]);
  });

  it("is found among more permissions than there are on one page", async () => {
    const all = apiOf(microsoftGraphAppId)?.appRoles.map(({ value }) => value) ?? [];
    const others = all.filter((value) => /^(Channel|Chat|Device|Edu|Online|Team)/.test(value)).slice(0, 99);
    await registered(["Application.Read.All", ...others]);
    await client.consent(["User.Read.All"]);
    const { graph } = await aRun();
    await graph.get("/users");
    expect(seconds()).toBe(60);
    expect(lookUps()).toEqual(Array(2).fill("GET /servicePrincipals/{id}/appRoleAssignments"));
  });

  it("is waited for two minutes from the grant at most, and then Graph's refusal is the error", async () => {
    await registered(["Application.Read.All"], 3 * lagMs);
    await client.consent(["User.Read.All"]);
    time.pass(3_000);
    const { graph } = await aRun();
    expect(await failureOf(graph.get("/users"))).toEqual(refusal);
    expect(seconds()).toBe(120);
  });

  it("is waited for no longer when the machine's identity service has no newer token", async () => {
    await client.consent(["User.Read.All"]);
    const cached = emulated.token({ app: client.appId });
    const { graph } = await aRun({ token: () => cached });
    expect(await failureOf(graph.get("/users"))).toEqual(refusal);
    expect(seconds()).toBe(120);
  });

  it("is still waited for when a sign-in fails meanwhile: the present token is still valid", async () => {
    await client.consent(["User.Read.All"]);
    let signIns = 0;
    const token: Issue = async () => {
      if (++signIns === 5) throw new EntraError("SIGN_IN_FAILED", "AADSTS90033: a transient error has occurred");
      return emulated.token({ app: client.appId });
    };
    const { graph } = await aRun({ token });
    await Promise.all(["/users", "/users?$select=id", "/users?$top=1"].map((path) => graph.get(path)));
    expect(signIns).toBeGreaterThan(5);
    expect(seconds()).toBeLessThanOrEqual(65);
  });

  it("is waited for no longer when the run is cancelled", async () => {
    await client.consent(["User.Read.All"]);
    const cancel = new AbortController();
    const { graph, issued } = await aRun({ cancelled: cancel.signal });
    const read = failureOf(graph.get("/users"));
    await time.wait(12_000);
    cancel.abort();
    expect(await read).toEqual({
      code: "UNAVAILABLE",
      message: "the run was cancelled before this request was sent",
    });
    expect([seconds(), issued()]).toEqual([12, 4]);
  });
});

describe("an application without any permission", () => {
  const noneYet = expect.stringMatching(
    /^waiting up to 120 s for a consent .* if there is none, give it now$/,
  ) as string;

  it("waits until a recent consent is in force, and reads nothing meanwhile", async () => {
    await registered([]);
    await client.consent(["User.Read.All", "Group.Read.All"]);
    const { graph, reported } = await aRun();
    await Promise.all(["/users", "/groups"].map((path) => graph.get(path)));
    expect([seconds(), lookUps(), reported]).toEqual([60, [], [noneYet, noneYet]]);
  });

  it("continues when the consent is given while it waits", async () => {
    await registered([], 0);
    const { graph } = await aRun();
    const read = graph.get("/users");
    await time.wait(42_000);
    keepTime();
    await time.during(() => client.consent(["User.Read.All"]));
    await read;
    expect(seconds()).toBe(45);
  });

  it("is refused two minutes after it first signed in, and from then on at once", async () => {
    await registered([]);
    const { graph } = await aRun();
    expect(await failureOf(graph.get("/users"))).toEqual(refusal);
    expect(await failureOf(graph.get("/groups"))).toEqual(refusal);
    expect([seconds(), lookUps()]).toEqual([120, []]);
  });
});

describe("a permission that is missing for good", () => {
  it("is refused at once, after one look-up in the process", async () => {
    const { graph, issued, reported } = await aRun();
    const failures = [await failureOf(graph.get("/users"))];
    const later = ["/users", "/groups", "/users"].map((path) => failureOf(graph.get(path)));
    failures.push(...(await Promise.all(later)), await failureOf(graph.post("/groups", {})));
    expect(failures).toEqual(Array(5).fill(refusal));
    expect(lookUps()).toEqual(["GET /servicePrincipals/{id}/appRoleAssignments"]);
    expect([asked().length, seconds(), issued(), reported]).toEqual([6, 0, 1, []]);
  });

  it("is refused once the others that were granted are in force", async () => {
    await client.consent(["Group.Read.All"]);
    const { graph } = await aRun();
    expect(await failureOf(graph.get("/users"))).toEqual(refusal);
    expect(seconds()).toBe(60);
  });

  it("is not waited for when a permission of another API was granted a moment ago", async () => {
    await client.consent(["Exchange.ManageAsApp"], exchange);
    const { graph, issued } = await aRun();
    expect(await failureOf(graph.get("/users"))).toEqual(refusal);
    expect([seconds(), issued()]).toEqual([0, 1]);
  });

  it("is refused at once when the application may not read its own assignments", async () => {
    await registered(["Group.Read.All"]);
    await client.consent(["User.Read.All"]);
    const { graph, issued } = await aRun();
    expect(await failureOf(graph.get("/users"))).toEqual(refusal);
    expect(await failureOf(graph.get("/users"))).toEqual(refusal);
    expect([lookUps().length, seconds(), issued()]).toEqual([1, 0, 1]);
  });

  it("is never taken for an object that is gone, whatever the look-up is answered", async () => {
    emulated.fail({ method: "GET", path: "appRoleAssignments", effect: "before", answer: { status: 404 } });
    const { graph } = await aRun();
    expect(await failureOf(graph.get("/users"))).toEqual(refusal);
  });

  it("of a person is refused without a look-up", async () => {
    const user = "diego.siciliani@contoso.com";
    const token = () => emulated.token({ app: client.appId, user, permissions: ["User.Read"] });
    const { graph } = await aRun({ token });
    expect(await failureOf(graph.get("/groups"))).toEqual(refusal);
    expect(lookUps()).toEqual([]);
  });
});

describe("permissions that are granted during a run", () => {
  const reads = {
    "User.Read.All": "/users",
    "Group.Read.All": "/groups",
    "Policy.Read.All": "/policies/authenticationStrengthPolicies",
  };
  const permissions = Object.keys(reads) as (keyof typeof reads)[];
  /** Seconds from the beginning, by permission. */
  const moments = fc.tuple(...permissions.map(() => fc.nat(100)));
  /** @param late seconds after its permission was granted */
  const calls = fc.array(fc.record({ late: fc.nat(200), which: fc.nat(permissions.length - 1) }), { maxLength: 12 });

  it("are in force for every request after their grant, and none waits longer than that takes", async () => {
    await fc.assert(
      fc.asyncProperty(moments, calls, async (grantedAt, needed) => {
        await registered();
        const { graph } = await aRun();
        const granting = permissions.map(async (name, index) => {
          await time.wait((grantedAt[index] ?? 0) * 1_000);
          keepTime();
          await time.during(() => client.consent([name]));
        });
        const allInForce = Math.max(...grantedAt) + lagMs / 1_000;
        const calling = needed.map(async ({ late, which }) => {
          const at = (grantedAt[which] ?? 0) + late + 0.001;
          await time.wait(at * 1_000);
          await graph.get(Object.values(reads)[which] ?? "");
          return { at, ended: seconds(), inTime: seconds() <= Math.max(at, allInForce + 5) };
        });
        await Promise.all(granting);
        expect((await Promise.all(calling)).filter(({ inTime }) => !inTime)).toEqual([]);
      }),
      { numRuns: Number(process.env["FC_RUNS"] ?? 10) },
    );
  });
});
