import { openTenant } from "../../emulator/tenant";
import {
  aBlueprint,
  agentIdAdministrator,
  anIdentity,
  asker,
  bind,
  type Family,
  giveRole,
  idOf,
  people,
} from "./client";

const tenant = openTenant({ memory: true, selfCheck: true });
const ask = asker(tenant);
afterAll(() => tenant.close());

const audits = "/auditLogs/directoryAudits";
const reader = { permissions: ["AuditLog.Read.All"] };
const list = async (query = "") => (await ask(`GET ${audits}${query}`, undefined, reader)).body.value;
const activities = async (query = "") => (await list(query)).map((entry) => entry.activityDisplayName);

let family: Family;
beforeEach(async () => {
  tenant.reset();
  tenant.set({ clock: { stoppedAt: "2026-11-21T10:00:00.000Z" } });
  family = await aBlueprint(ask);
  tenant.advance(1_000);
});

describe("the audit log", () => {
  it("has one line for each successful write, newest first", async () => {
    const { id } = (await anIdentity(ask, family)).body;
    tenant.advance(1_000);
    await ask(`PATCH /servicePrincipals/${id}/microsoft.graph.agentIdentity`, { accountEnabled: false });
    tenant.advance(1_000);
    const { nestor } = await people(ask);
    const owner = { "@odata.id": bind(nestor)[0] };
    await ask(`POST /servicePrincipals/${id}/microsoft.graph.agentIdentity/owners/$ref`, owner);
    tenant.advance(1_000);
    await ask(`DELETE /servicePrincipals/${id}`);
    tenant.advance(1_000);
    await ask(`POST /directory/deletedItems/${id}/restore`);
    expect((await activities()).slice(0, 5)).toEqual([
      "Restore service principal",
      "Delete service principal",
      "Add owner to service principal",
      "Update service principal",
      "Add service principal",
    ]);
  });

  it("says who did what to which object, and how the client called its request", async () => {
    const { id } = (await anIdentity(ask, family)).body;
    tenant.advance(1_000);
    const correlation = "aaaaaaaa-1111-4111-8111-111111111111";
    await ask(
      `PATCH /servicePrincipals/${id}/microsoft.graph.agentIdentity`,
      { displayName: "renamed" },
      {
        headers: { "client-request-id": correlation },
      },
    );
    const [entry] = await list(`?$filter=correlationId eq '${correlation}'`);
    expect(entry).toMatchObject({
      activityDateTime: "2026-11-21T10:00:02.000Z",
      activityDisplayName: "Update service principal",
      category: "ApplicationManagement",
      correlationId: correlation,
      initiatedBy: { user: null, app: { displayName: "Pulumi automation" } },
      loggedByService: "Core Directory",
      operationType: "Update",
      result: "success",
      targetResources: [
        {
          id,
          displayName: "renamed",
          type: "ServicePrincipal",
          modifiedProperties: [{ displayName: "DisplayName", oldValue: '["payroll helper"]', newValue: '["renamed"]' }],
        },
      ],
    });
    expect(entry).not.toHaveProperty("performedBy");
    const beta = await ask(`GET ${audits}/${entry.id}`, undefined, { ...reader, version: "beta" });
    expect(beta.body).toMatchObject({ performedBy: { identityType: "servicePrincipal" } });
  });

  it("names the person of a delegated request", async () => {
    const { adele } = await people(ask);
    giveRole(tenant, adele, agentIdAdministrator);
    await ask(
      `PATCH /applications/${family.blueprint.id}`,
      { description: "x" },
      {
        user: "adele.vance@contoso.com",
        permissions: ["AgentIdentityBlueprint.ReadWrite.All", "Application.ReadWrite.All"],
      },
    );
    const [entry] = await list(`?$filter=initiatedBy/user/id eq '${idOf(adele)}'`);
    expect(entry).toMatchObject({ initiatedBy: { app: null, user: { userPrincipalName: "adele.vance@contoso.com" } } });
  });

  it("holds no secrets, no reads and no refused writes", async () => {
    const before = (await list("?$top=999")).length;
    await ask(`GET /applications/${family.blueprint.id}`);
    await ask(`PATCH /applications/${family.blueprint.id}`, { nonsense: true });
    expect(await list("?$top=999")).toHaveLength(before);
    const add = `/applications/${family.blueprint.id}/microsoft.graph.agentIdentityBlueprint/addPassword`;
    const { status, body } = await ask(`POST ${add}`, { passwordCredential: { displayName: "ci" } });
    expect(status).toBe(200);
    const [entry] = await list();
    expect(entry.activityDisplayName).toBe("Update application – Certificates and secrets management");
    expect(JSON.stringify(entry)).not.toContain(body.secretText);
  });

  it("is filtered as documented and read page by page", async () => {
    const { id } = (await anIdentity(ask, family)).body;
    expect(await activities(`?$filter=targetResources/any(t:t/id eq '${id}')`)).toEqual(["Add service principal"]);
    expect(await activities("?$filter=startswith(activityDisplayName,'Add app')")).toEqual(["Add application"]);
    expect(
      await activities("?$filter=activityDateTime ge 2026-11-21T10:00:01Z and category eq 'ApplicationManagement'"),
    ).toEqual(["Add service principal"]);
    const first = (await ask(`GET ${audits}?$top=1`, undefined, reader)).body;
    const second = (await ask(`GET ${first["@odata.nextLink"]}`, undefined, reader)).body;
    expect([first.value[0].activityDateTime, second.value[0].activityDateTime]).toEqual([
      "2026-11-21T10:00:01.000Z",
      "2026-11-21T10:00:00.000Z",
    ]);
  });

  it("needs its own permission", async () => {
    expect((await ask(`GET ${audits}`, undefined, { permissions: ["Directory.Read.All"] })).status).toBe(403);
    expect((await ask("GET /auditLogs/signIns", undefined, { permissions: ["Directory.Read.All"] })).status).toBe(403);
  });
});

