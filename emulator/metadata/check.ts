/** Compares a JSON value with the metadata of its type: what clients send, and what the tenant itself answers. */
import type { Version } from "../odata/address";
import { enumerationOf, isA, isEntity, isOpen, type Member, membersOf, typeNamed } from "./metadata";
import { primitives } from "./primitives";

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

/** What clients send, or what the tenant answers. */
export type Direction = "request" | "answer";

type Properties = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every way in which `value` is not a `type`. Empty: it is one. */
export function problemsOf(version: Version, type: string, value: unknown, direction: Direction): Problem[] {
  return ofValue(value, type, "", { version, direction });
}

interface Around {
  readonly version: Version;
  readonly direction: Direction;
}

const unknown = (path: string): Problem => ({ path, kind: "unknown", expected: "" });

function ofValue(value: unknown, type: string, path: string, around: Around): Problem[] {
  const wrong: Problem[] = [{ path, kind: "value", expected: type }];
  const primitive = primitives.get(type);
  if (primitive) return primitive(value) ? [] : wrong;
  if (enumerationOf(around.version, type)) return isMember(value, type, around) ? [] : wrong;
  return isObject(value) ? ofObject(value, type, path, around) : wrong;
}

/** The member that stands for those an old client does not know; nobody can set it. */
const unknownFutureValue = "unknownfuturevalue";

/** Graph reads enumeration members in any letter case. */
function isMember(value: unknown, type: string, { version, direction }: Around): boolean {
  const enumeration = enumerationOf(version, type);
  if (typeof value !== "string" || !enumeration) return false;
  const known = new Set(enumeration.members.map((name) => name.toLowerCase()));
  if (direction === "request") known.delete(unknownFutureValue);
  const words = enumeration.flags ? value.split(",").map((word) => word.trim()) : [value];
  return words.every((word) => known.has(word.toLowerCase()));
}

function ofObject(value: Properties, declared: string, path: string, around: Around): Problem[] {
  const { version, direction } = around;
  const said = value["@odata.type"];
  const type = said === undefined ? declared : typeSaid(version, said, declared);
  if (type === undefined) return [{ path: at(path, "@odata.type"), kind: "value", expected: declared }];
  const members = membersOf(version, type);
  if (!members) return [{ path, kind: "value", expected: declared }];
  // Open entities of Graph still refuse members they do not know; open values take any.
  const open = isOpen(version, type) && !isEntity(version, type);
  return Object.entries(value).flatMap(([name, one]) => {
    const here = at(path, name);
    const annotation = name.indexOf("@");
    if (annotation >= 0) {
      const member = members.get(name.slice(0, annotation));
      return isAnnotation(name.slice(annotation), one, annotation === 0, member, open, direction)
        ? []
        : [unknown(here)];
    }
    const found = members.get(name);
    // Null says nothing: what was read may come back.
    if (found?.answerOnly && direction === "request") return one === null ? [] : [unknown(here)];
    if (found) return ofMember(one, found, here, around);
    return open ? [] : [unknown(here)];
  });
}

/** `#microsoft.graph.x`, which must be the declared type or one that derives from it. */
function typeSaid(version: Version, said: unknown, declared: string): string | undefined {
  const name = typeof said === "string" ? /^#?(?:microsoft\.)?graph\.(.+)$/i.exec(said)?.[1] : undefined;
  const type = name === undefined ? undefined : typeNamed(version, name);
  return type !== undefined && isA(version, type, declared) ? type : undefined;
}

const ofWhole = /^@(odata\.(type|id|context|etag|editLink|readLink)|microsoft\.graph\.\w+)$/;
const ofWholeInAnswers = /^@(odata\.(count|nextLink|deltaLink|mediaContentType|mediaReadLink|mediaEtag)|removed)$/;
const ofMemberInAnswers =
  /^@(odata\.(context|count|nextLink|navigationLink|associationLink|mediaContentType|mediaReadLink|mediaEtag)|delta)$/;

/** @param name from the `@` on */
function isAnnotation(
  name: string,
  value: unknown,
  whole: boolean,
  member: Member | undefined,
  open: boolean,
  direction: Direction,
): boolean {
  if (whole) return ofWhole.test(name) || (direction === "answer" && ofWholeInAnswers.test(name));
  if (name === "@odata.type") return (member !== undefined || open) && typeof value === "string";
  if (!member) return false;
  if (name === "@odata.bind") {
    const urls: readonly unknown[] = Array.isArray(value) ? value : [value];
    return (
      direction === "request" &&
      member.navigation &&
      Array.isArray(value) === member.collection &&
      urls.every((url) => typeof url === "string")
    );
  }
  // Bodies that were read from Graph come back with their contexts; they say nothing.
  return ofMemberInAnswers.test(name) && (direction === "answer" || name === "@odata.context");
}

function ofMember(value: unknown, member: Member, path: string, around: Around): Problem[] {
  if (member.navigation && around.direction === "request") return [{ path, kind: "relation", expected: member.type }];
  if (value === null) return member.nullable ? [] : [{ path, kind: "null", expected: member.type }];
  if (!member.collection) return ofValue(value, member.type, path, around);
  if (!Array.isArray(value)) return [{ path, kind: "value", expected: `Collection(${member.type})` }];
  return value.flatMap((one, index) => ofValue(one, member.type, at(path, String(index)), around));
}

const at = (path: string, name: string) => (path === "" ? name : `${path}.${name}`);
