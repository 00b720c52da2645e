/** `$orderby`: by which properties a list is sorted. */
import type { Queryable } from "../entities/entity";
import { unsupportedQuery } from "../refusal";
import { compareMoments, compareValues, isMoment, memberAt } from "./condition";
import { type Expression, ExpressionReader, printExpression } from "./expression";

export interface Order {
  readonly by: Expression;
  readonly descending: boolean;
}

/** A property that a list is sorted by, in Graph's spelling. */
export interface SortKey {
  readonly names: readonly string[];
  readonly descending: boolean;
  /** Metadata says that it is a point in time. */
  readonly moment: boolean;
}

/** @throws {GraphRefusal} 400 for what is no `$orderby` */
export function parseOrder(text: string): Order[] {
  const reader = new ExpressionReader(text, "orderby");
  const orders: Order[] = [];
  do {
    const by = reader.expression();
    const descending = reader.takes("desc");
    if (!descending) reader.takes("asc");
    orders.push({ by, descending });
  } while (reader.takes(","));
  reader.end();
  return orders;
}

/** The inverse of {@link parseOrder}. */
export const printOrder = (orders: readonly Order[]): string =>
  orders.map(({ by, descending }) => `${printExpression(by)}${descending ? " desc" : ""}`).join(",");

/**
 * @param type of the objects by metadata
 * @returns the keys, and whether the directory only sorts so in an advanced query
 */
export function sortKeys(
  orders: readonly Order[],
  queryable: Readonly<Record<string, Queryable>>,
  type: string | undefined,
): { readonly keys: readonly SortKey[]; readonly advanced: boolean } {
  let advanced = false;
  const keys = orders.map(({ by, descending }) => {
    const asked = printExpression(by);
    const known = Object.entries(queryable).find(([path]) => path.toLowerCase() === asked.toLowerCase());
    const support = by.is === "path" ? known?.[1].orderBy : undefined;
    if (!known || !support) throw unsupportedQuery(`Unsupported sort property '${asked}'.`);
    advanced ||= support === "advanced";
    const names = known[0].split("/");
    const member = type === undefined ? undefined : memberAt("beta", type, names);
    return { names, descending, moment: member?.type === "Edm.DateTimeOffset" || member?.type === "Edm.Date" };
  });
  return { keys, advanced };
}

/** Values of an object by which it is sorted. */
export const sortValues = (keys: readonly SortKey[], shown: unknown): unknown[] =>
  keys.map(
    ({ names }) =>
      names.reduce<unknown>(
        (value, name) =>
          typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : null,
        shown,
      ) ?? null,
  );

/** Sort position: the values by which it is sorted, then the order of creation, so that no two are equal. */
export interface Position {
  readonly values: readonly unknown[];
  readonly seq: number;
}

/** What is not set comes first, as the least of all values. */
export function comparePositions(a: Position, b: Position, keys: readonly SortKey[]): number {
  for (const [at, { descending, moment }] of keys.entries()) {
    const [left, right] = [a.values[at] ?? null, b.values[at] ?? null];
    const order =
      left === null || right === null
        ? Number(left !== null) - Number(right !== null)
        : moment
          ? // What is no moment comes first, so that the order is one of all values.
            (compareMoments(left, right) ?? Number(isMoment(left)) - Number(isMoment(right)))
          : (compareValues(left, right) ?? 0);
    if (order !== 0) return descending ? -order : order;
  }
  return a.seq - b.seq;
}
