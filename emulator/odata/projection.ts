/** Objects as answers show them: the selected properties, and the neighbours that were asked for. */
import { entityOf, hasEntity } from "../entities";
import type { Relation } from "../entities/entity";
import { membersOf } from "../metadata/metadata";
import { notEmulated, plainBadRequest } from "../refusal";
import type { Context } from "../route";
import type { StoredObject } from "../state/store";
import { propertiesOf, typeOf } from "../view";
import { matches } from "./condition";
import type { Expand } from "./expand";
import { filterOf } from "./query";
import { relationOf } from "./query-rule";

/** Neighbours that the directory shows of an expanded relation, and never a link to more. */
export const mostExpanded = 20;

/** Rounds of `$levels=max`. */
const mostLevels = 100;

/** @param before what the answer says first */
export function shown(
  context: Context,
  object: StoredObject,
  typed: boolean,
  before: Record<string, unknown> = {},
): Record<string, unknown> {
  return projected(context, object, typed, context.query.select, context.query.expand, before);
}

function projected(
  context: Context,
  object: StoredObject,
  typed: boolean,
  select: readonly string[] | undefined,
  expand: readonly Expand[],
  before: Record<string, unknown> = {},
): Record<string, unknown> {
  const { onlyOnSelect, showsByDefault } = entityOf(object.kind);
  const start = Object.assign(before, typeOf(object, typed));
  const own =
    showsByDefault && !select
      ? Object.assign(start, showsByDefault(object, context))
      : project(propertiesOf(object, context), select, typed ? undefined : object.kind, onlyOnSelect, start);
  for (const item of expand) Object.assign(own, neighbours(context, object, item));
  return own;
}

function neighbours(context: Context, object: StoredObject, item: Expand): Record<string, unknown> {
  const { relations = {} } = entityOf(object.kind);
  const [name, relation] =
    Object.entries(relations).find(([known]) => known.toLowerCase() === item.relation.toLowerCase()) ?? [];
  if (name === undefined || !relation) return {};
  const { $filter, $top, $select, $expand = [], $count } = item.options;
  const filter = $filter === undefined ? undefined : filterOf($filter, relationOf(relation));
  const all = relation
    .of(object, context)
    .filter(({ kind }) => item.cast === undefined || kind.toLowerCase() === item.cast.toLowerCase())
    .filter((one) => !filter || matches(filter.condition, { shown: propertiesOf(one, context), kind: one.kind }));
  if (item.as === "$count") return { [`${name}@odata.count`]: all.length };
  const deeper = levels(item);
  const value = all
    .slice(0, Math.min($top ?? mostExpanded, mostExpanded))
    .map((one) =>
      item.as === "$ref"
        ? { "@odata.id": `${context.base}/directoryObjects/${one.id}` }
        : projected(context, one, one.kind !== relation.type, $select, [...$expand, ...deeper]),
    );
  if (!isCollection(object.kind, name, relation)) return { [name]: value[0] ?? null };
  return { ...($count ? { [`${name}@odata.count`]: all.length } : {}), [name]: value };
}

/** The same expansion, one level less. */
function levels(item: Expand): Expand[] {
  const { $levels } = item.options;
  const left = $levels === "max" ? mostLevels : ($levels ?? 1);
  return left > 1 ? [{ ...item, options: { ...item.options, $levels: left - 1 } }] : [];
}

/** What metadata says; a relation it does not know is a collection. */
export const isCollection = (kind: string, name: string, { single }: Pick<Relation, "single">): boolean =>
  single !== true && ((membersOf("v1.0", kind)?.get(name) ?? membersOf("beta", kind)?.get(name))?.collection ?? true);

/** `@odata.context`: set, selected properties, expanded relations. */
export function contextUrl({ base, query: { select, expand } }: Context, set: string): string {
  const parts = partsOf(select, expand);
  return `${base}/$metadata#${set}${parts.length === 0 ? "" : `(${parts.join(",")})`}`;
}

const partsOf = (select: readonly string[] | undefined, expand: readonly Expand[]): string[] => [
  ...(select ?? []).filter((name) => !name.includes("@")),
  ...expand.map(({ relation, options }) => `${relation}(${partsOf(options.$select, options.$expand ?? []).join(",")})`),
];

const nothing: ReadonlySet<string> = new Set();

/**
 * Leaves what `$select` names; `onlyOnSelect` names what is there on request alone. What is left out is not even read.
 *
 * @param type of the object; `undefined` in a list of several types, where some lack what others have
 * @param shown what comes before it
 * @throws {GraphRefusal} 400 when a name is no property of the type, 501 when it is one that the tenant does not have
 */
export function project(
  object: Readonly<Record<string, unknown>>,
  select: readonly string[] | undefined,
  type: string | undefined,
  onlyOnSelect = nothing,
  shown: Record<string, unknown> = {},
): Record<string, unknown> {
  const names = Object.keys(object);
  const selected = select && new Set(select.flatMap((wanted) => propertiesNamed(wanted, names, onlyOnSelect, type)));
  const isShown = (name: string) => (selected ? selected.has(name) : !onlyOnSelect.has(name));
  for (const name of names) {
    // Annotations are not properties: $select never hides them, but those of a property go with it.
    const at = name.indexOf("@");
    if (at < 0 ? isShown(name) : at === 0 || isShownHere(object, name.slice(0, at), isShown))
      shown[name] = object[name];
  }
  return shown;
}

const isShownHere = (
  object: Readonly<Record<string, unknown>>,
  name: string,
  isShown: (name: string) => boolean,
): boolean => name in object && isShown(name);

function propertiesNamed(
  wanted: string,
  names: readonly string[],
  onlyOnSelect: ReadonlySet<string>,
  type: string | undefined,
): string[] {
  if (wanted === "*") return names.filter((name) => !onlyOnSelect.has(name));
  if (wanted.includes("@")) return [];
  const same = (name: string) => name.toLowerCase() === wanted.toLowerCase();
  const name = names.find(same);
  if (name !== undefined) return [name];
  if (type === undefined) return [];
  const members = hasEntity(type)
    ? [...(membersOf("v1.0", type)?.values() ?? []), ...(membersOf("beta", type)?.values() ?? [])]
    : [];
  const member = members.find((known) => same(known.name));
  // Relations are no properties: selecting one shows nothing of it.
  if (member?.navigation) return [];
  if (member) throw notEmulated(`The emulated tenant does not have the property '${member.name}' of ${type}.`);
  throw plainBadRequest(
    `Parsing OData Select and Expand failed: Could not find a property named '${wanted}' on type 'microsoft.graph.${type}'.`,
  );
}
