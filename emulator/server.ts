/** The tenant on a port of this machine, for clients in other processes. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { isConnectionReset } from "./state/journal";
import { type EmulatedTenant } from "./tenant";
import { tokenLifeSeconds } from "./sign-in/token";

export interface ServedTenant {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  close(): Promise<void>;
}

/** Longest request body, in bytes: Graph's own limit for a batch. */
const longestBody = 4 * 1024 * 1024;

/**
 * Serves Microsoft Graph at `/v1.0` and `/beta`, and three control routes below `/_tenant`. Only this machine can reach
 * it, and a browser page of another origin cannot: the Host header must be a loopback name.
 *
 * @param options.port 0 for any free one
 */
export async function serveTenant(tenant: EmulatedTenant, options: { readonly port: number }): Promise<ServedTenant> {
  const server = createServer((incoming, outgoing) => void answer(tenant, incoming, outgoing));
  server.on("clientError", (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      const why = taken ? "the port is in use. Choose another with --port." : error.message;
      reject(new Error(`cannot serve at http://127.0.0.1:${options.port}: ${why}`, { cause: error }));
    });
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => closed(server) };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function answer(tenant: EmulatedTenant, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  try {
    await send(outgoing, await respond(tenant, incoming));
  } catch (error) {
    // A planned fault breaks the connection; a client that went away has none.
    if (!isConnectionReset(error) && !outgoing.destroyed && !outgoing.headersSent) {
      outgoing.writeHead(500, { "content-type": "text/plain" }).end(String(error));
      return;
    }
    incoming.socket.destroy();
  }
}

async function respond(tenant: EmulatedTenant, incoming: IncomingMessage): Promise<Response> {
  const host = incoming.headers.host ?? "";
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host))
    return new Response("Only loopback names are served.", { status: 403 });
  const { method = "GET", url = "/" } = incoming;
  const text = await bodyOf(incoming);
  if (text === undefined) return new Response("The body is too long.", { status: 413 });
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const target = `http://${host}${url.startsWith("/") ? url : "/"}`;
  const path = new URL(target).pathname;
  if (path === "/_tenant" || path.startsWith("/_tenant/")) return control(tenant, method, path, text);
  return tenant.handle(
    new Request(target, { method, headers, ...(text === "" || method === "GET" ? {} : { body: text }) }),
  );
}

const tokenRequest = z
  .strictObject({ permissions: z.array(z.string()), app: z.string(), user: z.string() })
  .partial()
  .transform((given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));

async function control(tenant: EmulatedTenant, method: string, path: string, text: string): Promise<Response> {
  const { id, name, domain } = tenant;
  if (method === "GET" && path === "/_tenant") return Response.json({ id, name, domain });
  if (method === "GET" && path === "/_tenant/requests") return Response.json({ value: tenant.requests() });
  if (method !== "POST" || path !== "/_tenant/token")
    return Response.json({ error: `There is no ${method} ${path}.` }, { status: 404 });
  try {
    const access_token = await tenant.token(tokenRequest.parse(text === "" ? {} : JSON.parse(text)));
    return Response.json({ access_token, expires_in: tokenLifeSeconds });
  } catch (error) {
    return Response.json(
      { error: error instanceof TypeError ? error.message : "The body must be {permissions?, app?, user?}." },
      { status: 400 },
    );
  }
}

/** @returns undefined when it is too long */
async function bodyOf(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    length += (chunk as Buffer).length;
    if (length > longestBody) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

async function send(outgoing: ServerResponse, response: Response): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}
