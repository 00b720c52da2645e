/** What lists of applications and service principals can be asked for: REF application and servicePrincipal, and aad-advanced-queries. */
import type { Queryable } from "./entity";

/** `ne` and `not` are there for advanced queries wherever `eq` is. */
const exact: Queryable = { filter: ["eq"] };
const starting: Queryable = { filter: ["eq", "startswith"] };
const ordered: Queryable = { filter: ["eq", "ge", "le"], orderBy: "advanced" };
const textual: Queryable = { filter: ["eq", "ge", "le", "startswith"] };
const listed: Queryable = { filter: ["any", "ge", "le", "startswith"] };
const uncounted: Queryable = { advanced: ["count"] };

type Queries = Readonly<Record<string, Queryable>>;

export const applicationQueries: Queries = {
  id: exact,
  appId: exact,
  createdByAppId: exact,
  createdDateTime: ordered,
  description: { ...textual, search: true },
  disabledByMicrosoftStatus: exact,
  displayName: { ...textual, orderBy: "advanced", search: true },
  identifierUris: listed,
  "keyCredentials/keyId": { filter: ["any"] },
  owners: uncounted,
  publisherDomain: textual,
  signInAudience: exact,
  tags: listed,
  uniqueName: starting,
};

export const servicePrincipalQueries: Queries = {
  id: exact,
  accountEnabled: exact,
  alternativeNames: listed,
  appDescription: { search: true },
  appDisplayName: starting,
  appId: starting,
  applicationTemplateId: starting,
  appOwnerOrganizationId: exact,
  appRoleAssignmentRequired: exact,
  createdByAppId: exact,
  description: { search: true },
  disabledByMicrosoftStatus: exact,
  displayName: { ...textual, orderBy: "advanced", search: true },
  homepage: starting,
  "keyCredentials/keyId": { filter: ["any"] },
  ownedObjects: uncounted,
  owners: uncounted,
  preferredSingleSignOnMode: exact,
  servicePrincipalNames: listed,
  servicePrincipalType: exact,
  signInAudience: starting,
  tags: listed,
};

/** OBS: the blueprint of an agent identity is what lists are filtered by. */
export const agentIdentityQueries: Queries = {
  ...servicePrincipalQueries,
  agentIdentityBlueprintId: exact,
  createdDateTime: ordered,
};
