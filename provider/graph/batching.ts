/**
 * `$batch`: a transport on top of another one. It collects requests, sends up to 20 of them as one and returns to each its own
 * answer. The layers above do not notice: each part is judged and sent again alone.
 *
 * Docs: https://learn.microsoft.com/graph/json-batching
 */
import { ReadResponse } from "./answer";
import type { Transport } from "./transport";

/** Requests in one batch. Graph's limit. */
const maxParts = 20;

/** A batch window is open no longer than this, in milliseconds, however long Graph takes. */
const maxWindowMs = 250;

/** A request in an open batch window. */
interface Queued {
  readonly request: Request;
  /** Read in advance: a body can be read once. */
  readonly body: string;
  readonly answer: (response: Response) => void;
  readonly fail: (error: unknown) => void;
}

interface PartAnswer {
  readonly id: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * While no request is under way, a batch window closes at once. While answers are outstanding, it stays open until they have
 * come, for two round trips at most: a single request never waits, and a stream of requests needs few round trips.
 *
 * @param now milliseconds, from any beginning
 */
export function batching(send: Transport, now: () => number = () => performance.now()): Transport {
  const windows = new Map<string, BatchWindow>();
  let roundTripMs = 0;

  const timed: Transport = async (request) => {
    const began = now();
    try {
      return await send(request);
    } finally {
      const took = now() - began;
      roundTripMs = roundTripMs === 0 ? took : roundTripMs * 0.8 + took * 0.2;
    }
  };
  const windowFor = (key: string): BatchWindow => {
    const known = windows.get(key);
    if (known) return known;
    const opened = new BatchWindow(
      (queued) => deliver(timed, queued),
      () => Math.min(maxWindowMs, 2 * roundTripMs),
    );
    windows.set(key, opened);
    return opened;
  };

  return async (request) => {
    const body = request.body === null ? "" : await request.text();
    return new Promise<Response>((answer, fail) => windowFor(keyOf(request)).add({ request, body, answer, fail }));
  };
}

/** Collects requests that may be sent in one batch. */
class BatchWindow {
  #queued: Queued[] = [];
  #underWay = 0;
  #closes: NodeJS.Timeout | NodeJS.Immediate | undefined;

  constructor(
    private readonly deliver: (queued: readonly Queued[]) => Promise<void>,
    private readonly openMs: () => number,
  ) {}

  add(request: Queued): void {
    this.#queued.push(request);
    if (this.#queued.length === maxParts) this.#close();
    else if (this.#queued.length > 1) return;
    else if (this.#underWay === 0) this.#closes = setImmediate(this.#close);
    else this.#closes = setTimeout(this.#close, this.openMs());
  }

  readonly #close = (): void => {
    clearImmediate(this.#closes as NodeJS.Immediate);
    clearTimeout(this.#closes as NodeJS.Timeout);
    const queued = this.#queued.splice(0);
    if (queued.length === 0) return;
    this.#underWay++;
    void this.deliver(queued).then(() => {
      // The callers that were just answered send their next request first, so that it is in the same batch.
      if (--this.#underWay === 0) setImmediate(this.#close);
    });
  };
}

/** A batch carries requests of one version and one token. */
function keyOf({ url, headers }: Request): string {
  return `${/^https?:\/\/[^/]+\/[^/?]*/.exec(url)?.[0] ?? ""} ${headers.get("authorization") ?? ""}`;
}

async function deliver(send: Transport, queued: readonly Queued[]): Promise<void> {
  const wanted = queued.filter(({ request, fail }) => {
    if (request.signal.aborted) fail(request.signal.reason);
    return !request.signal.aborted;
  });
  const [only] = wanted;
  if (!only) return;
  try {
    if (wanted.length === 1) only.answer(await send(alone(only)));
    else await together(send, wanted);
  } catch (error) {
    for (const { fail } of wanted) fail(error);
  }
}

const alone = ({ request, body }: Queued): Request =>
  new Request(request.url, {
    method: request.method,
    headers: request.headers,
    redirect: "manual",
    signal: request.signal,
    ...(body === "" ? {} : { body }),
  });

async function together(send: Transport, queued: readonly Queued[]): Promise<void> {
  const base = keyOf((queued[0] as Queued).request).split(" ")[0] ?? "";
  const authorization = queued[0]?.request.headers.get("authorization");
  const requests = queued.map((one, index) => part(one, String(index + 1), base));
  // The batch is cancelled when every part of it is.
  const stop = new AbortController();
  let left = queued.length;
  for (const { request, fail } of queued) {
    request.signal.addEventListener(
      "abort",
      () => {
        fail(request.signal.reason);
        if (--left === 0) stop.abort();
      },
      { once: true },
    );
  }
  const response = await send(
    new Request(`${base}/$batch`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json",
        "client-request-id": crypto.randomUUID(),
        ...(authorization ? { authorization } : {}),
      },
      body: JSON.stringify({ requests }),
      redirect: "manual",
      signal: stop.signal,
    }),
  );
  const text = await response.text();
  // A batch that was refused as a whole had no effect: one wrong part must not fail the others.
  if (response.status === 400 || response.status === 413) {
    await Promise.all(queued.map(async (one) => send(alone(one)).then(one.answer, one.fail)));
    return;
  }
  // Every other answer to the batch as a whole is the answer to each of its parts.
  if (response.status !== 200) {
    const { status, headers } = response;
    for (const { answer } of queued) answer(new ReadResponse({ text, json: undefined }, { status, headers }));
    return;
  }
  const answers = partAnswers(text);
  if (!answers) throw new TypeError("the answer to the batch is no batch response");
  queued.forEach(({ answer, fail }, index) => {
    const found = answers.get(String(index + 1));
    if (found) answer(responseOf(found, response.headers.get("date")));
    else fail(new TypeError("the answer to the batch lacks this part"));
  });
}

/** Headers of the batch that are not repeated in its parts. */
const batchHeaders = ["authorization", "user-agent", "content-length", "host"];

function part({ request, body }: Queued, id: string, base: string): object {
  const headers = Object.fromEntries([...request.headers].filter(([name]) => !batchHeaders.includes(name)));
  const carried = body === "" ? {} : { body: JSON.parse(body) as unknown };
  return { id, method: request.method, url: request.url.slice(base.length), headers, ...carried };
}

/** By id; undefined when this is no batch response: a truncated one, or a proxy's page. */
function partAnswers(text: string): Map<string, PartAnswer> | undefined {
  try {
    const { responses } = JSON.parse(text) as { responses?: unknown };
    if (!Array.isArray(responses)) return undefined;
    return new Map((responses as PartAnswer[]).map((answer) => [answer.id, answer]));
  } catch {
    return undefined;
  }
}

/** @param date of the batch, by Graph's clock: a Retry-After of a part refers to it */
function responseOf({ status, headers, body }: PartAnswer, date: string | null): Response {
  const text = body === undefined || body === null ? "" : typeof body === "string" ? body : JSON.stringify(body);
  const json = typeof body === "object" && body !== null ? body : undefined;
  return new ReadResponse({ text, json }, { status, headers: { ...(date === null ? {} : { date }), ...headers } });
}
