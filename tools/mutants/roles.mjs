// @ts-check
/** Rules of directory roles, administrative units and risk. */

/** @type {readonly import("./mutants.mjs").Mutant[]} */
export const roleMutants = [
  {
    rule: "only agents are judged risky agents",
    file: "emulator/rules/risk.ts",
    find: "if (agent && agent.kind in riskyKinds)",
    replace: "if (agent)",
    tests: ["test/emulator/risky-agents"],
  },
  {
    rule: "an agent that is judged safe has its detections settled",
    file: "emulator/rules/risk.ts",
    find: "else settle(store, agent.id, outcomes[judgement], now);",
    replace: "",
    tests: ["test/emulator/risky-agents"],
  },
  {
    rule: "agents hold no blocked directory role",
    file: "emulator/rules/role-assignment.ts",
    find: "if (!allowed) throw",
    replace: "if (false) throw",
    tests: ["test/emulator/directory-roles"],
  },
  {
    rule: "only role-assignable groups hold directory roles",
    file: "emulator/rules/role-assignment.ts",
    find: 'if (principal.kind === "group" && principal.body["isAssignableToRole"] !== true)',
    replace: "if (false)",
    tests: ["test/emulator/directory-roles"],
  },
  {
    rule: "custom roles cannot act on agents",
    file: "emulator/rules/role-assignment.ts",
    find: "if (forbidden !== undefined)",
    replace: "if (false)",
    tests: ["test/emulator/directory-roles"],
  },
  {
    rule: "a role is assigned once",
    file: "emulator/rules/role-assignment.ts",
    find: 'if (store.primary.get(id, "either"))',
    replace: "if (false)",
    tests: ["test/emulator/directory-roles"],
  },
  {
    rule: "a role that is held in an administrative unit does not hold for the tenant",
    file: "emulator/rules/roles.ts",
    find: 'body["directoryScopeId"] === "/"',
    replace: 'body["directoryScopeId"] !== ""',
    tests: ["test/emulator/administrative-units", "test/emulator/directory-roles", "test/emulator/agent-identities"],
  },
  {
    rule: "agent identities are in no administrative unit",
    file: "emulator/rules/administrative-unit.ts",
    find: "if (!memberKinds.includes(member.kind))",
    replace: "if (false)",
    tests: ["test/emulator/administrative-units"],
  },
];
