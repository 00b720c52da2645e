/** How failures read: cannot <verb> <noun> "<name>": <what Graph said>. <what to do>. [<status code>, request <id>] */
import { EntraError } from "../graph/errors";

/** What was being done when an error came. */
export interface Step {
  readonly verb: "find" | "create" | "read" | "change" | "delete" | "check";
  readonly noun: string;
  readonly name: string;
  /** Least Graph permission for this step. */
  readonly permission: string;
}

/** The error as a person should read it; code, answer and cause are kept. Errors already worded pass through. */
export function worded(error: unknown, step: Step): EntraError {
  const opening = `cannot ${step.verb} ${step.noun} "${step.name}": `;
  if (!(error instanceof EntraError)) {
    const message = error instanceof Error ? error.message : String(error);
    return new EntraError("UNEXPECTED_ANSWER", `${opening}${sentence(message)}`, { cause: error });
  }
  if (error.message.startsWith("cannot ")) return error;
  const advice = adviceFor(error, step);
  const tail = error.answer ? ` [${error.answer.status} ${error.answer.code}, request ${error.answer.requestId}]` : "";
  return new EntraError(error.code, `${opening}${sentence(error.message)}${advice ? ` ${advice}` : ""}${tail}`, {
    answer: error.answer,
    cause: error,
  });
}

function adviceFor({ code, answer }: EntraError, step: Step): string | undefined {
  switch (code) {
    case "FORBIDDEN":
      // 403 as well, and no permission makes room.
      if (answer?.code.endsWith("QuotaExceeded")) return "Objects count until they are deleted for good: make room.";
      return `Grant ${step.permission} to the application Pulumi signs in as, with admin consent. A consent of the last two minutes may not be in force yet.`;
    case "NOT_FOUND":
      if (step.verb === "create" || step.verb === "find")
        return "Something it refers to is not in this tenant, or was deleted.";
      return step.verb === "delete"
        ? "What it belongs to is gone already: run `pulumi refresh`."
        : "It was deleted outside Pulumi: run `pulumi refresh`, then `pulumi up` makes it again.";
    case "CONFLICT":
      return "Something with the same key exists already, or two writes met: run `pulumi up` again.";
    case "THROTTLED":
    case "UNAVAILABLE":
      return "Nothing was changed by this request: run `pulumi up` again later.";
    case "ANSWER_LOST":
      return "It may or may not have taken effect: run `pulumi up` again, it looks before it creates.";
    case "NOT_YET_VISIBLE":
      return "The object is kept in the state: run `pulumi up` again.";
    default:
      return undefined;
  }
}

const sentence = (text: string): string => (/[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`);
