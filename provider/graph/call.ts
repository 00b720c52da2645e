/** One call of a caller, which may take several attempts, and how the layers of the pipeline pass it on. */
import type { Context, Middleware, MiddlewareOptions } from "@microsoft/microsoft-graph-client";
import type { Answer } from "./answer";
import { EntraError } from "./errors";
import { type Kind, kindOf } from "./meaning";
import { costOf } from "./quotas";
import type { Errand } from "./scheduler";
import type { RequestOptions } from "./tenant";
import { rankOf, workloadOf } from "./workload";

/** Travels beside what the SDK carries: the SDK hands middleware options through and knows nothing of what they mean. */
export class Call implements MiddlewareOptions {
  readonly kind: Kind;
  readonly errand: Errand;
  /** `client-request-id`, the same for all attempts. */
  readonly id = crypto.randomUUID();
  /** Attempts so far. */
  attempts = 0;
  /** What the layer below gave back; the SDK's own field holds a stream that can be read once. */
  answer: Answer | undefined;
  /** Why the call failed. The SDK wraps what layers throw and loses it. */
  failure: unknown;

  constructor(
    readonly method: string,
    path: string,
    { serial, repeatable }: Pick<RequestOptions, "serial" | "repeatable">,
  ) {
    this.kind = kindOf(method, repeatable);
    const workload = workloadOf(path);
    this.errand = { workload, cost: costOf(method, path, workload), rank: rankOf(path), serial };
  }
}

/** What a layer works on: one attempt to be, with headers that may still change. */
export interface Attempt {
  readonly call: Call;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

/** A layer of the pipeline: hands the attempt on, once, several times or not at all, and gives back an answer. */
export type Layer = (attempt: Attempt, next: () => Promise<Answer>) => Promise<Answer>;

/** A layer as the SDK wants it. The SDK links middleware by `setNext`. */
export class LayerMiddleware implements Middleware {
  #next: Middleware | undefined;

  constructor(private readonly layer: Layer) {}

  setNext(next: Middleware): void {
    this.#next = next;
  }

  async execute(context: Context): Promise<void> {
    const attempt = attemptOf(context);
    const answer = await this.layer(attempt, async () => {
      await this.#next?.execute(context);
      return attempt.call.answer ?? missing("answer");
    });
    attempt.call.answer = answer;
    context.response = responseOf(answer);
  }
}

function attemptOf(context: Context): Attempt {
  const call: unknown = context.middlewareControl?.getMiddlewareOptions(Call);
  if (!(call instanceof Call) || !context.options || typeof context.request !== "string") return missing("call");
  const headers = (context.options.headers ??= {}) as Record<string, string>;
  const body = context.options.body;
  return { call, headers, url: context.request, body: typeof body === "string" ? body : undefined };
}

/** For the SDK, which parses successes by their content type: an answer with JSON gets the right one. */
function responseOf(answer: Answer): Response {
  const { status, json, text } = answer;
  return new Response(json ? text : null, { status, headers: json ? { "content-type": "application/json" } : {} });
}

function missing(what: string): never {
  throw new EntraError("UNEXPECTED_ANSWER", `the Graph client lost the ${what} on its way`);
}
