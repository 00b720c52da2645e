/** How failures read: cannot <verb> <noun> "<name>": <what Graph said>. <what to do>. [<status code>, request <id>] */
import { EntraError, type EntraErrorCode, messageOf } from "../graph/errors";

/** What was being done when an error came. */
export interface Step {
  readonly verb: "find" | "create" | "finish" | "read" | "change" | "delete" | "check";
  readonly noun: string;
  readonly name: string;
  /** Least Graph permission for this step. */
  readonly permission: string;
  /** Of an object that exists already, and was not finished: where it is, and what goes on with it. */
  readonly kept?: string;
}

/** The error as a person should read it; code, answer and cause are kept. Errors already worded pass through. */
export function worded(error: unknown, step: Step): EntraError {
  if (error instanceof EntraError && error.message.startsWith("cannot ")) return error;
  const { verb, noun, name, kept } = step;
  const said = error instanceof EntraError ? error : new EntraError("UNEXPECTED_ANSWER", messageOf(error));
  const { code, answer, message } = said;
  const text = [
    `cannot ${verb} ${noun} "${name}": ${sentence(message)}`,
    remedyFor(said, step),
    kept ?? repetitionOf(code),
    answer && `[${answer.status} ${answer.code}, request ${answer.requestId}]`,
  ];
  return new EntraError(code, text.filter(Boolean).join(" "), { answer, cause: error });
}

/** What must be done before it is tried again. */
function remedyFor({ code, answer }: EntraError, step: Step): string | undefined {
  switch (code) {
    case "FORBIDDEN":
      // 403 as well, and no permission makes room.
      if (answer?.code.endsWith("QuotaExceeded")) return "Objects count until they are deleted for good: make room.";
      return `Grant ${step.permission} to the application Pulumi signs in as, with admin consent. A consent of the last two minutes may not be in force yet.`;
    case "NOT_FOUND":
      if (step.verb === "create" || step.verb === "finish" || step.verb === "find")
        return "Something it refers to is not in this tenant, or was deleted.";
      return step.verb === "delete"
        ? "What it belongs to is gone already: run `pulumi refresh`."
        : "It was deleted outside Pulumi: run `pulumi refresh`, then `pulumi up` makes it again.";
    default:
      return undefined;
  }
}

/** What trying again comes to. */
function repetitionOf(code: EntraErrorCode): string | undefined {
  switch (code) {
    case "CONFLICT":
      return "Something with the same key exists already: run `pulumi up` again.";
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
