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
  /** In the spelling of the declared paths when they have it; letter case never matters. */
  readonly name: string;
  /** Type the collection or object is cast to, without `microsoft.graph.`. */
  readonly cast?: string;
  readonly key?: Key;
}

export interface Address {
  readonly version: Version;
  readonly segments: readonly Segment[];
}

/** Segments that may follow, by name in lower case. */
type Followers = Map<string, Place>;

/** A segment in the tree of declared paths. Casts are no places: an object has the same parts under each of its types. */
interface Place {
  readonly name: string;
  /** What follows the collection itself: functions, actions, `$count`. */
  readonly bare: Followers;
  /** What follows one object of it; undefined when no path has a key here. */
  keyed: Followers | undefined;
}

const castForm = /^(?:microsoft\.)?graph\.([a-z][a-z0-9.]*)$/i;
const nameForm = /^[$a-z][$a-z0-9_]*(?:\.[a-z0-9_]+)*$/i;
const parenthesised = /^([^()]*)\((.*)\)$/s;
const placeholder = /^\{\w+\}$/;

/**
 * Reads addresses by the paths that routes declare: a segment takes a key where some path has `{x}` after it, and
 * whatever else a path has there — `delta`, `getByIds` — is no key. No list of names is kept anywhere.
 */
export class AddressGrammar {
  readonly #roots: Followers = new Map();

  /** @param paths below the version, such as `/users/{id}/manager/$ref` */
  constructor(paths: Iterable<string>) {
    for (const path of paths) this.#declare(path);
  }

  #declare(path: string): void {
    let followers = this.#roots;
    let last: Place | undefined;
    for (const part of path.split("/").slice(1)) {
      if (castForm.test(part)) continue;
      if (placeholder.test(part) && last) {
        followers = last.keyed ??= new Map<string, Place>();
        continue;
      }
      const [, name = part, inside] = parenthesised.exec(part) ?? [];
      last = followers.get(name.toLowerCase()) ?? { name, bare: new Map(), keyed: undefined };
      followers.set(name.toLowerCase(), last);
      followers = inside === undefined ? last.bare : (last.keyed ??= new Map<string, Place>());
    }
  }

  /**
   * Both cast orders become one: `/applications/{id}/microsoft.graph.x/y` and `/applications/microsoft.graph.x/{id}/y`.
   *
   * @param path raw path of the URL, percent-encoded, such as `/v1.0/applications(uniqueName='a%20b')`
   * @throws {GraphRefusal} 400 when it is no path
   */
  parse(path: string): Address {
    const [before, version = "", ...parts] = path
      .replace(/\/+$/, "")
      .split("/")
      .map((part, at) => (at > firstSegment ? withoutEmptyCall(decoded(part)) : decoded(part)));
    if (before !== "") throw plainBadRequest("Invalid path.");
    if (version !== "v1.0" && version !== "beta") throw plainBadRequest(`Invalid version: '${version}'.`);
    if (parts.length === 0) throw plainBadRequest("Empty path.");
    const segments: Segment[] = [];
    let followers: Followers | undefined = this.#roots;
    let place: Place | undefined;
    for (const part of parts) {
      const last = segments.at(-1);
      const cast = castForm.exec(part)?.[1];
      if (cast !== undefined && last && last.cast === undefined) {
        segments[segments.length - 1] = { ...last, cast };
      } else if (last && last.key === undefined && isKey(part, followers, place)) {
        segments[segments.length - 1] = { ...last, key: { property: "id", value: part } };
        followers = place?.keyed;
      } else {
        const { name, key } = parseSegment(part);
        place = followers?.get(name.toLowerCase());
        followers = key ? place?.keyed : place?.bare;
        segments.push({ name: place?.name ?? name, ...(key ? { key } : {}) });
      }
    }
    return { version, segments };
  }

  /** The inverse of `parse`: bare keys where they are read as keys, others in parentheses, casts after keys. */
  print(address: Address): string {
    let followers: Followers | undefined = this.#roots;
    const parts: string[] = [];
    for (const { name, key, cast } of address.segments) {
      const place: Place | undefined = followers?.get(name.toLowerCase());
      if (!key) parts.push(name);
      else if (key.property === "id" && bareForm.test(key.value) && isKey(key.value, place?.bare, place))
        parts.push(name, key.value);
      else parts.push(`${name}(${key.property}='${encodeURIComponent(key.value.replaceAll("'", "''"))}')`);
      if (cast !== undefined) parts.push(`microsoft.graph.${cast}`);
      followers = key ? place?.keyed : place?.bare;
    }
    return ["", address.version, ...parts].join("/");
  }
}

const bareForm = /^[a-z0-9_-]+$/i;

/**
 * Whether `part` is the key of the collection at `place`. Where no declared path leads, only what cannot be a name is a
 * key: nothing answers there, but the refusal should name the right thing.
 */
function isKey(part: string, followers: Followers | undefined, place: Place | undefined): boolean {
  if (part === "" || part.startsWith("$") || castForm.test(part)) return false;
  if (!place) return !nameForm.test(part) && !parenthesised.test(part);
  if (place.keyed === undefined) return false;
  return followers?.has(part.replace(/\(.*$/s, "").toLowerCase()) !== true;
}

function parseSegment(part: string): Segment {
  const [, name = part, inside] = parenthesised.exec(part) ?? [];
  if (!nameForm.test(name)) throw plainBadRequest(`Resource not found for the segment '${part}'.`);
  return inside === undefined ? { name } : { name, key: parseKey(inside, part) };
}

function parseKey(inside: string, part: string): Key {
  const malformed = () => plainBadRequest(`Bad Request - Error in query syntax: malformed key in '${part}'.`);
  const named = /^([a-z][a-z0-9]*)=(.*)$/is.exec(inside);
  const property = named?.[1] ?? "id";
  const text = named?.[2] ?? inside;
  const quoted = /^'((?:[^']|'')*)'$/s.exec(text);
  if (quoted?.[1] !== undefined && quoted[1] !== "") return { property, value: quoted[1].replaceAll("''", "'") };
  if (bareForm.test(text) || placeholder.test(text)) return { property, value: text };
  throw malformed();
}

/** `delta()` and `microsoft.graph.delta()` call what is also addressed as `delta`: SDKs write them so. */
const firstSegment = 2;
const withoutEmptyCall = (part: string) => part.replace(/^(?:(?:microsoft\.)?graph\.)?([a-z]+)\(\)$/i, "$1");

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw plainBadRequest("Bad Request - Error in query syntax: malformed percent-encoding.");
  }
}
