/** The tenant on a port of this machine, for clients in other processes. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, createServer as createSocketServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { serverCertificate } from "./certificate";
import { addressesControl, answerControl } from "./control";
import type { EmulatedTenant } from "./emulated-tenant";
import { answerOf, type TenantAnswer, type TenantRequest } from "./exchange";
import { page } from "./pages/page";
import { isConnectionReset } from "./switches/broken-answer";

/** Where a tenant is served. */
export interface ServeOptions {
  /** Port on 127.0.0.1, from 0 to 65535; 0 takes any free one. @default 0 */
  readonly port?: number;
  /**
   * The same port also takes TLS, with a certificate for loopback names that is no authority. A tenant on disk keeps
   * it, in `tls/`; for one in memory it is made anew. @default false: plain HTTP only
   */
  readonly tls?: boolean;
}

/** A tenant on a port of this machine. */
export interface ServedTenant {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** `https://127.0.0.1:PORT`, for clients that refuse plain HTTP. Set where TLS was asked for. */
  readonly secureUrl: string | undefined;
  /** PEM file that TLS clients have to trust: NODE_EXTRA_CA_CERTS, SSL_CERT_FILE. Set where TLS was asked for. */
  readonly caFile: string | undefined;
  /** Frees the port and ends every connection, answered or not. The tenant stays open. */
  close(): Promise<void>;
}

/** Longest request body, in bytes: Graph's own limit for a batch. */
const longestBody = 4 * 1024 * 1024;

/** The same for the tenant's own controls: a whole tenant has to get in. */
const longestControlBody = 512 * 1024 * 1024;

/**
 * Only a client ends a connection that nothing is asked on. Were it this side, a request could be on its way: a client
 * that was busy for five seconds, Node.js's own limit, would be cut off.
 */
const options = { keepAliveTimeout: 0, maxHeaderSize: 64 * 1024 };

