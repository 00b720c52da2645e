/** The path of a request through the tenant: fault, token, quota, route, permission, body, query, answer, log. */
import type { Address, Version } from "./odata/address";
import { mayPass } from "./access";
import { answerBatch } from "./batch";
import { checkBody, withoutKey } from "./body";
import { applicationKinds } from "./entities";
import type { TenantAnswer, TenantRequest } from "./exchange";
import { selfCheck } from "./metadata/self-check";
import { parseQuery } from "./odata/query";
import { answered, arrival, bodyOf, idsOf, type Passage, refusedAnswer, tooManyRequests } from "./passage";
import { denied, GraphRefusal, methodNotAllowed, notEmulated, notFound } from "./refusal";
import type { Answer } from "./answer";
import type { Context, Route } from "./route";
import { Router } from "./router";
import { routes } from "./routes";
import { auditedBefore, recordAudit } from "./rules/audit";
import { checkReadsAttributes } from "./rules/custom-security-attributes";
import { catchUp } from "./rules/due";
import { remember } from "./state/journal";
import { replicaFor } from "./state/lag";
import type { Store } from "./state/store";
import { brokenAnswer, brokenStatus } from "./switches/broken-answer";
import type { Mishap } from "./switches/fault";
import { takeFault } from "./switches/faults";
import { timeIn } from "./switches/clock";
import { linger, Visit } from "./switches/overlap";
import { admitted, type Arriving, type Counted, counted, noteFaultyWait } from "./switches/gate";
import { switchesOf } from "./switches/switches";
import { addressesSignIn, answerSignIn } from "./sign-in/sign-in";
import { type Caller, callerOf, signingKey, type SigningKey } from "./sign-in/token";
import type { Ground } from "./entities/entity";

const methods: readonly string[] = ["GET", "POST", "PATCH", "PUT", "DELETE"];

export class Service {
  readonly #router = new Router(routes);
  #key: SigningKey | undefined;
  readonly #underWay = new Set<Visit>();
  /** Requests that came to one of several replicas. */
  #served = 0;

  constructor(
    private readonly around: Ground,
    private readonly baseUrl: string | undefined,
    /** Whether every answer is held against metadata before it goes out. */
    private readonly checksItself = false,
  ) {}

  /** Rejects only where a fault breaks the connection, or the client gave up. */
  async handle(request: TenantRequest, batch = false): Promise<TenantAnswer> {
    const visit = new Visit(this.#underWay);
    try {
      const switches = switchesOf(this.around.store);
      const planned = (method: string, path: string) => this.#plannedFault(method, path);
      return await this.#handled(await arrival(request, batch, visit, switches, planned));
    } finally {
      visit.end();
    }
  }

  async #handled(passage: Passage): Promise<TenantAnswer> {
    const { batch, request, switches } = passage;
    const arriving = this.#arriving(passage);
    const asked = counted(this.around.store, this.around.tenantId, arriving, switches.quotas);
    if (asked?.early) passage.noted.early = true;
    const answer = await this.#answerOrFail(passage, arriving, asked);
    // Parts of a batch are on the way together: it is the batch that takes its time.
    if (switches.latencyMs > 0 && !batch) await linger(request, switches.latencyMs);
    // The tenant's time: clients set right by it what they reckon.
    if (!batch) answer.headers["date"] = passage.now.toUTCString();
    if (this.checksItself && passage.noted.operation !== undefined) {
      answer.headers["x-emulated-operation"] = passage.noted.operation;
    }
    return answer;
  }

