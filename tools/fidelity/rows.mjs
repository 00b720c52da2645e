// @ts-check
/** Rows of FIDELITY.md: an operation, and the counts, references and casts of it that hold to the same as it does. */

/**
 * @typedef {import("./document.mjs").Route} Route
 * @typedef {{ route: Route, variants: readonly Route[] }} Row
 */

/** What a path ends in when it asks for the same objects in another way: their number, their references, those of one type. */
const ending = /\/(?:\$count|\$ref|microsoft\.graph\.\w+)$/;

/** @param {Pick<Route, "method" | "path">} route */
export const operationOf = ({ method, path }) => `${method} ${path}`;

/** @param {Pick<Route, "versions">} route */
export const versionsOf = ({ versions = ["v1.0", "beta"] }) => versions.join(", ");

/**
 * Each operation once, in the order of the routes: routes of one method and path differ by `when`, and the first stands for all.
 *
 * @param {readonly Route[]} routes
 * @returns {Map<string, Route>}
 */
export function operations(routes) {
  /** @type {Map<string, Route>} */
  const found = new Map();
  for (const route of routes) if (!found.has(operationOf(route))) found.set(operationOf(route), route);
  return found;
}

/**
 * The operation that a read stands under: the nearest one whose path is the beginning of its own, with which it shares versions and basis, and whose source it
 * has or adds to.
 *
 * @param {Route} route
 * @param {ReadonlyMap<string, Route>} all
 * @returns {Route | undefined} undefined where it stands for itself
 */
export function baseOf(route, all) {
  if (route.method !== "GET" || !ending.test(route.path)) return undefined;
  for (let path = route.path.replace(ending, ""); ; path = path.replace(ending, "")) {
    const above = all.get(operationOf({ ...route, path }));
    if (above) return isVariant(route, above) ? (baseOf(above, all) ?? above) : undefined;
    if (!ending.test(path)) return undefined;
  }
}

/** @param {Route} route @param {Route} base */
const isVariant = (route, base) =>
  versionsOf(route) === versionsOf(base) && route.basis === base.basis && addedSource(route, base) !== undefined;

/** What the source of a variant says beside that of its base. @param {Route} variant @param {Route} base @returns {string | undefined} */
export function addedSource(variant, base) {
  if (variant.source === base.source) return "";
  return variant.source.startsWith(`${base.source}; `) ? variant.source.slice(base.source.length + 2) : undefined;
}

/**
 * @param {readonly Route[]} routes of one area
 * @param {ReadonlyMap<string, Route>} all operations of every area: the count of a list may be declared in another one
 * @returns {Row[]}
 */
export function rowsOf(routes, all) {
  /** @type {Map<string, Route[]>} */
  const variants = new Map();
  for (const route of all.values()) {
    const base = baseOf(route, all);
    if (base) variants.set(operationOf(base), [...(variants.get(operationOf(base)) ?? []), route]);
  }
  return [...operations(routes)].flatMap(([operation, route]) =>
    baseOf(route, all) ? [] : [{ route, variants: variants.get(operation) ?? [] }],
  );
}
