// @ts-check
/** The tables that README and docs contain: what can be declared, which permissions that needs, how to sign in. */
import { listed, table } from "./markdown.mjs";

/**
 * @typedef {import("./declarations.mjs").Declaration} Declaration
 *
 * @typedef {object} Kind what a life cycle says about itself, as provider/engine/lifecycle.ts has it
 * @property {string} kind
 * @property {string} plural
 * @property {readonly string[]} replacedBy
 * @property {Permissions} permissions
 *
 * @typedef {Readonly<{ check?: readonly string[], read: readonly string[], find?: readonly string[], create: readonly string[], change: readonly string[], remove: readonly string[], explain?: readonly string[] }>} Permissions
 * @typedef {keyof Permissions} Step
 *
 * @typedef {Readonly<{ title: string, name: string, variables: readonly string[], optional?: readonly string[], onlyByName?: true }>} SignInWay
 */

const checking = "check the inputs of";

/** In the order in which a reader does them. @type {readonly (readonly [Step, string])[]} */
export const steps = [
  ["check", "check the inputs"],
  ["read", "read"],
  ["find", "find"],
  ["create", "create"],
  ["change", "change"],
  ["remove", "delete"],
  ["explain", "(optional) name who disabled or deleted"],
];

/** The page of one class. @param {string} name */
export const pageOf = (name) => `${name.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase()}.md`;

/**
 * The short table of the README.
 *
 * @param {readonly Declaration[]} declared @param {string} folder of the pages, as a link from where the table stands
 */
export const resourcesTable = (declared, folder) =>
  table(
    ["Resource", "What it is in the tenant"],
    declared.map(({ name, isComponent, summary }) => [
      `[\`${name}\`](${folder}${pageOf(name)})${isComponent ? " (component)" : ""}`,
      summary,
    ]),
  );

/**
 * The long one of the reference.
 *
 * @param {readonly Declaration[]} declared @param {readonly Kind[]} kinds
 */
export const referenceTable = (declared, kinds) =>
  table(
    ["Resource", "What it is in the tenant", "Its `id`", "A change of this replaces it", "Deleted"],
    declared.map(({ name, isComponent, summary, facts }) => [
      `[\`${name}\`](${pageOf(name)})${isComponent ? " (component)" : ""}`,
      summary,
      codeOf(facts["Id"] ?? ""),
      isComponent ? "" : replacedByOf(kindOf(kinds, name)),
      facts["Deleted"] ?? "",
    ]),
  );

/** @param {readonly Kind[]} kinds @param {string} name */
export function kindOf(kinds, name) {
  const found = kinds.find(({ kind }) => kind === name);
  if (!found) throw new Error(`index.ts exports the resource ${name}, and provider/kinds.ts does not have it`);
  return found;
}

/** @param {Kind} kind @param {"and" | "or"} joint */
export const replacedByOf = ({ replacedBy }, joint = "and") =>
  replacedBy.length === 0
    ? "nothing"
    : listed(
        replacedBy.map((name) => `\`${name}\``),
        joint,
      );

/** `"<appId>/<name>"` is code: Markdown would take it for HTML. @param {string} text */
export const codeOf = (text) => text.replace(/"(<[^"]+>)"/g, "`$1`");

/**
 * Each permission, with what it is needed for. One that includes another stands for it: nobody grants both.
 *
 * @param {readonly Kind[]} kinds
 */
export function permissionsTable(kinds) {
  /** By permission, by kind: the steps. @type {Map<string, Map<string, Set<Step>>>} */
  const needed = new Map();
  const all = new Set(kinds.flatMap(({ permissions }) => Object.values(permissions).flat()));
  for (const { plural, permissions } of kinds) {
    for (const [step] of steps) {
      for (const least of permissions[step] ?? []) {
        const permission = all.has(writing(least)) ? writing(least) : least;
        /** @type {Map<string, Set<Step>>} */
        const ofKinds = needed.get(permission) ?? new Map();
        needed.set(permission, ofKinds);
        ofKinds.set(plural, new Set([...(ofKinds.get(plural) ?? []), step]));
      }
    }
  }
  const rows = [...needed].map(([permission, ofKinds]) => [`\`${permission}\``, uses(ofKinds).join("; ")]);
  return table(["Application permission of Microsoft Graph", "Needed to"], rows);
}

/** What a person does one after the other, with the steps that it takes. @type {readonly (readonly [string, readonly Step[]])[]} */
const phases = [
  ["`pulumi preview`", ["check", "read", "find"]],
  ["the first `pulumi up`", ["create"]],
  ["an `up` that changes something", ["change"]],
  ["an `up` that deletes something, `pulumi destroy`", ["remove"]],
];

/**
 * What each phase needs beside those before it.
 *
 * @param {readonly Kind[]} kinds
 */
export function permissionsByPhase(kinds) {
  /** @type {Set<string>} */
  const asked = new Set();
  const rows = phases.map(([phase, steps]) => {
    const needed = new Set(steps.flatMap((step) => kinds.flatMap(({ permissions }) => permissions[step] ?? [])));
    const more = [...needed].filter((permission) => !asked.has(permission));
    for (const permission of more) asked.add(permission);
    return [phase, more.map((permission) => `\`${permission}\``).join(", ") || "nothing more"];
  });
  return table(["For", "Application permissions of Microsoft Graph"], rows);
}

/**
 * Phrases such as "check the inputs of agents; read and change agents and blueprints": kinds with the same steps together.
 *
 * @param {ReadonlyMap<string, ReadonlySet<Step>>} ofKinds
 */
function uses(ofKinds) {
  /** By what is done: the kinds. @type {Map<string, string[]>} */
  const phrases = new Map();
  for (const [plural, needing] of ofKinds) {
    const checks = needing.has("check") ? [checking] : [];
    const others = listed(steps.flatMap(([step, verb]) => (step !== "check" && needing.has(step) ? [verb] : [])));
    for (const done of [...checks, others].filter(Boolean)) phrases.set(done, [...(phrases.get(done) ?? []), plural]);
  }
  return [...phrases].map(([done, plurals]) => `${done} ${listed(plurals)}`);
}

/** The permission to write what this one reads, which includes it. @param {string} permission */
const writing = (permission) => permission.replace(/\.Read\.All$/, ".ReadWrite.All");

/** @param {readonly SignInWay[]} ways */
export const signInTable = (ways) =>
  table(
    ["Way to sign in", "Variables"],
    ways.map(({ title, name, variables, optional = [], onlyByName }) => [
      title.charAt(0).toUpperCase() + title.slice(1),
      [
        ...(onlyByName ? [`\`ENTRA_AGENT_ID_SIGN_IN=${name}\``] : []),
        ...variables.map((variable) => `\`${variable}\``),
        ...optional.map((variable) => `[\`${variable}\`]`),
      ].join(", "),
    ]),
  );
