/** What others do behind Pulumi's back: to what is ours, and beside it. */
import fc from "fast-check";
import { undefinedWhenGone } from "../../provider/graph/errors";
import type { Tenant } from "../../provider/graph/tenant";
import { microsoftGraph } from "../../provider/permission-grant";
import { appRoles, type Found } from "./content";
import { withDependents } from "./fleet";
import { command, type StackCommand } from "./operations";
import type { Model, Stack, Theirs } from "./stack";

/** What others write is everywhere before the next operation begins: no machine notes it. */
const longestLagMs = 1_000;

const amara = "amara.okafor@contoso.com";
const nestor = "nestor.wilke@contoso.com";

/** Paths of what bears a marker. */
async function pathOf({ kind, id }: Found, tenant: Tenant): Promise<string> {
  switch (kind) {
    case "AgentIdentityBlueprint": {
      const { id: objectId } = await tenant.get<{ id: string }>(`/applications(appId='${id}')?$select=id`);
      return `/applications/${objectId}/microsoft.graph.agentIdentityBlueprint`;
    }
    case "AgentIdentityBlueprintPrincipal":
      return `/servicePrincipals/${id}/microsoft.graph.agentIdentityBlueprintPrincipal`;
    case "AgentIdentity":
      return `/servicePrincipals/${id}/microsoft.graph.agentIdentity`;
    default:
      return `/identity/conditionalAccess/policies/${id}`;
  }
}

const objectIdIn = (path: string): string => path.split("/")[2] ?? "";

const idOf = async (tenant: Tenant, user: string): Promise<string> =>
  (await tenant.get<{ id: string }>(`/users/${user}`)).id;

const graphPrincipal = async (tenant: Tenant): Promise<string> =>
  (await tenant.get<{ id: string }>(`/servicePrincipals(appId='${microsoftGraph}')?$select=id`)).id;

interface Edit {
  readonly kinds: readonly Found["kind"][];
  readonly act: (tenant: Tenant, path: string, found: Found, model: Model) => Promise<unknown>;
}

const agentsAndAbove = ["AgentIdentity", "AgentIdentityBlueprintPrincipal", "AgentIdentityBlueprint"] as const;

/** Changes of what is ours. */
const edits: Readonly<Record<string, Edit>> = {
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
      await tenant.delete(`/directory/deletedItems/${objectIdIn(path)}`);
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
}

const isOurs = (found: Found, model: Readonly<Model>): boolean => model.fleet.get(found.name)?.kind === found.kind;

const edit = fc.record({ what: fc.constantFrom(...Object.keys(edits)), pick: fc.nat() }).map(({ what, pick }) =>
  command(
    `others ${what} number ${pick}`,
    ({ fleet }) => [...fleet.values()].some(({ kind }) => edits[what]?.kinds.includes(kind)),
    async (model, stack) => {
      const { marked } = stack.holding(model.names);
      const fitting = marked.filter((found) => isOurs(found, model) && edits[what]?.kinds.includes(found.kind));
      const found = fitting[pick % fitting.length];
      if (!found) return;
      model.drifted = true;
      await edits[what]?.act(stack.others, await pathOf(found, stack.others), found, model);
      stack.tenant.time.pass(longestLagMs);
    },
  ),
);

type Make = (tenant: Tenant, path: string, found: Found, name: string) => Promise<Theirs>;

const finds =
  (path: string, fits: (object: never) => boolean = () => true) =>
  async (tenant: Tenant): Promise<boolean> => {
    const found = await tenant.get<object>(path).catch(undefinedWhenGone);
    if (!found) return false;
    const { value } = found as { value?: unknown };
    return Array.isArray(value) ? value.some((one) => fits(one as never)) : fits(found as never);
  };

