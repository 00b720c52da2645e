/** What others make beside what is ours. It is theirs to take away. */
import fc from "fast-check";
import { undefinedWhenGone } from "../../provider/graph/errors";
import type { Tenant } from "../../provider/graph/tenant";
import type { Marked } from "../kinds/holding";
import { amara, idOf, nestor } from "../kinds/people";
import { microsoftGraph } from "../../provider/permissions/permission-grant";
import { longestLagMs, oursOf } from "./edits";
import { command } from "./operations";
import type { Model, Stack, Theirs } from "./stack";

type Make = (tenant: Tenant, path: string, found: Marked, name: string) => Promise<Omit<Theirs, "addition">>;

const finds =
  (path: string, fits: (object: never) => boolean = () => true) =>
  async (tenant: Tenant): Promise<boolean> => {
    const found = await tenant.get<object>(path).catch(undefinedWhenGone);
    if (!found) return false;
    const { value } = found as { value?: unknown };
    return Array.isArray(value) ? value.some((one) => fits(one as never)) : fits(found as never);
  };

const apiOf = async (tenant: Tenant): Promise<string> =>
  (await tenant.get<{ id: string }>(`/servicePrincipals(appId='${microsoftGraph}')?$select=id`)).id;

const additions: Readonly<Record<string, { readonly kinds: readonly string[]; readonly make: Make }>> = {
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
      const [principalId, resourceId] = [await idOf(tenant, amara), await apiOf(tenant)];
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

export const addition = fc
  .record({ what: fc.constantFrom(...Object.keys(additions)), pick: fc.nat() })
  .map(({ what, pick }) =>
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
  const fitting = oursOf(kinds, model, await stack.holding(model.names)).filter(
    (found) => !managesOwners(model, what, found),
  );
  const found = fitting[pick % fitting.length];
  // Graph refuses a second one of the same.
  if (!found || !make || model.theirs.some(({ addition, container }) => addition === what && container === found.id))
    return;
  const name = `theirs-${model.theirs.length}`;
  const made = await make(stack.others, found.path, found, name);
  model.theirs.push({ ...made, addition: what, resource: found.name });
  stack.tenant.time.pass(longestLagMs);
}

function managesOwners(model: Model, what: string, { name }: Marked): boolean {
  const { owners } = (model.fleet.get(name)?.wish ?? {}) as { owners?: readonly string[] };
  return what === "an owner" && owners !== undefined;
}
