/**
 * Microsoft's Graph client, which builds addresses and bodies and reads answers, with one middleware: our layers. Its own
 * retry and redirect handlers are not used: they repeat a POST whose answer was lost and follow redirects.
 */
import {
  Client,
  type Context,
  GraphClientError,
  type GraphRequest,
  type Middleware,
  type MiddlewareOptions,
} from "@microsoft/microsoft-graph-client";
import { type Answer, ReadResponse } from "./answer";
import { EntraError, messageOf } from "./errors";
import type { Handler } from "./layer";
import { type PipelineRequest, planOf, type RequestPlan } from "./request";
import type { GraphVersion, RequestOptions } from "./tenant";

/** Sends a request and returns the parsed body; undefined when there is none. Every failure is an EntraError. */
export type Send = (
  method: "GET" | "POST" | "PATCH" | "DELETE",
  path: string,
  body?: object,
  options?: RequestOptions,
) => Promise<unknown>;

/** @param origin scheme and host: `https://graph.microsoft.com` */
export function graphClient(origin: string, handle: Handler): Send {
  const client = Client.initWithMiddleware({
    baseUrl: `${origin}/`,
    defaultVersion: "v1.0" satisfies GraphVersion,
    middleware: new LayersMiddleware(handle),
  });
  return async (method, path, body, options = {}) => {
    const request = client
      .api(literal(path))
      .version(options.version ?? "v1.0")
      .headers({ ...options.headers })
      .middlewareOptions([new Plan(planOf(method, path, options))]);
    try {
      return await sent(request, method, body);
    } catch (error) {
      const failure = error instanceof GraphClientError && error.customError ? (error.customError as unknown) : error;
      if (failure instanceof EntraError) throw failure;
      throw new EntraError("UNEXPECTED_ANSWER", messageOf(failure), { cause: failure });
    }
  };
}

function sent(request: GraphRequest, method: Parameters<Send>[0], body: object | undefined): Promise<unknown> {
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

/** The SDK hands middleware options through, by their class, and does not know what they mean. */
class Plan implements MiddlewareOptions {
  constructor(readonly plan: RequestPlan) {}
}

/** All that happens between the SDK's request and the SDK's response. */
class LayersMiddleware implements Middleware {
  constructor(private readonly handle: Handler) {}

  async execute(context: Context): Promise<void> {
    try {
      context.response = responseOf(await this.handle(requestOf(context)));
    } catch (failure) {
      // Its own class of errors is the only one that the SDK does not replace by one of less content.
      throw Object.assign(new GraphClientError(messageOf(failure)), { customError: failure });
    }
  }
}

function requestOf({ request: url, options, middlewareControl }: Context): PipelineRequest {
  const carried: unknown = middlewareControl?.getMiddlewareOptions(Plan);
  if (!(carried instanceof Plan) || !options?.method || typeof url !== "string") {
    throw new EntraError("UNEXPECTED_ANSWER", "the Graph client lost the request on its way");
  }
  const body = typeof options.body === "string" ? options.body : undefined;
  // The SDK keeps the headers of a request in a plain object, whatever its types allow.
  const headers = (options.headers ?? {}) as Record<string, string>;
  return { ...carried.plan, method: options.method, url, headers, body, attempts: 0 };
}

/** A success as the SDK wants it: it parses the body only when it is given its content type. */
const responseOf = (answer: Answer): Response =>
  new ReadResponse(answer, {
    status: answer.status,
    ...(answer.json ? { headers: { "content-type": "application/json" } } : {}),
  });