  #plannedFault(method: string, path: string): Mishap | undefined {
    const { store } = this.around;
    if (!store.glance("SELECT 1 FROM faults LIMIT 1")) return undefined;
    return store.transaction("write", () => takeFault(store, method, path));
  }

  #arriving({ request: { method, headers }, url, now, ...passage }: Passage): Arriving {
    const audience = () => {
      const body = bodyOf({ text: passage.text });
      return typeof body === "object" && body !== null && "signInAudience" in body ? body.signInAudience : undefined;
    };
    return { method, url, headers, now, audience, address: () => this.#router.parse(url.pathname) };
  }

  async #answerOrFail(passage: Passage, arriving: Arriving, asked: Counted | undefined): Promise<TenantAnswer> {
    const { mishap, request, batch, now } = passage;
    if (!mishap) return this.#answer(passage, asked);
    const before = mishap.effect === "before";
    if (before) this.#remember(passage, 200);
    const answer = before ? undefined : await this.#answer(passage, asked);
    const broken = await brokenAnswer(mishap, { request, ids: idsOf(passage), batch, answer, now });
    noteFaultyWait(this.around.store, arriving, broken);
    return broken;
  }

  async #answer(passage: Passage, asked: Counted | undefined): Promise<TenantAnswer> {
    const { request, url, now, refused } = passage;
    // By the tenant's own clock: what a header says holds for this request, what is cleaned up is gone for good.
    const own = switchesOf(this.around.store);
    catchUp(this.around, timeIn(own), own);
    try {
      if (refused) throw refused;
      if (!passage.batch && addressesSignIn(url)) return await this.#answerSignIn(passage);
      this.#key ??= signingKey(this.around.store);
      const caller = await callerOf(this.#key, this.around.tenantId, request.headers.get("authorization"), now);
      passage.noted.appId = caller.appId;
      const address = this.#router.parse(url.pathname);
      if (!methods.includes(request.method)) throw methodNotAllowed();
      if (asked && this.#isThrottled(passage, asked)) return this.#tooMany(passage);
      if (address.segments[0]?.name === "$batch") return await this.#answerBatch(passage, address, bodyOf(passage));
      const body = withoutKey(request.method, this.#body(passage, address));
      return answered(passage, this.#run(passage, caller, address, body));
    } catch (error) {
      if (!(error instanceof GraphRefusal)) throw error;
      this.#remember(passage, error.status);
      return refusedAnswer(passage, error);
    }
  }

  /** @throws {GraphRefusal} 501 where nothing answers, whatever was sent: a logo is no JSON; else 400 for what is none */
  #body(passage: Passage, address: Address): unknown {
    try {
      return bodyOf(passage);
    } catch (error) {
      const { method, headers } = passage.request;
      this.#router.find(method, address, this.around.store, undefined, headers);
      throw error;
    }
  }

  async #answerSignIn(passage: Passage): Promise<TenantAnswer> {
    const { request, url, text, switches } = passage;
    const { method, headers } = request;
    const answer = await answerSignIn(this.around, { method, headers, url, text, switches });
    this.#remember(passage, answer.status);
    return answer;
  }

  #isThrottled({ switches: { quotas }, noted, throttling }: Passage, asked: Counted): boolean {
    if (!quotas) return false;
    const { units, refused, headers } = admitted(this.around.store, asked, quotas);
    if (units !== undefined) noted.units = units;
    Object.assign(throttling, headers);
    return refused !== undefined;
  }

  #tooMany(passage: Passage): TenantAnswer {
    this.#remember(passage, 429);
    return answered(passage, tooManyRequests(passage));
  }

  async #answerBatch(passage: Passage, address: Address, body: unknown): Promise<TenantAnswer> {
    const { request } = passage;
    if (request.method !== "POST") throw methodNotAllowed();
    if (address.segments.length !== 1 || passage.batch) throw notEmulated("Nothing is below $batch.");
    const serve = (part: TenantRequest) => this.handle(part, true);
    const together = passage.switches.latencyMs > 0;
    const answer = await answerBatch(body, this.#base(passage, address), request, serve, together);
    this.#remember(passage, 200);
    return answered(passage, { status: 200, body: answer });
  }

  #run(passage: Passage, caller: Caller, address: Address, body: unknown): Answer {
    const { store } = this.around;
    const serve = () => this.#serve(passage, caller, address, body, this.#seen(passage, caller));
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

  /** While replicas lag, the store is as one of them has it. */
  #seen({ request, now, switches: { lag } }: Passage, { idtyp, oid }: Caller): Store {
    const { store } = this.around;
    const reads = request.method === "GET";
    if (!lag) return reads ? store : store.seenBy({ lag, replica: 0, now, reads });
    this.#served += 1;
    const replica = replicaFor(lag, idtyp === "user" ? oid : undefined, this.#served);
    return store.seenBy({ lag, replica, now, reads });
  }

  #serve(passage: Passage, caller: Caller, address: Address, body: unknown, store: Store): Answer {
    const { request, url, now, switches, noted } = passage;
    const found = this.#router.find(request.method, address, store, body, request.headers);
    const allowed = found.find((one) => mayPass(one, { caller, body, switches }, store));
    const { route } = allowed ?? found[0] ?? {};
    if (route) noted.operation = `${route.method} ${route.path}`;
    if (!allowed) throw denied();
    if (allowed.missing !== undefined) throw notFound(allowed.missing);
    const { target } = allowed;
    if (request.method !== "GET" && target && applicationKinds.includes(target.kind) && switches.latencyMs > 0)
      passage.visit.writesTo(target.id);
    const context: Context = {
      ...this.around,
      store,
      caller,
      keys: allowed.keys,
      target,
      body: allowed.route.body ? checkBody(allowed.route.body, body, address.version) : undefined,
      query: parseQuery(url.searchParams, request.headers, allowed.route.query ?? { options: [] }, address.version),
      headers: request.headers,
      base: this.#base(passage, address),
      path: url.pathname.replace(/^\/[^/]+/, ""),
      now,
      switches,
      version: address.version,
    };
    checkReadsAttributes(context, url.searchParams);
    const before = request.method === "GET" ? undefined : auditedBefore(context);
    const answer = allowed.route.answer(context as Context<never>);
    if (request.method !== "GET") recordAudit(context, allowed.route, answer, before, passage.clientRequestId);
    return this.checksItself ? checked(allowed.route, address.version, answer) : answer;
  }

  #base({ url }: Passage, { version }: Address): string {
    return `${this.baseUrl ?? url.origin}/${version}`;
  }

  /** The log says what the client was answered, and that is the fault when there is one. */
  #remember({ request, path, requestId, clientRequestId, mishap, batch, now, noted }: Passage, status: number): void {
    remember(this.around.store, {
      at: now.toISOString(),
      method: request.method,
      path,
      status: mishap ? brokenStatus(mishap, batch, status) : status,
      requestId,
      clientRequestId,
      ...noted,
      ...(batch ? { batch } : {}),
    });
  }
}

function checked(route: Route, version: Version, answer: Answer): Answer {
  selfCheck(route, version, answer);
  const { answers } = route;
  return answers === undefined ? answer : { ...answer, headers: { ...answer.headers, "x-emulated-type": answers } };
}
