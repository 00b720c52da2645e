import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Terminal } from "../../cli/terminal";
import { serveTenant } from "../../emulator/server";
import { openTenant } from "../../emulator/tenant";
import { furnished, told as toldIn } from "./project";

let project: string;
let state: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "project-"));
  state = join(project, ".entra-agent-id");
  writeFileSync(join(project, "Pulumi.yaml"), "name: p\nruntime: nodejs\n");
});
afterEach(() => rmSync(project, { recursive: true }));

const told = (line: string, change?: Partial<Terminal>) => toldIn(project, line, change);

describe("tenant show", () => {
  it("says that there is no tenant, and makes none", async () => {
    expect(await told("tenant show")).toEqual({
      code: 1,
      out: `There is no emulated tenant in ${state} yet. The first "pulumi up" makes it.`,
      error: "",
    });
    expect(JSON.parse((await told("tenant show --json")).out)).toEqual({ where: state, exists: false });
    expect(existsSync(state)).toBe(false);
  });

  it("tells somebody who has never seen the project what is there", async () => {
    const { id, agent, appId } = await furnished(state);
    const { code, out } = await told("tenant show");
    const readable = out
      .replaceAll(id, "TENANT")
      .replaceAll(agent, "AGENT")
      .replaceAll(appId, "APPLICATION")
      .replaceAll(state, "STATE")
      .replace(/principal {3}[0-9a-f-]{36}/, "principal   PRINCIPAL")
      .replace(/deleted \d{4}-[^)]*/, "deleted TIME");
    expect(code).toBe(0);
    expect(readable).toMatchInlineSnapshot(`
     "Contoso (emulated), an emulated Microsoft Entra tenant. Nothing in it is real.
       tenant TENANT
       state  STATE
       1 blueprint, 1 agent identity, 1 Conditional Access policy, 12 users, 4 groups, 1 deleted item

     Blueprint payroll
       application APPLICATION
       sponsors    adele.vance@contoso.com
       principal   PRINCIPAL
       trusts      github: repo:contoso/payroll of https://token.actions.githubusercontent.com
       Agent payroll helper
         id          AGENT
         sponsors    adele.vance@contoso.com
         may         Microsoft Graph: Mail.Read  (on its own)
         may         Microsoft Graph: User.Read  (for a signed-in user)

     Conditional Access policies
       Block risky agents  (enabled)

     Deleted items, which can be restored for 30 days
       old helper  (agentIdentity, deleted TIME)"
    `);
  });

  it("says the same in JSON, found from a folder below", async () => {
    const { id, agent } = await furnished(state);
    mkdirSync(join(project, "src"));
    const { code, out } = await told("tenant show --json", { cwd: join(project, "src") });
    expect([code, JSON.parse(out)]).toMatchObject([
      0,
      {
        exists: true,
        id,
        where: state,
        users: 12,
        groups: 4,
        blueprints: [
          {
            displayName: "payroll",
            sponsors: ["adele.vance@contoso.com"],
            identities: [
              {
                id: agent,
                applicationPermissions: ["Microsoft Graph: Mail.Read"],
                delegatedPermissions: ["Microsoft Graph: User.Read"],
              },
            ],
          },
        ],
      },
    ]);
  });

  it("reads a served tenant, and says when there is none at the address", async () => {
    await furnished(state);
    const tenant = openTenant({ directory: state });
    const { url, close } = await serveTenant(tenant, { port: 0 });
    const env = { ENTRA_AGENT_ID_TENANT: url };
    const { code, out } = await told("tenant show --json", { env });
    expect([code, JSON.parse(out)]).toMatchObject([
      0,
      { where: url, blueprints: [{ displayName: "payroll" }], deleted: [{ displayName: "old helper" }] },
    ]);
    await close();
    tenant.close();
    expect(await told("tenant show", { env })).toEqual({
      code: 2,
      out: "",
      error: `cannot reach the emulated tenant at ${url}. Start it with: npx entra-agent-id tenant start`,
    });
  });
});
