/** `entra-agent-id tenant show` */
import { accessTenant, NoTenant } from "./emulated-tenant";
import {
  type AgentPicture,
  type BlueprintPicture,
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
  const tenant = await accessTenant(terminal, "show").catch((error: unknown) => {
    if (error instanceof NoTenant) return error;
    throw error;
  });
  if (tenant instanceof NoTenant) {
    if (json) terminal.out(JSON.stringify({ where: tenant.directory, exists: false }));
    else terminal.out(`There is no emulated tenant in ${tenant.directory} yet. The first "pulumi up" makes it.`);
    return exitCodes.finding;
  }
  const { id, name, where } = tenant;
  try {
    const picture = await pictureOf((path, version) => tenant.get(path, version ?? "v1.0", permissionsToLook));
    const shown = { name, id, where };
    if (json) terminal.out(JSON.stringify({ ...shown, exists: true, ...picture }, undefined, 2));
    else for (const line of lines(shown, picture)) terminal.out(line);
    return exitCodes.done;
  } finally {
    tenant.close();
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
