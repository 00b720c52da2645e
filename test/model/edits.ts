/** What others do to what is ours behind Pulumi's back. */
import fc from "fast-check";
import { EntraError } from "../../provider/graph/errors";
import type { Tenant } from "../../provider/graph/tenant";
import { microsoftGraph } from "../../provider/permissions/permission-grant";
import { appRoles, expectedOf, type Found } from "./content";
import { withDependents } from "./fleet";
import { command, type StackCommand } from "./operations";
import type { Model, Stack } from "./stack";

/** What others write is everywhere before the next operation begins: no machine notes it. */
export const longestLagMs = 1_000;

export const amara = "amara.okafor@contoso.com";
export const nestor = "nestor.wilke@contoso.com";

/** Path of what bears a marker. */
export function pathOf({ kind, objectId }: Found): string {
  switch (kind) {
    case "AgentIdentityBlueprint":
      return `/applications/${objectId}/microsoft.graph.agentIdentityBlueprint`;
    case "AgentIdentityBlueprintPrincipal":
      return `/servicePrincipals/${objectId}/microsoft.graph.agentIdentityBlueprintPrincipal`;
    case "AgentIdentity":
      return `/servicePrincipals/${objectId}/microsoft.graph.agentIdentity`;
    default:
      return `/identity/conditionalAccess/policies/${objectId}`;
  }
}

export const idOf = async (tenant: Tenant, user: string): Promise<string> =>
  (await tenant.get<{ id: string }>(`/users/${user}`)).id;

export const graphPrincipal = async (tenant: Tenant): Promise<string> =>
  (await tenant.get<{ id: string }>(`/servicePrincipals(appId='${microsoftGraph}')?$select=id`)).id;

interface Edit {
  readonly kinds: readonly Found["kind"][];
  readonly act: (tenant: Tenant, path: string, found: Found, model: Model) => Promise<unknown>;
}

const agentsAndAbove = ["AgentIdentity", "AgentIdentityBlueprintPrincipal", "AgentIdentityBlueprint"] as const;

/** Changes of what is ours. */
const changes: Readonly<Record<string, Edit>> = {
  rename: {
    kinds: ["AgentIdentity", "AgentIdentityBlueprint"],
    act: (tenant, path) => tenant.patch(path, { displayName: "Renamed by hand" }),
  },
  disable: {
    kinds: ["AgentIdentity", "AgentIdentityBlueprintPrincipal"],
    act: (tenant, path) => tenant.patch(path, { accountEnabled: false }),
  },
  enforce: {
    kinds: ["ConditionalAccessPolicy"],
    act: (tenant, path) => tenant.patch(path, { state: "enabled" }),
  },
  "change the sponsors of": {
    kinds: ["AgentIdentity", "AgentIdentityBlueprint"],
    async act(tenant, path) {
      const there = await tenant.list<{ id: string; userPrincipalName: string }>(`${path}/sponsors`);
      if (!there.some(({ userPrincipalName }) => userPrincipalName === nestor))
        await tenant.post(`${path}/sponsors/$ref`, { "@odata.id": tenant.url(`/users/${await idOf(tenant, nestor)}`) });
      await tenant.delete(`${path}/sponsors/${there[0]?.id ?? ""}/$ref`);
    },
  },
  "delete softly": { kinds: agentsAndAbove, act: (tenant, path, found, model) => remove(tenant, path, found, model) },
  purge: {
    kinds: ["AgentIdentity", "AgentIdentityBlueprint"],
    async act(tenant, path, found, model) {
      await remove(tenant, path, found, model);
      for (const moved of withDependents(model.fleet, [found.name])) model.mayMove.add(moved);
      await tenant.delete(`/directory/deletedItems/${found.objectId}`);
    },
  },
  "delete the policy": {
    kinds: ["ConditionalAccessPolicy"],
    act: (tenant, path, found, model) => remove(tenant, path, found, model),
  },
  "delete the credentials of": {
    kinds: ["AgentIdentityBlueprint"],
    async act(tenant, path, _found, model) {
      const all = await tenant.list<{ id: string; name: string }>(`${path}/federatedIdentityCredentials`);
      const ours = all.filter(({ name }) => !model.theirs.some(({ what }) => what === `credential ${name}`));
      for (const { id } of ours) await tenant.delete(`${path}/federatedIdentityCredentials/${id}`);
    },
  },
  "grant a permission to": {
    kinds: ["AgentIdentity"],
    async act(tenant, _path, { id, name }, model) {
      // Where nobody declares a grant, a permission is none of Pulumi's business, and a later grant would be refused.
      const declared = [...model.fleet.values()].some((one) => one.kind === "PermissionGrant" && one.identity === name);
      const held = await tenant.list<{ appRoleId: string }>(`/servicePrincipals/${id}/appRoleAssignments`);
      const role = Object.values(appRoles).find((one) => !held.some(({ appRoleId }) => appRoleId === one));
      // After a run that broke, the grant may be in no state: it is refused then, as one that somebody else made.
      if (model.broken || !declared || held.length === 0 || role === undefined) return;
      const resourceId = await graphPrincipal(tenant);
      await tenant.post(`/servicePrincipals/${id}/appRoleAssignments`, {
        principalId: id,
        resourceId,
        appRoleId: role,
      });
    },
  },
  "take a permission from": {
    kinds: ["AgentIdentity"],
    async act(tenant, _path, { id }) {
      const [held] = await tenant.list<{ id: string }>(`/servicePrincipals/${id}/appRoleAssignments`);
      if (held) await tenant.delete(`/servicePrincipals/${id}/appRoleAssignments/${held.id}`);
    },
  },
};

