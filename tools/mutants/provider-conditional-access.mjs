// @ts-check
/** Rules of policies and named locations. */

/** @type {readonly import("./mutants.mjs").Mutant[]} */
export const conditionalAccessMutants = [
  {
    rule: "nothing is enforced before it is as declared",
    file: "provider/conditional-access/conditional-access-policy.ts",
    find: 'wanted.state === "enabled" && !isAlike(wanted, now) ?',
    replace: "false ?",
    tests: ["test/provider/conditional-access/conditional"],
  },
  {
    rule: "what this run wrote names a location, whatever a list shows",
    file: "provider/conditional-access/conditional-access-policy.ts",
    find: "written.get(tenant)?.get(id) ?? conditions",
    replace: "conditions",
    tests: ["test/provider/conditional-access/named"],
  },
  {
    rule: "a name without the suffix is shown whole",
    file: "provider/conditional-access/name-suffix.ts",
    find: "hasMarker(shown, marker) ? shown.slice(0, -nameSuffix(marker).length) : shown",
    replace: "shown.slice(0, -nameSuffix(marker).length)",
    tests: ["test/provider/conditional-access/conditional"],
  },
  {
    rule: "a location that is gone already needs no trust",
    file: "provider/conditional-access/named-location.ts",
    find: 'if (error instanceof EntraError && error.code === "NOT_FOUND") throw error;',
    replace: "",
    tests: ["test/provider/conditional-access/named"],
  },
  {
    rule: "members of the other form are refused",
    file: "provider/conditional-access/named-location.ts",
    find: "members[other].filter((key) => inputs[key] !== undefined)",
    replace: "members[other].filter(() => false)",
    tests: ["test/provider/conditional-access/named", "test/kinds"],
  },
  {
    rule: "the bits of a host are refused",
    file: "provider/conditional-access/network.ts",
    find: "networkOf(given) === canonicalNetwork(given)",
    replace: "true",
    tests: ["test/provider/conditional-access/network"],
  },
  {
    rule: "a policy with a rule over attributes may leave agents out",
    file: "provider/conditional-access/what-if.ts",
    find: "if (named.length === 0 || clients?.agentIdServicePrincipalFilter)",
    replace: "if (named.length === 0)",
    tests: ["test/provider/conditional-access/conditional"],
  },
  {
    rule: "of controls joined by AND one that cannot be had keeps everybody out",
    file: "provider/conditional-access/policy-rules.ts",
    find: 'operator === "AND" ? canBeDone.includes(false)',
    replace: 'operator === "OR" ? canBeDone.includes(false)',
    tests: ["test/provider/conditional-access/conditional"],
  },
  {
    rule: "applications, user actions and contexts exclude each other",
    file: "provider/conditional-access/policy-rules.ts",
    find: "if (given > 1)",
    replace: "if (given > 2)",
    tests: ["test/provider/conditional-access/conditional"],
  },
  {
    rule: "a policy says what happens",
    file: "provider/conditional-access/policy-rules.ts",
    find: "if (Object.keys(sessionControls).length === 0)",
    replace: "if (false)",
    tests: ["test/provider/conditional-access/conditional"],
  },
  {
    rule: "kinds of client that are taken out become all again",
    file: "provider/conditional-access/conditional-access-conditions.ts",
    find: "key in whenLeftOut ? whenLeftOut[key] :",
    replace: "",
    tests: ["test/provider/conditional-access/conditional"],
  },
  {
    rule: "letters are no difference in a GUID",
    file: "provider/conditional-access/conditional-access-conditions.ts",
    find: "guid.test(text) ? text.toLowerCase() : text",
    replace: "text",
    tests: ["test/provider/conditional-access/conditional"],
  },
  {
    rule: "session controls that are taken out are taken away",
    file: "provider/conditional-access/conditional-access-conditions.ts",
    find: "Object.keys(now).length === 0 ? undefined : null",
    replace: "undefined",
    tests: ["test/provider/conditional-access/conditional"],
  },
];