/** What others make beside what is ours. It is theirs to take away. */
const additions: Readonly<Record<string, { readonly kinds: readonly Found["kind"][]; readonly make: Make }>> = {
  "an agent of their own": {
    kinds: ["AgentIdentityBlueprintPrincipal"],
    async make(tenant, path, _found, name) {
      const { appId } = await tenant.get<{ appId: string }>(path);
      const body = {
        displayName: name,
        agentIdentityBlueprintId: appId,
        "sponsors@odata.bind": [tenant.url(`/users/${await idOf(tenant, nestor)}`)],
      };
      const { id } = await tenant.post<{ id: string }>("/servicePrincipals/microsoft.graph.agentIdentity", body);
      return { what: `agent ${name}`, isThere: finds(`/servicePrincipals/${id}/microsoft.graph.agentIdentity`) };
    },
  },
  "a credential of their own": {
    kinds: ["AgentIdentityBlueprint"],
    async make(tenant, path, { id }, name) {
      const collection = `${path}/federatedIdentityCredentials`;
      const audiences = ["api://AzureADTokenExchange"];
      await tenant.post(collection, { name, issuer: "https://their.example", subject: name, audiences });
      const isThere = finds(collection, ({ name: other }: { name: string }) => other === name);
      return { what: `credential ${name}`, container: id, isThere };
    },
  },
  "a consent of one person": {
    kinds: ["AgentIdentity"],
    async make(tenant, _path, { id }) {
      const [principalId, resourceId] = [await idOf(tenant, amara), await graphPrincipal(tenant)];
      const grant = { clientId: id, consentType: "Principal", principalId, resourceId, scope: "Calendars.Read" };
      await tenant.post("/oauth2PermissionGrants", grant);
      const filter = encodeURIComponent(`clientId eq '${id}' and consentType eq 'Principal'`);
      const isThere = finds(`/oauth2PermissionGrants?$filter=${filter}`);
      return { what: `consent of ${amara}`, container: id, isThere };
    },
  },
  "an owner": {
    kinds: ["AgentIdentity", "AgentIdentityBlueprint"],
    async make(tenant, path, { id }) {
      const person = await idOf(tenant, nestor);
      await tenant.post(`${path}/owners/$ref`, { "@odata.id": tenant.url(`/users/${person}`) });
      return {
        what: `owner of ${id}`,
        container: id,
        isThere: finds(`${path}/owners`, (one: { id: string }) => one.id === person),
      };
    },
  },
  "a label": {
    kinds: ["AgentIdentityBlueprint"],
    async make(tenant, path, { id }, name) {
      const { tags } = await tenant.get<{ tags: string[] }>(path);
      await tenant.patch(path, { tags: [...tags, name] });
      const isThere = finds(path, (one: { tags: string[] }) => one.tags.includes(name));
      return { what: `label ${name}`, container: id, isThere };
    },
  },
};

const addition = fc.record({ what: fc.constantFrom(...Object.keys(additions)), pick: fc.nat() }).map(({ what, pick }) =>
  command(
    `others add ${what} to number ${pick}`,
    ({ fleet }) => [...fleet.values()].some(({ kind }) => additions[what]?.kinds.includes(kind)),
    async (model, stack) => {
      await add(model, stack, what, pick);
    },
  ),
);

async function add(model: Model, stack: Stack, what: string, pick: number): Promise<void> {
  const { kinds = [], make } = additions[what] ?? {};
  const fitting = stack
    .holding(model.names)
    .marked.filter((found) => isOurs(found, model) && kinds.includes(found.kind) && !managesOwners(model, what, found));
  const found = fitting[pick % fitting.length];
  if (!found || !make || model.theirs.some((other) => other.what.startsWith("o") && other.container === found.id))
    return;
  const name = `theirs-${model.theirs.length}`;
  const made = await make(stack.others, await pathOf(found, stack.others), found, name);
  model.theirs.push({ ...made, resource: found.name });
  stack.tenant.time.pass(longestLagMs);
}

function managesOwners(model: Model, what: string, { name }: Found): boolean {
  const resource = model.fleet.get(name);
  return what === "an owner" && resource !== undefined && "owners" in resource && resource.owners !== undefined;
}

export const behindOurBack: readonly fc.Arbitrary<StackCommand>[] = [edit, edit, addition];