async function remove(tenant: Tenant, path: string, { kind, name }: Found, model: Model): Promise<void> {
  await tenant.delete(path);
  // A deleted blueprint or principal comes back as what it was.
  const moved =
    kind === "AgentIdentity" ? withDependents(model.fleet, [name]) : kind === "ConditionalAccessPolicy" ? [name] : [];
  for (const one of moved) model.mayMove.add(one);
  if (kind === "AgentIdentityBlueprint") model.deletedByOthers.add(name);
}

export const isOurs = (found: Found, model: Readonly<Model>): boolean =>
  model.fleet.get(found.name)?.kind === found.kind;

const edit = fc.record({ what: fc.constantFrom(...Object.keys(changes)), pick: fc.nat() }).map(({ what, pick }) =>
  command(
    `others ${what} number ${pick}`,
    ({ fleet }) => [...fleet.values()].some(({ kind }) => changes[what]?.kinds.includes(kind)),
    async (model, stack) => {
      const { marked } = stack.holding(model.names);
      const fitting = marked.filter((found) => isOurs(found, model) && changes[what]?.kinds.includes(found.kind));
      const found = fitting[pick % fitting.length];
      if (!found) return;
      model.drifted = true;
      await changes[what]?.act(stack.others, pathOf(found), found, model);
      stack.tenant.time.pass(longestLagMs);
    },
  ),
);

/** What tells the object that is declared now from one that stood there before a replacement. */
const keys: Partial<Record<Found["kind"], string>> = {
  AgentIdentityBlueprint: "uniqueName",
  AgentIdentityBlueprintPrincipal: "blueprint",
  AgentIdentity: "blueprint",
};

/** Deleted objects that a resource is declared for, and that no other object stands for. */
function missed({ fleet, names }: Model, stack: Stack): Found[] {
  const { marked, deleted } = stack.holding(names);
  return deleted.filter(({ kind, name, content }) => {
    const [declared, key] = [fleet.get(name), keys[kind]];
    if (declared?.kind !== kind || key === undefined) return false;
    if (marked.some((other) => other.kind === kind && other.name === name)) return false;
    return content[key] === expectedOf(name, declared, fleet)[key];
  });
}

const restore = fc.nat().map((pick) =>
  command(
    `others restore number ${pick}`,
    ({ names }) => names.size > 0,
    async (model, stack) => {
      const choice = missed(model, stack);
      const found = choice[pick % choice.length];
      if (!found || !(await wasRestored(stack.others, found))) return;
      model.drifted = true;
      for (const back of withDependents(model.fleet, [found.name])) {
        model.restored.add(back);
        model.lost.add(back);
        model.mayMove.add(back);
      }
      stack.tenant.time.pass(longestLagMs);
    },
  ),
);

/** Graph refuses what came before its parent. */
async function wasRestored(tenant: Tenant, { objectId }: Found): Promise<boolean> {
  try {
    await tenant.post(`/directory/deletedItems/${objectId}/restore`, {});
    return true;
  } catch (error) {
    if (error instanceof EntraError && error.code === "REFUSED") return false;
    throw error;
  }
}

export const edits: readonly fc.Arbitrary<StackCommand>[] = [edit, edit, restore];
