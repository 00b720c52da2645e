/** Where a client stands in following the changes of a collection: opaque to it, and valid across restarts. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Context } from "../route";

const tokenSchema = z.strictObject({
  /** Path of the collection: a token of another one is not known here. */
  path: z.string(),
  /** See `beginEpoch`. */
  epoch: z.string(),
  /** ISO time at which its round began. */
  at: z.iso.datetime(),
  from: z.number().int(),
  /**
   * Where the round before began, when objects changed while the client paged through it: what those were then, it may
   * never have shown. @default they did not
   */
  since: z.number().int().optional(),
  upTo: z.number().int(),
  select: z.array(z.string()).nullable(),
  filter: z.string().nullable(),
  /** Last object of the page before; null in a delta link. */
  last: z
    .union([
      z.strictObject({ changed: z.number().int(), after: z.number().int() }),
      z.strictObject({ changed: z.number().int(), id: z.string() }),
    ])
    .nullable(),
});

export type DeltaToken = Readonly<z.infer<typeof tokenSchema>>;

/** How long tokens of the directory are known, in milliseconds: 7 days, as documented. */
export const tokenLifeMs = 7 * 24 * 60 * 60 * 1_000;

const signature = (payload: Buffer, tenantId: string) =>
  createHmac("sha256", `changes of tenant ${tenantId}`).update(payload).digest().subarray(0, 15);

export function printDeltaToken(token: DeltaToken, { tenantId }: Pick<Context, "tenantId">): string {
  const payload = Buffer.from(JSON.stringify(token));
  return Buffer.concat([signature(payload, tenantId), payload]).toString("base64url");
}

/** @returns undefined for a token that this tenant did not make */
export function parseDeltaToken(text: string, { tenantId }: Pick<Context, "tenantId">): DeltaToken | undefined {
  const bytes = Buffer.from(text, "base64url");
  const payload = bytes.subarray(15);
  if (payload.length === 0 || bytes.toString("base64url") !== text) return undefined;
  if (!timingSafeEqual(bytes.subarray(0, 15), signature(payload, tenantId))) return undefined;
  return tokenSchema.parse(JSON.parse(payload.toString()));
}
