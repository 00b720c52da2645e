/** What refers to objects of this very run that the tenant does not know yet, in whatever words it says so. */
import { emptyState, up } from "../miniature-engine/engine";
import { agent as anAgent, blueprint, grant, location, policy, principal } from "../kinds/agent-kind";
import { type Fleet, programOf, type Resource } from "../kinds/fleet";
import { specimenOf } from "../kinds";
import { drift, wrongs } from "./programs";
import { LaggingTenant } from "./lagging-tenant";

const tenant = new LaggingTenant();
afterAll(() => tenant.close());

const sponsors = ["diego.siciliani@contoso.com"];
const fleet: Fleet = new Map<string, Resource>([
  ["blueprint", blueprint({ displayName: "Payroll", sponsors })],
  ["principal", principal("blueprint")],
  ["agent", anAgent("principal", { displayName: "Agent", sponsors, enabled: true })],
  ["delegated", grant("agent", [], ["Mail.Read"])],
  ["location", location(specimenOf("NamedLocation").first)],
  ["policy", policy("principal", "location", specimenOf("ConditionalAccessPolicy").first)],
]);

const seconds = (since: number): number => Math.round((tenant.time.now() - since) / 1_000);

/** Statuses other than success with which a path answered a POST. */
const refusals = (end: string): number[] => [
  ...new Set(
    tenant.emulated
      .requests()
      .filter(({ method, path, status }) => method === "POST" && path.endsWith(end) && status >= 300)
      .map(({ status }) => status),
  ),
];

describe.each([
  ["404", "400"],
  ["400", "403"],
] as const)(
  "where an unknown principal is %s and an unknown application %s",
  (unknownPrincipal, unknownApplication) => {
    it.each(["asDirectory", "longer"] as const)(
      "a first run makes everything in one go, with Conditional Access's lag: %s",
      async (conditionalAccessLag) => {
        const met = { grants: new Set<number>(), principals: new Set<number>(), policies: 0 };
        for (let seed = 1; seed <= 8; seed++) {
          const lag = { ms: 40_000, share: 0.6, seed };
          tenant.reset({ lag, profiles: { unknownPrincipal, unknownApplication, conditionalAccessLag } });
          const run = await tenant.process();
          const { state, failures } = await up(emptyState, programOf(fleet), run);
          for (const status of refusals("/oauth2PermissionGrants")) met.grants.add(status);
          for (const status of refusals("/microsoft.graph.agentIdentityBlueprintPrincipal")) met.principals.add(status);
          if (run.told.some((line) => /^Conditional Access policy .*trying again for up to/.test(line))) met.policies++;
          const wrong = [...failures, ...(await drift(state, await tenant.process()))];
          expect([...wrong, ...(await wrongs(tenant, state, fleet, await tenant.process()))]).toEqual([]);
        }
        expect([...met.principals]).toEqual([Number(unknownApplication)]);
        // Where it is 404, the search before the create meets it already.
        expect([...met.grants]).toEqual(unknownPrincipal === "400" ? [400] : []);
        if (conditionalAccessLag === "longer") expect(met.policies).toBe(8);
      },
    );
  },
);

describe("a request that is wrong beside an object that was just made", () => {
  it("is given up when Conditional Access must know the object, in Graph's words, and says why it waits", async () => {
    tenant.reset({ lag: { ms: 1_000, share: 0 } });
    tenant.emulated.fail({
      method: "POST",
      path: "/policies$",
      effect: "before",
      answer: { status: 400, body: { error: { code: "BadRequest", message: "1234: The tenant has no licence." } } },
      times: 1_000,
    });
    const run = await tenant.process();
    const begun = tenant.time.now();
    const { failures } = await up(emptyState, programOf(fleet), run);
    expect(failures).toEqual([
      expect.stringMatching(/^policy: cannot create .*: 1234: The tenant has no licence\. \[400 /),
    ]);
    expect(seconds(begun)).toBeGreaterThan(280);
    expect(seconds(begun)).toBeLessThanOrEqual(310);
    expect(run.told).toContainEqual(
      expect.stringMatching(/is refused: 1234: The tenant has no licence\. .*trying again for up to (29|300)/),
    );
  });

  it("costs no time once the object is known: the next run says the same at once", async () => {
    const { state, failures } = await (async () => {
      tenant.reset({ lag: { ms: 1_000, share: 0 } });
      const { policy: _, ...rest } = Object.fromEntries(fleet);
      return up(emptyState, programOf(new Map(Object.entries(rest))), await tenant.process());
    })();
    expect(failures).toEqual([]);
    tenant.time.pass(400_000);
    tenant.emulated.fail({
      method: "POST",
      path: "/policies$",
      effect: "before",
      answer: { status: 400, body: { error: { code: "BadRequest", message: "1234: No licence." } } },
    });
    const begun = tenant.time.now();
    const again = await up(state, programOf(fleet), await tenant.process());
    expect(again.failures).toEqual([expect.stringContaining("1234: No licence.")]);
    expect(seconds(begun)).toBe(0);
  });
});
