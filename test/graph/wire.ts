import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { SignJWT } from "jose";
import { connection, type Tuning } from "../../provider/graph/connection";
import type { Tenant } from "../../provider/graph/tenant";
import type { Issue } from "../../provider/graph/tokens";
import { attemptTimeoutMs, networkTransport } from "../../provider/graph/transport";
import { ManualClock } from "./manual-clock";

export const tenantId = "11111111-2222-3333-4444-555555555555";

/** One request as the server received it. */
export interface Seen {
  readonly method: string;
  /** Path and query, as sent. */
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** On the test's clock. */
  readonly at: number;
}

/** Answers one request, or destroys its socket. */
export type Answering = (response: http.ServerResponse, seen: Seen) => unknown;

export const json =
  (status: number, body: object, headers: http.OutgoingHttpHeaders = {}): Answering =>
  (response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

export const refusal = (
  status: number,
  code: string,
  message = "said by Graph",
  headers: http.OutgoingHttpHeaders = {},
): Answering => json(status, { error: { code, message, innerError: { "request-id": "r-1" } } }, headers);

/** Never answers, and lets the timeout of the attempt pass: for tests with fake timers. */
export const silence: Answering = () => jest.advanceTimersByTime(attemptTimeoutMs);

/** A scripted HTTP server on a real socket: for resets, truncated answers and silence, which no tenant in this process has. */
export class Wire {
  readonly seen: Seen[] = [];
  readonly clock = new ManualClock();
  #script: Answering[] = [];

  private constructor(
    private readonly server: http.Server,
    readonly origin: string,
  ) {}

  /** All open servers, so that a failing test leaves none behind. */
  static readonly #open = new Set<Wire>();

  static async closeAll(): Promise<void> {
    await Promise.all([...Wire.#open].map((wire) => wire.close()));
  }

  static async open(): Promise<Wire> {
    const server = http.createServer({ keepAliveTimeout: 0 });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const wire = new Wire(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on(
      "request",
      (request: http.IncomingMessage, response: http.ServerResponse) => void wire.#take(request, response),
    );
    Wire.#open.add(wire);
    return wire;
  }

  /** Answers in this order; the last one answers all later requests. */
  answers(...script: Answering[]): void {
    this.#script = script;
  }

  async close(): Promise<void> {
    if (!Wire.#open.delete(this)) return;
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  /** A tenant that talks to this server through the whole pipeline. */
  tenant(tuning: Tuning = {}, issue: Issue = () => aToken()): Promise<Tenant> {
    return connection(
      { name: "the wire", origin: this.origin, transport: networkTransport, issue },
      { clock: this.clock, ...tuning },
    );
  }

  async #take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const seen = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body,
      at: this.clock.now(),
    };
    this.seen.push(seen);
    const answer = this.#script.length > 1 ? this.#script.shift() : this.#script[0];
    if (answer) await answer(response, seen);
    else response.writeHead(501).end();
  }
}

/** A signed token; nobody here checks the signature. */
export function aToken(claims: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT({ tid: tenantId, roles: ["AgentIdentity.ReadWrite.All"], jti: crypto.randomUUID(), ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(new Uint8Array(32));
}

/** The error that `act` throws, as far as callers may rely on it. */
export const refusalBy = (act: () => unknown): Promise<unknown> => failureOf(Promise.resolve().then(act));

/** The error a promise rejects with, as far as callers may rely on it. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return { nothingFailed: await promise };
  } catch (error) {
    if (!(error instanceof Error)) return error;
    const { code, message, answer } = error as Error & { code?: string; answer?: object };
    return answer === undefined ? { code, message } : { code, message, answer };
  }
}
