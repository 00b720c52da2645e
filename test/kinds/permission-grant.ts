import fc from "fast-check";
import type { Tenant } from "../../provider/graph/tenant";
import { microsoftGraph } from "../../provider/permissions/permission-grant";
import { asSet } from "./people";
import { aSpecimen } from "./specimen";

interface Wish {
  readonly application: readonly string[];
  readonly delegated: readonly string[];
}

interface Api {
  readonly id: string;
  readonly appRoles: readonly { readonly id: string; readonly value: string }[];
}

interface Held {
  readonly id: string;
  readonly appRoleId: string;
  readonly resourceId: string;
}

const parent = "AgentIdentity";
const application = ["User.Read.All", "Group.Read.All", "AuditLog.Read.All"] as const;

const graphOf = (tenant: Pick<Tenant, "get">): Promise<Api> =>
  tenant.get<Api>(`/servicePrincipals(appId='${microsoftGraph}')?$select=id,appRoles`);

export const specimen = aSpecimen<Wish>({
  kind: "PermissionGrant",
  stem: "grant",
  called: "helper",
  parents: [parent],
  onePerParent: true,
  least: { application: ["User.Read.All"], delegated: ["Mail.Read"] },
  first: { application: ["User.Read.All"], delegated: ["Mail.Read", "User.Read"] },
  changed: { application: ["Group.Read.All"], delegated: ["Mail.Read", "Calendars.Read"] },
  wishes: fc.record({
    application: fc.subarray([...application], { minLength: 1 }),
    delegated: fc.subarray(["Mail.Read", "User.Read", "Files.Read"]),
  }),
  key: [],
  args: (_name, wish, of) => ({ agentId: of(parent).id, ...wish }),
  async seen(tenant) {
    const { id: resourceId, appRoles } = await graphOf(tenant);
    const agents = await tenant.list<{ id: string }>("/servicePrincipals/microsoft.graph.agentIdentity?$select=id");
    const scopes = await tenant.list<{ clientId: string; consentType: string; scope: string; resourceId: string }>(
      "/oauth2PermissionGrants",
    );
    const found = agents.map(async ({ id: agentId }) => {
      const path = `/servicePrincipals/${agentId}/appRoleAssignments`;
      const held = (await tenant.list<Held>(path)).filter((one) => one.resourceId === resourceId);
      const delegated = scopes
        .filter((one) => one.clientId === agentId && one.resourceId === resourceId)
        .filter(({ consentType }) => consentType === "AllPrincipals")
        .flatMap(({ scope }) => scope.split(" ").filter((name) => name !== ""));
      if (held.length + delegated.length === 0) return [];
      const names = held.map(({ appRoleId }) => appRoles.find(({ id }) => id === appRoleId)?.value ?? appRoleId);
      const content = { application: asSet(names), delegated: asSet(delegated) };
      return [{ id: `${agentId}/${microsoftGraph}`, path, parent: agentId, content }];
    });
    return (await Promise.all(found)).flat();
  },
  content: (_name, wish) => ({ application: asSet(wish.application), delegated: asSet(wish.delegated) }),
  idOf: (_name, _wish, of) => `${of(parent).id}/${microsoftGraph}`,
  edits: {
    "add a permission to": {
      unlessBroken: true,
      async act(tenant, { path, parent: principalId }) {
        const { id: resourceId, appRoles } = await graphOf(tenant);
        const held = await tenant.list<Held>(path);
        const free = appRoles.find(
          ({ id, value }) =>
            (application as readonly string[]).includes(value) && !held.some(({ appRoleId }) => appRoleId === id),
        );
        if (free) await tenant.post(path, { principalId, resourceId, appRoleId: free.id });
      },
    },
    "take a permission from": {
      async act(tenant, { path }) {
        const { id: resourceId } = await graphOf(tenant);
        const held = (await tenant.list<Held>(path)).find((one) => one.resourceId === resourceId);
        if (held) await tenant.delete(`${path}/${held.id}`);
      },
    },
  },
  async lookalike(tenant, of) {
    const [{ id: resourceId, appRoles }, { id: principalId }] = [await graphOf(tenant), of(parent)];
    const appRoleId = appRoles.find(({ value }) => value === "User.Read.All")?.id;
    const path = `/servicePrincipals/${principalId}/appRoleAssignments`;
    return tenant.post<Held>(path, { principalId, resourceId, appRoleId });
  },
  impossible: {
    "the state is lost and the program has changed since": {
      why: "it has no place for a marker: permissions that nobody declares may be somebody else's",
      says: /already holds .*, which is not declared/,
    },
  },
});
