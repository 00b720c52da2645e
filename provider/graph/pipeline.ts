/**
 * The way of every request: request identity → retries by meaning → consent → scheduler → authentication → transport, as
 * a middleware chain of @microsoft/microsoft-graph-client. The SDK's own retry and redirect handlers are not in it: they
 * repeat a POST whose answer was lost and follow redirects.
 */
import { Client, type GraphRequest } from "@microsoft/microsoft-graph-client";
import { NoAnswer } from "./answer";
import { Call, type Layer, LayerMiddleware } from "./call";
import { claimsChallenge } from "./claims-challenge";
import { type Clock, systemClock } from "./clock";
import { consent } from "./consent";
import { EntraError, messageOf } from "./errors";
import { pathTemplate } from "./path-template";
import { documentedQuotas, type Quota } from "./quotas";
import { reads } from "./reads";
import type { RequestLog } from "./request-log";
import { defaultPersistence, type Persistence, retries } from "./retries";
import { type LongWait, QuotaScheduler, type Scheduler } from "./scheduler";
import type { GraphVersion, RequestOptions } from "./tenant";
import type { Tokens } from "./tokens";
import { longestAttemptMs, sendOnce, type Transport } from "./transport";
import { userAgent } from "./version";

export interface PipelineSettings {
  /** Scheme and host: `https://graph.microsoft.com`. */
  readonly origin: string;
  readonly tokens: Tokens;
  readonly transport: Transport;
  /** @default the machine's clock */
  readonly clock?: Clock;
  /** @default 120 s of failures, 600 s of throttling */
  readonly persistence?: Partial<Persistence>;
  /** @default the documented ones */
  readonly quotas?: readonly Quota[];
  /** @default a QuotaScheduler with these quotas */
  readonly scheduler?: Scheduler;
  /** @default none */
  readonly log?: RequestLog;
  /** Tells the person who waits why nothing moves, in the asynchronous context of the call that waits. @default nobody is told */
  readonly say?: (message: string) => void;
  /** From then on nothing is sent any more; what is under way goes on. @default never */
  readonly cancelled?: AbortSignal;
}

/** Sends a request and gives back the parsed body; undefined when there is none. Every failure is an EntraError. */
export type Send = (
  method: "GET" | "POST" | "PATCH" | "DELETE",
  path: string,
  body?: object,
  options?: RequestOptions,
) => Promise<unknown>;

export function pipeline(settings: PipelineSettings): Send {
  const { origin, clock = systemClock } = settings;
  const { say = () => undefined, cancelled } = settings;
  const tell = ({ ms, forWhat }: LongWait) => say(`waiting ${Math.ceil(ms / 1000)} s for ${forWhat}`);
  const { scheduler = new QuotaScheduler(clock, { tell, cancelled, quotas: settings.quotas ?? documentedQuotas }) } =
    settings;
  const { tokens } = settings;
  const upper = [
    identity(),
    retries(clock, scheduler, { ...defaultPersistence, ...settings.persistence }, say, cancelled),
  ];
  const lower: readonly Layer[] = [
    (attempt, next) => scheduler.run(attempt.call.errand, next),
    authentication(tokens),
    sending(settings, clock, scheduler),
  ];
  const graph = reads(sendThrough([...upper, ...lower], origin), origin);
  return sendThrough([...upper, consent({ tokens, clock, graph, say, cancelled }), ...lower], origin);
}

function sendThrough(layers: readonly Layer[], origin: string): Send {
  const middleware = layers.map((layer) => new LayerMiddleware(layer));
  const client = Client.initWithMiddleware({
    baseUrl: `${origin}/`,
    defaultVersion: "v1.0" satisfies GraphVersion,
    middleware,
  });
  return async (method, path, body, options = {}) => {
    const call = new Call(method, path, options);
    const request = client
      .api(literal(path))
      .version(options.version ?? "v1.0")
      .headers({ ...options.headers })
      .middlewareOptions([call]);
    try {
      return await ask(request, method, body);
    } catch (error) {
      const failure = call.failure ?? error;
      if (failure instanceof EntraError) throw failure;
      throw new EntraError("UNEXPECTED_ANSWER", messageOf(failure), {
        cause: failure,
      });
    }
  };
}

function ask(request: GraphRequest, method: Parameters<Send>[0], body: object | undefined): Promise<unknown> {
  switch (method) {
    case "GET":
      return request.get();
    case "POST":
      return request.post(body);
    case "PATCH":
      return request.patch(body);
    case "DELETE":
      return request.delete();
  }
}

/** The SDK takes "https://" anywhere in a path for the beginning of a host, and `#` would cut the rest off. */
const literal = (path: string): string => path.replaceAll("://", "%3A//").replaceAll("#", "%23");

/** Who asks, and in which dialect. */
function identity(): Layer {
  const agent = userAgent();
  return async ({ call, headers }, next) => {
    // Without OData-Version a POST to a raw collection makes a plain application out of a blueprint.
    Object.assign(headers, {
      "OData-Version": "4.0",
      Accept: "application/json",
      "User-Agent": agent,
      "client-request-id": call.id,
    });
    return next().catch((error: unknown) => {
      call.failure = error;
      throw error;
    });
  };
}

/** Adds the token. A token that is refused is replaced once; a second refusal is final. */
function authentication(tokens: Tokens): Layer {
  return async ({ headers }, next) => {
    const token = await tokens.current();
    headers["Authorization"] = `Bearer ${token}`;
    const answer = await next();
    if (answer.status !== 401) return answer;
    headers["Authorization"] = `Bearer ${await tokens.renew(token, claimsChallenge(answer.headers))}`;
    return next();
  };
}

/** Sends, writes down that it did, and passes on what Graph says of its limits. */
function sending({ transport, log }: PipelineSettings, clock: Clock, scheduler: Scheduler): Layer {
  return async ({ call, url, headers, body }) => {
    const sentAtMs = clock.now();
    const note = (status: number, requestId: string) =>
      log?.({
        at: new Date(sentAtMs).toISOString(),
        method: call.method,
        path: pathTemplate(url),
        status,
        requestId,
        clientRequestId: call.id,
        ms: Math.round(clock.now() - sentAtMs),
        attempt: ++call.attempts,
      });
    try {
      const answer = await sendOnce(
        transport,
        url,
        { method: call.method, headers, ...(body === undefined ? {} : { body }) },
        longestAttemptMs,
      );
      note(answer.status, answer.headers.get("request-id") ?? "");
      scheduler.nearLimit(call.errand, Number(answer.headers.get("x-ms-throttle-limit-percentage") ?? 0), sentAtMs);
      return answer;
    } catch (error) {
      if (error instanceof NoAnswer) note(0, "");
      throw error;
    }
  };
}