/** Ports that no `fetch` connects to: https://fetch.spec.whatwg.org/#port-blocking. */
const portsNobodyReaches: readonly number[] = [
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

/** First byte of a TLS connection. No HTTP method begins with it. */
const tlsHandshake = 0x16;

/**
 * Serves a tenant on a port of this machine, for clients in other processes: Microsoft Graph at `/v1.0` and `/beta`,
 * sign-in at the paths of login.microsoftonline.com, controls below `/_tenant`, and pages to look at from `/` on.
 * `entra-agent-id tenant start` does the same.
 *
 * Only programs on this machine can reach it, and pages of other sites in a browser cannot: the Host header must be a
 * loopback name. It is no identity provider: any program on this machine can get any token from it.
 *
 * @throws {Error} `cannot serve at …` where the port is in use or not allowed
 */
export async function serveTenant(
  tenant: EmulatedTenant,
  { port = 0, tls = false }: ServeOptions = {},
): Promise<ServedTenant> {
  if (portsNobodyReaches.includes(port))
    throw new Error(
      `cannot serve at http://127.0.0.1:${port}: browsers and fetch refuse to connect to this port. Choose another one.`,
    );
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse) => void answer(tenant, incoming, outgoing);
  const plain = createServer(options, listener).on("clientError", refuseUnread);
  const certificate = tls ? await serverCertificate(tenant.where) : undefined;
  const secure =
    certificate &&
    createSecureServer({ ...options, key: certificate.key, cert: certificate.certificate }, listener)
      .on("clientError", refuseUnread)
      .on("tlsClientError", (_error, socket) => socket.destroy());
  const front: Server = secure ? createSocketServer((socket) => divide(socket, plain, secure)) : plain;
  const sockets = new Set<Socket>();
  front.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await listening(front, port);
  const host = `127.0.0.1:${(front.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    secureUrl: secure && `https://${host}`,
    caFile: certificate?.file,
    close: () =>
      new Promise((resolve) => {
        front.close(() => {
          certificate?.forget();
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A request that is no HTTP gets no answer, one whose headers are too long is told so. */
function refuseUnread(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code !== "HPE_HEADER_OVERFLOW" || !socket.writable) {
    socket.destroy();
    return;
  }
  const says = `The headers are longer than ${options.maxHeaderSize} bytes.`;
  socket.end(
    `HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${says.length}\r\n\r\n${says}`,
  );
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      const why = taken ? "the port is in use. Choose another one." : error.message;
      reject(new Error(`cannot serve at http://127.0.0.1:${port}: ${why}`, { cause: error }));
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}

/** Hands a connection to the server its first byte asks for. */
function divide(socket: Socket, plain: Server, secure: Server): void {
  const leave = () => socket.destroy();
  socket.once("error", leave);
  socket.once("data", (first: Buffer) => {
    socket.off("error", leave).pause();
    socket.unshift(first);
    const encrypted = first[0] === tlsHandshake;
    (encrypted ? secure : plain).emit("connection", socket);
    // TLS takes what was read from the paused socket; HTTP waits for it to flow.
    if (!encrypted) socket.resume();
  });
}

async function answer(tenant: EmulatedTenant, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  try {
    await send(outgoing, await respond(tenant, incoming, outgoing));
  } catch (error) {
    // A planned fault breaks the connection, at once or in the middle of a body; a client that went away has none.
    if (!isConnectionReset(error) && !outgoing.destroyed && !outgoing.headersSent) {
      outgoing.writeHead(500, { "content-type": "text/plain" }).end(String(error));
      return;
    }
    incoming.socket.destroy();
  }
}

/** A request that came to the port. Its body was read before: it can be asked for more than once. */
class IncomingRequest implements TenantRequest {
  readonly method: string;
  #gone: AbortController | undefined;

  constructor(
    private readonly incoming: IncomingMessage,
    private readonly outgoing: ServerResponse,
    readonly url: string,
    private readonly body: string,
  ) {
    this.method = incoming.method ?? "GET";
  }

  get headers(): TenantRequest["headers"] {
    const { headers } = this.incoming;
    return {
      get(name) {
        const value = headers[name.toLowerCase()] ?? null;
        return Array.isArray(value) ? value.join(", ") : value;
      },
    };
  }

  /** Made for who asks: few requests are ever waited with. */
  get signal(): AbortSignal {
    if (!this.#gone) {
      const gone = new AbortController();
      this.#gone = gone;
      if (this.outgoing.closed) gone.abort();
      else this.outgoing.once("close", () => gone.abort());
    }
    return this.#gone.signal;
  }

  text(): Promise<string> {
    return Promise.resolve(this.body);
  }
}

const plainText = { "content-type": "text/plain;charset=UTF-8" };

async function respond(
  tenant: EmulatedTenant,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<TenantAnswer> {
  const host = incoming.headers.host ?? "";
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host))
    return { status: 403, headers: plainText, body: "Only loopback names are served." };
  const { url = "/" } = incoming;
  const scheme = "encrypted" in incoming.socket ? "https" : "http";
  const target = `${scheme}://${host}${url.startsWith("/") ? url : "/"}`;
  const isGraph = /^\/(v1\.0|beta)\//.test(url);
  const controls = !isGraph && addressesControl(new URL(target).pathname);
  const text = await bodyOf(incoming, controls ? longestControlBody : longestBody);
  if (text === undefined) return { status: 413, headers: plainText, body: "The body is too long." };
  const request = new IncomingRequest(incoming, outgoing, target, text);
  if (controls) return answerOf(await answerControl(tenant, request));
  const shown = isGraph ? undefined : await page(tenant, request);
  return shown ? answerOf(shown) : tenant.answer(request);
}

/** @returns undefined when it is longer than `most` bytes */
async function bodyOf(incoming: IncomingMessage, most: number): Promise<string | undefined> {
  const { method, headers } = incoming;
  if (method === "GET" || method === "HEAD") return "";
  if (headers["content-length"] === undefined && headers["transfer-encoding"] === undefined) return "";
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    length += (chunk as Buffer).length;
    if (length > most) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

async function send(outgoing: ServerResponse, { status, headers, body }: TenantAnswer): Promise<void> {
  if (typeof body !== "object") {
    // With its length it goes out with its headers, in one piece: in chunks it takes several.
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    outgoing.writeHead(status, { ...headers, ...length }).end(body);
    return;
  }
  outgoing.writeHead(status, headers);
  // As it comes: a body that breaks off breaks off at the client too.
  outgoing.flushHeaders();
  for await (const chunk of body) {
    // Sent before the next one is asked for: a body that is cut in the middle has a first half.
    await new Promise((resolve) => outgoing.write(chunk, resolve));
  }
  outgoing.end();
}
