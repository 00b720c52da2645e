/** What `$select` can name. */
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
export function checkSelect(select: readonly string[] = [], type: string | undefined): void {
  if (type === undefined) return;
  const known = memberNames(type);
  if (known.size === 0) return;
  const unknown = select.find((name) => name !== "*" && !name.includes("@") && !known.has(name.toLowerCase()));
  if (unknown !== undefined) throw noSuchProperty(unknown, type);
}

const namesOf = new Map<string, ReadonlySet<string>>();

/** Members of a type and of those that derive from it, in lower case; none for a type that metadata does not know. */
function memberNames(type: string): ReadonlySet<string> {
  const before = namesOf.get(type);
  if (before) return before;
  const versions = ["v1.0", "beta"] as const;
  const names = versions.flatMap((version) =>
    descendantsOf(version, type).flatMap((one) => [...(membersOf(version, one)?.keys() ?? [])]),
  );
  const all = new Set(names.map((name) => name.toLowerCase()));
  namesOf.set(type, all);
  return all;
}
