import { type EmulatedTenant, openTenant } from "../../emulator/tenant";
import { conditionalAccessPolicy } from "../../provider/conditional-access/conditional-access-policy";
import { Driver } from "../../provider/engine/life/driver";
import { dynamicProvider } from "../../provider/engine/pulumi/dynamic";
import { defaultTiming } from "../../provider/engine/consistency/consistency";
import { runIn } from "../../provider/engine/run/run";
import { embeddedConnection } from "../../provider/graph/connection";
import { documentedQuotas } from "../../provider/graph/quotas";
import type { LogEntry } from "../../provider/graph/request-log";
import type { Tenant } from "../../provider/graph/tenant";
import { TenantClock } from "./tenant-clock";

/** A tenant with quotas, and a connection that keeps the documented ones, on one virtual clock. */
interface Setting {
  /** A connection of another process, which knows nothing of this one. */
  another(): Promise<Tenant>;
  readonly emulated: EmulatedTenant;
  readonly clock: TenantClock;
  readonly graph: Tenant;
  readonly sent: LogEntry[];
}

/**
 * @param kept share of the documented quotas that the connection keeps to
 * @param granted share that the tenant grants; small quotas show in few requests what large ones show in thousands
 */
async function aSetting(
  kept: number,
  granted: number,
  retryAfter: "integer" | "decimal" | "date" | "absent" = "integer",
): Promise<Setting> {
  const emulated = openTenant({ memory: true });
  const clock = new TenantClock(emulated);
  emulated.set({ quotas: { scale: granted, retryAfter } });
  const sent: LogEntry[] = [];
  const another = () =>
    embeddedConnection(emulated, "the tenant", {
      ...{ clock, retryBudget: { random: () => 0.5 } },
      quotas: documentedQuotas.map((quota) => ({ ...quota, amount: Math.max(1, quota.amount * kept) })),
      log: (entry) => void sent.push(entry),
    });
  return { another, emulated, clock, graph: await another(), sent };
}

const refused = ({ sent }: Setting): number => sent.filter(({ status }) => status === 429).length;
const writes = ({ sent }: Setting): number => sent.filter(({ method }) => method !== "GET").length;

describe("on the tenant's own quotas", () => {
  it("agents are created as fast as the quota of writes allows, and never refused", async () => {
    const setting = await aSetting(0.05, 0.05);
    const { emulated, clock, graph } = setting;
    const began = clock.now();
    await makeAgents(graph, 75);
    const least = (writes(setting) - 150) / 1;
    const took = (clock.now() - began) / 1_000;
    expect(least).toBeGreaterThan(100);
    expect({ refused: refused(setting), early: emulated.earlyCalls() }).toEqual({ refused: 0, early: 0 });
    expect(took).toBeGreaterThanOrEqual(least - 1);
    expect(took).toBeLessThanOrEqual(least * 1.01 + 1);
  });

  it("ten policies are created and enabled at one request a second, and never refused", async () => {
    const setting = await aSetting(1, 1);
    const { emulated, clock, graph, sent } = setting;
    const timing = { ...defaultTiming, now: () => clock.now(), pause: (ms: number) => clock.wait(ms) };
    const engine = dynamicProvider(
      conditionalAccessPolicy,
      new Driver(
        conditionalAccessPolicy,
        runIn(() => Promise.resolve(graph), { timing }),
      ),
    );
    const began = clock.now();
    await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const { inputs } = await engine.check({}, policy(index));
        await engine.create(inputs);
        // Reads of the directory have a quota of their own.
        await graph.get("/users/diego.siciliani@contoso.com");
      }),
    );
    const asked = sent.filter(({ path }) => path.includes("conditionalAccess"));
    const count = (method: string) => asked.filter((entry) => entry.method === method).length;
    expect({ POST: count("POST"), PATCH: count("PATCH"), GET: count("GET") }).toEqual({ POST: 10, PATCH: 10, GET: 21 });
    expect({ refused: refused(setting), early: emulated.earlyCalls() }).toEqual({ refused: 0, early: 0 });
    expect((clock.now() - began) / 1_000).toBeLessThanOrEqual((asked.length - 1) * 1.01);
  });
});

