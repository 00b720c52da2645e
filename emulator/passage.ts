/** A request on its way through the tenant, and how it is answered. */
import { randomUUID } from "node:crypto";
import { malformedPayload } from "./body";
import type { RequestHeaders, TenantAnswer, TenantRequest } from "./exchange";
import { errorBody, type GraphRefusal, plainBadRequest } from "./refusal";
import type { Answer } from "./answer";
import type { RequestRecord } from "./state/journal";
import { timeIn } from "./switches/clock";
import type { Mishap } from "./switches/fault";
import { mishapFor, switchesFor } from "./switches/request-switches";
import type { Visit } from "./switches/overlap";
import type { Switches } from "./switches/values";

export interface Passage {
  readonly request: TenantRequest;
  readonly url: URL;
  /** Decoded path, for faults and the log. */
  readonly path: string;
  readonly text: string;
  readonly requestId: string;
  readonly clientRequestId: string;
  /** Part of a `$batch`. */
  readonly batch: boolean;
  /** What else is under way. */
  readonly visit: Visit;
  /** The tenant's, with those of the request's own header. */
  readonly switches: Switches;
  /** The tenant's time when the request came. */
  readonly now: Date;
  /** What is to go wrong. */
  readonly mishap: Mishap | undefined;
  /** What is wrong with the headers that only the emulated tenant knows. */
  readonly refused: GraphRefusal | undefined;
  /** What becomes known on the way, for the log. */
  readonly noted: { -readonly [Name in "operation" | "appId" | "units" | "early"]?: RequestRecord[Name] };
  /** Headers of throttling, whatever the answer is. */
  readonly throttling: Record<string, string>;
}

/** @param planned takes a planned fault; not asked when the request brings its own */
export async function arrival(
  request: TenantRequest,
  batch: boolean,
  visit: Visit,
  switches: Switches,
  planned: (method: string, path: string) => Mishap | undefined,
): Promise<Passage> {
  const url = new URL(request.url);
  const path = readable(url.pathname);
  const requestId = randomUUID();
  const own = ownHeaders(request.headers, switches);
  const passage = {
    request,
    url,
    path,
    requestId,
    clientRequestId: request.headers.get("client-request-id") ?? requestId,
    batch,
    visit,
    switches: own.switches,
    now: timeIn(own.switches),
    // Before the body is awaited: requests count in the order in which they were sent.
    mishap: own.refused || own.mishap === "none" ? undefined : (own.mishap ?? planned(request.method, path)),
    refused: own.refused,
    noted: {},
    throttling: {},
  };
  return { ...passage, text: await request.text() };
}

function ownHeaders(
  headers: RequestHeaders,
  switches: Switches,
): { readonly switches: Switches; readonly mishap?: Mishap | "none" | undefined; readonly refused?: GraphRefusal } {
  try {
    return { switches: switchesFor(headers, switches), mishap: mishapFor(headers) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { switches, refused: plainBadRequest(error.message) };
  }
}

export const idsOf = ({ requestId, clientRequestId }: Passage) => ({
  "request-id": requestId,
  "client-request-id": clientRequestId,
});

/** @throws {GraphRefusal} 400 when it is no JSON */
export function bodyOf({ text }: Pick<Passage, "text">): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw malformedPayload();
  }
}

const jsonType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

export function answered(passage: Passage, { status, headers: own, body, text }: Answer): TenantAnswer {
  const headers: Record<string, string> = {
    ...own,
    ...passage.throttling,
    ...idsOf(passage),
    "odata-version": "4.0",
  };
  if (status === 401) headers["www-authenticate"] = 'Bearer realm="", error="invalid_token"';
  if (text !== undefined) return { status, headers: { ...headers, "content-type": "text/plain" }, body: text };
  if (!body) return { status, headers };
  return { status, headers: { ...headers, "content-type": jsonType }, body: JSON.stringify(body) };
}

export function refusedAnswer(passage: Passage, { status, code, message }: GraphRefusal): TenantAnswer {
  const { requestId, clientRequestId, now } = passage;
  return answered(passage, { status, body: errorBody(code, message, requestId, clientRequestId, now) });
}

/** The body of a 429, as the documentation on throttling shows it. */
export function tooManyRequests(passage: Passage): Answer {
  const { requestId, clientRequestId, now } = passage;
  const innerError = {
    code: "429",
    date: now.toISOString().slice(0, 19),
    message: "Please retry after",
    "request-id": requestId,
    "client-request-id": clientRequestId,
    status: "429",
  };
  return {
    status: 429,
    body: { error: { code: "TooManyRequests", message: "Please retry again later.", innerError } },
  };
}

function readable(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
