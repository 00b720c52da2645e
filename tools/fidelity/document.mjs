// @ts-check
/** FIDELITY.md: what each operation of the emulated tenant is based on, and which test has seen it. */

/**
 * @typedef {object} Route as emulator/route.ts has it
 * @property {string} method
 * @property {string} path
 * @property {readonly string[]} [versions]
 * @property {Basis} basis
 * @property {string} source
 * @property {readonly string[]} [differs]
 *
 * @typedef {"example" | "prose" | "metadata" | "observed" | "inferred"} Basis
 * @typedef {{ title: string, routes: readonly Route[] }} Area
 * @typedef {Readonly<Record<string, { file: string, title: string }>>} Witnesses by operation
 * @typedef {Readonly<Record<string, { asks: string, choices: readonly string[], sources: string }>>} Profiles
 */

/** @type {Readonly<Record<Basis, string>>} */
const meanings = {
  example: "a documented request with its documented answer",
  prose: "a documentation page, in words",
  metadata: "the published metadata alone",
  observed: "seen live by third parties, documented nowhere",
  inferred: "concluded from how its neighbours behave",
};

/** @param {Pick<Route, "method" | "path">} route */
export const operationOf = ({ method, path }) => `${method} ${path}`;

/** Routes of one method and path are one operation: `when` tells them apart. @param {readonly Route[]} routes */
function operations(routes) {
  /** @type {Map<string, Route[]>} */
  const found = new Map();
  for (const route of routes) found.set(operationOf(route), [...(found.get(operationOf(route)) ?? []), route]);
  return found;
}

/** @param {string} text */
const cell = (text) => text.replaceAll("|", "\\|").replaceAll("{", "\\{").replaceAll("\n", " ");

/** @param {readonly Area[]} areas @param {Witnesses} witnesses @param {Profiles} profiles @returns {string} */
export function document(areas, witnesses, profiles) {
  const all = operations(areas.flatMap(({ routes }) => routes));
  const grades = Object.keys(meanings).map((basis) => {
    const count = [...all.values()].filter(([route]) => route?.basis === basis).length;
    return `| ${basis} | ${meanings[/** @type {Basis} */ (basis)]} | ${count} |`;
  });
  const lines = [
    "# How faithful the emulated tenant is",
    "",
    "Printed from the emulator's list of routes by `npm run fidelity`; a test fails when it is out of date. No real tenant was asked: what is",
    "claimed here is agreement with what Microsoft publishes and with what others have seen, not with the service itself.",
    "",
    `Whatever is not listed answers **501 NotEmulated**, never something that looks right. ${all.size} operations are emulated:`,
    "",
    "| based on | which is | operations |",
    "| --- | --- | --- |",
    ...grades,
    "",
    "Every request body and every answer is checked against Microsoft Graph's metadata. The witness of an operation is the test, among those that ask for",
    "it, that asks for the fewest others.",
    "",
    "## Beside Graph's own paths",
    "",
    "`$batch` (documentation page, in words): test/emulator/batch.test.ts. Token endpoint, discovery, keys and the metadata of the cloud (documentation of",
    "Microsoft's identity platform, in words; statuses of rare AADSTS codes inferred): test/emulator/sign-in/, and with unmodified clients test/clients/.",
    "Agent token flows, and people who sign in, answer 501.",
    "",
    "## Questions that the documentation answers in two ways",
    "",
    "Each is a switch: `entra-agent-id tenant set profiles.NAME=CHOICE`. The first choice is the default.",
    "",
    "| name | question | choices | sources |",
    "| --- | --- | --- | --- |",
    ...Object.entries(profiles).map(
      ([name, { asks, choices, sources }]) => `| ${name} | ${cell(asks)} | ${choices.join(", ")} | ${cell(sources)} |`,
    ),
  ];
  for (const { title, routes } of areas) {
    lines.push(
      "",
      `## ${title}`,
      "",
      "| operation | versions | based on | source | witness |",
      "| --- | --- | --- | --- | --- |",
    );
    const differences = [];
    for (const [operation, [route]] of operations(routes)) {
      if (!route) continue;
      const witness = witnesses[operation];
      const seen = witness ? `${witness.file}: ${witness.title}` : "**none**";
      const versions = (route.versions ?? ["v1.0", "beta"]).join(", ");
      lines.push(`| \`${operation}\` | ${versions} | ${route.basis} | ${cell(route.source)} | ${cell(seen)} |`);
    }
    for (const route of routes) {
      for (const difference of route.differs ?? []) differences.push(`- \`${operationOf(route)}\`: ${difference}`);
    }
    if (differences.length > 0) lines.push("", "Known differences:", "", ...new Set(differences));
  }
  return `${lines.join("\n")}\n`;
}
