/** Objects as answers show them: the selected properties, and the neighbours that were asked for. */
import { entityOf } from "../entities";
import type { Relation } from "../entities/entity";
import { membersOf } from "../metadata/metadata";
import { notEmulated, plainBadRequest } from "../refusal";
import type { Context } from "../route";
import type { StoredObject } from "../state/store";
import { propertiesOf, typeOf } from "../view";
import type { Version } from "./address";
import { annotated } from "./annotations";
import { matches } from "./condition";
import type { Expand } from "./expand";
import { filterOf } from "./query";
import { relationOf } from "./query-rule";

/** Neighbours that the directory shows of an expanded relation, and never a link to more. */
export const mostExpanded = 20;

/** Rounds of `$levels=max`. */
const mostLevels = 100;

/** How an object stands in an answer. */
interface Place {
  /** Whether to say the type even when the address implies it. */
  readonly typed: boolean;
  /** In a list of several types, some lack what others have. @default as `typed` */
  readonly mixed?: boolean;
  /** What the answer says first. */
  readonly before?: Record<string, unknown>;
}

export function shown(context: Context, object: StoredObject, place: Place): Record<string, unknown> {
  const { base, version, query } = context;
  const here = projected(context, object, place, query.select, query.expand);
  const address = () => `${base}/$metadata#${entityOf(object.kind).set}('${object.id}')`;
  return annotated(here, object.kind, version, address);
}

function projected(
  context: Context,
  object: StoredObject,
  { typed, mixed = typed, before = {} }: Place,
  select: readonly string[] | undefined,
  expand: readonly Expand[],
): Record<string, unknown> {
  const { onlyOnSelect, showsByDefault } = entityOf(object.kind);
  const start = Object.assign(before, typeOf(object, typed));
  const asked = { onlyOnSelect, mixed, version: context.version };
  const own =
    showsByDefault && !select
      ? Object.assign(start, showsByDefault(object, context))
      : project(propertiesOf(object, context), select, object.kind, asked, start);
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
        : projected(context, one, { typed: one.kind !== relation.type }, $select, [...$expand, ...deeper]),
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

interface Asked {
  /** What is there on request alone. @default nothing */
  readonly onlyOnSelect?: ReadonlySet<string> | undefined;
  /** In a list of several types, some lack what others have. @default false */
  readonly mixed?: boolean;
  /** What the type has by metadata. @default in either version */
  readonly version?: Version;
}

/**
 * Leaves what `$select` names. What is left out is not even read.
 *
 * @param type of the object
 * @param shown what comes before it
 * @throws {GraphRefusal} 400 when a name is no property of the type, 501 when it is one that the tenant does not have
 */
export function project(
  object: Readonly<Record<string, unknown>>,
  select: readonly string[] | undefined,
  type: string,
  asked: Asked = {},
  shown: Record<string, unknown> = {},
): Record<string, unknown> {
  const { onlyOnSelect = nothing } = asked;
  const names = Object.keys(object);
  const selected = select && new Set(select.flatMap((wanted) => propertiesNamed(wanted, names, type, asked)));
  const isShown = (name: string) => (selected ? selected.has(name) : !onlyOnSelect.has(name) && name in object);
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
  type: string,
  { onlyOnSelect = nothing, mixed = false, version }: Asked,
): string[] {
  if (wanted === "*") return names.filter((name) => !onlyOnSelect.has(name));
  if (wanted.includes("@")) return [];
  const same = (name: string) => name.toLowerCase() === wanted.toLowerCase();
  const name = names.find(same);
  if (name !== undefined) return [name];
  const versions: readonly Version[] = version === undefined ? ["v1.0", "beta"] : [version];
  const members = versions.flatMap((one) => [...(membersOf(one, type)?.values() ?? [])]);
  const member = members.find((known) => same(known.name));
  // Relations are no properties: selecting one shows nothing of it.
  if (member?.navigation) return [];
  if (member) throw notEmulated(`The emulated tenant does not have the property '${member.name}' of ${type}.`);
  if (mixed) return [];
  throw plainBadRequest(
    `Parsing OData Select and Expand failed: Could not find a property named '${wanted}' on type 'microsoft.graph.${type}'.`,
  );
}
