/** How a request leaves this process. */
import { NoAnswer, readAnswer } from "./answer";
import type { Handler } from "./layer";

/** Sends one attempt. Rejects when there is no answer. Obeys `request.signal`. */
export type Transport = (request: Request) => Promise<Response>;

/** To Microsoft Graph, or to a tenant served on this machine. */
export const networkTransport: Transport = (request) => fetch(request);

/** Milliseconds for one attempt, from connecting to the last byte. */
export const attemptTimeoutMs = 60_000;

/**
 * Sends an attempt: the whole answer, or a NoAnswer that says whether the request may have been sent. Never follows a
 * redirect, never takes longer than `timeoutMs`.
 */
export function sendOnce(transport: Transport, timeoutMs: number): Handler {
  return async ({ method, url, headers, body }) => {
    const stop = new AbortController();
    const init = { method, headers, redirect: "manual", signal: stop.signal } as const;
    const request = new Request(url, body === undefined ? init : { ...init, body });
    let timer: NodeJS.Timeout | undefined;
    // A transport in this process need not obey the signal.
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        stop.abort();
        reject(new Error("timeout"));
      }, timeoutMs);
    });
    try {
      return await Promise.race([transport(request).then(readAnswer), timeout]);
    } catch (error) {
      if (stop.signal.aborted) throw new NoAnswer(`no answer within ${timeoutMs / 1000} s`, true, error);
      const code = codeOf(error);
      const what = code ?? String(error);
      throw new NoAnswer(`the connection to ${new URL(url).host} failed (${what})`, !neverSent.has(code ?? ""), error);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** System and undici codes of failures that happen before a byte of the request is sent. */
const neverSent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** The innermost code: fetch wraps the socket's error in "fetch failed". */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return codeOf(cause) ?? (typeof code === "string" ? code : undefined);
}
