/** Finds the route of a request. */
import { type Address, AddressGrammar, type Key, type Segment, type Version } from "./odata/address";
import type { RequestHeaders } from "./exchange";
import { familyOf } from "./entities";
import { methodNotAllowed, notEmulated, plainBadRequest } from "./refusal";
import type { Method, Route } from "./route";
import type { Store, StoredObject } from "./state/store";

interface Pattern {
  readonly route: Route;
  readonly segments: readonly Segment[];
}

export interface Found {
  readonly route: Route;
  readonly keys: Readonly<Record<string, Key>>;
  readonly target: StoredObject | undefined;
  /** Key of an object that is not there and whose type the address leaves open: 404 for whoever may pass. */
  readonly missing: string | undefined;
}

/** Addresses that are kept, before they are read anew. */
const mostAddresses = 1_000;

export class Router {
  readonly #grammar: AddressGrammar;
  /** In the order of declaration, by method and shape of the path. */
  readonly #patterns = new Map<string, Pattern[]>();
  /** Those that were read, by path: creates and lists come to the same ones. */
  readonly #addresses = new Map<string, Address>();

  constructor(routes: readonly Route[]) {
    this.#grammar = new AddressGrammar(routes.map(({ path }) => path));
    for (const route of routes) {
      const { segments } = this.parse(`/v1.0${route.path}`);
      const shape = shapeOf(route.method, segments);
      const alike = this.#patterns.get(shape) ?? [];
      alike.push({ route, segments });
      this.#patterns.set(shape, alike);
    }
  }

  /** @throws {GraphRefusal} 400 when it is no path */
  parse(path: string): Address {
    const known = this.#addresses.get(path);
    if (known) return known;
    const address = this.#grammar.parse(path);
    if (this.#addresses.size >= mostAddresses) this.#addresses.clear();
    this.#addresses.set(path, address);
    return address;
  }

  /**
   * @returns the routes that could serve the request: several only when the object is not there and its type is unknown
   * @throws {GraphRefusal} 501 when nothing here answers this address, 405 for methods that Graph has nowhere
   */
  find(method: string, address: Address, store: Store, body: unknown, headers: RequestHeaders): Found[] {
    if (!methods.some((known) => known === method)) throw methodNotAllowed();
    const [first] = address.segments;
    const target = first && targetAt(first, store);
    const ofShape = this.#patterns.get(shapeOf(method, address.segments)) ?? [];
    const alike = ofShape.filter(({ route }) => route.when?.(body, headers) ?? true);
    const here = alike.filter(({ route }) => versionsOf(route).includes(address.version));
    const fitting = here.filter(({ route, segments }) => fits(route, segments, address.segments, target));
    // A route for the very type comes before one for any.
    const exact = fitting.filter(({ segments }) => sameName(segments[0]?.cast, target?.kind));
    const general = fitting.filter((pattern) => !exact.includes(pattern));
    const missing = isFamily(first) && first?.cast === undefined && !target ? first?.key?.value : undefined;
    const found = [...exact, ...general].map(({ route, segments }) => ({
      route,
      keys: keysOf(segments, address.segments),
      target: ofCast(target, first),
      missing: route.makesMissing ? undefined : missing,
    }));
    if (found.length > 0) {
      const reached = found.filter(({ route }) => first?.cast !== undefined || !first?.key || !route.uncast);
      const [without] = found;
      if (reached.length === 0 && without?.route.uncast) throw without.route.uncast(address.segments[1]?.name ?? "");
      return missing === undefined ? reached.slice(0, 1) : reached;
    }
    throw unanswered(method, address, alike, target);
  }
}

const methods: readonly Method[] = ["GET", "POST", "PATCH", "PUT", "DELETE"];

const versionsOf = (route: Route): readonly Version[] => route.versions ?? ["v1.0", "beta"];

/** One object of a collection that entities declare: its address may leave out the cast. */
const isFamily = (segment: Segment | undefined) => segment?.key !== undefined && familyOf(segment.name) !== undefined;

function targetAt({ name, key }: Segment, store: Store): StoredObject | undefined {
  if (!key) return undefined;
  const family = familyOf(name);
  if (!family) return key.property === "id" ? store.get(key.value) : undefined;
  const { kinds, alternateKeys, alsoBare } = family;
  const by = (property: string) => {
    const [found] = store.find({ kinds, where: { property, value: key.value } });
    // While replicas lag, `get` says whether the one that serves this request knows it.
    return found && store.get(found.id);
  };
  if (sameName(key.property, "id")) {
    const object = store.get(key.value);
    if (object) return kinds.includes(object.kind) ? object : undefined;
    return alsoBare === undefined ? undefined : by(alsoBare);
  }
  const property = alternateKeys.find((alternate) => sameName(alternate, key.property));
  if (property !== undefined) return by(property);
  throw plainBadRequest(`Resource not found for the segment '${name}': '${key.property}' is not a key.`);
}

/** An object of another type than the cast is not there. */
const ofCast = (target: StoredObject | undefined, first: Segment | undefined) =>
  first?.cast === undefined || sameName(target?.kind, first.cast) ? target : undefined;

const sameName = (a: string | undefined, b: string | undefined) => a?.toLowerCase() === b?.toLowerCase();

/** What paths have in common that differ in keys and casts alone. */
const shapeOf = (method: string, segments: readonly Segment[]): string =>
  [method, ...segments.map(({ name, key }) => `${name.toLowerCase()}${key ? "()" : ""}`)].join("/");

/** Whether the casts agree, where the first may be implied by the object. */
function fits(
  route: Route,
  pattern: readonly Segment[],
  asked: readonly Segment[],
  target: StoredObject | undefined,
): boolean {
  return pattern.every(({ cast }, at) => {
    const given = asked[at]?.cast;
    const family = at === 0 && isFamily(asked[0]) ? familyOf(asked[0]?.name ?? "") : undefined;
    if (!family) return sameName(cast, given);
    if (given !== undefined) return route.anyKind === true || sameName(cast, given);
    // What an upsert makes is of the type that the address says.
    if (!target && route.makesMissing) return cast === undefined;
    return !target || route.anyKind === true || sameName(cast ?? family.base, target.kind);
  });
}

function keysOf(pattern: readonly Segment[], asked: readonly Segment[]): Record<string, Key> {
  const keys: Record<string, Key> = {};
  pattern.forEach(({ key }, at) => {
    const value = asked[at]?.key;
    if (key && value) keys[key.value.slice(1, -1)] = value;
  });
  return keys;
}

function unanswered(
  method: string,
  { version, segments }: Address,
  alike: readonly Pattern[],
  target: StoredObject | undefined,
): Error {
  const path = segments
    .map(
      ({ name, key, cast }) => `${name}${key ? "/{key}" : ""}${cast === undefined ? "" : `/microsoft.graph.${cast}`}`,
    )
    .join("/");
  const elsewhere = alike
    .map(({ route }) => versionsOf(route).find((other) => other !== version))
    .find((other) => other !== undefined);
  const why =
    elsewhere !== undefined && alike.every(({ route }) => !versionsOf(route).includes(version))
      ? `it is only emulated on ${elsewhere}`
      : target
        ? `it is not emulated for an object of type ${target.kind}`
        : "no route of the emulated tenant has this method and path";
  return notEmulated(`Cannot answer ${method} /${version}/${path}: ${why}.`);
}
