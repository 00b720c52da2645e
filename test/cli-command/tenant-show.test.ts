import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Terminal } from "../../cli/terminal";
import { serveTenant } from "../../emulator/server";
import { openTenant } from "../../emulator/tenant";
import { asker, blueprintCast, identityCast, principalCast } from "../emulator/client";
import { furnished, command as commandIn } from "./project";

let project: string;
let state: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "project-"));
  state = join(project, ".entra-agent-id");
  writeFileSync(join(project, "Pulumi.yaml"), "name: p\nruntime: nodejs\n");
});
afterEach(() => rmSync(project, { recursive: true }));

const command = (line: string, change?: Partial<Terminal>) => commandIn(project, line, change);

describe("tenant show", () => {
  it("says that there is no tenant, and makes none", async () => {
    expect(await command("tenant show")).toEqual({
      code: 1,
      out: `There is no emulated tenant in ${state} yet. The first "pulumi up" creates it.`,
      error: "",
    });
    expect(JSON.parse((await command("tenant show --json")).out)).toEqual({ where: state, exists: false });
    expect(existsSync(state)).toBe(false);
  });

  it("shows somebody who has never seen the project what is there", async () => {
    const { id, agent, appId } = await furnished(state);
    const { code, out } = await command("tenant show");
    const readable = out
      .replaceAll(id, "TENANT")
      .replaceAll(agent, "AGENT")
      .replaceAll(appId, "APPLICATION")
      .replaceAll(state, "STATE")
      .replaceAll(/\b[0-9a-f]{8}-(?!0000)[0-9a-f-]{27}\b/g, "GUID")
      .replace(/deleted \d{4}-.*/, "deleted TIME");
    expect(code).toBe(0);
    expect(readable).toMatchInlineSnapshot(`
     "Contoso (emulated), an emulated Microsoft Entra tenant. Nothing in it is real.
       tenant TENANT
       state  STATE
       1 agent identity blueprint, 1 agent identity blueprint principal, 1 federated identity credential, 1 agent identity, 1 permission grant, 1 Conditional Access policy, 12 users, 4 groups, 1 deleted item

     Agent identity blueprint "payroll"
       id        APPLICATION
       objectId  GUID
       sponsors  adele.vance@contoso.com
       Agent identity blueprint principal "payroll"
         id  GUID
       Federated identity credential "github"
         id     APPLICATION/github
         gives  it lets repo:contoso/payroll of https://token.actions.githubusercontent.com sign in as "payroll"
       Agent identity "payroll helper"
         id        AGENT
         sponsors  adele.vance@contoso.com
         Permission grant "Microsoft Graph for payroll helper"
           id     AGENT/00000003-0000-0000-c000-000000000000
           gives  it allows Mail.Read (application), User.Read (delegated)

     Conditional Access policy "Block risky agents"
       id     GUID
       state  enabled

     Deleted items, which can be restored for 30 days
       Agent identity "old helper", GUID, deleted TIME"
    `);
  });

  it("says what is disabled, which blueprint has no principal, and what belongs to something that is gone", async () => {
    const { agent } = await furnished(state);
    const tenant = openTenant({ directory: state });
    const ask = asker(tenant);
    await ask(`PATCH /servicePrincipals/${agent}/${identityCast}`, { accountEnabled: false });
    const principal = (await ask(`GET /servicePrincipals/${principalCast}`)).body.value[0].id;
    await ask(`PATCH /servicePrincipals/${principal}/${principalCast}`, { accountEnabled: false });
    const orphan = { kind: "agentIdentity", id: "0a1b2c3d-0000-4000-8000-000000000001" };
    const gone = "0a1b2c3d-0000-4000-8000-000000000002";
    const createdDateTime = "2026-11-01T00:00:00Z";
    const body = {
      displayName: "left over",
      agentIdentityBlueprintId: gone,
      accountEnabled: true,
      tags: [],
      createdDateTime,
    };
    const alone = { kind: "agentIdentityBlueprint", id: "0a1b2c3d-0000-4000-8000-000000000003" };
    const application = {
      displayName: "no principal",
      appId: "0a1b2c3d-0000-4000-8000-000000000004",
      tags: [],
      createdDateTime,
    };
    tenant.plant([
      { ...orphan, body },
      { ...alone, body: application },
    ]);
    tenant.close();

    const { out, error } = await command("tenant show");
    expect(error).toBe("");
    expect(out).toContain("disabled  it gets no token");
    expect(out).toContain("disabled  no identity of this blueprint gets a token");
    expect(out).toContain("principal  none: it cannot have identities in this tenant");
    expect(out).toContain(
      `\nAgent identity "left over"\n  id        ${orphan.id}\n  of        ${gone}, which is not in this tenant\n  sponsors  nobody`,
    );
  });

  it("shows what single users consented to and what an agent inherits, beside what was granted to it", async () => {
    const { agent } = await furnished(state);
    const tenant = openTenant({ directory: state });
    const ask = asker(tenant);
    const { id: resourceId } = (await ask("GET /servicePrincipals(appId='00000003-0000-0000-c000-000000000000')")).body;
    const { id: exchangeId } = (await ask("GET /servicePrincipals(appId='00000002-0000-0ff1-ce00-000000000000')")).body;
    const principal = (await ask(`GET /servicePrincipals/${principalCast}`)).body.value[0].id;
    const user = (await ask("GET /users/adele.vance@contoso.com")).body.id;
    const grant = (body: object) => ask("POST /oauth2PermissionGrants", { consentType: "AllPrincipals", ...body });
    await grant({ clientId: agent, resourceId, consentType: "Principal", principalId: user, scope: "Mail.Send" });
    await grant({ clientId: principal, resourceId, scope: "Files.Read User.Read" });
    await grant({ clientId: principal, resourceId: exchangeId, scope: "EWS.AccessAsUser.All" });
    const blueprint = (await ask(`GET /applications/${blueprintCast}`)).body.value[0].id;
    const path = `/applications/${blueprint}/${blueprintCast}/inheritablePermissions`;
    const scopes = { "@odata.type": "#microsoft.graph.enumeratedScopes", scopes: ["Files.Read"] };
    const everything = { "@odata.type": "#microsoft.graph.allAllowedScopes" };
    await ask(`POST ${path}`, { resourceAppId: "00000003-0000-0000-c000-000000000000", inheritableScopes: scopes });
    await ask(`POST ${path}`, { resourceAppId: "00000002-0000-0ff1-ce00-000000000000", inheritableScopes: everything });
    tenant.close();

    const { out, error } = await command("tenant show");
    expect(error).toBe("");
    expect(out).toContain("gives     it allows Mail.Read (application), User.Read (delegated)");
    expect(out).toContain("inherits  Files.Read (delegated)");
    expect(out).toContain(`gives  it allows Mail.Send for user ${user} alone`);
    expect(out).toMatch(/Permission grant "Office 365 Exchange Online for payroll helper, inherited"/);
    expect(out).toMatch(/gives {2}it inherits EWS\.AccessAsUser\.All \(delegated\) from blueprint [0-9a-f-]{36}/);
    expect(out).toContain("gives  it lets the agents of the blueprint inherit Files.Read (delegated)");
  });

  it("says the same in JSON, found from a folder below", async () => {
    const { id, agent, appId } = await furnished(state);
    mkdirSync(join(project, "src"));
    const { code, out } = await command("tenant show --json", { cwd: join(project, "src") });
    expect([code, JSON.parse(out)]).toMatchObject([
      0,
      {
        exists: true,
        id,
        where: state,
        users: 12,
        groups: 4,
        objects: [
          {
            kind: "AgentIdentityBlueprint",
            displayName: "payroll",
            details: { sponsors: ["adele.vance@contoso.com"] },
          },
          { kind: "AgentIdentityBlueprintPrincipal", belongsTo: appId },
          { kind: "FederatedIdentityCredential", id: `${appId}/github`, belongsTo: appId },
          { kind: "AgentIdentity", id: agent, belongsTo: appId, details: { sponsors: ["adele.vance@contoso.com"] } },
          {
            kind: "PermissionGrant",
            belongsTo: agent,
            gives: "allows Mail.Read (application), User.Read (delegated)",
          },
          { kind: "ConditionalAccessPolicy", displayName: "Block risky agents", details: { state: "enabled" } },
        ],
        deleted: [{ kind: "AgentIdentity", displayName: "old helper" }],
      },
    ]);
  });

  it("reads a served tenant, and says when there is none at the address", async () => {
    await furnished(state);
    const tenant = openTenant({ directory: state });
    const { url, close } = await serveTenant(tenant, { port: 0 });
    const env = { ENTRA_AGENT_ID_TENANT: url };
    const { code, out } = await command("tenant show --json", { env });
    expect([code, JSON.parse(out)]).toMatchObject([
      0,
      { where: url, objects: { 0: { displayName: "payroll" }, length: 6 }, deleted: [{ displayName: "old helper" }] },
    ]);
    await close();
    tenant.close();
    expect(await command("tenant show", { env })).toEqual({
      code: 2,
      out: "",
      error: `cannot reach the emulated tenant at ${url}. Start it with: npx entra-agent-id tenant start`,
    });
  });
});