describe("a beta list of policies, filtered and in pages", () => {
  it("is read at one request a second, each page on beta, and never refused", async () => {
    const setting = await aSetting(1, 1);
    const { emulated, clock, graph, sent } = setting;
    const collection = "/identity/conditionalAccess/policies";
    const beta = { version: "beta" } as const;
    for (const index of [0, 1, 2, 3, 4, 5]) {
      const { displayName, conditions } = policy(index);
      const state = index === 0 ? "disabled" : "enabledForReportingButNotEnforced";
      const grantControls = { operator: "OR", builtInControls: ["block"] };
      await graph.post(collection, { displayName, state, conditions, grantControls }, beta);
    }
    sent.length = 0;
    const began = clock.now();
    const filter = encodeURIComponent("state eq 'enabledForReportingButNotEnforced'");
    const found = await graph.list<{ displayName: string }>(`${collection}?$filter=${filter}&$top=2`, beta);
    expect(found.map(({ displayName }) => displayName).sort()).toEqual([1, 2, 3, 4, 5].map((n) => `Policy ${n}`));
    expect(sent.map(({ path, status }) => ({ path, status }))).toEqual(
      Array.from({ length: 3 }, () => ({ path: `/beta${collection}`, status: 200 })),
    );
    expect({ refused: refused(setting), early: emulated.earlyCalls() }).toEqual({ refused: 0, early: 0 });
    expect((clock.now() - began) / 1_000).toBeGreaterThanOrEqual(2);
    expect((clock.now() - began) / 1_000).toBeLessThanOrEqual(3.1);
  });
});

const policy = (index: number) => ({
  displayName: `Policy ${index}`,
  ...{ marker: String(index).repeat(16), state: "enabled" },
  conditions: {
    clientApplications: { includeAgentIdServicePrincipals: ["All"] },
    applications: { includeApplications: ["All"] },
  },
});

describe("on a quota that two processes share", () => {
  it("both make progress, and use all of it", async () => {
    const setting = await aSetting(0.05, 0.05);
    const { clock, graph, another } = setting;
    const began = clock.now();
    await Promise.all([makeAgents(graph, 60), makeAgents(await another(), 60)]);
    const least = (writes(setting) - refused(setting) - 150) / 1;
    expect((clock.now() - began) / 1_000).toBeLessThanOrEqual(least * 1.1);
    expect(refused(setting)).toBeGreaterThan(0);
    expect(refused(setting)).toBeLessThanOrEqual(writes(setting) / 4);
  });
});

describe("on a tenth of the quota that is documented", () => {
  it.each(["integer", "decimal", "date", "absent"] as const)(
    "a run settles at what Graph grants, seldom refused and never too early: Retry-After %s",
    async (retryAfter) => {
      const setting = await aSetting(0.2, 0.02, retryAfter);
      const { emulated, clock, graph } = setting;
      const began = clock.now();
      await makeAgents(graph, 40);
      const least = (writes(setting) - refused(setting) - 60) / 0.4;
      expect(emulated.earlyCalls()).toBe(0);
      expect((clock.now() - began) / 1_000).toBeLessThanOrEqual(least * 1.15);
      // Without a Retry-After each process has to guess.
      expect(refused(setting)).toBeLessThanOrEqual(retryAfter === "absent" ? 40 : 24);
    },
  );
});

/**
 * A blueprint and its agents, eight at a time as Pulumi makes them: each with a permission and an owner, renamed and
 * read. Four writes and a read for each.
 */
async function makeAgents(graph: Tenant, count: number): Promise<void> {
  const { id: personId } = await graph.get<{ id: string }>("/users/diego.siciliani@contoso.com");
  const person = graph.url(`/users/${personId}`);
  const sponsors = { "sponsors@odata.bind": [person] };
  const [api] = await graph.list<{ id: string }>("/servicePrincipals?$filter=displayName eq 'Microsoft Graph'");
  const blueprint = { displayName: "Blueprint", ...sponsors };
  const path = "/applications/microsoft.graph.agentIdentityBlueprint";
  const { appId } = await graph.post<{ appId: string }>(path, blueprint);
  await graph.post("/servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal", { appId });
  let made = 0;
  const worker = async (): Promise<void> => {
    while (made < count) {
      const displayName = `Agent ${made++}`;
      const { id } = await graph.post<{ id: string }>("/servicePrincipals/microsoft.graph.agentIdentity", {
        ...{ displayName, agentIdentityBlueprintId: appId },
        ...sponsors,
      });
      await graph.patch(`/servicePrincipals/${id}`, { displayName: `${displayName}, renamed` });
      await graph.get(`/servicePrincipals/${id}`);
      const grant = { clientId: id, consentType: "AllPrincipals", resourceId: api?.id, scope: "Mail.Read" };
      await graph.post("/oauth2PermissionGrants", grant);
      await graph.post(`/servicePrincipals/${id}/owners/$ref`, { "@odata.id": person });
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}
