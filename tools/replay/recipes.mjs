// @ts-check
/**
 * How an object that a page presumes comes into being: by the tenant's own API, so that every rule of the tenant holds for
 * it. Kinds without a recipe cannot be made by clients: the tenant has them, or they are planted.
 */
import { isGuid, isIdentifier, isPlaceholder, textOf } from "./placeholder.mjs";

/**
 * @typedef {import("./world.mjs").World} World
 * @typedef {import("./world.mjs").Made} Made
 * @typedef {Readonly<Record<string, unknown>>} Documented what the page shows of the object
 *
 * @typedef {{ path: string, body: object, answered?: Documented }} Creation `answered`: what stands for an empty answer
 *
 * @typedef {object} Recipe
 * @property {(made: { id: string, parent?: Made | undefined }) => string} at path of the object
 * @property {(world: World, documented: Documented, parent: Made | undefined) => Promise<Creation> | Creation} [post]
 * @property {string} [key] property of the answer that addresses the object. Default: id
 */

const cast = (/** @type {string} */ kind) => `microsoft.graph.${kind}`;
let counter = 0;
/** A name nobody has yet. */
const fresh = (/** @type {string} */ word) => `${word}${++counter}`;

/** The documented object of a property, else a new one. @param {World} world @param {Documented} documented @param {string} property @param {string} kind @returns {Promise<Made>} */
const related = (world, documented, property, kind) => {
  const text = documented[property];
  return isIdentifier(text) ? world.named(text, kind) : world.make(kind, {});
};

/** What of the page may be said at creation. @param {Documented} documented @param {readonly string[]} names */
const said = (documented, names) =>
  Object.fromEntries(
    Object.entries(documented).filter(
      ([name, value]) =>
        names.includes(name) && value !== null && !(Array.isArray(value) ? value : [value]).some(isPlaceholder),
    ),
  );

/** @param {unknown} scope @returns {string} */
const grantable = (scope) => (typeof scope === "string" && !isPlaceholder(scope) ? scope : "User.Read");

/** @param {World} world */
const sponsors = async (world) => ({ "sponsors@odata.bind": [world.url(await world.somebody())] });

/** The record of an agent that somebody confirmed compromised. @param {string} agentKind @returns {Recipe} */
const risky = (agentKind) => ({
  key: "id",
  at: ({ id }) => `/identityProtection/riskyAgents/${id}`,
  async post(world) {
    const { id } = await world.make(agentKind, {});
    return { path: "/identityProtection/riskyAgents/confirmCompromised", body: { agentIds: [id] }, answered: { id } };
  },
});

