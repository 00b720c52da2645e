/** Compares a JSON value with the metadata of its type: what clients send, and what the tenant itself answers. */
import type { Version } from "../odata/address";
import { enumerationOf, isA, isEntity, isOpen, type Member, membersOf, typeNamed } from "./metadata";

export interface Problem {
  /** `api.oauth2PermissionScopes.0.id`; empty for the value itself. */
  readonly path: string;
  /**
   * `unknown`: neither metadata nor documentation has this member. `value`: not of the type. `null`: it cannot be null.
   * `relation`: a navigation property, which a body can only name as `name@odata.bind`.
   */
  readonly kind: "unknown" | "value" | "null" | "relation";
  /** Type by metadata; empty where there is none. */
  readonly expected: string;
}

export type Direction = "request" | "answer";

type Properties = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isText = (form: RegExp) => (value: unknown) => typeof value === "string" && form.test(value);
const isInteger = (bits: number) => (value: unknown) =>
  Number.isInteger(value) && Math.abs(value as number) <= 2 ** (bits - 1);

/** How Edm's primitive types are written in JSON. */
const primitives: Readonly<Record<string, (value: unknown) => boolean>> = {
  "Edm.String": (value) => typeof value === "string",
  "Edm.Boolean": (value) => typeof value === "boolean",
  "Edm.Guid": isText(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i),
  "Edm.DateTimeOffset": isText(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/),
  "Edm.Date": isText(/^\d{4}-\d\d-\d\d$/),
  "Edm.TimeOfDay": isText(/^\d\d:\d\d(:\d\d(\.\d+)?)?$/),
  "Edm.Duration": isText(/^-?P(?=\w)(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/),
  "Edm.Byte": (value) => isInteger(9)(value) && (value as number) >= 0,
  "Edm.Int16": isInteger(16),
  "Edm.Int32": isInteger(32),
  "Edm.Int64": isInteger(64),
  "Edm.Double": (value) => typeof value === "number",
  "Edm.Single": (value) => typeof value === "number",
  "Edm.Decimal": (value) => typeof value === "number",
  "Edm.Binary": isText(/^[A-Za-z0-9+/_-]*={0,2}$/),
  "Edm.Stream": () => true,
};

/** Every way in which `value` is not a `type`. Empty: it is one. */
export function problemsOf(version: Version, type: string, value: unknown, direction: Direction): Problem[] {
  return ofValue(value, type, "", { version, direction });
}

interface Around {
  readonly version: Version;
  readonly direction: Direction;
}

function ofValue(value: unknown, type: string, path: string, around: Around): Problem[] {
  const wrong: Problem[] = [{ path, kind: "value", expected: type }];
  const primitive = primitives[type];
  if (primitive) return primitive(value) ? [] : wrong;
  const enumeration = enumerationOf(around.version, type);
  if (enumeration) {
    const words = typeof value !== "string" ? [] : enumeration.flags ? value.split(",").map((w) => w.trim()) : [value];
    // Graph reads enumeration members in any letter case.
    const known = new Set(enumeration.members.map((name) => name.toLowerCase()));
    return words.length > 0 && words.every((word) => known.has(word.toLowerCase())) ? [] : wrong;
  }
  return isObject(value) ? ofObject(value, type, path, around) : wrong;
}

function ofObject(value: Properties, declared: string, path: string, around: Around): Problem[] {
  const { version } = around;
  const said = value["@odata.type"];
  const type = said === undefined ? declared : typeSaid(version, said, declared);
  if (type === undefined) return [{ path: at(path, "@odata.type"), kind: "value", expected: declared }];
  const members = membersOf(version, type);
  if (!members) return [{ path, kind: "value", expected: declared }];
  return Object.entries(value).flatMap(([name, one]) => {
    const annotated = /^([^@]*)@(?:odata\.|delta$|removed$)/.exec(name)?.[1];
    if (annotated !== undefined) return ofAnnotation(name, annotated, members, path);
    const found = members.get(name);
    if (found) return ofMember(one, found, at(path, name), around);
    // Open entities of Graph still refuse members they do not know; open values take any.
    return isOpen(version, type) && !isEntity(version, type)
      ? []
      : [{ path: at(path, name), kind: "unknown", expected: "" }];
  });
}

/** `#microsoft.graph.x`, which must be the declared type or one that derives from it. */
function typeSaid(version: Version, said: unknown, declared: string): string | undefined {
  const name = /^#?(?:microsoft\.)?graph\.(.+)$/i.exec(String(said))?.[1];
  const type = name === undefined ? undefined : typeNamed(version, name);
  return type !== undefined && isA(version, type, declared) ? type : undefined;
}

function ofAnnotation(name: string, member: string, members: ReadonlyMap<string, Member>, path: string): Problem[] {
  return member === "" || members.has(member) ? [] : [{ path: at(path, name), kind: "unknown", expected: "" }];
}

function ofMember(value: unknown, member: Member, path: string, around: Around): Problem[] {
  if (member.navigation && around.direction === "request") return [{ path, kind: "relation", expected: member.type }];
  if (value === null) return member.nullable ? [] : [{ path, kind: "null", expected: member.type }];
  if (!member.collection) return ofValue(value, member.type, path, around);
  if (!Array.isArray(value)) return [{ path, kind: "value", expected: `Collection(${member.type})` }];
  return value.flatMap((one, index) => ofValue(one, member.type, at(path, String(index)), around));
}

const at = (path: string, name: string) => (path === "" ? name : `${path}.${name}`);
