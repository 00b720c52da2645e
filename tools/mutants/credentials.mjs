// @ts-check
/** Rules of secrets, certificates and federated credentials. */

/** @type {readonly import("./mutants.mjs").Mutant[]} */
export const credentialMutants = [
  {
    rule: "a proof lives ten minutes at most",
    file: "emulator/rules/key-credentials.ts",
    find: "claims.exp - claims.nbf <= longestProof",
    replace: "true",
    tests: ["test/emulator/credentials"],
  },
  {
    rule: "a proof is made for one object",
    file: "emulator/rules/key-credentials.ts",
    find: "claims.iss.toLowerCase() === object.id",
    replace: "true",
    tests: ["test/emulator/credentials"],
  },
  {
    rule: "a proof is made for the directory",
    file: "emulator/rules/key-credentials.ts",
    find: "proofAudiences.includes(claims.aud)",
    replace: "true",
    tests: ["test/emulator/credentials"],
  },
  {
    rule: "a proof is not good before its time",
    file: "emulator/rules/key-credentials.ts",
    find: "claims.nbf <= seconds &&",
    replace: "",
    tests: ["test/emulator/credentials"],
  },
  {
    rule: "a certificate's credential ends with the certificate",
    file: "emulator/rules/key-credentials.ts",
    find: "Date.parse(endDateTime) > Date.parse(to)",
    replace: "false",
    tests: ["test/emulator/credentials"],
  },
  {
    rule: "a PATCH cannot change a certificate under its keyId",
    file: "emulator/rules/key-credentials.ts",
    find: 'asked["key"] !== old.key',
    replace: "false",
    tests: ["test/emulator/credentials"],
  },
  {
    rule: "removing an unknown secret is refused",
    file: "emulator/rules/password-credentials.ts",
    find: "rest.length === kept.length",
    replace: "false",
    tests: ["test/emulator/credentials"],
  },
  {
    rule: "a secret lives two years",
    file: "emulator/rules/password-credentials.ts",
    find: "const usualLife = 2",
    replace: "const usualLife = 1",
    tests: ["test/emulator/credentials"],
  },
  {
    rule: "a certificate is not shown by an ordinary read",
    file: "emulator/entities/credential.ts",
    find: "({ ...kept, key: null })",
    replace: "({ ...kept })",
    tests: ["test/emulator/credentials"],
  },
  {
    rule: "a subject and an expression exclude each other",
    file: "emulator/rules/federated-identity-credentials.ts",
    find: 'if (typeof subject === "string" && expression)',
    replace: "if (false)",
    tests: ["test/emulator/federated"],
  },
  {
    rule: "a federated credential needs a subject or an expression",
    file: "emulator/rules/federated-identity-credentials.ts",
    find: 'if (typeof subject !== "string" && !expression)',
    replace: "if (false)",
    tests: ["test/emulator/federated"],
  },
  {
    rule: "an application has twenty federated credentials at most",
    file: "emulator/rules/federated-identity-credentials.ts",
    find: ">= mostCredentials",
    replace: ">= 99",
    tests: ["test/emulator/federated"],
  },
  {
    rule: "federated credentials of a blueprint need the cast",
    file: "emulator/routes/federated-identity-credentials.ts",
    find: "|| cast || served",
    replace: "|| cast || true",
    tests: ["test/emulator/federated"],
  },
  {
    rule: "only an application itself rolls its keys without a permission",
    file: "emulator/routes/credentials.ts",
    find: "const own = caller.idtyp",
    replace: "const own = true || caller.idtyp",
    tests: ["test/emulator/credentials"],
  },
];
