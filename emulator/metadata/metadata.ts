/**
 * What Microsoft Graph's metadata says of its types, by API version: the published CSDL of v1.0, types outside its
 * extract as Microsoft declares them for TypeScript, what the beta SDK declares beyond them, and an overlay of members
 * that only documentation knows.
 *
 * Names lack `microsoft.graph.`; those of other namespaces keep theirs, as in `identityGovernance.task`.
 */
import type { Version } from "../odata/address";
import overlayData from "./overlay.json";
import tablesData from "./tables.json";

export interface Member {
  readonly name: string;
  /** `Edm.String`, or the name of an enumeration, a complex type or an entity type. */
  readonly type: string;
  readonly collection: boolean;
  readonly nullable: boolean;
  /** A relation to other objects: never in a body, except in `name@odata.bind`, and in answers only when expanded. */
  readonly navigation: boolean;
  /** Documentation shows it in answers; clients cannot send it. */
  readonly answerOnly: boolean;
}

interface TypeRow {
  readonly base?: string;
  readonly abstract?: boolean;
  readonly open?: boolean;
  readonly entity?: boolean;
  readonly key?: string;
  /** See tools/metadata/generate.mjs for the notation. */
  readonly members: Readonly<Record<string, string>>;
}

export interface Enumeration {
  /** Several members, separated by commas, in one string. */
  readonly flags?: boolean;
  readonly members: readonly string[];
}

interface Table {
  readonly types: Readonly<Record<string, TypeRow>>;
  readonly enums: Readonly<Record<string, Enumeration>>;
}

/** Who says so, and of which versions it holds: of both where none is named. */
interface Stated {
  readonly name: string;
  readonly versions?: readonly string[];
  readonly source: string;
}

interface Overlay {
  readonly members: readonly {
    readonly type: string;
    readonly member: string;
    readonly as: string;
    readonly versions?: readonly string[];
    readonly answerOnly?: boolean;
    readonly source: string;
  }[];
  readonly types: readonly (TypeRow & Stated)[];
  readonly enums: readonly (Enumeration & Stated)[];
}

const published = tablesData as unknown as Readonly<Record<Version | "declared", Table>>;
const overlay = overlayData as unknown as Overlay;

/**
 * One version's types. The rows of beta are rebuilt from an SDK that says neither what can be null nor how wide a number
 * is nor which enumerations are flags: where v1.0 has a member too, v1.0's row is the better witness.
 */
function layered(version: Version): Table {
  const types: Record<string, TypeRow> = { ...published.declared.types, ...published["v1.0"].types };
  const enums: Record<string, Enumeration> = { ...published.declared.enums, ...published["v1.0"].enums };
  const here = ({ versions }: { readonly versions?: readonly string[] }) => versions?.includes(version) ?? true;
  const add = (name: string, { members, ...row }: TypeRow) => {
    const before = types[name];
    types[name] = { ...before, ...row, members: { ...before?.members, ...members } };
  };
  if (version === "beta") {
    for (const [name, row] of Object.entries(published.beta.types)) {
      add(name, { ...row, members: { ...row.members, ...types[name]?.members } });
    }
    for (const [name, row] of Object.entries(published.beta.enums)) {
      enums[name] = { ...row, members: [...new Set([...(enums[name]?.members ?? []), ...row.members])] };
      if (published["v1.0"].enums[name]?.flags) enums[name] = { ...enums[name], flags: true };
    }
  }
  for (const { name, ...row } of overlay.types.filter(here)) add(name, row);
  for (const { name, ...row } of overlay.enums.filter(here)) enums[name] = row;
  for (const { type, member, as } of overlay.members.filter(here)) add(type, { members: { [member]: as } });
  return { types, enums };
}

const tables: Readonly<Record<Version, Table>> = { "v1.0": layered("v1.0"), beta: layered("beta") };
const answerOnly = new Set(
  overlay.members.filter((one) => one.answerOnly).map(({ type, member }) => `${type}.${member}`),
);
const inherited = new Map<string, ReadonlyMap<string, Member>>();

function member(name: string, notation: string): Member {
  const [, mark = "", open = "", type = "", , bang = ""] = /^(>?)(\[?)([^\]!]+)(\]?)(!?)$/.exec(notation) ?? [];
  return { name, type, collection: open !== "", nullable: bang === "", navigation: mark !== "", answerOnly: false };
}

/** Members of a type and of those it derives from, by name; undefined for a type nobody declares. */
export function membersOf(version: Version, type: string): ReadonlyMap<string, Member> | undefined {
  const key = `${version} ${type}`;
  const known = inherited.get(key);
  if (known) return known;
  const row = tables[version].types[type];
  if (!row) return undefined;
  const all = new Map(row.base === undefined ? [] : membersOf(version, row.base));
  for (const [name, notation] of Object.entries(row.members)) {
    all.set(name, { ...member(name, notation), answerOnly: answerOnly.has(`${type}.${name}`) });
  }
  inherited.set(key, all);
  return all;
}

/** Type `name` in the metadata's spelling, whatever the letter case. */
export function typeNamed(version: Version, name: string): string | undefined {
  const { types } = tables[version];
  if (name in types) return name;
  const wanted = name.toLowerCase();
  return Object.keys(types).find((known) => known.toLowerCase() === wanted);
}

/** Whether `type` is `ancestor` or derives from it. */
export function isA(version: Version, type: string, ancestor: string): boolean {
  for (let at: string | undefined = type; at !== undefined; at = tables[version].types[at]?.base) {
    if (at === ancestor) return true;
  }
  return false;
}

/** Whether values may have members that no metadata names. */
export function isOpen(version: Version, type: string): boolean {
  for (let at: string | undefined = type; at !== undefined; at = tables[version].types[at]?.base) {
    if (tables[version].types[at]?.open) return true;
  }
  return false;
}

export const isEntity = (version: Version, type: string): boolean =>
  tables[version].types[type]?.entity === true ||
  (tables[version].types[type]?.base !== undefined && isEntity(version, tables[version].types[type].base));

export const enumerationOf = (version: Version, type: string): Enumeration | undefined => tables[version].enums[type];

/** Every type that is `ancestor` or derives from it. */
export const descendantsOf = (version: Version, ancestor: string): readonly string[] =>
  Object.keys(tables[version].types).filter((type) => isA(version, type, ancestor));