describe("the sign-in log", () => {
  const kinds = (type: string) => `$filter=signInEventTypes/any(t: t eq '${type}')`;
  const read = async (query: string, version: "v1.0" | "beta" = "beta") =>
    (await ask(`GET /auditLogs/signIns${query}`, undefined, { ...reader, version })).body.value;

  beforeEach(async () => {
    const add = `/applications/${family.blueprint.id}/microsoft.graph.agentIdentityBlueprint/addPassword`;
    const { secretText } = (await ask(`POST ${add}`, { passwordCredential: { displayName: "ci" } })).body;
    for (const client_secret of [secretText, "wrong"]) {
      const form = { client_id: family.blueprint.appId, client_secret, grant_type: "client_credentials" };
      const body = new URLSearchParams({ ...form, scope: "https://graph.microsoft.com/.default" });
      const url = `https://login.microsoftonline.com/${tenant.id}/oauth2/v2.0/token`;
      await tenant.handle(new Request(url, { method: "POST", body }));
      tenant.advance(1_000);
    }
  });

  it("has a line for each attempt to get a token, newest first", async () => {
    expect(await read(`?${kinds("servicePrincipal")}`)).toMatchObject([
      { status: { errorCode: 7000215 }, createdDateTime: "2026-11-21T10:00:02.000Z" },
      {
        appId: family.blueprint.appId,
        servicePrincipalId: family.principal.id,
        clientCredentialType: "clientSecret",
        status: { errorCode: 0, failureReason: null },
        resourceDisplayName: "Microsoft Graph",
      },
    ]);
  });

  it("shows the interactive ones alone unless the filter names kinds", async () => {
    expect(await read("")).toEqual([]);
    expect(await read(`?${kinds("nonInteractiveUser")}`)).toEqual([]);
    expect(await read("", "v1.0")).toEqual([]);
  });

  it("takes the documented filter for agents, and shows newer agent types on request", async () => {
    const documented = `?${kinds("servicePrincipal")} and agent/agentType eq 'AgentIdentity'`;
    expect(await read(documented)).toEqual([]);
    const [entry] = await read(`?${kinds("servicePrincipal")}`);
    expect(entry).toMatchObject({ agent: { agentType: "unknownFutureValue", parentAppId: null } });
    const path = `GET /auditLogs/signIns/${entry.id}`;
    const headers = { Prefer: "include-unknown-enum-members" };
    expect((await ask(path, undefined, { ...reader, version: "beta", headers })).body).toMatchObject({
      agent: { agentType: "agentIdentityBlueprintPrincipal" },
    });
    expect((await ask(path, undefined, reader)).body).not.toHaveProperty("agent");
  });
});
