// @ts-check
/** Rules of blueprints, principals, identities and of the people who answer for them. */

/** @type {readonly import("./mutants.mjs").Mutant[]} */
export const identityMutants = [
  {
    rule: "a principal is found by its blueprint alone",
    file: "provider/identities/agent-identity-blueprint-principal.ts",
    find: "appId === blueprintId;",
    replace: "true;",
    tests: ["test/provider/identities/agent-identity-blueprint-principal"],
  },
  {
    rule: "another service principal in the deleted items is not restored",
    file: "provider/identities/agent-identity-blueprint-principal.ts",
    find: "=> isPrincipal(type));",
    replace: "=> true);",
    tests: ["test/provider/identities/agent-identity-blueprint-principal", "test/provider/identities/restored"],
    survives:
      "No test notices yet: a deleted service principal of a plain application is refused before it would be restored.",
  },
  {
    rule: "a 403 for a blueprint made moments ago is waited for",
    file: "provider/identities/agent-identity-blueprint-principal.ts",
    find: "status === 403 && code",
    replace: "status === 400 && code",
    tests: ["test/lag/unseen-referents", "test/model/principal-of-old"],
  },
  {
    rule: "an upsert is not repeatable: it is searched for instead",
    file: "provider/identities/agent-identity-blueprint.ts",
    find: "repeatable: false",
    replace: "repeatable: true",
    tests: ["test/provider/identities/agent-identity-blueprint.test", "test/lag/lost-create"],
  },
  {
    rule: "a limit that is reached is no reason to create in the other way",
    file: "provider/identities/agent-identity-blueprint.ts",
    find: 'return answer?.code.endsWith("QuotaExceeded") !== true;',
    replace: "return true;",
    tests: ["test/provider/identities/agent-identity-blueprint.test"],
  },
  {
    rule: "a blueprint gets its marker back",
    file: "provider/identities/agent-identity-blueprint.ts",
    find: "if (differs || !actual.marked) {",
    replace: "if (differs) {",
    tests: ["test/provider/identities/agent-identity-blueprint.test", "test/model/restored"],
  },
  {
    rule: "an identity sends nothing but what differs",
    file: "provider/identities/agent-identity.ts",
    find: "if (wanted.displayName !== inputs.displayName || wanted.enabled !== inputs.enabled || !marked) {",
    replace: "if (true) {",
    tests: ["test/provider/identities/agent-identity.test"],
  },
  {
    rule: "a sponsor list that is gone is an identity that is gone",
    file: "provider/identities/agent-identity.ts",
    find: "if (!found || !sponsorsNow) return undefined;",
    replace: "if (!found) return undefined;",
    tests: ["test/provider/identities/agent-identity.test"],
    survives:
      "Both reads are of one object: only a delete between the two would show it, and the next read repeats the question.",
  },
  {
    rule: "NotDisabled is no cause",
    file: "provider/identities/disabled-agent.ts",
    find: ' || status === "NotDisabled"',
    replace: "",
    tests: ["test/provider/identities/disabled", "test/provider/identities/agent-identity.test"],
  },
  {
    rule: "a name taken by an application is refused at preview",
    file: "provider/identities/blueprint-unique-name.ts",
    find: "if (!makesNew || uniqueName",
    replace: "if (true || uniqueName",
    tests: ["test/provider/identities/agent-identity-blueprint.test"],
  },
  {
    rule: "a deleted blueprint of somebody else is not restored",
    file: "provider/identities/blueprint-unique-name.ts",
    find: "...(wanted.uniqueName === defaultName(wanted.marker) ? { notOurs: undefined } : {}),",
    replace: "notOurs: undefined,",
    tests: ["test/provider/identities/agent-identity-blueprint.test", "test/model/restored"],
    survives:
      "No test notices yet: it needs a blueprint of another stack with a uniqueName of the program's own choosing among the deleted items.",
  },
  {
    rule: "a parent that was not found is asked for again",
    file: "provider/identities/parent-blueprint.ts",
    find: "(found) => found !== undefined",
    replace: "() => true",
    tests: ["test/provider/permissions"],
    survives:
      "No test notices yet: it needs an agent that a replica does not know at preview and that is asked for again in the same run.",
  },
  {
    rule: "the creator goes when the program says so",
    file: "provider/directory/owners.ts",
    find: "const kept = declared.removeCreatorAsOwner\n",
    replace: "const kept = false\n",
    tests: ["test/provider/directory/owners"],
  },
  {
    rule: "an application is no sponsor",
    file: "provider/directory/suitable-people.ts",
    find: 'collection === "servicePrincipals" || isAgentUser(named)',
    replace: "isAgentUser(named)",
    tests: ["test/provider/directory/suitable"],
  },
  {
    rule: "a group is no owner",
    file: "provider/directory/suitable-people.ts",
    find: 'named.collection !== "groups" && ',
    replace: "",
    tests: ["test/provider/directory/suitable"],
  },
];
