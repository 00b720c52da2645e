// @ts-check
/** Rules of what a list shows: pages, selected and expanded properties, changes. */

/** @type {readonly import("./mutants.mjs").Mutant[]} */
export const pageMutants = [
  {
    rule: "an expanded relation shows twenty objects",
    file: "emulator/odata/projection.ts",
    find: "export const mostExpanded = 20",
    replace: "export const mostExpanded = 999",
    tests: ["test/emulator/odata", "test/emulator/application-relations"],
  },
  {
    rule: "forged skip tokens are refused",
    file: "emulator/odata/page.ts",
    find: "!timingSafeEqual(given, signature(payload, context))",
    replace: "false",
    tests: ["test/emulator/odata/pages"],
  },
  {
    rule: "a skip token is for one filter and order",
    file: "emulator/odata/page.ts",
    find: 'const binding = ["$filter", "$orderby", "$search"]',
    replace: "const binding: readonly string[] = []",
    tests: ["test/emulator/odata/pages"],
  },
  {
    rule: "a page begins after the last object of the page before",
    file: "emulator/odata/collection.ts",
    find: "(start && compare(entry, start) <= 0)",
    replace: "(start && compare(entry, start) < 0)",
    tests: ["test/emulator/odata/pages"],
  },
  {
    rule: "$select of what is no property is refused",
    file: "emulator/odata/projection.ts",
    find: "  throw plainBadRequest(\n    `Parsing OData Select",
    replace: "  if (Math.random() < 2) return [];\n  throw plainBadRequest(\n    `Parsing OData Select",
    tests: ["test/emulator/odata", "test/emulator/protocol"],
  },
  {
    rule: "some properties read only when they are selected",
    file: "emulator/odata/projection.ts",
    find: "!onlyOnSelect.has(name) && name in object",
    replace: "name in object",
    tests: ["test/emulator/agent-identities", "test/emulator/users"],
  },
  {
    rule: "forged delta tokens are refused",
    file: "emulator/odata/delta-token.ts",
    find: "if (!timingSafeEqual(bytes.subarray(0, 15), signature(payload, tenantId)))",
    replace: "if (false)",
    tests: ["test/emulator/odata/delta"],
  },
  {
    rule: "a delta token is for one collection",
    file: "emulator/odata/delta.ts",
    find: "token.path === path && ",
    replace: "",
    tests: ["test/emulator/odata/delta"],
  },
  {
    rule: "delta tokens live seven days",
    file: "emulator/odata/delta.ts",
    find: "now.getTime() - Date.parse(token.at) <= tokenLifeMs",
    replace: "true",
    tests: ["test/emulator/odata/delta"],
  },
  {
    rule: "delta queries end where the objects were replaced as a whole",
    file: "emulator/odata/delta.ts",
    find: " && token.epoch === epoch",
    replace: "",
    tests: ["test/emulator/odata/delta", "test/emulator/state"],
  },
  {
    rule: "delta queries tell what was deleted",
    file: "emulator/odata/delta.ts",
    find: "if (object.deletedDateTime !== null)\n    return isFirst ? undefined :",
    replace: "if (object.deletedDateTime !== null)\n    return true ? undefined :",
    tests: ["test/emulator/odata/delta"],
  },
  {
    rule: "delta queries tell what is gone for good",
    file: "emulator/odata/delta.ts",
    find: 'if (wanted(gone.id, kinds[0] ?? ""))',
    replace: "if (false)",
    tests: ["test/emulator/odata/delta"],
  },
];
