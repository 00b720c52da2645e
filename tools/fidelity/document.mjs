// @ts-check
/** FIDELITY.md: what each operation of the emulated tenant is based on, and which test has seen it. */
import { addedSource, operationOf, operations, rowsOf, versionsOf } from "./rows.mjs";

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
 * @typedef {import("./rows.mjs").Row} Row
 * @typedef {Readonly<Record<string, { asks: string, choices: readonly string[], real: string, sources: string }>>} Profiles
 */

/** @type {Readonly<Record<Basis, string>>} */
const meanings = {
  example: "a documented request with its documented answer",
  prose: "a documentation page, in words",
  metadata: "the published metadata alone",
  observed: "seen live by third parties, documented nowhere",
  inferred: "concluded from how its neighbours behave",
};

/** @param {string} text */
const cell = (text) => text.replaceAll("|", "\\|").replaceAll("{", "\\{").replaceAll("\n", " ");

/** @param {Row} row @returns {string} the operation, and its variants by what their path has beside its own */
function named({ route, variants }) {
  const ends = variants.map(({ path }) => `\`${path.slice(route.path.length)}\``);
  return [`\`${operationOf(route)}\``, ...ends].join(", ");
}

/** @param {Row} row @returns {string} */
function sourceOf({ route, variants }) {
  /** @type {Map<string, string[]>} */
  const added = new Map();
  for (const variant of variants) {
    const source = addedSource(variant, route) ?? "";
    if (source === "") continue;
    added.set(source, [...(added.get(source) ?? []), `\`${variant.path.slice(route.path.length)}\``]);
  }
  return [cell(route.source), ...[...added].map(([source, ends]) => `${ends.join(", ")}: ${cell(source)}`)].join("; ");
}

/** @param {Row} row @param {Witnesses} witnesses @returns {string} */
function witnessesOf({ route, variants }, witnesses) {
  const row = [route, ...variants];
  // The longest first: a variant's path begins with that of its base.
  const names = row.flatMap((one) => [operationOf(one), one.path]).sort((a, b) => b.length - a.length);
  /** @type {Map<string, number>} */
  const seen = new Map();
  for (const operation of row.map(operationOf)) {
    const witness = witnesses[operation];
    const title =
      variants.length === 0
        ? witness?.title
        : names.reduce((text, name) => text?.replaceAll(name, "…"), witness?.title);
    const text = witness ? cell(`${witness.file}: ${title}`) : `**none** for \`${operation}\``;
    seen.set(text, (seen.get(text) ?? 0) + 1);
  }
  return [...seen].map(([text, count]) => (variants.length === 0 ? text : `${text} (${count})`)).join("; ");
}

/** @param {readonly Route[]} routes @param {readonly Row[]} rows @returns {string[]} each difference once, with what it holds for */
function differencesOf(routes, rows) {
  const bases = new Map(rows.flatMap(({ route, variants }) => variants.map((one) => [operationOf(one), route])));
  /** @type {Map<string, Set<string>>} */
  const found = new Map();
  for (const route of routes) {
    for (const difference of route.differs ?? []) {
      const base = bases.get(operationOf(route));
      // A row stands for its variants here too.
      const speaker = base?.differs?.includes(difference) ? base : route;
      found.set(difference, (found.get(difference) ?? new Set()).add(`\`${operationOf(speaker)}\``));
    }
  }
  return [...found].map(([difference, names]) => `- ${[...names].join(", ")}: ${difference}`);
}

/** @param {readonly Area[]} areas @param {Witnesses} witnesses @param {Profiles} profiles @returns {string} */
export function document(areas, witnesses, profiles) {
  const all = operations(areas.flatMap(({ routes }) => routes));
  const grades = Object.keys(meanings).map((basis) => {
    const count = [...all.values()].filter((route) => route.basis === basis).length;
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
    "A row stands for an operation and for the ways of asking for the same objects that are named after it: `/$count`, their number; `/$ref`, their",
    "references; `/microsoft.graph.…`, those of one type. Versions, basis and source hold for all of them.",
    "",
    "Every request body and every answer is checked against Microsoft Graph's metadata. The witness of an operation is the test, among those that ask for",
    "it, that asks for the fewest others. Where a row stands for several operations, a number says how many of them a test is the witness of; `…` in its title is",
    "the operation. tools/fidelity/witnesses.json has the witness of each.",
    "",
    "## Beside Graph's own paths",
    "",
    "`$batch` (documentation page, in words): test/emulator/batch.test.ts. Token endpoint, discovery, keys and the metadata of the cloud (documentation of",
    "Microsoft's identity platform, in words; statuses of rare AADSTS codes inferred): test/emulator/sign-in/, and with unmodified clients test/clients/.",
    "Agent token flows, and people who sign in, answer 501.",
    "",
    "## Questions with two answers",
    "",
    "Where the documentation says two things, or real tenants were seen to do another. Each is a switch: `entra-agent-id tenant set profiles.NAME=CHOICE`. The first",
    "choice is the default. `profiles=real` takes every choice that is certain or likely, **in bold**; `profiles=default` takes the first ones.",
    "",
    "| name | question | choices | sources |",
    "| --- | --- | --- | --- |",
    ...Object.entries(profiles).map(
      ([name, { asks, choices, real, sources }]) =>
        `| ${name} | ${cell(asks)} | ${choices.map((one) => (one === real ? `**${one}**` : one)).join(", ")} | ${cell(sources)} |`,
    ),
  ];
  for (const { title, routes } of areas) {
    const rows = rowsOf(routes, all);
    if (rows.length === 0) continue;
    lines.push(
      "",
      `## ${title}`,
      "",
      "| operation | versions | based on | source | witness |",
      "| --- | --- | --- | --- | --- |",
      ...rows.map((row) => {
        const cells = [named(row), versionsOf(row.route), row.route.basis, sourceOf(row), witnessesOf(row, witnesses)];
        return `| ${cells.join(" | ")} |`;
      }),
    );
    const differences = differencesOf(routes, rows);
    if (differences.length > 0) lines.push("", "Known differences:", "", ...differences);
  }
  return `${lines.join("\n")}\n`;
}
