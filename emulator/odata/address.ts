/** The path of a Graph URL, read the way OData writes it. */
import { plainBadRequest } from "../refusal";

export type Version = "v1.0" | "beta";

/** Which object of a collection. */
export interface Key {
  /** `id` for a bare key, else the alternate key: `appId`, `uniqueName`, `name` … */
  readonly property: string;
  readonly value: string;
}

export interface Segment {
  /** In Graph's spelling when known; letter case never matters. */
  readonly name: string;
  /** Type the collection or object is cast to, without `microsoft.graph.`. */
  readonly cast?: string;
  readonly key?: Key;
}

export interface Address {
  readonly version: Version;
  readonly segments: readonly Segment[];
}

/** Collections whose objects are addressed by a key: the segment after one of these is a key. */
const collections = [
  "applications",
  "servicePrincipals",
  "users",
  "groups",
  "directoryObjects",
  "owners",
  "sponsors",
  "federatedIdentityCredentials",
  "appRoleAssignments",
  "appRoleAssignedTo",
  "oauth2PermissionGrants",
  "policies",
  "deletedItems",
  "roleDefinitions",
  "inheritablePermissions",
];

const others = [
  "organization",
  "roleManagement",
  "directory",
  "identity",
  "conditionalAccess",
  "restore",
  "$ref",
  "$batch",
];

/** Functions and actions that stand where a key would. */
const functions = ["delta", "getbyids", "validateproperties"];

const spelling = new Map([...collections, ...others].map((name) => [name.toLowerCase(), name]));
const keyed = new Set(collections.map((name) => name.toLowerCase()));
const castForm = /^(?:microsoft\.)?graph\.([a-z][a-z0-9.]*)$/i;
const nameForm = /^[$a-z][$a-z0-9._]*$/i;
const parenthesised = /^([^()]*)\((.*)\)$/s;

/**
 * Both cast orders become one: `/applications/{id}/microsoft.graph.x/y` and `/applications/microsoft.graph.x/{id}/y`.
 *
 * @param path raw path of the URL, percent-encoded, such as `/v1.0/applications(uniqueName='a%20b')`
 */
export function parseAddress(path: string): Address {
  const [before, version = "", ...parts] = path.replace(/\/+$/, "").split("/").map(decoded);
  if (before !== "") throw plainBadRequest("Invalid path.");
  if (version !== "v1.0" && version !== "beta") throw plainBadRequest(`Invalid version: '${version}'.`);
  if (parts.length === 0) throw plainBadRequest("Empty path.");
  const segments: Segment[] = [];
  for (const part of parts) {
    const last = segments.at(-1);
    const cast = castForm.exec(part)?.[1];
    if (cast !== undefined && last && last.cast === undefined) {
      segments[segments.length - 1] = { ...last, cast };
    } else if (last && takesKey(last, part)) {
      segments[segments.length - 1] = { ...last, key: { property: "id", value: part } };
    } else {
      segments.push(parseSegment(part));
    }
  }
  return { version, segments };
}

function takesKey(segment: Segment, part: string): boolean {
  if (segment.key || !keyed.has(segment.name.toLowerCase())) return false;
  if (part === "" || part.startsWith("$") || castForm.test(part)) return false;
  return !functions.includes(part.replace(/\(.*$/s, "").toLowerCase());
}

function parseSegment(part: string): Segment {
  const [, name = part, inside] = parenthesised.exec(part) ?? [];
  if (!nameForm.test(name)) throw plainBadRequest(`Resource not found for the segment '${part}'.`);
  const canonical = spelling.get(name.toLowerCase()) ?? name;
  return inside === undefined ? { name: canonical } : { name: canonical, key: parseKey(inside, part) };
}

function parseKey(inside: string, part: string): Key {
  const malformed = () => plainBadRequest(`Bad Request - Error in query syntax: malformed key in '${part}'.`);
  const named = /^([a-z][a-z0-9]*)=(.*)$/is.exec(inside);
  const property = named?.[1] ?? "id";
  const text = named?.[2] ?? inside;
  const quoted = /^'((?:[^']|'')*)'$/s.exec(text);
  if (quoted?.[1] !== undefined && quoted[1] !== "") return { property, value: quoted[1].replaceAll("''", "'") };
  if (/^[a-z0-9_-]+$/i.test(text)) return { property, value: text };
  throw malformed();
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw plainBadRequest("Bad Request - Error in query syntax: malformed percent-encoding.");
  }
}

/** The inverse of {@link parseAddress}: keys in parentheses except bare ids, casts after keys. */
export function printAddress(address: Address): string {
  const parts = address.segments.flatMap(({ name, key, cast }) => {
    const casts = cast === undefined ? [] : [`microsoft.graph.${cast}`];
    if (!key) return [name, ...casts];
    if (key.property === "id" && keyed.has(name.toLowerCase()) && bare(key.value)) return [name, key.value, ...casts];
    return [`${name}(${key.property}='${encodeURIComponent(key.value.replaceAll("'", "''"))}')`, ...casts];
  });
  return ["", address.version, ...parts].join("/");
}

const bare = (value: string) => /^[a-z0-9_-]+$/i.test(value) && !functions.includes(value.toLowerCase());
