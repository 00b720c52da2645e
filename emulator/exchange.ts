/**
 * A request and what it is answered, as every door of the tenant has them: `fetch` in this process, HTTP on a port. Plain
 * objects: to make a Request, its Headers and a Response takes longer than most answers.
 */

/** What is read of headers. A `Headers` of `fetch` is one. */
export interface RequestHeaders {
  /**
   * The value of a header, or null where there is none.
   *
   * @param name in any letter case
   */
  get(name: string): string | null;
}

/** A request to a tenant. A `Request` of `fetch` is one. */
export interface TenantRequest {
  /** In upper case: `GET`. */
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  /** Those that the client sent. */
  readonly headers: RequestHeaders;
  /** Aborted when the client gives up. */
  readonly signal: AbortSignal;
  /** The body; empty where there is none. */
  text(): Promise<string>;
}

/** What a request is answered. */
export interface TenantAnswer {
  /** Of HTTP. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  /** The body; a stream may break off. @default there is none */
  readonly body?: string | ReadableStream<Uint8Array>;
}

export const jsonAnswer = (status: number, headers: Readonly<Record<string, string>>, body: unknown): TenantAnswer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});

export const responseOf = ({ status, headers, body }: TenantAnswer): Response =>
  new Response(body ?? null, { status, headers });

/** Of an answer that does not break off. */
export async function answerOf(response: Response): Promise<TenantAnswer> {
  const { status, headers } = response;
  const text = await response.text();
  return { status, headers: Object.fromEntries(headers), ...(text === "" ? {} : { body: text }) };
}
