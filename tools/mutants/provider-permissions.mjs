// @ts-check
/** Rules of what agents hold, inherit and are granted. */

/** @type {readonly import("./mutants.mjs").Mutant[]} */
export const permissionMutants = [
  {
    rule: "app roles that stay declared are not withdrawn",
    file: "provider/permissions/held-permissions.ts",
    find: "(ids?.includes(appRoleId) ?? true)",
    replace: "true",
    tests: ["test/provider/permissions/permission-grant"],
  },
  {
    rule: "a grant without scopes is deleted",
    file: "provider/permissions/held-permissions.ts",
    find: "if (grant) await deleteGrants(tenant, [grant]);",
    replace: "void grant;",
    tests: ["test/provider/permissions/permission-grant"],
  },
  {
    rule: "an agent's permissions of before are kept at the same agent and API only",
    file: "provider/permissions/suitability.ts",
    find: 'olds["agentId"] === agentId && olds["api"] === appId',
    replace: 'olds["api"] === appId',
    tests: ["test/provider/permissions/suitability"],
  },
  {
    rule: "a disabled permission is refused at preview",
    file: "provider/permissions/api.ts",
    find: "if (!isEnabled) return `which",
    replace: "if (false) return `which",
    tests: ["test/provider/permissions/suitability"],
  },
  {
    rule: "permissions that agents may not have are Microsoft Graph's alone",
    file: "provider/permissions/blocked-permissions.ts",
    find: "apiAppId === graphAppId ? blocked[level] : none",
    replace: "blocked[level]",
    tests: ["test/provider/permissions/suitability"],
  },
];
