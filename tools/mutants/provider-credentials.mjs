// @ts-check
/** Rules of the federated credentials of a blueprint. */

/** @type {readonly import("./mutants.mjs").Mutant[]} */
export const trustMutants = [
  {
    rule: "an exchange gives the holder's trust back when it fails",
    file: "provider/credentials/trust.ts",
    find: "    await give(holder);\n",
    replace: "",
    tests: ["test/provider/credentials/trust"],
  },
  {
    rule: "two credentials of one blueprint change one after the other",
    file: "provider/credentials/trust.ts",
    find: "const mine = this.#last.then(act, act);",
    replace: "const mine = act();",
    tests: ["test/provider/credentials/trust"],
  },
  {
    rule: "an exchange hands the old trust on",
    file: "provider/credentials/trust.ts",
    find: "if (!isParked(own, own.name)) await give(own);",
    replace: "",
    tests: ["test/provider/credentials/trust"],
  },
  {
    rule: "a parked credential hands no trust on",
    file: "provider/credentials/trust.ts",
    find: "if (!isParked(own, own.name)) await give(own);",
    replace: "await give(own);",
    tests: ["test/provider/credentials/trust"],
  },
  {
    rule: "what a list does not show yet is there",
    file: "provider/credentials/trust.ts",
    find: ".filter(({ id }) => !listed.some((one) => one.id === id))",
    replace: ".filter(() => false)",
    tests: ["test/provider/credentials/trust"],
  },
  {
    rule: "a create that was refused for another reason stays refused",
    file: "provider/credentials/trust.ts",
    find: "if (!isTaken || all.some(({ name }) => name === wish.name)) throw refusal;",
    replace: "if (all.some(({ name }) => name === wish.name)) throw refusal;",
    tests: ["test/provider/credentials/trust", "test/provider/credentials/federated"],
  },
  {
    rule: "two of a program that trust the same are refused at preview",
    file: "provider/credentials/federated-identity-credential.ts",
    find: "key: JSON.stringify([blueprintId, issuer, trusted])",
    replace: "key: JSON.stringify([blueprintId, issuer, trusted, Math.random()])",
    tests: ["test/provider/credentials/trust"],
  },
  {
    rule: "another name is another credential",
    file: "provider/credentials/federated-identity-credential.ts",
    find: 'replacedBy: ["blueprintId", "name"]',
    replace: 'replacedBy: ["blueprintId"]',
    tests: ["test/provider/credentials/federated"],
  },
  {
    rule: "a subject or an expression, not both",
    file: "provider/credentials/federated-identity-credential.ts",
    find: 'alternatives: ["subject", "claimsMatchingExpression"]',
    replace: "alternatives: []",
    tests: ["test/provider/credentials/federated"],
  },
  {
    rule: "an expression uses the operators of its claim",
    file: "provider/credentials/claims-expression.ts",
    find: "if (!operators.includes(operator)) return",
    replace: "if (false) return",
    tests: ["test/provider/credentials/federated"],
  },
];
