/**
 * A tenant for runs that are repeated again and again: what it was asked at a moment, and what came of it, is remembered and
 * not worked out anew. All of the provider runs each time; of the emulated tenant, what was never asked before.
 */
import { setImmediate as nextRound } from "node:timers/promises";
import { type EmulatedTenant, openTenant, type Profiles, type Snapshot } from "../../emulator/tenant";
import type { EmbeddedTenant } from "../../provider/graph/connection";
import type { StoredObject } from "../kinds/specimen";
import { objectsIn } from "./picture";

/** The tenant between two writes. */
export interface Moment {
  readonly snapshot: Snapshot;
  /** What came of requests, by what they say. */
  readonly sequels: Map<string, Sequel>;
  /** What there was. Unknown until somebody looks. */
  objects?: readonly StoredObject[];
}

interface Sequel {
  readonly text: string | null;
  readonly status: number;
  readonly headers: [string, string][];
  readonly next: Moment;
}

/** Headers that are others each time, and the token, which is always the same. */
const ignored = ["authorization", "client-request-id"];
const idOfPart = /"client-request-id":"[^"]*"/g;

export class RememberingTenant implements EmbeddedTenant {
  readonly #emulated: EmulatedTenant = openTenant({ memory: true });
  /** One token for all: signing is not what is repeated. */
  readonly #token = this.#emulated.token();
  #now: Moment;
  /** The moment at which the emulated tenant itself is. */
  #actual: Moment;
  #turn: Promise<unknown> = Promise.resolve();
  /** Ids of what is none of ours. */
  get seed(): ReadonlySet<string> {
    return this.#seed;
  }

  /** Those that every such tenant has from the beginning, and of those who have moved in. */
  readonly #seed = new Set(
    JSON.stringify(this.#emulated.exportState()).match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g),
  );

  constructor(profiles: Profiles) {
    this.#emulated.set({ profiles });
    this.#now = this.#actual = { snapshot: this.#emulated.snapshot(), sequels: new Map() };
  }

  token = (): Promise<string> => this.#token;

  get now(): Moment {
    return this.#now;
  }

  /** @param ids of others' objects */
  letIn(ids: readonly string[]): void {
    for (const id of ids) this.#seed.add(id);
  }

  goTo(moment: Moment): void {
    this.#now = moment;
  }

  objects(): readonly StoredObject[] {
    return (this.#now.objects ??= objectsIn(this.#atNow()));
  }

  close(): void {
    this.#emulated.close();
  }

  /** One at a time, in the order they come; and what follows from an answer comes before the next one. So runs are alike. */
  handle = (request: Request): Promise<Response> => {
    const answer = this.#turn.then(() => this.#answer(request));
    this.#turn = answer.then(
      () => nextRound(),
      () => undefined,
    );
    return answer;
  };

  async #answer(request: Request): Promise<Response> {
    const { method, url, headers } = request;
    const body = await request.text();
    const said = JSON.stringify([
      method,
      url,
      body.replaceAll(idOfPart, ""),
      [...headers].filter(([name]) => !ignored.includes(name)),
    ]);
    const known = this.#now.sequels.get(said);
    const sequel = known ?? (await this.#ask(new Request(url, { method, headers, ...(body === "" ? {} : { body }) })));
    this.#now.sequels.set(said, sequel);
    this.#now = sequel.next;
    return new Response(sequel.text, { status: sequel.status, headers: sequel.headers });
  }

  async #ask(request: Request): Promise<Sequel> {
    const response = await this.#atNow().handle(request);
    const { status } = response;
    const text = response.body === null ? null : await response.text();
    const next = request.method === "GET" ? this.#now : { snapshot: this.#emulated.snapshot(), sequels: new Map() };
    this.#actual = next;
    return { text, status, headers: [...response.headers], next };
  }

  #atNow(): EmulatedTenant {
    if (this.#actual !== this.#now) this.#emulated.restore(this.#now.snapshot);
    this.#actual = this.#now;
    return this.#emulated;
  }
}
