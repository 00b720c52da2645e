/**
 * `$batch`: a transport made of a transport. It gathers the requests that are handed over together, sends up to 20 of them
 * as one and gives each its own answer back. Nothing above notices: each part is judged and repeated alone.
 *
 * Docs: https://learn.microsoft.com/graph/json-batching
 */
import type { Transport } from "./transport";

/** Parts of one batch. Graph's limit. */
const mostParts = 20;

/** Longest wait for company, in milliseconds, however long Graph takes. */
const longestHold = 250;

/** A request that waits for company. */
interface Waiting {
  readonly request: Request;
  /** Read before it is needed: a body can be read once. */
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
 * A request that nobody is ahead of leaves at once. While answers are awaited, requests wait for them together, for two
 * round trips at most: what is alone never waits, and what comes in a stream travels in few trips.
 *
 * @param now milliseconds, from any beginning
 */
export function batching(send: Transport, now: () => number = () => performance.now()): Transport {
  const companies = new Map<string, Company>();
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
  const companyOf = (key: string): Company => {
    const known = companies.get(key);
    if (known) return known;
    const founded = new Company(
      (waiting) => deliver(timed, waiting),
      () => Math.min(longestHold, 2 * roundTripMs),
    );
    companies.set(key, founded);
    return founded;
  };

  return async (request) => {
    const body = request.body === null ? "" : await request.text();
    return new Promise<Response>((answer, fail) => companyOf(keyOf(request)).join({ request, body, answer, fail }));
  };
}

/** Requests that may travel together. */
class Company {
  #waiting: Waiting[] = [];
  #underWay = 0;
  #leaves: NodeJS.Timeout | NodeJS.Immediate | undefined;

  constructor(
    private readonly deliver: (waiting: readonly Waiting[]) => Promise<void>,
    private readonly hold: () => number,
  ) {}

  join(waiting: Waiting): void {
    this.#waiting.push(waiting);
    if (this.#waiting.length === mostParts) this.#leave();
    else if (this.#waiting.length > 1) return;
    else if (this.#underWay === 0) this.#leaves = setImmediate(this.#leave);
    else this.#leaves = setTimeout(this.#leave, this.hold());
  }

  readonly #leave = (): void => {
    clearImmediate(this.#leaves as NodeJS.Immediate);
    clearTimeout(this.#leaves as NodeJS.Timeout);
    const waiting = this.#waiting.splice(0);
    if (waiting.length === 0) return;
    this.#underWay++;
    void this.deliver(waiting).then(() => {
      // Whoever was answered asks the next question first, and travels along.
      if (--this.#underWay === 0) setImmediate(this.#leave);
    });
  };
}

/** One batch carries requests of one version, of one caller. */
function keyOf({ url, headers }: Request): string {
  const { origin, pathname } = new URL(url);
  return `${origin}/${pathname.split("/")[1] ?? ""} ${headers.get("authorization") ?? ""}`;
}

async function deliver(send: Transport, waiting: readonly Waiting[]): Promise<void> {
  const wanted = waiting.filter(({ request, fail }) => {
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

const alone = ({ request, body }: Waiting): Request =>
  new Request(request.url, {
    method: request.method,
    headers: request.headers,
    redirect: "manual",
    signal: request.signal,
    ...(body === "" ? {} : { body }),
  });

async function together(send: Transport, waiting: readonly Waiting[]): Promise<void> {
  const base = keyOf((waiting[0] as Waiting).request).split(" ")[0] ?? "";
  const authorization = waiting[0]?.request.headers.get("authorization");
  const requests = waiting.map((one, index) => part(one, String(index + 1), base));
  // The batch goes on while anybody still waits for a part of it.
  const stop = new AbortController();
  let left = waiting.length;
  for (const { request, fail } of waiting) {
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
  // A batch that was refused as a whole did nothing: one part that is wrong must not fail the others.
  if (response.status === 400 || response.status === 413) {
    await Promise.all(waiting.map(async (one) => send(alone(one)).then(one.answer, one.fail)));
    return;
  }
  // Whatever else happened to the batch as a whole happened to each of its parts.
  if (response.status !== 200) {
    for (const { answer } of waiting) answer(new Response(bodyFor(response.status, text), response));
    return;
  }
  const answers = partAnswers(text);
  if (!answers) throw new TypeError("the batch was answered with something that is no answer to a batch");
  waiting.forEach(({ answer, fail }, index) => {
    const found = answers.get(String(index + 1));
    if (found) answer(responseOf(found, response.headers.get("date")));
    else fail(new TypeError("the batch was answered without this part"));
  });
}

const withoutBody = new Set([204, 205, 304]);

const bodyFor = (status: number, text: string): string | null => (withoutBody.has(status) ? null : text);

/** What the batch carries for all of its parts is not repeated in each. */
const ofTheBatch = ["authorization", "user-agent", "content-length", "host"];

function part({ request, body }: Waiting, id: string, base: string): object {
  const headers = Object.fromEntries([...request.headers].filter(([name]) => !ofTheBatch.includes(name)));
  const carried = body === "" ? {} : { body: JSON.parse(body) as unknown };
  return { id, method: request.method, url: request.url.slice(base.length), headers, ...carried };
}

/** By id; undefined when this is no answer to a batch, as a cut one or a proxy's page. */
function partAnswers(text: string): Map<string, PartAnswer> | undefined {
  try {
    const { responses } = JSON.parse(text) as { responses?: unknown };
    if (!Array.isArray(responses)) return undefined;
    return new Map((responses as PartAnswer[]).map((answer) => [answer.id, answer]));
  } catch {
    return undefined;
  }
}

/** @param date of the batch: by Graph's clock, which a Retry-After of a part is meant by */
function responseOf({ status, headers, body }: PartAnswer, date: string | null): Response {
  const text = body === undefined || body === null ? "" : typeof body === "string" ? body : JSON.stringify(body);
  return new Response(bodyFor(status, text), {
    status,
    headers: { ...(date === null ? {} : { date }), ...headers },
  });
}
