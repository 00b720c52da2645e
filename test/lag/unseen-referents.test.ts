/** What refers to objects of this very run that the tenant does not know yet, in whatever words it says so. */
import { emptyState, up } from "../miniature-engine/engine";
import { agent as anAgent, blueprint, grant, location, policy, principal } from "../kinds/agent-kind";
import { type Fleet, programOf, type Resource } from "../kinds/fleet";
import { specimenOf } from "../kinds";
import { LaggingTenant } from "./lagging-tenant";
import { type Meddle, meddled } from "./meddled-process";
import { drift, wrongs } from "./programs";

const tenant = new LaggingTenant();
afterAll(() => tenant.close());

const sponsors = ["diego.siciliani@contoso.com"];
const fleet: Fleet = new Map<string, Resource>([
  ["blueprint", blueprint({ displayName: "Payroll", sponsors })],
  ["principal", principal("blueprint")],
  ["agent", anAgent("principal", { displayName: "Agent", sponsors, enabled: true })],
  ["grant", grant("agent", [], ["Mail.Read"])],
  ["location", location(specimenOf("NamedLocation").first)],
  ["policy", policy("principal", "location", specimenOf("ConditionalAccessPolicy").first)],
]);

const seconds = (since: number): number => Math.round((tenant.time.now() - since) / 1_000);

/** Every read shows the last write, and every write comes to a replica that is 40 s behind. */
const lateWrites = (refused: Map<string, string>): Meddle => {
  const behind = JSON.stringify({ lag: { replicas: 1, ms: 40_000, share: 1 } });
  return async (request, send) => {
    const own = new Request(request);
    own.headers.set("x-emulated-switches", request.method === "GET" ? '{"lag":null}' : behind);
    const answer = await send(own);
    if (request.method !== "POST" || answer.ok) return answer;
    const what = new URL(request.url).pathname.split(/[/.]/).at(-1) ?? "";
    const { error } = (await answer.clone().json()) as { error: { code: string } };
    refused.set(what, `${answer.status} ${error.code}`);
    return answer;
  };
};

describe.each([
  [
    { unknownPrincipal: "404", unknownApplication: "400", conditionalAccessLag: "asDirectory" },
    {
      agentIdentityBlueprintPrincipal: "400 AgentBlueprintPrincipal_RequireAgentBlueprint",
      oauth2PermissionGrants: "404 Request_ResourceNotFound",
      evaluate: "400 BadRequest",
    },
  ],
  [
    { unknownPrincipal: "400", unknownApplication: "403", conditionalAccessLag: "longer" },
    {
      agentIdentityBlueprintPrincipal: "403 Authorization_RequestDenied",
      oauth2PermissionGrants: "400 Request_BadRequest",
      policies: "400 BadRequest",
    },
  ],
] as const)("where writes come to replicas that are behind, with %j", (profiles, refusals) => {
  it("a first run makes everything in one go", async () => {
    tenant.reset({ lag: { ms: 1, share: 0 }, profiles });
    const refused = new Map<string, string>();
    const begun = tenant.time.now();
    const { state, failures } = await up(emptyState, programOf(fleet), await meddled(tenant, [], lateWrites(refused)));
    expect(failures).toEqual([]);
    expect(Object.fromEntries(refused)).toEqual(refusals);
    // Three things are waited for, one after the other; Conditional Access is the last.
    expect(seconds(begun)).toBeLessThan(300);
    tenant.time.pass(60_000);
    expect(await drift(state, await tenant.process())).toEqual([]);
    expect(await wrongs(tenant, state, fleet, await tenant.process())).toEqual([]);
  });
});

/** Of Conditional Access: no wait makes it go away. */
const noLicence = {
  method: "POST",
  path: "/policies$",
  effect: "before",
  answer: { status: 400, body: { error: { code: "BadRequest", message: "1234: The tenant has no licence." } } },
  times: 1_000,
} as const;

describe("a policy that is refused for another reason, beside a principal that was just made", () => {
  it("is given up when Conditional Access must know the principal, in Graph's words, and says why it waits", async () => {
    tenant.reset({ lag: { ms: 1_000, share: 0 } });
    tenant.emulated.fail(noLicence);
    const run = await tenant.process();
    const begun = tenant.time.now();
    const { failures } = await up(emptyState, programOf(fleet), run);
    expect(failures).toEqual([
      expect.stringMatching(/^policy: cannot create .*: 1234: The tenant has no licence\. \[400 BadRequest/),
    ]);
    expect(seconds(begun)).toBeGreaterThan(280);
    expect(seconds(begun)).toBeLessThanOrEqual(310);
    expect(run.told).toContainEqual(
      expect.stringMatching(
        /is waiting: Graph refused it: 1234: The tenant has no licence\. .*Trying again for up to (29\d|300) s$/,
      ),
    );
    tenant.emulated.clearFaults();
  });

  it("is refused at once when the principal is no longer new", async () => {
    tenant.reset({ lag: { ms: 1_000, share: 0 } });
    const others = new Map([...fleet].filter(([name]) => name !== "policy"));
    const { state, failures } = await up(emptyState, programOf(others), await tenant.process());
    expect(failures).toEqual([]);
    tenant.time.pass(300_000);
    tenant.emulated.fail(noLicence);
    const begun = tenant.time.now();
    const again = await up(state, programOf(fleet), await tenant.process());
    expect(again.failures).toEqual([expect.stringContaining("1234: The tenant has no licence.")]);
    expect(seconds(begun)).toBe(0);
    tenant.emulated.clearFaults();
  });
});
