/** `/$count` of the directory's lists: as many as the list without it has, page by page. */
import { inDirectory } from "../odata/filter";
import { countOnly } from "../odata/query-rule";
import type { Route } from "../route";

/** A count for every list that knows `$count`, unless one is declared. */
export function countsOf(routes: readonly Route[]): Route[] {
  const declared = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  return routes.flatMap(({ answers: _answers, ...list }) => {
    const { method, query, path } = list;
    if (method !== "GET" || !query?.options.includes("$count") || !inDirectory(query.type)) return [];
    if (declared.has(`GET ${path}/$count`)) return [];
    const source = `${list.source}; aad-advanced-queries on $count as a segment`;
    return [{ ...list, path: `${path}/$count`, source, query: { ...query, ...countOnly } }];
  });
}
