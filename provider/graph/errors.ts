/**
 * Every error that this package throws, with a closed set of codes. Messages may change; codes are stable.
 */

/** The reason, for programs. People read the message. */
export type EntraErrorCode =
  /** Graph refused the request: any 4xx that has no code of its own below. */
  | "REFUSED"
  /** 404: the object does not exist. No other answer means that. */
  | "NOT_FOUND"
  /** 403: the caller lacks a permission or is of the wrong kind. */
  | "FORBIDDEN"
  /** 409: the object exists already. */
  | "CONFLICT"
  /** 429 until the retry budget was spent. */
  | "THROTTLED"
  /** 5xx, no connection or concurrent writes of others until the retry budget was spent; nothing was changed. */
  | "UNAVAILABLE"
  /** A write was sent and there was no answer: it may or may not have taken effect. */
  | "ANSWER_LOST"
  /** Graph's answer is not what its documentation says. */
  | "UNEXPECTED_ANSWER"
  /** No token was issued, or Agent ID refuses this kind of token. */
  | "SIGN_IN_FAILED"
  /** ENTRA_AGENT_ID_TENANT, or a variable that goes with it, is missing or wrong. */
  | "SETTING_INVALID"
  /** The state, the configuration or the token belongs to another tenant. */
  | "WRONG_TENANT"
  /** The program declares something that Graph or Agent ID does not allow. */
  | "INPUT_INVALID"
  /** An object with the natural key exists and has no marker of this resource, or two objects match. */
  | "OWNERSHIP_UNCLEAR"
  /** The write succeeded, and reads did not show it before the timeout. */
  | "NOT_YET_VISIBLE";

/** What is kept of Graph's answer. Never bodies, headers or tokens. */
export interface GraphAnswer {
  /** HTTP status. */
  readonly status: number;
  /** Graph's own error code, such as `Request_ResourceNotFound`; empty when something in front of Graph answered. */
  readonly code: string;
  /** `request-id` of the answer: what Microsoft support asks for; empty when it had none. */
  readonly requestId: string;
}

export interface EntraErrorDetails {
  /** Set when Graph answered. */
  readonly answer?: GraphAnswer | undefined;
  /** The error underneath, for stack traces. */
  readonly cause?: unknown;
}

/** The one error class of this package. Match on `code`, never on the message. */
export class EntraError extends Error {
  override readonly name = "EntraError";
  readonly code: EntraErrorCode;
  readonly answer: GraphAnswer | undefined;

  constructor(code: EntraErrorCode, message: string, details: EntraErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.answer = details.answer;
  }
}

/** For Microsoft support, at the end of a message: `[403 Authorization_RequestDenied, request 5b8f…]`. */
export function cited(answer: GraphAnswer | undefined): string | undefined {
  if (!answer) return undefined;
  const { status, code, requestId } = answer;
  const parts = [`${status} ${code}`.trim(), ...(requestId === "" ? [] : [`request ${requestId}`])];
  return `[${parts.join(", ")}]`;
}

/** Use as `.catch(undefinedWhenGone)`: a 404 becomes undefined, every other error stays an error. */
export function undefinedWhenGone(error: unknown): undefined {
  if (error instanceof EntraError && error.code === "NOT_FOUND") return undefined;
  throw error;
}

/**
 * Use on a delete of what was just read, as `.catch(undefinedWhenDeletedBefore)`: a 404 to the repetition of a delete whose
 * first answer was lost says that the first one took effect. Every other error stays an error.
 */
export function undefinedWhenDeletedBefore(error: unknown): undefined {
  const cause = error instanceof EntraError ? error.cause : undefined;
  if (cause instanceof EntraError && cause.code === "ANSWER_LOST") return undefinedWhenGone(error);
  throw error;
}

/** The message of an error of any origin. Errors of other realms are no instances of this realm's Error. */
export function messageOf(error: unknown): string {
  const { message } = (typeof error === "object" && error !== null ? error : {}) as { message?: unknown };
  return typeof message === "string" ? message : String(error);
}

/** The text with a full stop, which Graph leaves out at times. A list, one item a line, ends without one: what is there is copied. */
export const sentence = (text: string): string => (/[.!?]$|\n/.test(text.trim()) ? text.trim() : `${text.trim()}.`);
