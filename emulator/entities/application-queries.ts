/** What lists of applications and service principals can be asked for: REF application and servicePrincipal, and aad-advanced-queries. */
import type { Queryable } from "./entity";

const exact: Queryable = { filter: ["eq", "in"], advanced: ["ne"] };
const textual: Queryable = { filter: ["eq", "in", "startswith"], advanced: ["ne"] };
const listed: Queryable = { filter: ["any"] };

type Queries = Readonly<Record<string, Queryable>>;

export const applicationQueries: Queries = {
  id: exact,
  appId: exact,
  createdByAppId: exact,
  createdDateTime: { ...exact, orderBy: "default" },
  description: { ...textual, search: true },
  disabledByMicrosoftStatus: exact,
  displayName: { ...textual, orderBy: "default", search: true },
  identifierUris: listed,
  publisherDomain: textual,
  signInAudience: exact,
  tags: listed,
  uniqueName: textual,
};

export const servicePrincipalQueries: Queries = {
  id: exact,
  accountEnabled: exact,
  alternativeNames: listed,
  appDescription: { search: true },
  appDisplayName: textual,
  appId: { ...exact, filter: ["eq", "in", "startswith"] },
  applicationTemplateId: textual,
  appOwnerOrganizationId: exact,
  appRoleAssignmentRequired: exact,
  createdByAppId: exact,
  description: { search: true },
  disabledByMicrosoftStatus: exact,
  displayName: { ...textual, orderBy: "default", search: true },
  homepage: textual,
  preferredSingleSignOnMode: exact,
  servicePrincipalNames: listed,
  servicePrincipalType: exact,
  signInAudience: textual,
  tags: listed,
};

/** REF agentidentity-list and OBS: the blueprint of an agent identity is what lists are filtered by. */
export const agentIdentityQueries: Queries = {
  ...servicePrincipalQueries,
  agentIdentityBlueprintId: exact,
  createdDateTime: exact,
};
