/**
 * What an outcome means for a request, by what kind of request it was. The whole retry policy of this package is here:
 * a stock client repeats a POST that was answered 504 and makes two objects, this one never does.
 */
import { type Answer, answeredError, NoAnswer, refusalOf } from "./answer";
import { EntraError } from "./errors";

/**
 * How often a request may be sent: `safe` reads change nothing, `repeatable` writes have the same effect when they are
 * sent twice, `once` must not be sent again unless it is certain that the first one had no effect.
 */
export type RequestKind = "safe" | "repeatable" | "once";

const repeatableMethods = ["PATCH", "PUT", "DELETE"];

/** The kind of a method, unless the caller knows better. What is not known to be repeatable is sent once. */
export function kindOf(method: string, repeatable = repeatableMethods.includes(method)): RequestKind {
  if (method === "GET") return "safe";
  return repeatable ? "repeatable" : "once";
}

export type Verdict =
  | { readonly then: "done" }
  /** Send it again later. `error` is what to throw when the retry budget is spent. */
  | { readonly then: "again"; readonly because: "throttled" | "failed"; readonly error: EntraError }
  | { readonly then: "stop"; readonly error: EntraError };

/** Statuses after which nobody knows whether a write took effect. */
const unclear = new Set([408, 500, 502, 503, 504, 507, 509]);

/** Judges one attempt. */
export function judge(kind: RequestKind, outcome: Answer | NoAnswer): Verdict {
  if (outcome instanceof NoAnswer) {
    return outcome.sent
      ? lost(kind, new EntraError(codeWhenLost(kind), outcome.message, { cause: outcome }))
      : { then: "again", because: "failed", error: new EntraError("UNAVAILABLE", outcome.message, { cause: outcome }) };
  }
  const { status } = outcome;
  if (status >= 200 && status < 300) return judgeSuccess(kind, outcome);
  if (status === 429) return { then: "again", because: "throttled", error: answeredError("THROTTLED", outcome) };
  if (status === 409 && refusalOf(outcome).code === "Directory_ConcurrencyViolation") {
    return { then: "again", because: "failed", error: answeredError("UNAVAILABLE", outcome) };
  }
  if (unclear.has(status)) return lost(kind, answeredError(codeWhenLost(kind), outcome));
  return { then: "stop", error: final(outcome) };
}

function judgeSuccess(kind: RequestKind, answer: Answer): Verdict {
  // 202 and 204 have no body. Every other success of Graph is a JSON object: anything else is a truncated answer or a proxy's page.
  if (answer.json || answer.status === 202 || answer.status === 204) return { then: "done" };
  const code = kind === "safe" ? "UNEXPECTED_ANSWER" : "ANSWER_LOST";
  return lost(
    kind,
    answeredError(code, answer, `Graph answered ${answer.status} with a body that is not JSON or was cut off`),
  );
}

const lost = (kind: RequestKind, error: EntraError): Verdict =>
  kind === "once" ? { then: "stop", error } : { then: "again", because: "failed", error };

const codeWhenLost = (kind: RequestKind): "UNAVAILABLE" | "ANSWER_LOST" =>
  kind === "safe" ? "UNAVAILABLE" : "ANSWER_LOST";

/** The error of an answer that no repetition changes. */
function final(answer: Answer): EntraError {
  const { status } = answer;
  if (status >= 300 && status < 400) {
    return answeredError(
      "UNEXPECTED_ANSWER",
      answer,
      `Graph answered ${status}, a redirect. Redirects are not followed: the token would go with them`,
    );
  }
  switch (status) {
    case 401:
      return answeredError("SIGN_IN_FAILED", answer);
    case 403:
      return answeredError("FORBIDDEN", answer);
    case 404:
      // A proxy's 404 page must never make a resource count as deleted.
      return answeredError(refusalOf(answer).code === "" ? "UNEXPECTED_ANSWER" : "NOT_FOUND", answer);
    case 409:
      return answeredError("CONFLICT", answer);
    default:
      return answeredError(status >= 400 && status < 500 ? "REFUSED" : "UNEXPECTED_ANSWER", answer);
  }
}
