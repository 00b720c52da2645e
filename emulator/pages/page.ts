/**
 * Pages for people who want to see what is in a served tenant: objects, what they are connected to, and the newest
 * requests. They read through Microsoft Graph's own paths, so they show what a client would be answered.
 */
import type { TenantRequest } from "../exchange";
import type { Version } from "../odata/address";
import { undisturbed } from "../switches/request-switches";
import type { EmulatedTenant } from "../emulated-tenant";
import { type Browsable, browsables, permissionsToBrowse } from "./collections";
import { type Content, html } from "./html";
import { pageOf } from "./layout";

type Properties = Readonly<Record<string, unknown>>;

/** What Graph answered, or why not. */
type Reading = { readonly body: Properties } | { readonly refused: string };

interface Visit {
  readonly tenant: EmulatedTenant;
  readonly url: URL;
  readonly get: (path: string, version?: Version) => Promise<Reading>;
}

/** Marks the requests of these pages in the log, which does not show them. */
const ownRequests = "tenant-page-";

/** Objects on a page. */
const pageSize = 50;

/** Requests that are shown. */
const newestRequests = 200;

/** @returns undefined when the address is none of a page */
export async function page(
  tenant: EmulatedTenant,
  request: Pick<TenantRequest, "method" | "url">,
): Promise<Response | undefined> {
  const url = new URL(request.url);
  const [, area = "", name = "", id, ...more] = readable(url.pathname).split("/");
  const known = browsables.find((one) => one.name === name);
  const visit = async (): Promise<Visit> => ({ tenant, url, get: await reader(tenant) });
  if (request.method !== "GET" || more.length > 0) return undefined;
  if (area === "" && name === "") return overview(await visit());
  if (area === "requests" && name === "") return requests(tenant);
  if (area === "favicon.ico") return new Response(null, { status: 204 });
  if (area !== "objects") return undefined;
  if (!known)
    return pageOf({ tenant, title: "Not found", status: 404 }, html`<p>There is nothing at ${url.pathname}.</p>`);
  return id === undefined ? list(await visit(), known) : object(await visit(), known, id);
}