/** @type {Readonly<Record<string, Recipe>>} */
export const recipes = {
  riskyAgent: risky("agentIdentity"),
  riskyAgentIdentity: risky("agentIdentity"),
  riskyAgentIdentityBlueprintPrincipal: risky("agentIdentityBlueprintPrincipal"),
  riskyAgentUser: risky("agentUser"),
  application: {
    at: ({ id }) => `/applications/${id}`,
    post: () => ({ path: "/applications", body: { displayName: fresh("app") } }),
  },
  agentIdentityBlueprint: {
    at: ({ id }) => `/applications/${id}/${cast("agentIdentityBlueprint")}`,
    post: async (world) => ({
      path: `/applications/${cast("agentIdentityBlueprint")}`,
      body: { displayName: fresh("blueprint"), ...(await sponsors(world)) },
    }),
  },
  servicePrincipal: {
    at: ({ id }) => `/servicePrincipals/${id}`,
    post: async (world) => ({
      path: "/servicePrincipals",
      body: { appId: (await world.make("application", {})).appId },
    }),
  },
  agentIdentityBlueprintPrincipal: {
    at: ({ id }) => `/servicePrincipals/${id}/${cast("agentIdentityBlueprintPrincipal")}`,
    post: async (world) => ({
      path: `/servicePrincipals/${cast("agentIdentityBlueprintPrincipal")}`,
      body: { appId: (await world.make("agentIdentityBlueprint", {})).appId },
    }),
  },
  agentIdentity: {
    at: ({ id }) => `/servicePrincipals/${id}/${cast("agentIdentity")}`,
    async post(world, documented) {
      const principal = await world.application(
        documented["agentIdentityBlueprintId"],
        "agentIdentityBlueprintPrincipal",
      );
      return {
        path: `/servicePrincipals/${cast("agentIdentity")}`,
        body: { displayName: fresh("agent"), agentIdentityBlueprintId: principal.appId, ...(await sponsors(world)) },
      };
    },
  },
  user: {
    at: ({ id }) => `/users/${id}`,
    post() {
      const name = fresh("person");
      const passwordProfile = { password: "xWwvJ]6NMw+bWH-d" };
      const userPrincipalName = `${name}@contoso.com`;
      return {
        path: "/users",
        body: { accountEnabled: true, displayName: name, mailNickname: name, userPrincipalName, passwordProfile },
      };
    },
  },
  agentUser: {
    at: ({ id }) => `/users/${cast("agentUser")}/${id}`,
    async post(world, documented) {
      const name = fresh("agentuser");
      const parent = await related(world, documented, "identityParentId", "agentIdentity");
      const userPrincipalName = `${name}@contoso.com`;
      return {
        path: `/users/${cast("agentUser")}`,
        body: {
          accountEnabled: true,
          displayName: name,
          mailNickname: name,
          userPrincipalName,
          identityParentId: parent.id,
        },
      };
    },
  },
  group: {
    at: ({ id }) => `/groups/${id}`,
    post(_world, documented) {
      const displayName = fresh("group");
      const types = documented["groupTypes"];
      const unified = Array.isArray(types) && types.includes("Unified");
      // Other mail-enabled groups come from Exchange: the page's own properties are planted afterwards.
      const plain = unified
        ? { mailEnabled: true, securityEnabled: documented["securityEnabled"] === true }
        : { mailEnabled: false, securityEnabled: true };
      const shape = said(documented, [
        "groupTypes",
        "isAssignableToRole",
        "membershipRule",
        "membershipRuleProcessingState",
      ]);
      return { path: "/groups", body: { displayName, mailNickname: displayName, ...plain, ...shape } };
    },
  },
  administrativeUnit: {
    at: ({ id }) => `/directory/administrativeUnits/${id}`,
    post: () => ({ path: "/directory/administrativeUnits", body: { displayName: fresh("unit") } }),
  },
  attributeSet: {
    at: ({ id }) => `/directory/attributeSets/${id}`,
    post: (_world, documented) => ({
      path: "/directory/attributeSets",
      body: { id: typeof documented["id"] === "string" ? documented["id"] : fresh("Set") },
    }),
  },
  customSecurityAttributeDefinition: {
    at: ({ id }) => `/directory/customSecurityAttributeDefinitions/${id}`,
    async post(world, documented) {
      const [setInId, nameInId] = textOf(documented["id"]).split(/_(.*)/s);
      const attributeSet = textOf(
        documented["attributeSet"],
        setInId === undefined || setInId === "" ? fresh("Set") : setInId,
      );
      await world.attributeSet(attributeSet);
      const plain = {
        isCollection: false,
        isSearchable: true,
        status: "Available",
        type: "String",
        usePreDefinedValuesOnly: false,
      };
      const shape = said(documented, [
        "isCollection",
        "isSearchable",
        "type",
        "usePreDefinedValuesOnly",
        "status",
        "description",
      ]);
      // A page shows names with spaces, which cannot be given.
      const name = textOf(documented["name"], nameInId ?? fresh("Attribute")).replaceAll(" ", "");
      return {
        path: "/directory/customSecurityAttributeDefinitions",
        body: { attributeSet, name, ...plain, ...shape },
      };
    },
  },
  allowedValue: {
    at: ({ id, parent }) => `${parent ? parent.path : ""}/allowedValues/${id}`,
    post: (_world, documented, parent) => ({
      path: `${parent?.path ?? ""}/allowedValues`,
      body: { id: textOf(documented["id"], fresh("Value")), isActive: true },
    }),
  },
  conditionalAccessPolicy: {
    at: ({ id }) => `/identity/conditionalAccess/policies/${id}`,
    post: () => ({
      path: "/identity/conditionalAccess/policies",
      body: {
        displayName: fresh("policy"),
        state: "disabled",
        conditions: {
          applications: { includeApplications: ["All"] },
          users: { includeUsers: ["All"] },
          clientAppTypes: ["all"],
        },
        grantControls: { operator: "OR", builtInControls: ["mfa"] },
      },
    }),
  },
  ipNamedLocation: {
    at: ({ id }) => `/identity/conditionalAccess/namedLocations/${id}`,
    post: () => ({
      path: "/identity/conditionalAccess/namedLocations",
      body: {
        "@odata.type": "#microsoft.graph.ipNamedLocation",
        displayName: fresh("place"),
        isTrusted: false,
        ipRanges: [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", cidrAddress: "203.0.113.0/24" }],
      },
    }),
  },
  countryNamedLocation: {
    at: ({ id }) => `/identity/conditionalAccess/namedLocations/${id}`,
    post: () => ({
      path: "/identity/conditionalAccess/namedLocations",
      body: {
        "@odata.type": "#microsoft.graph.countryNamedLocation",
        displayName: fresh("country"),
        countriesAndRegions: ["US"],
        includeUnknownCountriesAndRegions: false,
      },
    }),
  },
  oAuth2PermissionGrant: {
    at: ({ id }) => `/oauth2PermissionGrants/${id}`,
    async post(world, documented, parent) {
      const client =
        parent?.nav && parent.kind !== "user"
          ? parent
          : await related(world, documented, "clientId", "servicePrincipal");
      const api = await world.api(documented["scope"], documented["resourceId"]);
      const principal = parent?.kind === "user" ? parent : undefined;
      const person =
        principal ??
        (documented["consentType"] === "Principal"
          ? await related(world, documented, "principalId", "user")
          : undefined);
      const consent = person ? { consentType: "Principal", principalId: person.id } : { consentType: "AllPrincipals" };
      return {
        path: "/oauth2PermissionGrants",
        body: { clientId: client.id, resourceId: api.id, ...consent, scope: grantable(documented["scope"]) },
      };
    },
  },
  appRoleAssignment: {
    at: ({ id, parent }) => `${parent?.path ?? ""}/${parent?.nav ?? "appRoleAssignments"}/${id}`,
    async post(world, documented, parent) {
      const toParent = parent?.nav === "appRoleAssignedTo";
      const principalKind = { User: "user", Group: "group" }[String(documented["principalType"])] ?? "servicePrincipal";
      const principal = parent && !toParent ? parent : await related(world, documented, "principalId", principalKind);
      const resource = parent && toParent ? parent : await related(world, documented, "resourceId", "servicePrincipal");
      const appRoleId = world.role(resource, documented["appRoleId"]);
      return {
        path: `/servicePrincipals/${resource.id}/appRoleAssignedTo`,
        body: { principalId: principal.id, resourceId: resource.id, appRoleId },
      };
    },
  },
  unifiedRoleDefinition: {
    at: ({ id }) => `/roleManagement/directory/roleDefinitions/${id}`,
    post: () => ({
      path: "/roleManagement/directory/roleDefinitions",
      body: {
        displayName: fresh("role"),
        isEnabled: true,
        rolePermissions: [{ allowedResourceActions: ["microsoft.directory/applications/basic/update"] }],
      },
    }),
  },
  unifiedRoleAssignment: {
    at: ({ id }) => `/roleManagement/directory/roleAssignments/${id}`,
    async post(world, documented) {
      const principal = await related(world, documented, "principalId", "user");
      const definition = await related(world, documented, "roleDefinitionId", "unifiedRoleDefinition");
      return {
        path: "/roleManagement/directory/roleAssignments",
        body: { principalId: principal.id, roleDefinitionId: definition.id, directoryScopeId: "/" },
      };
    },
  },
  directoryRole: {
    at: ({ id }) => `/directoryRoles/${id}`,
    post: (_world, documented) => ({
      path: "/directoryRoles",
      body: {
        roleTemplateId: isGuid(documented["roleTemplateId"])
          ? documented["roleTemplateId"]
          : "fdd7a751-b60b-444a-984c-02652fe8fa1c",
      },
    }),
  },
  scopedRoleMembership: {
    at: ({ id, parent }) => `${parent?.path ?? ""}/scopedRoleMembers/${id}`,
    async post(world, _documented, parent) {
      const person = await world.make("user", {});
      const role = await world.make("directoryRole", {});
      return {
        path: `${parent?.path ?? ""}/scopedRoleMembers`,
        body: { roleId: role.id, roleMemberInfo: { id: person.id } },
      };
    },
  },
  federatedIdentityCredential: {
    at: ({ id, parent }) => `${parent?.path ?? ""}/federatedIdentityCredentials/${id}`,
    post: (_world, documented, parent) => ({
      path: `${parent?.path ?? ""}/federatedIdentityCredentials`,
      body: {
        name: fresh("credential"),
        issuer: "https://token.actions.githubusercontent.com",
        subject: fresh("repo:contoso/web:environment:e"),
        audiences: ["api://AzureADTokenExchange"],
        ...said(documented, ["name"]),
      },
    }),
  },
  inheritablePermission: {
    key: "resourceAppId",
    at: ({ id, parent }) => `${parent?.path ?? ""}/inheritablePermissions/${id}`,
    async post(world, documented, parent) {
      const resource = await world.application(documented["resourceAppId"], "servicePrincipal");
      return {
        path: `${parent?.path ?? ""}/inheritablePermissions`,
        body: {
          resourceAppId: resource.appId,
          inheritableScopes: { "@odata.type": "#microsoft.graph.allAllowedScopes", kind: "allAllowed" },
          ...said(documented, ["inheritableScopes", "inheritableRoles"]),
        },
      };
    },
  },
};

/** Catalogues beside the first one: the roles of other services. */
export const moreCatalogues = /** @type {Readonly<Record<string, readonly string[]>>} */ ({
  unifiedRoleDefinition: [
    "/roleManagement/entitlementManagement/roleDefinitions",
    "/roleManagement/cloudPC/roleDefinitions",
  ],
});

/** Where the tenant shows the kinds that no client makes. */
export const catalogues = /** @type {const} */ ({
  conditionalAccessTemplate: "/identity/conditionalAccess/templates",
  directoryRoleTemplate: "/directoryRoleTemplates",
  unifiedRoleDefinition: "/roleManagement/directory/roleDefinitions",
  subscribedSku: "/subscribedSkus",
  organization: "/organization",
  domain: "/domains",
});
