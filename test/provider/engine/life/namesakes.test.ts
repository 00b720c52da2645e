import { conditionalAccessPolicy } from "../../../../provider/conditional-access/conditional-access-policy";
import { namedLocation } from "../../../../provider/conditional-access/named-location";
import { agentIdentity } from "../../../../provider/identities/agent-identity";
import { agentIdentityBlueprint } from "../../../../provider/identities/agent-identity-blueprint";
import type { Lifecycle } from "../../../../provider/engine/lifecycle";
import { aBlueprint, aTenant, markerOfTests, type TestTenant } from "../../a-tenant";

const sponsors = ["diego.siciliani@contoso.com"];
const blueprintCast = "/applications/microsoft.graph.agentIdentityBlueprint";
const identityCast = "/servicePrincipals/microsoft.graph.agentIdentity";
const policies = "/identity/conditionalAccess/policies";
const locations = "/identity/conditionalAccess/namedLocations";

const payroll = { displayName: "Payroll agents", sponsors };
const conditions = {
  clientApplications: { includeAgentIdServicePrincipals: ["All"] },
  applications: { includeApplications: ["All"] },
};
const blocks = { displayName: "Block", conditions, grantControls: { operator: "OR", builtInControls: ["block"] } };

let tenant: TestTenant;
beforeEach(async () => void (tenant = await aTenant()));
afterEach(() => tenant.emulated.close());

async function byHand(displayName: string): Promise<string> {
  const { id } = await tenant.graph.get<{ id: string }>(`/users/${String(sponsors[0])}`);
  const bound = { displayName, "sponsors@odata.bind": [tenant.graph.url(`/users/${id}`)] };
  return (await tenant.graph.post<{ appId: string }>(blueprintCast, bound)).appId;
}

async function agentByHand(blueprintId: string, displayName: string): Promise<string> {
  const { id } = await tenant.graph.get<{ id: string }>(`/users/${String(sponsors[0])}`);
  const bound = { displayName, agentIdentityBlueprintId: blueprintId };
  const body = { ...bound, "sponsors@odata.bind": [tenant.graph.url(`/users/${id}`)] };
  return (await tenant.graph.post<{ id: string }>(identityCast, body)).id;
}

/** A preview, in a process of its own. */
async function preview<Inputs extends object>(
  lifecycle: Lifecycle<Inputs>,
  args: object,
  olds: Record<string, unknown> = {},
) {
  const { failures } = await (
    await tenant.process()
  )
    .provider(lifecycle)
    .check(olds, { marker: "ccccddddeeeeffff", ...args });
  expect(failures).toEqual([]);
  return tenant.warnings.splice(0);
}

const namesake = (subject: string, id: string) =>
  `${subject}: an object with this display name exists (id ${id}) and has no marker of this package. \`pulumi up\` will create a second one. ` +
  "If you want two, do nothing. To use the existing one, remove this resource and write the id of the existing object where the program uses this resource";

describe("an object of the same name that somebody made by hand", () => {
  it("is named at preview: a blueprint, an agent of the same blueprint, a policy, a named location", async () => {
    const blueprintId = await aBlueprint(await tenant.process());
    const application = await byHand("Tax agents");
    expect(await preview(agentIdentityBlueprint, { displayName: "Tax agents", sponsors })).toEqual([
      namesake('agent identity blueprint "Tax agents"', application),
    ]);
    const agent = await agentByHand(blueprintId, "Payslip helper");
    expect(await preview(agentIdentity, { displayName: "Payslip helper", sponsors, blueprintId })).toEqual([
      namesake('agent identity "Payslip helper"', agent),
    ]);
    const beta = { version: "beta" } as const;
    const state = "disabled";
    const policy = await tenant.graph.post<{ id: string }>(policies, { ...blocks, state }, beta);
    expect(await preview(conditionalAccessPolicy, blocks)).toEqual([
      namesake('Conditional Access policy "Block"', policy.id),
    ]);
    const place = await tenant.graph.post<{ id: string }>(locations, {
      "@odata.type": "#microsoft.graph.countryNamedLocation",
      ...{ displayName: "Home", countriesAndRegions: ["DE"] },
    });
    expect(
      await preview(namedLocation, { displayName: "Home", definedBy: "countries", countriesAndRegions: ["DE"] }),
    ).toEqual([namesake('named location "Home"', place.id)]);
  });

  it("is none where it has a marker, another name, or another blueprint, or where this resource's own is there", async () => {
    const run = await tenant.process();
    const blueprintId = await aBlueprint(run);
    // Another stack has the same names.
    expect(await preview(agentIdentityBlueprint, payroll)).toEqual([]);
    const other = await byHand("Tax agents");
    await tenant.graph.post("/servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal", { appId: other });
    await agentByHand(other, "Payslip helper");
    expect(await preview(agentIdentity, { displayName: "Payslip helper", sponsors, blueprintId })).toEqual([]);
    expect(await preview(agentIdentityBlueprint, { displayName: "Tax agents (old)", sponsors })).toEqual([]);
    // A lost state: `up` recovers it, and creates nothing.
    await byHand("Payroll agents");
    expect(await preview(agentIdentityBlueprint, { ...payroll, marker: markerOfTests })).toEqual([]);
    expect(await preview(agentIdentityBlueprint, payroll)).toHaveLength(1);
  });

  it("is none of the object that a change or a replacement is about", async () => {
    const { inputs } = await (await tenant.process()).create(agentIdentityBlueprint, payroll);
    await byHand("Tax agents");
    tenant.requestsSince();
    expect(await preview(agentIdentityBlueprint, { ...inputs, displayName: "Tax agents" }, inputs)).toEqual([]);
    expect(await preview(agentIdentityBlueprint, inputs, inputs)).toEqual([]);
    expect(tenant.requestsSince()).not.toContain(`GET /v1.0${blueprintCast}`);
  });

  it("is no condition: whoever may not list the kind is not warned", async () => {
    await byHand("Tax agents");
    tenant.emulated.grant(["User.Read.All", "Group.Read.All", "Application.Read.All"]);
    const answer = { status: 403, body: { error: { code: "Authorization_RequestDenied", message: "No." } } };
    tenant.emulated.fail({ method: "GET", path: "agentIdentityBlueprint$", effect: "before", answer, times: 9 });
    expect(await preview(agentIdentityBlueprint, { displayName: "Tax agents", sponsors })).toEqual([]);
  });
});

it("a hundred new agents are compared with what is there by one list, which the search before their creates uses too", async () => {
  const blueprintId = await aBlueprint(await tenant.process());
  const run = await tenant.process();
  const provider = run.provider(agentIdentity);
  tenant.requestsSince();
  const checked = [];
  for (let index = 0; index < 100; index++) {
    const marker = String(index).padStart(16, "a");
    checked.push(await provider.check({}, { displayName: `Agent ${index}`, sponsors, blueprintId, marker }));
  }
  const lists = () => tenant.requestsSince().filter((request) => request === `GET /v1.0${identityCast}`);
  expect(lists()).toHaveLength(1);
  for (const { inputs } of checked.slice(0, 2)) await provider.create(inputs);
  expect(lists()).toEqual([]);
});
