/** Finds the route of a request. */
import { type Address, type Key, parseAddress, type Segment, type Version } from "./odata/address";
import { applicationKinds, servicePrincipalKinds } from "./entities";
import { notEmulated, plainBadRequest } from "./refusal";
import type { Route } from "./route";
import type { Store, StoredObject } from "./state/store";

interface Pattern {
  readonly route: Route;
  readonly segments: readonly Segment[];
}

/** Collections whose objects come in several types: an address may leave out the cast. */
const families: Readonly<
  Record<string, { readonly kinds: readonly string[]; readonly alternates: readonly string[] }>
> = {
  applications: { kinds: applicationKinds, alternates: ["appId", "uniqueName"] },
  servicePrincipals: { kinds: servicePrincipalKinds, alternates: ["appId"] },
};

export interface Found {
  readonly route: Route;
  readonly keys: Readonly<Record<string, Key>>;
  readonly target: StoredObject | undefined;
  /** Key of an object that is not there and whose type the address leaves open: 404 for whoever may pass. */
  readonly missing: string | undefined;
}

export class Router {
  readonly #patterns: readonly Pattern[];

  constructor(routes: readonly Route[]) {
    this.#patterns = routes.map((route) => ({ route, segments: parseAddress(`/v1.0${route.path}`).segments }));
  }

  /**
   * @returns the routes that could serve the request: several only when the object is not there and its type is unknown
   * @throws {GraphRefusal} 501 when nothing here answers this address
   */
  find(method: string, address: Address, store: Store, body: unknown, headers: Headers): Found[] {
    const [first] = address.segments;
    const target = first && targetAt(first, store);
    const alike = this.#patterns.filter(
      ({ route, segments }) =>
        route.method === method && sameShape(segments, address.segments) && (route.when?.(body, headers) ?? true),
    );
    const here = alike.filter(({ route }) => versionsOf(route).includes(address.version));
    const fitting = here.filter(({ route, segments }) => fits(route, segments, address.segments, target));
    const missing = isFamily(first) && first?.cast === undefined && !target ? first?.key?.value : undefined;
    const found = fitting.map(({ route, segments }) => ({
      route,
      keys: keysOf(segments, address.segments),
      target: ofCast(target, first),
      missing,
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

const versionsOf = (route: Route): readonly Version[] => route.versions ?? ["v1.0", "beta"];

const isFamily = (segment: Segment | undefined) =>
  segment !== undefined && segment.name in families && segment.key !== undefined;

function targetAt({ name, key }: Segment, store: Store): StoredObject | undefined {
  const family = families[name];
  if (!key) return undefined;
  if (!family) return key.property === "id" ? store.get(key.value) : undefined;
  if (key.property === "id") {
    const object = store.get(key.value);
    return object && family.kinds.includes(object.kind) ? object : undefined;
  }
  const property = family.alternates.find((alternate) => alternate.toLowerCase() === key.property.toLowerCase());
  if (property === undefined)
    throw plainBadRequest(`Resource not found for the segment '${name}': '${key.property}' is not a key.`);
  return store.find({ kinds: family.kinds, where: { property, value: key.value } })[0];
}

/** An object of another type than the cast is not there. */
const ofCast = (target: StoredObject | undefined, first: Segment | undefined) =>
  first?.cast === undefined || sameName(target?.kind, first.cast) ? target : undefined;

const sameName = (a: string | undefined, b: string | undefined) => a?.toLowerCase() === b?.toLowerCase();

function sameShape(pattern: readonly Segment[], asked: readonly Segment[]): boolean {
  return (
    pattern.length === asked.length &&
    pattern.every((segment, at) => {
      const other = asked[at];
      return (
        other !== undefined &&
        sameName(segment.name, other.name) &&
        (segment.key !== undefined) === (other.key !== undefined)
      );
    })
  );
}

/** Whether the casts agree, where the first may be implied by the object. */
function fits(
  route: Route,
  pattern: readonly Segment[],
  asked: readonly Segment[],
  target: StoredObject | undefined,
): boolean {
  return pattern.every(({ cast }, at) => {
    const given = asked[at]?.cast;
    if (at > 0 || !isFamily(asked[0])) return sameName(cast, given);
    if (given !== undefined) return route.anyKind === true || sameName(cast, given);
    if (!target || route.anyKind) return true;
    return sameName(cast ?? asked[0]?.name.replace(/s$/, ""), target.kind);
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
