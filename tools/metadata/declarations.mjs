// @ts-check
/**
 * Types that the CSDL extract lacks, from the TypeScript declarations which Microsoft makes from the metadata of v1.0.
 * A declaration does not say the width of a number, nor whether text is a time, a GUID or neither: a name that ends in
 * DateTime is a time, corrections stand in emulator/metadata/overlay.json.
 */
import { readFileSync } from "node:fs";

/** @typedef {import("./csdl.mjs").Table} Table @typedef {import("./csdl.mjs").Type} Type */

/** @param {string} name @returns {string} */
const lower = (name) => name.charAt(0).toLowerCase() + name.slice(1);

/** @param {string} text declarations without comments @returns {Map<string, { base: string | undefined, members: [string, string][] }>} */
function interfacesOf(text) {
  /** @type {Map<string, { base: string | undefined, members: [string, string][] }>} */
  const found = new Map();
  for (const [, name = "", base, body = ""] of text.matchAll(
    /^export interface (\w+)(?: extends (\w+))? \{([^{}]*)\}/gm,
  )) {
    /** @type {[string, string][]} */
    const members = [];
    for (const one of body.matchAll(/^\s*"?([\w@.]+)"?\?: ([^;]+);/gm)) members.push([one[1] ?? "", one[2] ?? ""]);
    found.set(name, { base, members });
  }
  return found;
}

/** @param {string} text @returns {Map<string, string[]>} */
const enumerationsOf = (text) =>
  new Map(
    [...text.matchAll(/^export type (\w+) =([^;]*);/gm)].map(([, name = "", values = ""]) => [
      name,
      [...values.matchAll(/"([^"]+)"/g)].map(([, value = ""]) => value),
    ]),
  );

/**
 * @param {URL} file microsoft-graph.d.ts
 * @param {readonly string[]} wanted names of types; the complex types and enumerations they use come with them
 * @param {Table} known types that are declared better elsewhere
 * @returns {Table}
 */
export function tableOfDeclarations(file, wanted, known) {
  const text = readFileSync(file, "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "");
  const interfaces = interfacesOf(text);
  const enumerations = enumerationsOf(text);
  /** @type {Table} */
  const made = { types: {}, enums: {} };

  /** @param {string} name @returns {boolean} */
  const isEntity = (name) =>
    name === "Entity" || (isEntity(interfaces.get(name)?.base ?? "Entity") && interfaces.get(name)?.base !== undefined);

  /** @param {string} name @param {string} written @returns {string} */
  function notation(name, written) {
    const nullable = /^NullableOption<(.*)>$/s.exec(written)?.[1];
    const inner = (nullable ?? written).trim();
    const element = /^(.*)\[\]$/s.exec(inner)?.[1]?.trim();
    const type = element ?? inner;
    const shown = edmOf(name, type);
    if (shown === undefined) add(type);
    const mark = shown === undefined && isEntity(type) ? ">" : "";
    const text = shown ?? lower(type);
    return `${mark}${element === undefined ? text : `[${text}]`}${nullable === undefined && mark === "" ? "!" : ""}`;
  }

  /** @param {string} name */
  function add(name) {
    const short = lower(name);
    if (short in known.types || short in known.enums || short in made.types || short in made.enums) return;
    const values = enumerations.get(name);
    if (values) made.enums[short] = { members: values };
    const declared = interfaces.get(name);
    // An entity that is only related to is enough by name.
    if (!declared || (isEntity(name) && !wanted.includes(short))) return;
    const { base, members } = declared;
    /** @type {Type} */
    const row = {
      ...(base === undefined ? {} : { base: lower(base) }),
      ...(isEntity(name) ? { entity: true } : {}),
      members: {},
    };
    made.types[short] = row;
    if (base !== undefined) add(base);
    for (const [member, written] of members) row.members[member] = notation(member, written);
  }

  for (const name of wanted) add(name.charAt(0).toUpperCase() + name.slice(1));
  return sorted(made);
}

/** @param {string} name @param {string} type @returns {string | undefined} */
function edmOf(name, type) {
  if (type === "boolean") return "Edm.Boolean";
  if (type === "number") return "Edm.Double";
  if (type === "any") return "Edm.Untyped";
  if (type === "string") return /DateTime$/.test(name) ? "Edm.DateTimeOffset" : "Edm.String";
  return undefined;
}

/** @template T @param {Record<string, T>} rows @returns {Record<string, T>} */
const byName = (rows) => Object.fromEntries(Object.entries(rows).sort(([a], [b]) => (a < b ? -1 : 1)));

/** @param {Table} table @returns {Table} */
const sorted = ({ types, enums }) => ({ types: byName(types), enums: byName(enums) });
