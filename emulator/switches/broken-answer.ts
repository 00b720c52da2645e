/** What a client sees of a request that goes wrong. */
import { longestStall, type Mishap } from "./fault";
import { linger } from "./overlap";

/** What a fault does to one request, as far as it can be known before it happens. */
interface Broken {
  readonly request: Request;
  /** `request-id` and `client-request-id`. */
  readonly ids: Readonly<Record<string, string>>;
  /** Part of a `$batch`: the gateway answers for a service that it cannot reach. */
  readonly batch: boolean;
  /** What would have been answered; undefined when the request had no effect. */
  readonly answer: Response | undefined;
  readonly now: Date;
}

/** Status for the log; 0 where the client gets none. */
export function brokenStatus({ answer }: Mishap, batch: boolean, status = 200): number {
  if (typeof answer === "object") return "stall" in answer ? (batch ? 504 : 0) : (answer.status ?? 307);
  const cut = status === 204 ? 0 : status;
  const byName = { reset: batch ? 502 : 0, stall: batch ? 504 : 0, truncate: batch ? 502 : cut };
  return { ...byName, html: 200, claims: 401 }[answer];
}

/** @throws {TypeError} where the connection breaks before an answer, as `fetch` does */
export async function brokenAnswer(
  { answer }: Mishap,
  { request, ids, batch, answer: due, now }: Broken,
): Promise<Response> {
  const json = { "content-type": "application/json", ...ids };
  if (typeof answer === "string" && answer !== "stall") {
    if (batch && (answer === "reset" || answer === "truncate")) return unreachable(502, "BadGateway", json);
    if (answer === "reset") throw connectionReset();
    if (answer === "truncate") return truncated(due ?? new Response('{"value":[]}', { headers: json }));
    if (answer === "html") return new Response(proxyPage, { headers: { ...ids, "content-type": "text/html" } });
    return challenge(json, now);
  }
  if (answer === "stall" || "stall" in answer) {
    if (batch) return unreachable(504, "GatewayTimeout", json);
    await linger(request, answer === "stall" ? longestStall : answer.stall, { ref: false });
    throw connectionReset();
  }
  if ("redirect" in answer) {
    const headers = { ...ids, location: answer.redirect };
    return new Response(null, { status: answer.status ?? 307, headers });
  }
  const { status, headers, body } = answer;
  const text = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
  return new Response(text, { status, headers: { ...json, ...headers } });
}

function unreachable(status: number, code: string, headers: Readonly<Record<string, string>>): Response {
  return Response.json({ error: { code, message: "The service did not answer." } }, { status, headers });
}

/** An answer whose length is known and whose body ends before. Where there is no body, there is no answer either. */
async function truncated(due: Response): Promise<Response> {
  const { status } = due;
  const bytes = new Uint8Array(await due.arrayBuffer());
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  const headers = new Headers(due.headers);
  if (bytes.length === 0) throw connectionReset();
  headers.set("content-length", String(bytes.length));
  let sent = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (sent) controller.error(connectionCut());
        else controller.enqueue(half);
        sent = true;
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { status, headers });
}

/** Of continuous access evaluation: the token is refused before its time, and the client is to ask for a newer one. */
function challenge(headers: Readonly<Record<string, string>>, now: Date): Response {
  const nbf = { essential: true, value: String(Math.floor(now.getTime() / 1000)) };
  const claims = Buffer.from(JSON.stringify({ access_token: { nbf } })).toString("base64");
  const authenticate =
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", ' +
    `error="insufficient_claims", claims="${claims}"`;
  const message = "Continuous access evaluation resulted in a claims challenge.";
  return Response.json(
    { error: { code: "InvalidAuthenticationToken", message } },
    { status: 401, headers: { ...headers, "www-authenticate": authenticate } },
  );
}

const proxyPage =
  "<!DOCTYPE html><html><head><title>Sign in to the network</title></head><body>Please sign in to go on.</body></html>";

/** As `fetch` reports a broken connection. */
export function connectionReset(): TypeError {
  const cause = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", errno: -104, syscall: "read" });
  return new TypeError("fetch failed", { cause });
}

/** As the body of a `fetch` reports it. */
function connectionCut(): TypeError {
  return new TypeError("terminated", {
    cause: Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" }),
  });
}

/** Whether the connection is to break: a server cuts the socket, before or within the answer. */
export const isConnectionReset = (error: unknown): boolean =>
  error instanceof TypeError &&
  error.cause instanceof Error &&
  ["ECONNRESET", "UND_ERR_SOCKET"].includes((error.cause as NodeJS.ErrnoException).code ?? "");
