/**
 * What Graph says beside a relation that lies inside a complex member: `authenticationStrength@odata.context`. It stands
 * there whether the relation leads somewhere or is null, and again beside the relations of what it leads to.
 */
import { isEntity, membersOf } from "../metadata/metadata";
import type { Version } from "./address";

type Members = Readonly<Record<string, unknown>>;

/** Whether values of a type can have such a relation, by version and type: few can, and the others are not walked. */
const known = new Map<string, boolean>();

function hasInnerRelation(version: Version, type: string): boolean {
  const key = `${version} ${type}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  // For types that contain themselves.
  known.set(key, false);
  const found = [...(membersOf(version, type)?.values() ?? [])].some((member) => {
    if (member.navigation || isEntity(version, member.type)) return false;
    const inner = [...(membersOf(version, member.type)?.values() ?? [])];
    return inner.some(({ navigation }) => navigation) || hasInnerRelation(version, member.type);
  });
  known.set(key, found);
  return found;
}

/**
 * The object with its annotations.
 *
 * @param context address of the object in `@odata.context`, such as `…/$metadata#identity/conditionalAccess/policies('id')`
 */
export function annotated(
  object: Record<string, unknown>,
  type: string,
  version: Version,
  context: () => string,
): Record<string, unknown> {
  return hasInnerRelation(version, type) ? withContexts(object, type, version, context(), true) : object;
}

function withContexts(
  value: Members,
  type: string,
  version: Version,
  at: string,
  isWhole: boolean,
): Record<string, unknown> {
  const members = membersOf(version, type);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]): [string, unknown][] => {
      const member = members?.get(name);
      if (!member) return [[name, one]];
      const here = `${at}/${name}`;
      const shown = isObject(one) ? withContexts(one, member.type, version, here, false) : one;
      if (isWhole || !member.navigation) return [[name, shown]];
      return [
        [`${name}@odata.context`, member.collection ? here : `${here}/$entity`],
        [name, shown],
      ];
    }),
  );
}

const isObject = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);
