/** Pages of a list. A position is where the last page ended, not how far in: writes between two pages shift nothing. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { unsupportedQuery } from "../refusal";
import type { Context } from "../route";
import type { Position } from "./order";

/** Options that decide what a list holds, and in which order: a position means nothing with others. */
const binding = ["$filter", "$orderby", "$search"];

function signature(payload: string, { tenantId, path, query: { kept } }: Context): Buffer {
  const bound = [tenantId, path.toLowerCase(), ...binding.map((name) => kept.get(name) ?? ""), payload];
  return createHmac("sha256", "pages of an emulated tenant").update(JSON.stringify(bound)).digest().subarray(0, 15);
}

/** Opaque to clients. */
export function skipTokenAt(position: Position, context: Context): string {
  const payload = Buffer.from(JSON.stringify([position.seq, ...position.values]));
  return Buffer.concat([signature(payload.toString(), context), payload]).toString("base64url");
}

/** @throws {GraphRefusal} 400 for a token that this tenant did not make for this list */
export function positionOf(context: Context): Position | undefined {
  const { skipToken } = context.query;
  if (skipToken === undefined) return undefined;
  const bytes = Buffer.from(skipToken, "base64url");
  const payload = bytes.subarray(15).toString();
  const given = bytes.subarray(0, 15);
  if (
    given.length < 15 ||
    bytes.toString("base64url") !== skipToken ||
    !timingSafeEqual(given, signature(payload, context))
  )
    throw unsupportedQuery("The specified value for the skip token query option is invalid.");
  const [seq, ...values] = JSON.parse(payload) as [number, ...unknown[]];
  return { seq, values };
}

/** Address of the page after `position`. */
export function nextLink(context: Context, position: Position): string {
  const { base, path, query } = context;
  const options = new URLSearchParams(query.kept);
  options.set("$skiptoken", skipTokenAt(position, context));
  // Graph leaves the dollar sign as it is.
  return `${base}${path}?${options.toString().replaceAll("%24", "$")}`;
}
