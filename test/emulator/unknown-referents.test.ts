/** What names something that the directory does not know, or does not know yet: under each choice of the profiles. */
import {
  aBlueprint,
  anIdentity,
  blueprintCast,
  type Family,
  idOf,
  inMemory,
  people,
  principalCast,
  refusal,
} from "./client";
import { all as policies, asks as policy, onBeta } from "./policy";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());

const nobody = "99999999-9999-4999-8999-999999999999";
/** Nothing of the last minute is on any replica. */
const lag = { replicas: 3, ms: 60_000, share: 1 };
const able = {
  permissions: [
    "Application.Read.All",
    "Application.ReadWrite.All",
    "AgentIdentityBlueprintPrincipal.ReadWrite.All",
    "RoleManagement.ReadWrite.Directory",
    "Group.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "AgentIdentityBlueprint.ReadWrite.All",
  ],
};

let family: Family;
let agent: string;
let resource: string;
beforeEach(async () => {
  tenant.set({ lag: null, profiles: "default", clock: { stoppedAt: "2026-01-01T00:00:00Z" } });
  tenant.reset();
  family = await aBlueprint(ask);
  agent = (await anIdentity(ask, family)).body.id;
  const api = await ask("GET /servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id");
  resource = api.body.id;
});

/** Every write that names the principal in its body. */
async function naming(principal: string) {
  const { group } = await people(ask);
  const reference = { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${principal}` };
  const writes: readonly (readonly [path: string, body: object])[] = [
    [
      `/servicePrincipals/${resource}/appRoleAssignedTo`,
      { principalId: principal, resourceId: resource, appRoleId: "810c84a8-4a9e-49e6-bf7d-12d183f40d01" },
    ],
    [
      "/oauth2PermissionGrants",
      { clientId: principal, consentType: "AllPrincipals", resourceId: resource, scope: "User.Read" },
    ],
    [
      "/roleManagement/directory/roleAssignments",
      { principalId: principal, roleDefinitionId: "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", directoryScopeId: "/" },
    ],
    [`/groups/${idOf(group("All Engineering"))}/members/$ref`, reference],
    [`/applications/${family.blueprint.id}/${blueprintCast}/owners/$ref`, reference],
  ];
  return Promise.all(writes.map(async ([path, body]) => refusal(await ask(`POST ${path}`, body, able))));
}

describe("a principal that the directory does not know", () => {
  const missing = (id: string) => [404, "Request_ResourceNotFound", expect.stringContaining(id) as unknown];
  const invalid = [400, "Request_BadRequest", "Not a valid reference update."];

  it("refuses a role, a consent, a membership and an owner with 404, or all of them with 400", async () => {
    expect(await naming(nobody)).toEqual(Array(5).fill(missing(nobody)));
    tenant.set({ profiles: { unknownPrincipal: "400" } });
    expect(await naming(nobody)).toEqual(Array(5).fill(invalid));
  });

  it("refuses in the same way one that was made a moment ago and is on no replica yet", async () => {
    tenant.set({ profiles: { unknownPrincipal: "400" } });
    const fresh = (await ask("POST /applications", { displayName: "plain" }, able)).body.appId;
    tenant.set({ lag });
    const { id } = (await ask("POST /servicePrincipals", { appId: fresh }, able)).body;
    expect(await naming(id)).toEqual(Array(5).fill(invalid));
    tenant.advance(60_000);
    expect((await ask(`GET /servicePrincipals/${id}`, undefined, able)).status).toBe(200);
  });
});

describe("an application that the directory does not know yet", () => {
  it.each([
    ["400", [400, "AgentBlueprintPrincipal_RequireAgentBlueprint"], [400, "NoBackingApplicationObject"]],
    ["403", [403, "Authorization_RequestDenied"], [403, "Authorization_RequestDenied"]],
  ] as const)("refuses its service principal with %s until it is replicated", async (choice, ofBlueprint, ofPlain) => {
    tenant.set({ profiles: { unknownApplication: choice }, lag });
    const sponsor = `https://graph.microsoft.com/v1.0/users/${idOf(family.sponsor)}`;
    const blueprint = await ask(`POST /applications/${blueprintCast}`, {
      displayName: "new",
      "sponsors@odata.bind": [sponsor],
    });
    const plain = await ask("POST /applications", { displayName: "plain" }, able);
    const creates: readonly (readonly [string, object, readonly [number, string]])[] = [
      [`/servicePrincipals/${principalCast}`, { appId: blueprint.body.appId }, ofBlueprint],
      ["/servicePrincipals", { appId: plain.body.appId }, ofPlain],
    ];
    for (const [path, body, [status, code]] of creates) {
      const [answered, named, said] = refusal(await ask(`POST ${path}`, body, able));
      expect([answered, named]).toEqual([status, code]);
      if (choice === "403") expect(said).toContain("backing application of the service principal being created");
    }
    tenant.advance(60_000);
    for (const [path, body] of creates) expect((await ask(`POST ${path}`, body, able)).status).toBe(201);
  });
});

describe("Conditional Access, while replicas lag", () => {
  const lags = { replicas: 3, ms: 60_000, share: 0 };
  const naming = (id: string) =>
    onBeta(ask)(
      `POST ${policies}`,
      policy({ conditions: { clientApplications: { includeAgentIdServicePrincipals: [id] } } }),
    );

  it("knows a new service principal when the directory does, or four times the lag later, and says until then that it is not there", async () => {
    tenant.set({ lag: lags });
    expect((await naming(agent)).status).toBe(201);
    tenant.set({ profiles: { conditionalAccessLag: "longer" } });
    const unknown = refusal(await naming(agent));
    expect(unknown).toEqual([400, "BadRequest", expect.stringContaining(`references '${agent}'`) as unknown]);
    tenant.advance(239_000);
    expect(refusal(await naming(agent))).toEqual(unknown);
    tenant.advance(1_000);
    expect((await naming(agent)).status).toBe(201);
  });

  it("knows everything at once where nothing lags", async () => {
    tenant.set({ profiles: { conditionalAccessLag: "longer" } });
    expect((await naming(agent)).status).toBe(201);
  });
});
