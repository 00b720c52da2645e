/** The two ways to read: one object, and all pages of a collection. */
import { EntraError } from "./errors";
import type { Send } from "./graph-client";
import type { GraphVersion, RequestOptions, Tenant } from "./tenant";

export type Reads = Pick<Tenant, "get" | "list">;

/** @param origin scheme and host that pages must stay at */
export function reads(send: Send, origin: string): Reads {
  return {
    async get<T>(path: string, options?: RequestOptions): Promise<T> {
      return (await object(send, path, options)) as T;
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
  const items = new Map<unknown, unknown>();
  const seen = new Set<string>();
  let version = options.version ?? "v1.0";
  for (let next = path; ;) {
    const page: Page = await object(send, next, { ...options, version });
    if (!Array.isArray(page.value)) throw new EntraError("UNEXPECTED_ANSWER", "the list response has no `value` array");
    for (const item of page.value as unknown[]) items.set(idOf(item) ?? Symbol("item without id"), item);
    const link = page["@odata.nextLink"];
    if (link === undefined) return [...items.values()];
    if (typeof link !== "string" || seen.has(link))
      throw new EntraError("UNEXPECTED_ANSWER", "the list has no end: Graph named a next page that was read before");
    seen.add(link);
    ({ path: next, version } = withinOrigin(link, origin));
  }
}

interface Page {
  readonly value?: unknown;
  readonly "@odata.nextLink"?: unknown;
}

/** Path and version of a nextLink. A link to another host is refused before the token is sent there. */
function withinOrigin(link: string, origin: string): { path: string; version: GraphVersion } {
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
