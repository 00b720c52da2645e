/** A project folder, and commands run in it. */
import { run } from "../../cli/main";
import type { Terminal } from "../../cli/terminal";
import { openTenant } from "../../emulator/tenant";
import { aBlueprint, anIdentity, asker, blueprintCast } from "../emulator/client";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs one command line in the project. */
export async function command(project: string, line: string, change: Partial<Terminal> = {}): Promise<Outcome> {
  const out: string[] = [];
  const error: string[] = [];
  const terminal: Terminal = {
    out: (text) => void out.push(text),
    error: (text) => void error.push(text),
    env: {},
    cwd: project,
    interrupted: () => Promise.resolve(),
    ...change,
  };
  const code = await run(line.split(" "), terminal);
  return { code, out: out.join("\n"), error: error.join("\n") };
}

/** One agent with everything, in the tenant of a folder. */
export async function furnished(
  state: string,
): Promise<{ readonly id: string; readonly agent: string; readonly appId: string }> {
  const tenant = openTenant({ directory: state });
  const ask = asker(tenant);
  const family = await aBlueprint(ask);
  const agent = (await anIdentity(ask, family)).body.id;
  const gone = (await anIdentity(ask, family, { displayName: "old helper" })).body.id;
  await ask(`DELETE /servicePrincipals/${gone}`);
  const { id: resourceId } = (
    await ask("GET /servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id")
  ).body;
  const mailRead = "810c84a8-4a9e-49e6-bf7d-12d183f40d01";
  await ask(`POST /servicePrincipals/${agent}/appRoleAssignments`, {
    principalId: agent,
    resourceId,
    appRoleId: mailRead,
  });
  await ask("POST /oauth2PermissionGrants", {
    clientId: agent,
    consentType: "AllPrincipals",
    resourceId,
    scope: "User.Read",
  });
  await ask(`POST /applications/${family.blueprint.id}/${blueprintCast}/federatedIdentityCredentials`, {
    name: "github",
    issuer: "https://token.actions.githubusercontent.com",
    subject: "repo:contoso/payroll",
    audiences: ["api://AzureADTokenExchange"],
  });
  const policy = {
    displayName: "Block risky agents",
    state: "enabled",
    conditions: {
      clientApplications: { includeAgentIdServicePrincipals: ["All"] },
      applications: { includeApplications: ["All"] },
      agentIdRiskLevels: "high",
    },
    grantControls: { operator: "OR", builtInControls: ["block"] },
  };
  await ask("POST /identity/conditionalAccess/policies", policy, { version: "beta" });
  const { id } = tenant;
  tenant.close();
  return { id, agent, appId: family.blueprint.appId };
}
