/** The permissions APIs publish, by name and id. */
import directoryRoleData from "./data/directory-roles.json";
import graphData from "./data/graph-permissions.json";

export interface AppRole {
  readonly id: string;
  readonly value: string;
  readonly displayName: string;
  readonly description: string;
  readonly isEnabled: boolean;
  readonly allowedMemberTypes: readonly string[];
  readonly origin: "Application";
}

export interface PermissionScope {
  readonly id: string;
  readonly value: string;
  readonly type: "Admin" | "User";
  readonly isEnabled: boolean;
  readonly adminConsentDisplayName: string;
  readonly adminConsentDescription: string;
}

export interface Api {
  readonly appId: string;
  readonly displayName: string;
  /** How clients name it when they ask for a token, beside its client id. */
  readonly identifiers: readonly string[];
  readonly appRoles: readonly AppRole[];
  readonly oauth2PermissionScopes: readonly PermissionScope[];
}

const appRole = (value: string, id: string): AppRole => ({
  id,
  value,
  displayName: value,
  description: value,
  isEnabled: true,
  allowedMemberTypes: ["Application"],
  origin: "Application",
});

const scope = (value: string, id: string, adminConsent: boolean): PermissionScope => ({
  id,
  value,
  type: adminConsent ? "Admin" : "User",
  isEnabled: true,
  adminConsentDisplayName: value,
  adminConsentDescription: value,
});

type Row = readonly [name: string, delegatedId: string | null, adminConsent: number, applicationId: string | null];
const rows = graphData.permissions as unknown as readonly Row[];

/** Every name a Microsoft Graph token can carry; some have no published id and cannot be assigned. */
const graphNames: ReadonlySet<string> = new Set(rows.map(([name]) => name));

/** @throws {TypeError} when one of them is not a Microsoft Graph permission */
export function checkPermissionNames(names: readonly string[]): void {
  const unknown = names.find((name) => !graphNames.has(name));
  if (unknown !== undefined) throw new TypeError(`"${unknown}" is not a permission of Microsoft Graph`);
}

export const microsoftGraphAppId = "00000003-0000-0000-c000-000000000000";

/**
 * The APIs whose service principals every tenant here has. Microsoft Graph's list is complete, the others' are a few.
 */
export const apis: readonly Api[] = [
  {
    appId: microsoftGraphAppId,
    displayName: "Microsoft Graph",
    identifiers: ["https://graph.microsoft.com"],
    appRoles: rows.flatMap(([name, , , id]) => (id === null ? [] : [appRole(name, id)])),
    oauth2PermissionScopes: rows.flatMap(([name, id, admin]) => (id === null ? [] : [scope(name, id, admin === 1)])),
  },
  {
    appId: "00000002-0000-0ff1-ce00-000000000000",
    displayName: "Office 365 Exchange Online",
    identifiers: ["https://outlook.office365.com", "https://outlook.office.com"],
    appRoles: [
      appRole("full_access_as_app", "dc890d15-9560-4a4c-9b7f-a736ec74ec40"),
      appRole("Exchange.ManageAsApp", "dc50a0fb-09a3-484d-be87-e023b12c6440"),
    ],
    oauth2PermissionScopes: [scope("EWS.AccessAsUser.All", "3b5f3d61-589b-4a3c-a359-5dd4b5ee5bd5", false)],
  },
  {
    appId: "00000003-0000-0ff1-ce00-000000000000",
    displayName: "Office 365 SharePoint Online",
    identifiers: [],
    appRoles: [
      appRole("Sites.Read.All", "d13f72ca-a275-4b96-b789-48ebcc4da984"),
      appRole("Sites.Selected", "20d37865-089c-4dee-8c41-6967602d4ac8"),
    ],
    oauth2PermissionScopes: [scope("AllSites.Read", "4e0d77b0-96ba-4398-af14-3baa780278f4", false)],
  },
  {
    appId: "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    displayName: "Windows Azure Service Management API",
    identifiers: ["https://management.azure.com", "https://management.core.windows.net"],
    appRoles: [],
    oauth2PermissionScopes: [scope("user_impersonation", "41094075-9dad-400e-a0bd-54e686782033", false)],
  },
];

/** The API that a client names, without a slash at its end. */
export const apiNamed = (identifier: string): Api | undefined =>
  apis.find(({ identifiers }) => identifiers.includes(identifier));

export const apiOf = (appId: unknown): Api | undefined => apis.find((api) => api.appId === appId);

export interface DirectoryRole {
  readonly displayName: string;
  readonly templateId: string;
  /** Whether an agent identity may hold it. */
  readonly allowedForAgents: boolean;
}

type RoleRow = readonly [displayName: string, templateId: string, allowedForAgents: number];

export const directoryRoles: readonly DirectoryRole[] = (directoryRoleData.roles as unknown as readonly RoleRow[]).map(
  ([displayName, templateId, allowed]) => ({ displayName, templateId, allowedForAgents: allowed === 1 }),
);
