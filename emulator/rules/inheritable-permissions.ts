/** Which permissions of a blueprint principal its agent identities hold too. */
import type { z } from "zod";
import { belongingTo } from "../entities/application";
import {
  inheritablePermission,
  type inheritableToChange,
  type inheritableToCreate,
} from "../entities/inheritable-permission";
import { badRequest, conflict } from "../refusal";
import type { Context } from "../route";
import type { Json, StoredObject } from "../state/store";
import { checkNotBlocked } from "./blocked-permissions";

const { kind } = inheritablePermission;

/** APIs whose permissions one blueprint can hand down. */
const mostResources = 10;

/** Patterns by type, with the `kind` that stands for it. */
const patterns = {
  inheritableScopes: { allAllowedScopes: "allAllowed", enumeratedScopes: "enumerated", noScopes: "none" },
  inheritableRoles: { allAllowedRoles: "allAllowed", noRoles: "none" },
} as const;

type Property = keyof typeof patterns;

/** A pattern as it is kept and read: `kind` may be left out by the client. */
function patternOf(property: Property, given: Json, resourceAppId: string): Json {
  const known: Readonly<Record<string, string>> = patterns[property];
  const said = String(given["@odata.type"]).replace(/^#?(?:microsoft\.)?graph\./i, "");
  const type = Object.keys(known).find((name) => name.toLowerCase() === said.toLowerCase());
  if (type === undefined) throw invalid(property);
  if (given["kind"] !== undefined && given["kind"] !== known[type]) throw invalid(`${property}.kind`);
  const kept = { "@odata.type": `microsoft.graph.${type}`, kind: known[type] };
  const scopes = given["scopes"] as readonly string[] | undefined;
  if (type !== "enumeratedScopes") return kept;
  if (!scopes || new Set(scopes).size < scopes.length) throw invalid(`${property}.scopes`);
  checkNotBlocked(resourceAppId, "delegated", scopes);
  return { ...kept, scopes };
}

const invalid = (path: string) =>
  badRequest(`Invalid value specified for property '${path}' of resource 'InheritablePermission'.`);

/** What the body says of scopes and roles, as it is kept. */
function patternsIn(body: { readonly [P in Property]?: Json | undefined }, resourceAppId: string): Json {
  return Object.fromEntries(
    (Object.keys(patterns) as Property[]).flatMap((property) => {
      const given = body[property];
      return given ? [[property, patternOf(property, given, resourceAppId)]] : [];
    }),
  );
}

export function inheritableOf(context: Context, blueprint: StoredObject, resourceAppId: string) {
  const wanted = resourceAppId.toLowerCase();
  return belongingTo(kind, blueprint, context).find(({ body }) => body["resourceAppId"] === wanted);
}

export function makeInheritable(
  context: Context,
  blueprint: StoredObject,
  body: z.infer<typeof inheritableToCreate.schema>,
): StoredObject {
  const resourceAppId = body.resourceAppId.toLowerCase();
  if (inheritableOf(context, blueprint, resourceAppId))
    throw conflict(`An inheritable permission for the resource '${resourceAppId}' already exists.`);
  if (belongingTo(kind, blueprint, context).length >= mostResources)
    throw badRequest(`A blueprint can have inheritable permissions of at most ${mostResources} resources.`);
  const kept = { application: blueprint.id, resourceAppId, ...patternsIn(body, resourceAppId) };
  return context.store.insert(kind, `${blueprint.id}_${resourceAppId}`, kept);
}

export function changeInheritable(
  context: Context,
  permission: StoredObject,
  change: z.infer<typeof inheritableToChange.schema>,
): StoredObject {
  const resourceAppId = String(permission.body["resourceAppId"]);
  return context.store.replace(permission, { ...permission.body, ...patternsIn(change, resourceAppId) });
}
