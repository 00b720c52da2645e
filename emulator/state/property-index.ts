/** The index by which objects are found by the value of a property. */
import type { Json } from "./store";

/** Names of the properties of a kind that can be searched by value. */
export type Indexed = (kind: string) => readonly string[];

/** Rows of the property index that an object has. */
export function indexedValues(names: readonly string[], body: Json): (readonly [name: string, value: string])[] {
  const found: (readonly [string, string])[] = [];
  const add = (name: string, one: unknown): void => {
    if (one === undefined || one === null) return;
    found.push([name, (typeof one === "string" ? one : JSON.stringify(one)).toLowerCase()]);
  };
  for (const name of names) {
    const value = body[name];
    if (Array.isArray(value)) for (const one of value as unknown[]) add(name, one);
    else add(name, value);
  }
  return found;
}
