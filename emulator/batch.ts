/** `$batch`: up to 20 requests in one, each served and judged alone. */
import { z } from "zod";
import { checkBody } from "./body";
import { plainBadRequest } from "./refusal";

/** Requests in one batch. */
export const mostParts = 20;

const part = z.strictObject({
  id: z.string().min(1),
  method: z.enum(["GET", "POST", "PATCH", "PUT", "DELETE"]),
  url: z.string().regex(/^\/?[^/]/),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
  dependsOn: z.array(z.string()).optional(),
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

/**
 * @param base origin and version, such as `https://graph.microsoft.com/v1.0`
 * @param serve answers one part
 * @throws {GraphRefusal} when the batch itself is wrong; then no part was served
 */
export async function answerBatch(
  body: unknown,
  base: string,
  authorization: string | null,
  serve: (request: Request) => Promise<Response>,
): Promise<{ readonly responses: readonly PartAnswer[] }> {
  const { requests } = checkBody(batch, body, "v1.0");
  checkParts(requests);
  const answers = new Map<string, PartAnswer>();
  for (const request of inOrder(requests)) {
    const failed = (request.dependsOn ?? []).some((id) => (answers.get(id)?.status ?? 0) >= 400);
    answers.set(
      request.id,
      failed ? dependencyFailed(request.id) : await answerPart(request, base, authorization, serve),
    );
  }
  // The order of responses is not promised: backwards, so that nobody comes to rely on it.
  return { responses: [...answers.values()].reverse() };
}

function checkParts(parts: readonly Part[]): void {
  if (parts.length > mostParts)
    throw plainBadRequest(`Number of batch request steps exceeds the maximum value of ${mostParts}.`);
  const ids = parts.map(({ id }) => id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) throw plainBadRequest(`Duplicate request id found: ${twice}.`);
  for (const { id, body, headers, dependsOn = [], url } of parts) {
    const typed = Object.keys(headers ?? {}).some((name) => name.toLowerCase() === "content-type");
    if (body !== undefined && !typed)
      throw plainBadRequest(`Write request id : ${id} does not contain Content-Type header or body.`);
    if (/^\/?\$batch/i.test(url)) throw plainBadRequest("A batch cannot contain a batch.");
    const missing = dependsOn.find((other) => !ids.includes(other) || other === id);
    if (missing !== undefined) throw plainBadRequest(`Invalid dependsOn request id ${missing} in request ${id}.`);
  }
}

/** Each part after those it depends on. */
function inOrder(parts: readonly Part[]): Part[] {
  const ordered: Part[] = [];
  let waiting = [...parts];
  while (waiting.length > 0) {
    const ready = waiting.filter(({ dependsOn = [] }) =>
      dependsOn.every((id) => ordered.some((done) => done.id === id)),
    );
    if (ready.length === 0) throw plainBadRequest("The dependsOn properties form a circle.");
    ordered.push(...ready);
    waiting = waiting.filter((one) => !ready.includes(one));
  }
  return ordered;
}

async function answerPart(
  { id, method, url, headers: given, body }: Part,
  base: string,
  authorization: string | null,
  serve: (request: Request) => Promise<Response>,
): Promise<PartAnswer> {
  const headers = new Headers(given);
  if (authorization !== null && !headers.has("authorization")) headers.set("authorization", authorization);
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
  const response = await serve(new Request(`${base}/${url.replace(/^\//, "")}`, init));
  const text = await response.text();
  const answer = { id, status: response.status, headers: Object.fromEntries(response.headers) };
  return text === "" ? answer : { ...answer, body: parsed(text) };
}

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
