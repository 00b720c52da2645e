// @ts-check
/** Rules of custom security attributes. */

/** @type {readonly import("./mutants.mjs").Mutant[]} */
export const attributeMutants = [
  {
    rule: "a person needs a role to assign attributes",
    file: "emulator/rules/custom-security-attributes.ts",
    find: "return roles.some((role) => held.has(role));",
    replace: "return held.size >= 0 || roles.length > 0;",
    tests: ["test/emulator/custom-security-attributes"],
  },
  {
    rule: "attributes are read with a permission of their own",
    file: "emulator/rules/custom-security-attributes.ts",
    find: "if (named && !permits(asked, readers, readingRoles))",
    replace: "if (false)",
    tests: ["test/emulator/custom-security-attributes"],
  },
  {
    rule: "an object has fifty attribute values at most",
    file: "emulator/rules/custom-security-attributes.ts",
    find: "if (count > mostAssignedValues)",
    replace: "if (false)",
    tests: ["test/emulator/custom-security-attributes"],
  },
  {
    rule: "an attribute takes its predefined values only, where it says so",
    file: "emulator/rules/custom-security-attributes.ts",
    find: "if (other !== undefined)",
    replace: "if (false)",
    tests: ["test/emulator/custom-security-attributes"],
  },
  {
    rule: "a predefined value that is switched off is not assigned",
    file: "emulator/rules/custom-security-attributes.ts",
    find: "(one.isActive ? one.id : [])",
    replace: "[one.id]",
    tests: ["test/emulator/custom-security-attributes"],
  },
  {
    rule: "a deactivated attribute is not assigned",
    file: "emulator/rules/custom-security-attributes.ts",
    find: 'if (body["status"] !== "Available")',
    replace: "if (false)",
    tests: ["test/emulator/custom-security-attributes"],
  },
  {
    rule: "the type of an attribute value is said",
    file: "emulator/rules/custom-security-attributes.ts",
    find: "if (annotation !== expected && !(",
    replace: "if (false && !(",
    tests: ["test/emulator/custom-security-attributes"],
  },
  {
    rule: "five hundred attribute definitions are active at most",
    file: "emulator/rules/attribute-definitions.ts",
    find: "if (active.length >= mostActiveDefinitions)",
    replace: "if (false)",
    tests: ["test/emulator/custom-security-attributes"],
  },
  {
    rule: "a tenant has five hundred attribute sets at most",
    file: "emulator/rules/attribute-definitions.ts",
    find: ">= mostAttributeSets)",
    replace: ">= 9999)",
    tests: ["test/emulator/custom-security-attributes"],
  },
  {
    rule: "a set holds as many definitions as it says",
    file: "emulator/rules/attribute-definitions.ts",
    find: 'if (typeof most === "number" && inSet >= most)',
    replace: "if (false)",
    tests: ["test/emulator/custom-security-attributes"],
  },
  {
    rule: "an attribute that was opened to any value is not closed again",
    file: "emulator/rules/attribute-definitions.ts",
    find: 'if (rest.usePreDefinedValuesOnly === true && definition.body["usePreDefinedValuesOnly"] !== true)',
    replace: "if (false)",
    tests: ["test/emulator/custom-security-attributes"],
  },
];
