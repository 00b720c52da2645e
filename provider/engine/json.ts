/** Values that travel through Pulumi are JSON: no undefined, no dates, no class instances. */

/** The value as JSON would carry it. The engine fails on `undefined` after the object was already created. */
export function json<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Whether two JSON values are equal; the order of keys is no difference, the order of array items is. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => same(item, b[index]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => same(a[key], b[key]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The value with its sets in the order of `like`, what is new behind it. Pulumi compares lists by position: with this, one
 * sponsor more reads as one line more.
 */
export function inOrderOf<T>(like: unknown, value: T): T {
  if (isTexts(value)) {
    const known = isTexts(like) ? like.filter((item) => value.includes(item)) : [];
    return [...known, ...value.filter((item) => !known.includes(item))] as T;
  }
  if (!isRecord(value)) return value;
  const reference = isRecord(like) ? like : {};
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inOrderOf(reference[key], inner)])) as T;
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

/** The value when it is a text, else an empty one. */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** The set as its canonical array: each item once, sorted. Order is not a difference. */
export function sorted(items: Iterable<string>): string[] {
  return [...new Set(items)].sort();
}

/** The given keys of an object, where they hold something. */
export function pick(from: object, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(from).filter(([key, value]) => keys.includes(key) && value !== undefined));
}
