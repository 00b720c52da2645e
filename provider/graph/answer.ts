/** The answer to one attempt, read to its last byte, and the reason why there is none. */
import { EntraError, type EntraErrorCode, type EntraErrorDetails } from "./errors";

/** One HTTP answer. The body has been read: an answer is complete or it is a {@link NoAnswer}. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body when it is a JSON object. */
  readonly json: object | undefined;
}

/** There is no answer: the connection failed, or the answer was cut off. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";

  constructor(
    message: string,
    /** False only when it is certain that no byte of the request reached Graph. */
    readonly sent: boolean,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

/** A Response whose body is in memory: for code that wants a Response. One with a body of text would be a stream again. */
export class ReadResponse extends Response {
  readonly #body: Pick<Answer, "text" | "json">;

  constructor(body: Pick<Answer, "text" | "json">, init: ResponseInit) {
    super(null, init);
    this.#body = body;
  }

  override text(): Promise<string> {
    return Promise.resolve(this.#body.text);
  }

  override json(): Promise<unknown> {
    return Promise.resolve(this.#body.json);
  }
}

/** Reads a response to its end. */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    // An answer that is not JSON (a proxy's page, a truncated body) is still an answer: meaning.ts decides what it means.
    return undefined;
  }
}

/** Graph's own error; the code is empty when the answer did not come from Graph. */
export function refusalOf(answer: Answer): { code: string; message: string; requestId: string } {
  const error = field(answer.json, "error");
  const inner = field(error, "innerError") ?? field(error, "innererror");
  return {
    code: text(field(error, "code")) ?? "",
    message: text(field(error, "message")) || `Graph answered ${answer.status} without saying why`,
    requestId: answer.headers.get("request-id") ?? text(field(inner, "request-id")) ?? "",
  };
}

/** An error that carries what Graph answered, in Graph's own words unless `message` is given. */
export function answeredError(
  code: EntraErrorCode,
  answer: Answer,
  message?: string,
  details: EntraErrorDetails = {},
): EntraError {
  const refusal = refusalOf(answer);
  return new EntraError(code, message ?? refusal.message, {
    ...details,
    answer: { status: answer.status, code: refusal.code, requestId: refusal.requestId },
  });
}

const field = (from: unknown, name: string): unknown =>
  typeof from === "object" && from !== null ? (from as Record<string, unknown>)[name] : undefined;

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
