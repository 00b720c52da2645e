/** What `$select` can name. */
import type { Version } from "./address";
import { descendantsOf, membersOf } from "../metadata/metadata";
import { plainBadRequest } from "../refusal";

export const parsingFailed = "Parsing OData Select and Expand failed:";

export const noSuchProperty = (name: string, type: string) =>
  plainBadRequest(`${parsingFailed} Could not find a property named '${name}' on type 'microsoft.graph.${type}'.`);

/**
 * A list of several types takes what any of them has. Whether the tenant has it, and shows it, the objects say.
 *
 * @throws {GraphRefusal} 400 when no type of the objects has the property
 */
export function checkSelect(select: readonly string[] = [], type: string | undefined, version: Version): void {
  if (type === undefined) return;
  const known = memberNames(version, type);
  if (known.size === 0) return;
  const unknown = select.find((name) => name !== "*" && !name.includes("@") && !known.has(name.toLowerCase()));
  if (unknown !== undefined) throw noSuchProperty(unknown, type);
}

const namesOf = new Map<string, ReadonlySet<string>>();

/** Members of a type and of those that derive from it, in lower case; none for a type that metadata does not know. */
function memberNames(version: Version, type: string): ReadonlySet<string> {
  const key = `${version} ${type}`;
  const before = namesOf.get(key);
  if (before) return before;
  const names = descendantsOf(version, type).flatMap((one) => [...(membersOf(version, one)?.keys() ?? [])]);
  const all = new Set(names.map((name) => name.toLowerCase()));
  namesOf.set(key, all);
  return all;
}
