// @ts-check
/** Rules of what is granted: app roles, delegated permissions, and what a blueprint hands down. */

/** @type {readonly import("./mutants.mjs").Mutant[]} */
export const grantMutants = [
  {
    rule: "an app role is assigned to the members it allows",
    file: "emulator/rules/app-role-assignments.ts",
    find: "role.allowedMemberTypes.includes(member)",
    replace: "true",
    tests: ["test/emulator/grants"],
  },
  {
    rule: "access without a role is for resources without roles",
    file: "emulator/rules/app-role-assignments.ts",
    find: "&& roles.length === 0",
    replace: "",
    tests: ["test/emulator/grants"],
  },
  {
    rule: "an agent identity holds no blocked application permission",
    file: "emulator/rules/app-role-assignments.ts",
    find: 'if (principal.kind === "agentIdentity" && role?.value)',
    replace: "if (false && role?.value)",
    tests: ["test/emulator/grants"],
  },
  {
    rule: "a principal holds a limited number of app roles",
    file: "emulator/rules/app-role-assignments.ts",
    find: "if (held.length >= most)",
    replace: "if (false)",
    tests: ["test/emulator/grants"],
  },
  {
    rule: "an agent identity holds no blocked delegated permission",
    file: "emulator/rules/oauth2-permission-grants.ts",
    find: 'if (client.kind === "agentIdentity")',
    replace: "if (false)",
    tests: ["test/emulator/grants"],
  },
  {
    rule: "a client has one grant on a resource and principal",
    file: "emulator/rules/oauth2-permission-grants.ts",
    find: 'if (store.primary.get(id, "either")) throw',
    replace: "if (false) throw",
    tests: ["test/emulator/grants"],
  },
  {
    rule: "a grant names scopes that the resource publishes",
    file: "emulator/rules/oauth2-permission-grants.ts",
    find: "if (unknown !== undefined && context",
    replace: "if (false && context",
    tests: ["test/emulator/grants"],
  },
  {
    rule: "blocked scopes are not inheritable",
    file: "emulator/rules/inheritable-permissions.ts",
    find: 'checkNotBlocked(resourceAppId, "delegated", scopes);',
    replace: "",
    tests: ["test/emulator/inheritable"],
  },
  {
    rule: "a blueprint hands down permissions of ten resources at most",
    file: "emulator/rules/inheritable-permissions.ts",
    find: ">= mostResources",
    replace: ">= 99",
    tests: ["test/emulator/inheritable"],
  },
  {
    rule: "enumerated scopes are different ones",
    file: "emulator/rules/inheritable-permissions.ts",
    find: "new Set(scopes).size < scopes.length",
    replace: "false",
    tests: ["test/emulator/inheritable"],
  },
];
