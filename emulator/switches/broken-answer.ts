/** What a client sees of a request that goes wrong. */
import { jsonAnswer, type TenantAnswer, type TenantRequest } from "../exchange";
import { longestStall, type Mishap } from "./fault";
import { linger } from "./overlap";

/** What a fault does to one request, as far as it can be known before it happens. */
interface Broken {
  readonly request: Pick<TenantRequest, "signal">;
  /** `request-id` and `client-request-id`. */
  readonly ids: Readonly<Record<string, string>>;
  /** Part of a `$batch`: the gateway answers for a service that it cannot reach. */
  readonly batch: boolean;
  /** What would have been answered; undefined when the request had no effect. */
  readonly answer: TenantAnswer | undefined;
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
): Promise<TenantAnswer> {
  if (typeof answer === "string" && answer !== "stall") {
    if (batch && (answer === "reset" || answer === "truncate")) return unreachable(502, "BadGateway", ids);
    if (answer === "reset") throw connectionReset();
    if (answer === "truncate") return truncated(due ?? jsonAnswer(200, ids, { value: [] }));
    if (answer === "html") return { status: 200, headers: { ...ids, "content-type": "text/html" }, body: proxyPage };
    return challenge(ids, now);
  }
  if (answer === "stall" || "stall" in answer) {
    if (batch) return unreachable(504, "GatewayTimeout", ids);
    await linger(request, answer === "stall" ? longestStall : answer.stall, { ref: false });
    throw connectionReset();
  }
  if ("redirect" in answer) {
    const headers = { ...ids, location: answer.redirect };
    return { status: answer.status ?? 307, headers };
  }
  const { status, headers = {}, body } = answer;
  const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const text = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
  return { status, headers: { "content-type": "application/json", ...ids, ...own }, ...text };
}

function unreachable(status: number, code: string, ids: Readonly<Record<string, string>>): TenantAnswer {
  return jsonAnswer(status, ids, { error: { code, message: "The service did not answer." } });
}

/** An answer whose length is known and whose body ends before. Where there is no body, there is no answer either. */
function truncated({ status, headers, body }: TenantAnswer): TenantAnswer {
  const bytes = Buffer.from(typeof body === "string" ? body : "");
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  if (bytes.length === 0) throw connectionReset();
  let sent = false;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (sent) controller.error(connectionCut());
        else controller.enqueue(half);
        sent = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { status, headers: { ...headers, "content-length": String(bytes.length) }, body: stream };
}

/** Of continuous access evaluation: the token is refused before its time, and the client is to ask for a newer one. */
function challenge(ids: Readonly<Record<string, string>>, now: Date): TenantAnswer {
  const nbf = { essential: true, value: String(Math.floor(now.getTime() / 1000)) };
  const claims = Buffer.from(JSON.stringify({ access_token: { nbf } })).toString("base64");
  const authenticate =
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", ' +
    `error="insufficient_claims", claims="${claims}"`;
  const message = "Continuous access evaluation resulted in a claims challenge.";
  const error = { code: "InvalidAuthenticationToken", message };
  return jsonAnswer(401, { ...ids, "www-authenticate": authenticate }, { error });
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
