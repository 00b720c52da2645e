/** `entra-agent-id tenant show` */
import { openTenant, tenantExists } from "../emulator/tenant";
import { tenantSetting } from "../provider/graph/settings";
import {
  type AgentPicture,
  type BlueprintPicture,
  type Get,
  permissionsToLook,
  pictureOf,
  type TenantPicture,
} from "./tenant-picture";
import { exitCodes, type Terminal } from "./terminal";

export interface ShowOptions {
  readonly json?: true;
}

interface Shown {
  readonly name: string;
  readonly id: string;
  readonly where: string;
}

/** Prints what is in the emulated tenant. Makes none when there is none. */
export async function tenantShow({ json }: ShowOptions, terminal: Terminal): Promise<number> {
  const setting = tenantSetting(terminal.env, terminal.cwd);
  if (setting.mode === "entra") {
    terminal.error(
      `cannot show tenant ${setting.tenant}: ENTRA_AGENT_ID_TENANT names a real tenant, and this command only looks at emulated ones.`,
    );
    return exitCodes.couldNotRun;
  }
  const print = (tenant: Shown, picture: TenantPicture) => {
    if (json) terminal.out(JSON.stringify({ ...tenant, exists: true, ...picture }, undefined, 2));
    else for (const line of lines(tenant, picture)) terminal.out(line);
    return exitCodes.done;
  };
  if (setting.mode === "served")
    return print(await servedTenant(setting.url), await pictureOf(await overHttp(setting.url)));

  const { directory } = setting;
  if (!tenantExists(directory)) {
    if (json) terminal.out(JSON.stringify({ where: directory, exists: false }));
    else terminal.out(`There is no emulated tenant in ${directory} yet. The first "pulumi up" makes it.`);
    return exitCodes.finding;
  }
  const tenant = openTenant({ directory });
  try {
    const token = await tenant.token({ permissions: permissionsToLook });
    const get: Get = (path, version) =>
      body(
        path,
        tenant.handle(
          new Request(`https://graph.microsoft.com/${version ?? "v1.0"}${path}`, {
            headers: { authorization: `Bearer ${token}` },
          }),
        ),
      );
    return print({ name: tenant.name, id: tenant.id, where: directory }, await pictureOf(get));
  } finally {
    tenant.close();
  }
}

async function body(path: string, answer: Promise<Response>): Promise<unknown> {
  const response = await answer;
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  throw new Error(`cannot read ${path} of the emulated tenant: it answered ${response.status} ${text}`);
}

async function servedTenant(url: string): Promise<Shown> {
  const { name, id } = (await body("/_tenant", reached(url, fetch(`${url}/_tenant`)))) as { name: string; id: string };
  return { name, id, where: url };
}

async function overHttp(url: string): Promise<Get> {
  const asked = fetch(`${url}/_tenant/token`, {
    method: "POST",
    body: JSON.stringify({ permissions: permissionsToLook }),
  });
  const { access_token } = (await body("/_tenant/token", reached(url, asked))) as { access_token: string };
  const headers = { authorization: `Bearer ${access_token}` };
  return (path, version) => body(path, reached(url, fetch(`${url}/${version ?? "v1.0"}${path}`, { headers })));
}

async function reached(url: string, answer: Promise<Response>): Promise<Response> {
  try {
    return await answer;
  } catch (cause) {
    throw new Error(`cannot reach the emulated tenant at ${url}. Start it with: entra-agent-id tenant start`, {
      cause,
    });
  }
}

function* lines({ name, id, where }: Shown, picture: TenantPicture): Generator<string> {
  const { blueprints, orphans, policies, deleted, users, groups } = picture;
  const agents = blueprints.reduce((sum, blueprint) => sum + blueprint.identities.length, orphans.length);
  yield `${name}, an emulated Microsoft Entra tenant. Nothing in it is real.`;
  yield `  tenant ${id}`;
  yield `  state  ${where}`;
  yield (
    `  ${counted(blueprints.length, "blueprint")}, ${counted(agents, "agent identity", "agent identities")}, ` +
    `${counted(policies.length, "Conditional Access policy", "Conditional Access policies")}, ` +
    `${counted(users, "user")}, ${counted(groups, "group")}, ${counted(deleted.length, "deleted item")}`
  );
  for (const blueprint of blueprints) yield* blueprintLines(blueprint);
  if (orphans.length > 0)
    yield* ["", "Agent identities whose blueprint is gone", ...orphans.flatMap((agent) => [...agentLines(agent)])];
  if (policies.length > 0)
    yield* [
      "",
      "Conditional Access policies",
      ...policies.map(({ displayName, state }) => `  ${displayName}  (${state})`),
    ];
  if (deleted.length > 0) {
    const items = deleted.map(
      ({ displayName, type, deletedDateTime }) => `  ${displayName}  (${type}, deleted ${deletedDateTime})`,
    );
    yield* ["", "Deleted items, which can be restored for 30 days", ...items];
  }
}

function* blueprintLines(blueprint: BlueprintPicture): Generator<string> {
  const { displayName, appId, sponsors, principal, federatedCredentials, identities } = blueprint;
  yield "";
  yield `Blueprint ${displayName}`;
  yield `  application ${appId}`;
  yield `  sponsors    ${listed(sponsors)}`;
  if (principal)
    yield* [
      `  principal   ${principal.id}${principal.enabled ? "" : "  (disabled)"}`,
      ...permissionLines(principal, "  "),
    ];
  else yield "  principal   none: the blueprint cannot have agents in this tenant";
  for (const { name, issuer, subject } of federatedCredentials) yield `  trusts      ${name}: ${subject} of ${issuer}`;
  for (const identity of identities) yield* agentLines(identity);
}

function* agentLines(agent: AgentPicture): Generator<string> {
  yield `  Agent ${agent.displayName}${agent.enabled ? "" : "  (disabled)"}`;
  yield `    id          ${agent.id}`;
  yield `    sponsors    ${listed(agent.sponsors)}`;
  yield* permissionLines(agent, "    ");
}

function* permissionLines(
  holder: Pick<AgentPicture, "applicationPermissions" | "delegatedPermissions">,
  indent: string,
): Generator<string> {
  for (const permission of holder.applicationPermissions) yield `${indent}may         ${permission}  (on its own)`;
  for (const permission of holder.delegatedPermissions)
    yield `${indent}may         ${permission}  (for a signed-in user)`;
}

const listed = (names: readonly string[]) => (names.length === 0 ? "nobody" : names.join(", "));
const counted = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
