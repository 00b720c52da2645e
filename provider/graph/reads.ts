/** The ways to read: one object, one page of a collection, and all pages. */
import { EntraError } from "./errors";
import type { Send } from "./graph-client";
import type { GraphVersion, Page, PageAddress, RequestOptions, Tenant } from "./tenant";

export type Reads = Pick<Tenant, "get" | "page" | "list">;

/** @param origin scheme and host that pages must stay at */
export function reads(send: Send, origin: string): Reads {
  return {
    async get<T>(path: string, options?: RequestOptions): Promise<T> {
      return (await object(send, path, options)) as T;
    },
    async page<T>(path: string, options: RequestOptions = {}): Promise<Page<T>> {
      return (await page(send, origin, path, options)) as Page<T>;
    },
    async list<T>(path: string, options: RequestOptions = {}): Promise<T[]> {
      return (await allPages(send, origin, path, options)) as T[];
    },
  };
}

async function object(send: Send, path: string, options: RequestOptions | undefined): Promise<object> {
  const body = await send("GET", path, undefined, options);
  if (typeof body === "object" && body !== null) return body;
  throw new EntraError("UNEXPECTED_ANSWER", "Graph answered a read without a body");
}

/** Every item once: an object that moves between pages while they are read is in two of them. */
async function allPages(send: Send, origin: string, path: string, options: RequestOptions): Promise<unknown[]> {
  const all = new Map<unknown, unknown>();
  const seen = new Set<string>();
  let at: PageAddress = { path, version: options.version ?? "v1.0" };
  for (;;) {
    const { items, next } = await page(send, origin, at.path, { ...options, version: at.version });
    for (const item of items) all.set(idOf(item) ?? Symbol("item without id"), item);
    if (next === undefined) return [...all.values()];
    const address = `${next.version}${next.path}`;
    if (seen.has(address))
      throw new EntraError("UNEXPECTED_ANSWER", "the list has no end: Graph named a next page that was read before");
    seen.add(address);
    at = next;
  }
}

async function page(send: Send, origin: string, path: string, options: RequestOptions): Promise<Page<unknown>> {
  const { value, "@odata.nextLink": link }: ListResponse = await object(send, path, options);
  if (!Array.isArray(value)) throw new EntraError("UNEXPECTED_ANSWER", "the list response has no `value` array");
  const items = value as unknown[];
  if (link === undefined) return { items, next: undefined };
  if (typeof link !== "string") throw new EntraError("UNEXPECTED_ANSWER", "the list response has no text as nextLink");
  return { items, next: withinOrigin(link, origin) };
}

interface ListResponse {
  readonly value?: unknown;
  readonly "@odata.nextLink"?: unknown;
}

/** Path and version of a nextLink. A link to another host is refused before the token is sent there. */
function withinOrigin(link: string, origin: string): PageAddress {
  const [, version, path] = link.startsWith(`${origin}/`)
    ? (/^\/(v1\.0|beta)(\/.*)$/s.exec(link.slice(origin.length)) ?? [])
    : [];
  if (path !== undefined) return { path, version: version as GraphVersion };
  const host = URL.canParse(link) ? new URL(link).origin : "an address that is no URL";
  throw new EntraError(
    "UNEXPECTED_ANSWER",
    `the list's next page is at ${host}, outside ${origin}/v1.0 and ${origin}/beta: it was not read`,
  );
}

function idOf(item: unknown): unknown {
  const id: unknown = typeof item === "object" && item !== null ? (item as Record<string, unknown>)["id"] : undefined;
  return typeof id === "string" ? id : undefined;
}
