/**
 * A request and what it is answered, as every door of the tenant has them: `fetch` in this process, HTTP on a port. Plain
 * objects: to make a Request, its Headers and a Response takes longer than most answers.
 */

export interface RequestHeaders {
  /** @param name in any letter case */
  get(name: string): string | null;
}

/** A `Request` of `fetch` is one. */
export interface TenantRequest {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  readonly headers: RequestHeaders;
  /** Aborted when the client gives up. */
  readonly signal: AbortSignal;
  /** Empty where there is no body. */
  text(): Promise<string>;
}

export interface TenantAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  /** A stream may break off. @default there is none */
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
