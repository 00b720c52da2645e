/** Everything in a tenant that a person may want to see, read through Microsoft Graph's own paths. */

/** One GET below the version. `beta` where v1.0 does not know the path. */
export type Get = (path: string, version?: "beta") => Promise<unknown>;

export interface AgentPicture {
  readonly id: string;
  readonly displayName: string;
  readonly enabled: boolean;
  /** User principal names; groups by display name. */
  readonly sponsors: readonly string[];
  readonly applicationPermissions: readonly string[];
  readonly delegatedPermissions: readonly string[];
}

export interface BlueprintPicture {
  readonly displayName: string;
  readonly appId: string;
  readonly id: string;
  readonly uniqueName: string | null;
  readonly sponsors: readonly string[];
  readonly federatedCredentials: readonly {
    readonly name: string;
    readonly issuer: string;
    readonly subject: string;
  }[];
  /** Without one the blueprint cannot have agents in this tenant. */
  readonly principal: Omit<AgentPicture, "sponsors"> | null;
  readonly identities: readonly AgentPicture[];
}

export interface TenantPicture {
  readonly blueprints: readonly BlueprintPicture[];
  /** Agent identities whose blueprint is gone. */
  readonly orphans: readonly AgentPicture[];
  readonly policies: readonly { readonly id: string; readonly displayName: string; readonly state: string }[];
  readonly deleted: readonly {
    readonly id: string;
    readonly displayName: string;
    readonly type: string;
    readonly deletedDateTime: string;
  }[];
  readonly users: number;
  readonly groups: number;
}

/** What the reader of a picture must be allowed. */
export const permissionsToLook: readonly string[] = [
  "AgentIdentity.Read.All",
  "AgentIdentityBlueprint.Read.All",
  "AgentIdentityBlueprintPrincipal.Read.All",
  "Application.Read.All",
  "DelegatedPermissionGrant.Read.All",
  "Group.Read.All",
  "Policy.Read.All",
  "User.Read.All",
];

interface GraphObject {
  readonly id: string;
  readonly displayName: string;
  readonly appId: string;
  readonly accountEnabled: boolean;
  readonly userPrincipalName?: string;
  readonly uniqueName: string | null;
  readonly agentIdentityBlueprintId: string;
  readonly state: string;
  readonly deletedDateTime: string;
  readonly "@odata.type": string;
  readonly appRoles: readonly { readonly id: string; readonly value: string }[];
}

interface Grant {
  readonly clientId: string;
  readonly resourceId: string;
  readonly scope: string;
}

interface Assignment {
  readonly resourceId: string;
  readonly appRoleId: string;
}

interface Credential {
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
}

const blueprintCast = "microsoft.graph.agentIdentityBlueprint";

export async function pictureOf(get: Get): Promise<TenantPicture> {
  const all = async <T>(path: string, version?: "beta"): Promise<T[]> => {
    const items: T[] = [];
    for (let next: string | undefined = path; next !== undefined;) {
      const page = (await get(next, version)) as { value: T[]; "@odata.nextLink"?: string };
      items.push(...page.value);
      next = page["@odata.nextLink"]?.replace(/^.*?\/(?:v1\.0|beta)(?=\/)/, "");
    }
    return items;
  };
  const identities = await all<GraphObject>("/servicePrincipals/microsoft.graph.agentIdentity");
  const principals = await all<GraphObject>("/servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal");
  const grants = await all<Grant>("/oauth2PermissionGrants");
  const resources = new Map<string, GraphObject>();
  const resource = async (id: string) => {
    const known =
      resources.get(id) ?? ((await get(`/servicePrincipals/${id}?$select=id,displayName,appRoles`)) as GraphObject);
    resources.set(id, known);
    return known;
  };
  const names = async (path: string) =>
    (await all<GraphObject>(`${path}/sponsors`))
      .map(({ userPrincipalName, displayName }) => userPrincipalName ?? displayName)
      .sort();

  const permissions = async ({ id }: GraphObject) => {
    const held = await all<Assignment>(`/servicePrincipals/${id}/appRoleAssignments`);
    const application = await Promise.all(
      held.map(async ({ resourceId, appRoleId }) => {
        const { displayName, appRoles } = await resource(resourceId);
        return `${displayName}: ${appRoles.find((role) => role.id === appRoleId)?.value ?? "default access"}`;
      }),
    );
    const delegated = await Promise.all(
      grants
        .filter(({ clientId }) => clientId === id)
        .map(async ({ resourceId, scope }) => {
          const { displayName } = await resource(resourceId);
          return scope.split(/\s+/).flatMap((value) => (value === "" ? [] : `${displayName}: ${value}`));
        }),
    );
    return { applicationPermissions: application.sort(), delegatedPermissions: delegated.flat().sort() };
  };
  const agent = async (object: GraphObject): Promise<AgentPicture> => ({
    id: object.id,
    displayName: object.displayName,
    enabled: object.accountEnabled,
    sponsors: await names(`/servicePrincipals/${object.id}/microsoft.graph.agentIdentity`),
    ...(await permissions(object)),
  });
  const blueprint = async ({ id, appId, displayName, uniqueName }: GraphObject): Promise<BlueprintPicture> => {
    const path = `/applications/${id}/${blueprintCast}`;
    const principal = principals.find((one) => one.appId === appId);
    const credentials = await all<Credential>(`${path}/federatedIdentityCredentials`);
    return {
      displayName,
      appId,
      id,
      uniqueName,
      sponsors: await names(path),
      federatedCredentials: credentials.map(({ name, issuer, subject }) => ({ name, issuer, subject })),
      principal: principal
        ? {
            id: principal.id,
            displayName: principal.displayName,
            enabled: principal.accountEnabled,
            ...(await permissions(principal)),
          }
        : null,
      identities: await Promise.all(identities.filter((one) => one.agentIdentityBlueprintId === appId).map(agent)),
    };
  };

  const blueprints = await all<GraphObject>(`/applications/${blueprintCast}`);
  const appIds = new Set(blueprints.map(({ appId }) => appId));
  const deleted = [
    ...(await all<GraphObject>("/directory/deletedItems/microsoft.graph.application")),
    ...(await all<GraphObject>("/directory/deletedItems/microsoft.graph.servicePrincipal")),
  ];
  const policies = await all<GraphObject>("/identity/conditionalAccess/policies", "beta");
  return {
    blueprints: await Promise.all(blueprints.map(blueprint)),
    orphans: await Promise.all(identities.filter((one) => !appIds.has(one.agentIdentityBlueprintId)).map(agent)),
    policies: policies.map(({ id, displayName, state }) => ({ id, displayName, state })),
    deleted: deleted.map((item) => ({
      id: item.id,
      displayName: item.displayName,
      type: item["@odata.type"].replace("#microsoft.graph.", ""),
      deletedDateTime: item.deletedDateTime,
    })),
    users: (await all("/users?$select=id")).length,
    groups: (await all("/groups?$select=id")).length,
  };
}
