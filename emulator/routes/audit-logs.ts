/** /auditLogs: what happened in the tenant, newest first. The tenant itself writes it. */
import { directoryAudit, signIn } from "../entities/log";
import type { Entity } from "../entities/entity";
import { visibleAnswer, wantsNewMembers } from "../metadata/visible";
import { listAnswer, objectAnswer } from "../odata/collection";
import { collectionOf, oneObject, type QueryOption, type QueryRule } from "../odata/query-rule";
import { notFound } from "../refusal";
import type { Answer } from "../answer";
import { type Context, keyOf, type Permissions, type Route, route } from "../route";
import type { StoredObject } from "../state/store";

const seen = (context: Context, { kind }: Entity, answer: Answer): Answer =>
  visibleAnswer(answer, kind, { version: context.version, newMembers: wantsNewMembers(context.headers) });

/** Without `$count` and `$search`: the logs know neither. */
const logQuery = (entity: Entity): QueryRule => {
  const options: readonly QueryOption[] = ["$select", "$top", "$filter", "$orderby", "$skiptoken"];
  return { ...collectionOf(entity, 1000), options };
};

function known(context: Context, { kind }: Entity): StoredObject {
  const id = keyOf(context, "entry");
  const entry = context.store.get(id);
  if (entry?.kind === kind) return entry;
  throw notFound(id);
}

const newestFirst = (context: Context, property: string): Context => {
  const { query } = context;
  const sort = query.sort.length > 0 ? query.sort : [{ names: [property], descending: true, moment: true }];
  return { ...context, query: { ...query, sort } };
};

const logRoutes = (
  entity: Entity,
  time: string,
  shared: { readonly permissions: Permissions; readonly differs: readonly string[]; readonly pages: string },
  list: (context: Context) => Answer = (context) => listAnswer(newestFirst(context, time), { kinds: [entity.kind] }),
): Route[] => [
  route({
    method: "GET",
    path: `/${entity.set}`,
    permissions: shared.permissions,
    basis: "example",
    source: `REF ${shared.pages}-list`,
    differs: shared.differs,
    answers: entity.kind,
    query: logQuery(entity),
    answer: (context) => seen(context, entity, list(context)),
  }),
  route({
    method: "GET",
    path: `/${entity.set}/{entry}`,
    permissions: shared.permissions,
    basis: "prose",
    source: `REF ${shared.pages}-get`,
    differs: shared.differs,
    answers: entity.kind,
    query: oneObject,
    answer: (context) => seen(context, entity, objectAnswer(context, known(context, entity))),
  }),
];

/** Without a filter on the kind of sign-in only the interactive ones come. */
function signIns(context: Context): Answer {
  const sorted = newestFirst(context, "createdDateTime");
  const asksForKinds = /signInEventTypes/i.test(context.query.kept.get("$filter") ?? "");
  const where = asksForKinds ? undefined : { property: "isInteractive", value: "true" };
  return listAnswer(sorted, { kinds: [signIn.kind], where });
}

export const auditLogRoutes: Route[] = [
  ...logRoutes(directoryAudit, "activityDateTime", {
    permissions: ["AuditLog.Read.All"],
    pages: "directoryaudit",
    differs: [
      "Entries are there at once; Graph's come minutes later. The newest 10,000 are kept, not 30 days.",
      "The names and values of changed properties are those of the request, in the directory's spelling (`AccountEnabled`, `[false]`); Graph's own entries have more of them.",
      "Writes that failed leave no entry. What the tenant does by itself, such as the clean-up of agent identities, leaves none.",
    ],
  }),
  ...logRoutes(
    signIn,
    "createdDateTime",
    {
      permissions: ["AuditLog.Read.All"],
      pages: "signin",
      differs: [
        "Entries are there at once; Graph's come minutes later. The newest 10,000 are kept, not 30 days.",
        "The place is always unknown, the risk always none.",
      ],
    },
    signIns,
  ),
];
