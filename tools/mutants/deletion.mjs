// @ts-check
/** Rules of deletion, clean-up and coming back. */

/** @type {readonly import("./mutants.mjs").Mutant[]} */
export const deletionMutants = [
  {
    rule: "agent identities go a day after their blueprint's principal",
    file: "emulator/rules/deletion.ts",
    find: "cleanUpAfterMs = 24 *",
    replace: "cleanUpAfterMs = 0 *",
    tests: ["test/emulator/cascade"],
  },
  {
    rule: "the clean-up takes agent identities along",
    file: "emulator/rules/cascade.ts",
    find: "    softDelete(context, identity);",
    replace: "",
    tests: ["test/emulator/cascade"],
  },
  {
    rule: "a principal that came back keeps its agent identities",
    file: "emulator/rules/cascade.ts",
    find: "store.get(principalId, true);\n  if (principal?.kind !== agentIdentityBlueprintPrincipal.kind || principal.deletedDateTime !== deletedDateTime) return;",
    replace:
      'store.get(principalId, "either");\n  if (principal?.kind !== agentIdentityBlueprintPrincipal.kind) return;',
    tests: ["test/emulator/cascade"],
  },
  {
    rule: "a blueprint takes its principal along",
    file: "emulator/rules/deletion.ts",
    find: "for (const principal of principalsOf(store, object)) softDelete(context, principal);",
    replace: "",
    tests: ["test/emulator/cascade", "test/emulator/deleted-items", "test/emulator/blueprints"],
  },
  {
    rule: "deleted objects are gone after thirty days",
    file: "emulator/rules/deletion.ts",
    find: "if (object?.deletedDateTime === deletedDateTime)",
    replace: "if (false)",
    tests: ["test/emulator/deleted-items", "test/emulator/cascade"],
  },
  {
    rule: "a principal comes back after its blueprint",
    file: "emulator/rules/deletion.ts",
    find: 'if (kind === "agentIdentityBlueprintPrincipal" && !living',
    replace: "if (false && !living",
    tests: ["test/emulator/deleted-items", "test/emulator/agent-error-codes"],
  },
  {
    rule: "an agent identity comes back after its principal",
    file: "emulator/rules/deletion.ts",
    find: 'if (kind === "agentIdentity" && !living',
    replace: "if (false && !living",
    tests: ["test/emulator/deleted-items", "test/emulator/agent-error-codes"],
  },
  {
    rule: "an object comes back where its place is free",
    file: "emulator/rules/deletion.ts",
    find: "      if (!taken) continue;",
    replace: "      if (taken || !taken) continue;",
    tests: ["test/emulator/deleted-items"],
  },
  {
    rule: "grants of a deleted object hold no more",
    file: "emulator/rules/deletion.ts",
    find: "if (grant.deletedDateTime === null) store.setDeleted(grant, at);",
    replace: "if (grant.deletedDateTime !== null) store.setDeleted(grant, at);",
    tests: ["test/emulator/deleted-items", "test/emulator/grants"],
  },
];
