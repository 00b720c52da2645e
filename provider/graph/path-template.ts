/** Paths without the ids and names of a tenant, for logs that may be shared. */

/** Words that follow a collection and are not keys. */
const operations = new Set(["getByIds", "validateProperties", "delta"]);
const word = /^[a-z][A-Za-z0-9]{0,40}$/;

/**
 * `/v1.0/users/alice@contoso.com?$select=id` becomes `/v1.0/users/{id}`. Keys, quoted values and segments that do
 * not look like a word of Graph's vocabulary become `{id}`; the query is left out.
 */
export function pathTemplate(url: string): string {
  const path = /^https?:\/\//.test(url) ? new URL(url).pathname : url.replace(/[?#].*$/s, "");
  return path
    .split("/")
    .map((segment, index, all) => templateOf(segment, all[index - 1] ?? ""))
    .join("/");
}

function templateOf(segment: string, before: string): string {
  const named = /^([a-z][A-Za-z0-9.]*)\((.*)\)$/s.exec(segment);
  if (named) return `${named[1] ?? ""}(${keyTemplate(named[2] ?? "")})`;
  if (segment === "" || segment === "v1.0" || segment.startsWith("$") || segment.startsWith("microsoft.graph."))
    return segment;
  // A collection has a plural name in Graph, and what follows it is a key. conditionalAccess is not a plural.
  const isKey = /[^s]s$/.test(before) && word.test(before) && !operations.has(segment);
  return isKey || !word.test(segment) ? "{id}" : segment;
}

const keyTemplate = (key: string): string => {
  const name = /^([a-z][A-Za-z]*)=/.exec(key)?.[1];
  return name ? `${name}={id}` : "{id}";
};
