/** `$batch`: up to 20 requests in one, each served and judged alone. */
import { z } from "zod";
import { checkBody } from "./body";
import type { TenantAnswer, TenantRequest } from "./exchange";
import { plainBadRequest } from "./refusal";
import { switchesHeader } from "./switches/request-switches";

/** Requests in one batch. */
export const mostParts = 20;

const part = z.strictObject({
  id: z.string().min(1),
  method: z.enum(["GET", "POST", "PATCH", "PUT", "DELETE"]),
  url: z.string().regex(/^(?![a-z][a-z\d+.-]*:)\/?[^/]/i),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
  dependsOn: z.array(z.string()).optional(),
  /** msgraph-core for Python sends it with every part. It is no member of a part, and says nothing. */
  depends_on: z.unknown().optional(),
});

const batch = {
  resource: "Batch",
  code: "BadRequest" as const,
  schema: z.strictObject({ requests: z.array(part).min(1) }),
};

type Part = z.infer<typeof part>;

interface PartAnswer {
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Headers of the batch that parts have too, unless they say otherwise. */
const inherited = ["authorization", switchesHeader];

/**
 * @param base origin and version, such as `https://graph.microsoft.com/v1.0`
 * @param batch the request that carries the parts
 * @param serve answers one part
 * @param together whether parts are under way at the same time, where none waits for the other; else one after the
 * other
 * @throws {GraphRefusal} when the batch itself is wrong; then no part was served
 */
export async function answerBatch(
  body: unknown,
  base: string,
  carrier: TenantRequest,
  serve: (request: TenantRequest) => Promise<TenantAnswer>,
  together: boolean,
): Promise<{ readonly responses: readonly PartAnswer[] }> {
  const { requests } = checkBody(batch, body, "v1.0");
  checkParts(requests, base);
  const answers = new Map<string, Promise<PartAnswer>>();
  for (const request of requests) {
    const before = (request.dependsOn ?? []).flatMap((other) => answers.get(other.toLowerCase()) ?? []);
    const answer = answerPart(request, before, () => serve(partRequest(request, base, carrier)));
    answers.set(request.id.toLowerCase(), answer);
    if (!together) await answer;
  }
  // The order of responses is not promised: backwards, so that nobody comes to rely on it.
  return { responses: (await Promise.all(answers.values())).reverse() };
}

async function answerPart(
  { id }: Part,
  before: readonly Promise<PartAnswer>[],
  serve: () => Promise<TenantAnswer>,
): Promise<PartAnswer> {
  // Without anything to wait for it is begun at once.
  const failed = before.length > 0 && (await Promise.all(before)).some(({ status }) => status >= 400);
  return failed ? dependencyFailed(id) : partAnswer(id, await serve());
}

function checkParts(parts: readonly Part[], base: string): void {
  if (parts.length > mostParts)
    throw plainBadRequest(`Number of batch request steps exceeds the maximum value of ${mostParts}.`);
  const before = new Set<string>();
  for (const { id, method, body, headers, dependsOn = [], url } of parts) {
    if (before.has(id.toLowerCase())) throw plainBadRequest(`Duplicate request id found: ${id}.`);
    const typed = Object.keys(headers ?? {}).some((name) => name.toLowerCase() === "content-type");
    const needed = ["POST", "PATCH", "PUT"].includes(method);
    if (needed ? body === undefined || !typed : body !== undefined && !typed)
      throw plainBadRequest(`Write request id : ${id} does not contain Content-Type header or body.`);
    if (method === "GET" && body !== undefined) throw plainBadRequest(`GET request id : ${id} contains a body.`);
    if (/^\/?\$batch/i.test(url)) throw plainBadRequest("A batch cannot contain a batch.");
    if (!addressOf(url, base).startsWith(`${base}/`)) throw plainBadRequest(`Invalid url in request id : ${id}.`);
    // Graph takes parts in the order in which they stand: what a part waits for comes before it (observed).
    const wrong = dependsOn.find((other) => !before.has(other.toLowerCase()));
    if (wrong !== undefined) throw plainBadRequest(`Invalid dependency for request Id ${id}: ${wrong}.`);
    before.add(id.toLowerCase());
  }
}

/** Dots in a path do not lead to another version. */
const addressOf = (url: string, base: string): string => new URL(`${base}/${url.replace(/^\//, "")}`).href;

function partRequest({ method, url, headers: given, body }: Part, base: string, carrier: TenantRequest): TenantRequest {
  const headers = new Headers(given);
  for (const name of inherited) {
    const value = carrier.headers.get(name);
    if (value !== null && !headers.has(name)) headers.set(name, value);
  }
  const text = body === undefined ? "" : JSON.stringify(body);
  return {
    method,
    url: addressOf(url, base),
    headers,
    get signal() {
      return carrier.signal;
    },
    text: () => Promise.resolve(text),
  };
}

/** Of parts no fault breaks off the body: their answers are no streams. */
function partAnswer(id: string, { status, headers: given, body }: TenantAnswer): PartAnswer {
  const headers = Object.fromEntries(Object.entries(given).map(([name, value]) => [spelled(name), value]));
  const answer = { id, status, headers };
  return typeof body === "string" && body !== "" ? { ...answer, body: parsed(body) } : answer;
}

/** Names of headers are plain JSON names here: a client that looks for `Retry-After` finds no `retry-after`. */
const spelled = (name: string): string => spellings.find((known) => known.toLowerCase() === name) ?? name;

const spellings = ["Cache-Control", "Content-Type", "Location", "OData-Version", "Retry-After", "WWW-Authenticate"];

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function dependencyFailed(id: string): PartAnswer {
  const error = { code: "FailedDependency", message: "The request did not execute since its dependency failed." };
  return { id, status: 424, headers: { "content-type": "application/json" }, body: { error } };
}