/** Undecodable addresses are none of ours. */
function readable(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

async function reader(tenant: EmulatedTenant): Promise<Visit["get"]> {
  const token = await tenant.token({ permissions: permissionsToBrowse });
  let sequence = 0;
  return async (path, version = "v1.0") => {
    const headers = {
      ...undisturbed,
      authorization: `Bearer ${token}`,
      consistencylevel: "eventual",
      "client-request-id": `${ownRequests}${String((sequence += 1))}`,
    };
    const response = await tenant.handle(new Request(`https://graph.microsoft.com/${version}${path}`, { headers }));
    const body = (await response.json()) as Properties;
    if (response.ok) return { body };
    const { code, message } = body["error"] as { code: string; message: string };
    return { refused: `${response.status} ${code}: ${message}` };
  };
}

async function overview({ tenant, get }: Visit): Promise<Response> {
  const rows = await Promise.all(
    browsables.map(async ({ name, title, path, version }) => {
      const reading = await get(`${path}?$count=true&$top=1`, version);
      const count = "refused" in reading ? undefined : reading.body["@odata.count"];
      const shown = typeof count === "number" ? count : "refused" in reading ? reading.refused : "some";
      return html`<tr>
        <td><a href="/objects/${name}">${title}</a></td>
        <td>${shown}</td>
      </tr>`;
    }),
  );
  return pageOf(
    { tenant, current: "overview", title: "Overview" },
    html`<p>
        Tenant ${tenant.id}, domain ${tenant.domain}. State: ${tenant.where}. Time: ${tenant.now().toISOString()}
      </p>
      <table>
        <tr>
          <th>Objects</th>
          <th>Number</th>
        </tr>
        ${rows}
      </table>`,
  );
}

async function list({ tenant, url, get }: Visit, known: Browsable): Promise<Response> {
  const { name, title, path, version, columns, search } = known;
  const words = url.searchParams.get("q")?.trim() ?? "";
  const options = new URLSearchParams({ $top: String(pageSize) });
  if (words !== "" && search !== undefined) {
    options.set("$filter", `startswith(${search},'${words.replaceAll("'", "''")}')`);
  }
  const skipToken = url.searchParams.get("next");
  if (skipToken !== null) options.set("$skiptoken", skipToken);
  const reading = await get(`${path}?${options.toString()}`, version);
  const form =
    search === undefined
      ? ""
      : html`<form>
          <label>${search} begins with <input name="q" value="${words}" /></label> <button>Search</button>
        </form>`;
  return pageOf({ tenant, current: name, title }, [
    form,
    "refused" in reading ? refusal(reading.refused) : [table(known, columns, rowsOf(reading.body)), nextPage()],
  ]);

  function nextPage(): Content {
    const link = "body" in reading ? reading.body["@odata.nextLink"] : undefined;
    if (typeof link !== "string") return "";
    const query = new URLSearchParams({ q: words, next: new URL(link).searchParams.get("$skiptoken") ?? "" });
    return html`<p><a href="/objects/${name}?${query.toString()}" rel="next">Next page</a></p>`;
  }
}

async function object({ tenant, get }: Visit, known: Browsable, id: string): Promise<Response> {
  const { name, path, version, relations = [] } = known;
  const reading = await get(`${path}/${encodeURIComponent(id)}`, version);
  if ("refused" in reading) {
    return pageOf({ tenant, current: name, title: "Not found", status: 404 }, refusal(reading.refused));
  }
  const connected = await Promise.all(
    relations.map(async (relation) => {
      const related = await get(`${path}/${encodeURIComponent(id)}/${relation}`, version);
      return html`<h2>${relation}</h2>
        ${"refused" in related ? refusal(related.refused) : relatedTable(related.body)}`;
    }),
  );
  const title = textOf(reading.body["displayName"] ?? reading.body["id"]);
  return pageOf({ tenant, current: name, title }, [properties(reading.body), connected]);
}

function requests(tenant: EmulatedTenant): Response {
  const newest = tenant
    .requests()
    .filter(({ clientRequestId }) => !clientRequestId.startsWith(ownRequests))
    .slice(-newestRequests)
    .reverse();
  const rows = newest.map(
    ({ at, method, path, status, clientRequestId }) =>
      html`<tr><td>${at}</td><td>${method}</td><td>${path}</td>
        <td${status >= 400 || status === 0 ? html` class="bad"` : ""}>${status === 0 ? "connection lost" : status}</td><td>${clientRequestId}</td></tr>`,
  );
  return pageOf(
    { tenant, current: "requests", title: "Recent requests" },
    rows.length === 0
      ? html`<p class="none">None yet.</p>`
      : html`<table>
          <tr>
            <th>Time</th>
            <th>Method</th>
            <th>Path</th>
            <th>Status</th>
            <th>client-request-id</th>
          </tr>
          ${rows}
        </table>`,
  );
}

const rowsOf = (body: Properties): readonly Properties[] => body["value"] as readonly Properties[];

function table(known: Browsable, columns: readonly string[], rows: readonly Properties[]): Content {
  if (rows.length === 0) return html`<p class="none">None.</p>`;
  const linked = (row: Properties, column: string, at: number) =>
    at === 0 && typeof row["id"] === "string"
      ? html`<a href="/objects/${known.name}/${encodeURIComponent(row["id"])}">${textOf(row[column])}</a>`
      : textOf(row[column]);
  return html`<table>
    <tr>
      ${columns.map((column) => html`<th>${column}</th>`)}
    </tr>
    ${rows.map(
      (row) =>
        html`<tr>
          ${columns.map((column, at) => html`<td>${linked(row, column, at)}</td>`)}
        </tr>`,
    )}
  </table>`;
}

/** One object, or many of any type: everything they say. */
function relatedTable(body: Properties): Content {
  if (!Array.isArray(body["value"])) return properties(body);
  const rows = rowsOf(body);
  return rows.length === 0 ? html`<p class="none">None.</p>` : rows.map(properties);
}

const properties = (object: Properties): Content =>
  html`<table>
    ${Object.entries(object)
      .filter(([name]) => name !== "@odata.context")
      .map(
        ([name, value]) =>
          html`<tr>
            <th>${name}</th>
            <td><pre>${textOf(value)}</pre></td>
          </tr>`,
      )}
  </table>`;

const refusal = (text: string): Content => html`<p class="bad">${text}</p>`;

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value, undefined, 2);
