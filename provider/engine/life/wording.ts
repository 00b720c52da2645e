/** How failures read: cannot <verb> <noun> "<name>": <what Graph said>. <what to do>. [<status code>, request <id>] */
import { cited, EntraError, type EntraErrorCode, messageOf, sentence } from "../../graph/errors";
import type { Lifecycle, Permissions } from "../lifecycle";
import type { Run } from "../run/run";
import type { ReportedReasons } from "../run/reported-reasons";

/** Whose permission a step needs. */
const needs = {
  find: "find",
  restore: "remove",
  create: "create",
  finish: "change",
  read: "read",
  change: "change",
  delete: "remove",
  check: "check",
} as const satisfies Record<string, keyof Permissions>;

/** What was being done when an error came. */
export interface Step {
  /** `find` is the look before a create; what it finds among the deleted items it goes on to `restore`. */
  readonly verb: keyof typeof needs;
  readonly noun: string;
  readonly name: string;
  /** Least Graph permissions for this step. */
  readonly permissions: readonly string[];
  /** As in Lifecycle. */
  readonly role?: string | undefined;
  /** As in Lifecycle. */
  readonly licence?: string | undefined;
  /** Whether a person has signed in. */
  readonly isPerson?: boolean;
  /** Of an object that exists already, and was not finished: where it is, and what goes on with it. */
  readonly kept?: string;
}

/** `agent identity "Payslip helper"` */
export const subjectOf = ({ noun, name }: Pick<Step, "noun" | "name">): string => `${noun} "${name}"`;

export function stepOf<Inputs extends object>(
  lifecycle: Lifecycle<Inputs>,
  verb: Step["verb"],
  inputs: Partial<Inputs>,
  { names, isPerson }: Pick<Run, "names" | "isPerson">,
): Step {
  const { noun, permissions, role, licence } = lifecycle;
  const needed = permissions[needs[verb]] ?? permissions.read;
  return {
    verb,
    noun,
    name: lifecycle.nameOf(inputs, names.of),
    permissions: needed,
    role,
    licence,
    isPerson: isPerson(),
  };
}

/** A step that failed, as a person should read it; code, answer and cause are those of the error underneath. */
export class StepError extends EntraError {
  /** `agent identity "Payslip helper"` */
  readonly subject: string;
  /** `cannot read agent identity "Payslip helper"` */
  readonly what: string;
  /** What Graph said and what to do about it: the same text for every resource that fails alike. */
  readonly why: string;
  /** What is so for this resource alone: where its object is, which request it was. */
  readonly own: string;

  constructor(error: EntraError, step: Step) {
    const { code, answer, message } = error;
    const subject = subjectOf(step);
    // That one looks before one creates is nothing that anybody asked for.
    const what = `cannot ${step.verb === "find" ? "create" : step.verb} ${subject}`;
    const repetition = step.kept === undefined ? repetitionOf(code, step) : undefined;
    const why = joined(sentence(message), remedyFor(error, step), repetition);
    const own = joined(step.kept, cited(answer));
    super(code, joined(`${what}: ${why}`, own), { answer, cause: error });
    this.subject = subject;
    this.what = what;
    this.why = why;
    this.own = own;
  }

  /** The message; the reason in it only where no other resource of this process has reported it, else that one is named. */
  deduplicated(reasons: ReportedReasons): string {
    const first = reasons.firstWith(`${this.code} ${this.why}`, this.subject);
    if (first === this.subject) return this.message;
    const short = joined(`${this.what}: ${this.code}, as explained for ${first}.`, this.own);
    return short.length < this.message.length ? short : this.message;
  }
}

/** The error of a step. One that is worded already stays as it is. */
export function worded(error: unknown, step: Step): StepError {
  if (error instanceof StepError) return error;
  return new StepError(
    error instanceof EntraError ? error : new EntraError("UNEXPECTED_ANSWER", messageOf(error), { cause: error }),
    step,
  );
}

const anyAgentRole = "Agent ID Administrator, or must own the object";

/** What must be done before it is tried again. */
function remedyFor({ code, answer }: EntraError, step: Step): string | undefined {
  switch (code) {
    case "FORBIDDEN":
      // 403 as well, and no permission makes room.
      if (answer?.code.endsWith("QuotaExceeded"))
        return "Deleted objects count toward this limit until they are permanently deleted: delete permanently what nobody needs.";
      return joined(
        `Grant ${step.permissions.join(" and ")} to the application Pulumi signs in as, with admin consent. A consent of the last two minutes may not be in force yet.`,
        step.isPerson
          ? `If a person has signed in, that person needs the role ${step.role ?? anyAgentRole}.`
          : undefined,
        // The directory's own code: a permission or a role is missing. Other parts of Graph answer 403 for a licence too.
        answer && answer.code !== "Authorization_RequestDenied"
          ? (step.licence ?? "If all that is granted, a licence for this may be missing in the tenant.")
          : undefined,
      );
    case "NOT_FOUND":
      if (step.verb === "create" || step.verb === "finish" || step.verb === "find" || step.verb === "restore")
        return "Something it refers to is not in this tenant, or was deleted.";
      return step.verb === "delete"
        ? "What it belongs to is gone already: run `pulumi refresh`."
        : "It was deleted outside Pulumi: run `pulumi refresh`, then `pulumi up` creates it again.";
    default:
      return undefined;
  }
}

/** What trying again comes to. */
function repetitionOf(code: EntraErrorCode, { verb }: Step): string | undefined {
  switch (code) {
    case "CONFLICT":
      return "Something with the same key exists already: run `pulumi up` again.";
    case "THROTTLED":
    case "UNAVAILABLE":
      return "Nothing was changed by this request: run the same command again later.";
    case "ANSWER_LOST":
      return verb === "create"
        ? "It may or may not have taken effect: run the same command again. It searches for the object before it creates one."
        : "It may or may not have taken effect: run the same command again.";
    case "NOT_YET_VISIBLE":
      return verb === "create"
        ? "An earlier run on this machine created this object. Run `pulumi up` again later: it looks for the object before it creates one."
        : "The object is kept in the state: run the same command again later.";
    default:
      return undefined;
  }
}

const joined = (...parts: readonly (string | undefined)[]): string => parts.filter(Boolean).join(" ");
