/** What a fault is: which request goes wrong, and how. */
import { z } from "zod";
import { whyUnsafe } from "./path-pattern";

/** An answer that an HTTP server could give. */
export interface FaultAnswer {
  /** From 200 to 599. */
  readonly status: number;
  /** Beside the content type, which the body decides. @default none */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON; a string is sent as it is. Not with 204, 205 or 304, which have no body. @default nothing */
  readonly body?: unknown;
}

/** What happens to one request. */
export interface Mishap {
  /** `before`: the request has no effect. `after`: it takes effect, then its answer is replaced. */
  readonly effect: "before" | "after";
  /**
   * What is answered instead. `reset` breaks the connection. `stall` never answers: the client gives up, or the
   * connection breaks after five minutes, or after the milliseconds that are given. `truncate` breaks the connection in
   * the middle of the body. `html` is a proxy's page with status 200. `claims` is 401 with a claims challenge, as
   * continuous access evaluation sends it. `redirect` is an absolute URL, on this host or another; its status is 307
   * unless given.
   */
  readonly answer:
    | "reset"
    | "stall"
    | "truncate"
    | "html"
    | "claims"
    | FaultAnswer
    | { readonly stall: number }
    | { readonly redirect: string; readonly status?: 301 | 302 | 307 | 308 | undefined };
}

/** A request that goes wrong. */
export interface Fault extends Mishap {
  /** @default any */
  readonly method?: string | undefined;
  /**
   * Source of a regular expression on the decoded path, version included and query left out: `/applications$`. A simple
   * one: no repeated group that varies in itself, and at most three repetitions without an end. @default any
   */
  readonly path?: string | undefined;
  /** It happens to the nth matching request from now on, and to those after it as `times` says. @default 1 */
  readonly nth?: number | undefined;
  /** How often it happens. @default 1 */
  readonly times?: number | undefined;
}

const plainAnswerSchema = z
  .strictObject({
    status: z.number().int().min(200).max(599),
    headers: z.record(z.string().regex(/^(?!body$)[\w-]+$/i), z.string().regex(/^[\t\x20-\x7e]*$/)).optional(),
    body: z.unknown().optional(),
  })
  .refine(({ status, body }) => body === undefined || ![204, 205, 304].includes(status), "this status has no body");

const answerSchema = z.union([
  z.enum(["reset", "stall", "truncate", "html", "claims"]),
  plainAnswerSchema,
  z.strictObject({ stall: z.number().int().min(0) }),
  z.strictObject({
    redirect: z.url(),
    status: z.union([z.literal(301), z.literal(302), z.literal(307), z.literal(308)]).optional(),
  }),
]);

const mishap = {
  effect: z.enum(["before", "after"]),
  answer: answerSchema,
};

export const mishapSchema: z.ZodType<Mishap> = z.strictObject(mishap);

export const faultSchema: z.ZodType<Fault> = z.strictObject({
  method: z
    .string()
    .regex(/^[a-z]+$/i)
    .optional(),
  path: z.string().optional(),
  ...mishap,
  nth: z.number().int().min(1).optional(),
  times: z.number().int().min(1).optional(),
});

/** How long an answer stalls when the fault does not say, in milliseconds: longer than any client waits. */
export const longestStall = 300_000;

/**
 * @throws {SyntaxError} when the path is no regular expression
 * @throws {TypeError} when it is no fault, naming what is wrong, or its path could take too long to match
 */
export function checkedFault(fault: unknown): Fault {
  const result = faultSchema.safeParse(fault);
  if (!result.success) throw new TypeError(`cannot plan the fault: ${z.prettifyError(result.error)}`);
  const { path = "" } = result.data;
  new RegExp(path);
  const why = whyUnsafe(path);
  if (why !== undefined)
    throw new TypeError(`cannot plan the fault: its path ${path} could keep requests waiting: ${why}.`);
  return result.data;
}
