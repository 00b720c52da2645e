/** What others put beside objects of ours: the specimens say beside which. */
import type { Tenant } from "../../provider/graph/tenant";
import { amara, idOf, nestor } from "./people";
import type { Neighbour } from "./specimen";

/** Begins the tags of other tools. */
export const theirTag = "their-";

/** A tag of another tool, where the program declares none: a list that is declared is the whole list. */
export const aTag: Neighbour = {
  beside: ({ tags }) => tags === undefined,
  async add(tenant, { path }, name) {
    const { tags } = await tenant.get<{ tags: readonly string[] }>(path);
    await tenant.patch(path, { tags: [...tags, name] });
    return { tag: name };
  },
};

/** An owner, where the program declares none. */
export const anOwner: Neighbour = {
  beside: ({ owners }) => owners === undefined,
  async add(tenant, { path }) {
    const owner = await idOf(tenant, nestor);
    await tenant.post(`${path}/owners/$ref`, { "@odata.id": tenant.url(`/users/${owner}`) });
    return { owner };
  },
};

/** An API that no program of the specimens names. */
const sharePoint = "00000003-0000-0ff1-ce00-000000000000";

interface Api {
  readonly id: string;
  readonly appRoles: readonly { readonly id: string }[];
}

const apiOf = (tenant: Tenant, appId: string): Promise<Api> =>
  tenant.get<Api>(`/servicePrincipals(appId='${appId}')?$select=id,appRoles`);

/** An app role at another API than the grants are about. */
export const anAppRoleElsewhere: Neighbour = {
  async add(tenant, { id: principalId }) {
    const { id: resourceId, appRoles } = await apiOf(tenant, sharePoint);
    const path = `/servicePrincipals/${principalId}/appRoleAssignments`;
    const body = { principalId, resourceId, appRoleId: appRoles[0]?.id };
    return { object: (await tenant.post<{ id: string }>(path, body)).id };
  },
};

const consent = async (tenant: Tenant, body: object): Promise<{ object: string }> => ({
  object: (await tenant.post<{ id: string }>("/oauth2PermissionGrants", body)).id,
});

/** What one person has consented to at an API: of the permissions that grants name, too. */
export const aConsentOfOnePerson = (apiId: string): Neighbour => ({
  async add(tenant, { id: clientId }) {
    const [principalId, { id: resourceId }] = [await idOf(tenant, amara), await apiOf(tenant, apiId)];
    const scope = "Mail.Read Calendars.Read";
    return consent(tenant, { clientId, consentType: "Principal", principalId, resourceId, scope });
  },
});

/** What an administrator has consented to at another API than the grants are about. */
export const aConsentElsewhere: Neighbour = {
  async add(tenant, { id: clientId }) {
    const { id: resourceId } = await apiOf(tenant, sharePoint);
    return consent(tenant, { clientId, consentType: "AllPrincipals", resourceId, scope: "AllSites.Read" });
  },
};
