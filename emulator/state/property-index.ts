/** The index by which objects are found by the value of a property. */
import type { Json } from "./store";

/** Names of the properties of a kind that can be searched by value. */
export type Indexed = (kind: string) => readonly string[];

/** Rows of the property index that an object has. */
export function* indexedValues(
  names: readonly string[],
  body: Json,
): Generator<readonly [name: string, value: string]> {
  for (const name of names) {
    const value = body[name];
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (one === undefined || one === null) continue;
      yield [name, (typeof one === "string" ? one : JSON.stringify(one)).toLowerCase()];
    }
  }
}
