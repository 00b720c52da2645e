/** The path of a request through the tenant: fault, token, route, permission, body, query, answer, log. */
import { randomUUID } from "node:crypto";
import type { Address } from "./odata/address";
import { answerBatch } from "./batch";
import { checkBody, malformedPayload } from "./body";
import { selfCheck } from "./metadata/self-check";
import { agentKinds } from "./entities";
import { connectionReset, type Fault, remember, takeFault } from "./state/journal";
import { parseQuery } from "./odata/query";
import { denied, errorBody, GraphRefusal, notEmulated, notFound } from "./refusal";
import { type Answer, type Context, permitted } from "./route";
import { type Found, Router } from "./router";
import { routes } from "./routes";
import { timeIn } from "./switches/clock";
import { switchesOf } from "./switches/switches";
import { addressesSignIn, answerSignIn } from "./sign-in/sign-in";
import { type Caller, callerOf, signingKey, type SigningKey } from "./sign-in/token";
import type { Surroundings } from "./entities/entity";

/** Tokens with one of these are refused wherever Agent ID is concerned, whatever else they hold. */
const refusedWithAgents = ["Directory.AccessAsUser.All", "Directory.ReadWrite.All"];

/** A request on its way. */
interface Passage {
  readonly request: Request;
  readonly url: URL;
  /** Decoded path, for faults and the log. */
  readonly path: string;
  readonly requestId: string;
  readonly clientRequestId: string;
  readonly text: string;
  /** Planned for this request. */
  readonly fault: Fault | undefined;
  /** Part of a `$batch`. */
  readonly batch: boolean;
}

export class Service {
  readonly #router = new Router(routes);
  #key: SigningKey | undefined;

  constructor(
    private readonly around: Surroundings,
    private readonly baseUrl: string | undefined,
    /** Whether every answer is held against metadata before it goes out. */
    private readonly checksItself = false,
  ) {}

  async handle(request: Request, batch = false): Promise<Response> {
    const url = new URL(request.url);
    const path = readable(url.pathname);
    const requestId = randomUUID();
    const clientRequestId = request.headers.get("client-request-id") ?? requestId;
    const fault = this.#plannedFault(request.method, path);
    const passage: Passage = {
      request,
      url,
      path,
      requestId,
      clientRequestId,
      fault,
      batch,
      text: await request.text(),
    };
    if (fault?.effect === "before") {
      this.#remember(passage, faultStatus(fault));
      return faultyResponse(passage, fault);
    }
    const answer = await this.#answer(passage);
    return fault ? faultyResponse(passage, fault) : answer;
  }

