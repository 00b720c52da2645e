/** What a fault is: which request goes wrong, and how. */
import { z } from "zod";
import { whyUnsafe } from "./path-pattern";

const plainAnswerSchema = z
  .strictObject({
    status: z.number().int().min(200).max(599),
    headers: z.record(z.string().regex(/^(?!body$)[\w-]+$/i), z.string().regex(/^[\t\x20-\x7e]*$/)).optional(),
    /** Sent as JSON; a string is sent as it is. @default nothing */
    body: z.unknown().optional(),
  })
  .refine(({ status, body }) => body === undefined || ![204, 205, 304].includes(status), "this status has no body");

const answerSchema = z.union([
  /**
   * `reset` breaks the connection. `stall` never answers: the client gives up, or the connection breaks after
   * {@link longestStall}. `truncate` breaks the connection in the middle of the body. `html` is a proxy's page with
   * status 200. `claims` is 401 with a claims challenge, as continuous access evaluation sends it.
   */
  z.enum(["reset", "stall", "truncate", "html", "claims"]),
  plainAnswerSchema,
  z.strictObject({
    /** Longest stall, in milliseconds. */
    stall: z.number().int().min(0),
  }),
  z.strictObject({
    /** Absolute URL in `Location`, which may be on another host. */
    redirect: z.url(),
    /** @default 307 */
    status: z.union([z.literal(301), z.literal(302), z.literal(307), z.literal(308)]).optional(),
  }),
]);

const mishap = {
  /** `before`: the request has no effect. `after`: it takes effect, then its answer is replaced. */
  effect: z.enum(["before", "after"]),
  /** What is answered instead. */
  answer: answerSchema,
};

/** What happens to one request. */
export const mishapSchema = z.strictObject(mishap);

export const faultSchema = z.strictObject({
  /** @default any */
  method: z
    .string()
    .regex(/^[a-z]+$/i)
    .optional(),
  /** Source of a regular expression on the decoded path, version included; a simple one: see `whyUnsafe`. @default any */
  path: z.string().optional(),
  ...mishap,
  /** Happens to the so-manieth matching request from now on, and to those after it as `times` says. @default 1 */
  nth: z.number().int().min(1).optional(),
  /** How often. @default 1 */
  times: z.number().int().min(1).optional(),
});

/** An answer that an HTTP server could give. */
export type FaultAnswer = Readonly<z.input<typeof plainAnswerSchema>>;

export type Mishap = Readonly<z.infer<typeof mishapSchema>>;

/** A request that goes wrong. */
export type Fault = Readonly<z.input<typeof faultSchema>>;

/** How long an answer stalls when the fault does not say, in milliseconds: longer than any client's patience. */
export const longestStall = 300_000;

/**
 * @throws {SyntaxError} when the path is no regular expression
 * @throws {TypeError} when it is no fault, naming what is wrong, or its path could take too long to match
 */
export function checkedFault(fault: unknown): Fault {
  const result = faultSchema.safeParse(fault);
  if (!result.success) throw new TypeError(`not a fault of the emulated tenant: ${z.prettifyError(result.error)}`);
  const { path = "" } = result.data;
  new RegExp(path);
  const why = whyUnsafe(path);
  if (why !== undefined) throw new TypeError(`the path ${path} could keep requests waiting: ${why}.`);
  return result.data;
}