  #plannedFault(method: string, path: string): Fault | undefined {
    const { store } = this.around;
    if (!store.row("SELECT 1 FROM faults LIMIT 1")) return undefined;
    return store.transaction("write", () => takeFault(store, method, path));
  }

  async #answer(passage: Passage): Promise<Response> {
    if (!passage.batch && addressesSignIn(passage.url)) return this.#answerSignIn(passage);
    try {
      this.#key ??= signingKey(this.around.store);
      const caller = await callerOf(
        this.#key,
        this.around.tenantId,
        passage.request.headers.get("authorization"),
        new Date(),
      );
      const address = this.#router.parse(passage.url.pathname);
      const body = parsedBody(passage.text);
      if (address.segments[0]?.name === "$batch") return await this.#answerBatch(passage, address, body);
      return response(passage, this.#run(passage, caller, address, body));
    } catch (error) {
      if (!(error instanceof GraphRefusal)) throw error;
      this.#remember(passage, error.status);
      const body = errorBody(error.code, error.message, passage.requestId, passage.clientRequestId, new Date());
      return response(passage, { status: error.status, body });
    }
  }

  async #answerSignIn(passage: Passage): Promise<Response> {
    const { request, url, text } = passage;
    const answer = await answerSignIn(this.around, { method: request.method, headers: request.headers, url, text });
    this.#remember(passage, answer.status);
    return answer;
  }

  async #answerBatch(passage: Passage, address: Address, body: unknown): Promise<Response> {
    const { request } = passage;
    if (request.method !== "POST" || address.segments.length !== 1 || passage.batch)
      throw notEmulated("$batch only takes POST.");
    const serve = (part: Request) => this.handle(part, true);
    const answer = await answerBatch(body, this.#base(passage, address), request.headers.get("authorization"), serve);
    this.#remember(passage, 200);
    return response(passage, { status: 200, body: answer });
  }

  #run(passage: Passage, caller: Caller, address: Address, body: unknown): Answer {
    const { store } = this.around;
    const serve = () => this.#serve(passage, caller, address, body);
    if (passage.request.method === "GET") {
      const answer = store.transaction("read", serve);
      this.#remember(passage, answer.status);
      return answer;
    }
    // What a write does and its line in the log come together or not at all.
    return store.transaction("write", () => {
      const answer = serve();
      this.#remember(passage, answer.status);
      return answer;
    });
  }

  #serve(passage: Passage, caller: Caller, address: Address, body: unknown): Answer {
    const { request, url } = passage;
    const found = this.#router.find(request.method, address, this.around.store, body, request.headers);
    const properties =
      typeof body === "object" && body !== null ? Object.keys(body).filter((name) => name !== "@odata.type") : [];
    const allowed = found.find((one) => this.#mayPass(one, caller, properties));
    if (!allowed) throw denied();
    const { route, keys, target, missing } = allowed;
    if (missing !== undefined) throw notFound(missing);
    const base = this.#base(passage, address);
    const switches = switchesOf(this.around.store);
    const context: Context = {
      ...this.around,
      caller,
      keys,
      target,
      body: route.body ? checkBody(route.body, body, address.version) : undefined,
      query: parseQuery(url.searchParams, request.headers, route.query ?? { options: [] }),
      headers: request.headers,
      base,
      path: url.pathname.replace(/^\/[^/]+/, ""),
      now: timeIn(switches),
      switches,
      version: address.version,
    };
    const answer = route.answer(context as Context<never>);
    if (!this.checksItself) return answer;
    selfCheck(route, address.version, answer);
    const { answers } = route;
    return answers === undefined ? answer : { ...answer, headers: { ...answer.headers, "x-emulated-type": answers } };
  }

  #mayPass({ route, keys, target }: Found, caller: Caller, properties: readonly string[]): boolean {
    const [key] = Object.values(keys);
    const addressed = target ?? (key && this.around.store.get(key.value, "either"));
    const kind = addressed?.kind ?? "";
    const concernsAgents =
      route.forAgents === true ||
      /microsoft\.graph\.agent(Identity|User)/i.test(route.path) ||
      (route.permissionsByKind !== undefined && agentKinds.includes(kind));
    if (concernsAgents && refusedWithAgents.some((name) => caller.permissions.has(name))) return false;
    const { permissions, permissionsByKind = {} } = route;
    // Who might do it to some kind of object learns that this one is not there.
    const tables = addressed
      ? [permissionsByKind[kind] ?? permissions]
      : [permissions, ...Object.values(permissionsByKind)];
    return tables.some((table) => permitted(table, caller, properties));
  }

  #base({ url }: Passage, { version }: Address): string {
    return `${this.baseUrl ?? url.origin}/${version}`;
  }

  /** The log says what the client was answered, and that is the fault when there is one. */
  #remember({ request, path, requestId, clientRequestId, fault, batch }: Passage, status: number): void {
    const at = new Date().toISOString();
    const shown = fault ? faultStatus(fault) : status;
    const record = { at, method: request.method, path, status: shown, requestId, clientRequestId };
    remember(this.around.store, batch ? { ...record, batch } : record);
  }
}

const faultStatus = ({ answer }: Fault): number => (answer === "reset" ? 0 : answer.status);

function faultyResponse({ requestId, clientRequestId }: Passage, { answer }: Fault): Response {
  if (answer === "reset") throw connectionReset();
  const { status, headers, body } = answer;
  const text = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
  const own = { "content-type": "application/json", "request-id": requestId, "client-request-id": clientRequestId };
  return new Response(text, { status, headers: { ...own, ...headers } });
}

function response({ requestId, clientRequestId }: Passage, { status, headers: own, body, text }: Answer): Response {
  const headers = new Headers({
    ...own,
    "request-id": requestId,
    "client-request-id": clientRequestId,
    "odata-version": "4.0",
  });
  if (status === 401) headers.set("www-authenticate", 'Bearer realm="", error="invalid_token"');
  if (text !== undefined) {
    headers.set("content-type", "text/plain");
    return new Response(text, { status, headers });
  }
  if (!body) return new Response(null, { status, headers });
  headers.set(
    "content-type",
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
  );
  return new Response(JSON.stringify(body), { status, headers });
}

function parsedBody(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw malformedPayload();
  }
}

function readable(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
