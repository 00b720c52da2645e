/**
 * What of its principal's permissions at an API a blueprint lets its agents inherit. v1.0 says so by patterns on the blueprint.
 * Where it cannot be read there, or does not say it of app roles, beta shows what one of the agents inherits, which is the
 * same for all of them.
 *
 * Graph: GET /applications/{id}/microsoft.graph.agentIdentityBlueprint/inheritablePermissions (v1.0),
 *        GET /servicePrincipals/{id}/microsoft.graph.agentIdentity/inherited{AppRoleAssignments,Oauth2PermissionGrants} (beta)
 */
import { type Api, roleName } from "./api";
import { type DelegatedGrant, type RoleAssignment, scopesIn } from "./held-permissions";
import { type Moment, RunMemory } from "../engine/run/run-memory";
import { sorted } from "../engine/json";
import { EntraError, type EntraErrorCode } from "../graph/errors";
import type { Tenant } from "../graph/tenant";
import { blueprintPath, objectIdOf } from "../identities/blueprint-application";

/** What passes: everything, these names, or nobody can tell. */
type Passing = "all" | readonly string[] | "unknown";

export interface Inheritance {
  readonly application: Passing;
  readonly delegated: Passing;
}

interface Pattern {
  readonly "@odata.type"?: string;
  readonly kind?: string | null;
  readonly scopes?: readonly string[];
}

interface InheritablePermission {
  readonly resourceAppId: string;
  readonly inheritableScopes?: Pattern | null;
  /** Left out by tenants whose v1.0 does not know it. */
  readonly inheritableRoles?: Pattern | null;
}

interface Question {
  readonly blueprintId: string;
  /** One of its agents. */
  readonly agentId: string;
  readonly api: Api;
  /** What the answer must know of. */
  readonly after: Moment;
}

const isKnown = ({ application, delegated }: Inheritance): boolean =>
  application !== "unknown" && delegated !== "unknown";

const inheritances = new RunMemory<Inheritance>();

/** Asked once per process for each blueprint and API. */
export const inheritanceOf = (tenant: Tenant, { after, ...question }: Question): Promise<Inheritance> =>
  inheritances.of(tenant, `${question.blueprintId} ${question.api.appId}`, () => ask(tenant, question), after);

/** Path of what a blueprint lets its agents inherit at an API: a DELETE there ends it. */
export const inheritablePath = async (tenant: Tenant, blueprintId: string, api: Api): Promise<string> =>
  `${blueprintPath(await objectIdOf(tenant, blueprintId))}/inheritablePermissions/${api.appId}`;

/** What agents inherit of what the principal holds. */
export function passedDown(
  { application, delegated }: Inheritance,
  held: { readonly application: readonly string[]; readonly delegated: readonly string[] },
): { application: readonly string[] | "unknown"; delegated: readonly string[] | "unknown" } {
  const passed = (names: readonly string[], passing: Passing): readonly string[] | "unknown" =>
    passing === "all" || names.length === 0
      ? names
      : passing === "unknown"
        ? "unknown"
        : names.filter((name) => passing.includes(name));
  return { application: passed(held.application, application), delegated: passed(held.delegated, delegated) };
}

async function ask(tenant: Tenant, question: Omit<Question, "after">): Promise<Inheritance> {
  const declared = await declaredOnBlueprint(tenant, question);
  if (isKnown(declared)) return declared;
  const { agentId, api } = question;
  const path = `/servicePrincipals/${encodeURIComponent(agentId)}/microsoft.graph.agentIdentity`;
  const [roles, grants] = await Promise.all([
    listWherePossible<RoleAssignment>(tenant, `${path}/inheritedAppRoleAssignments`, "beta"),
    listWherePossible<DelegatedGrant>(tenant, `${path}/inheritedOauth2PermissionGrants`, "beta"),
  ]);
  const isHere = ({ resourceId }: RoleAssignment | DelegatedGrant): boolean => resourceId === api.id;
  const known = (passing: Passing, seen: readonly string[] | undefined): Passing =>
    passing === "unknown" && seen !== undefined ? sorted(seen) : passing;
  return {
    application: known(
      declared.application,
      roles?.filter(isHere).map(({ appRoleId }) => roleName(api, appRoleId)),
    ),
    delegated: known(declared.delegated, grants?.filter(isHere).flatMap(scopesIn)),
  };
}

async function declaredOnBlueprint(
  tenant: Tenant,
  { blueprintId, api }: Omit<Question, "after">,
): Promise<Inheritance> {
  const nobodyKnows = { application: "unknown", delegated: "unknown" } as const;
  const objectId = await orUndefined(() => objectIdOf(tenant, blueprintId));
  if (objectId === undefined) return nobodyKnows;
  const path = `${blueprintPath(objectId)}/inheritablePermissions`;
  const all = await listWherePossible<InheritablePermission>(tenant, path, "v1.0");
  if (all === undefined) return nobodyKnows;
  const here = all.find(({ resourceAppId }) => resourceAppId.toLowerCase() === api.appId.toLowerCase());
  if (here === undefined) return { application: [], delegated: [] };
  return { application: passingOf(here.inheritableRoles), delegated: passingOf(here.inheritableScopes) };
}

/** `kind` may be missing where the type says it, and the other way round. */
function passingOf(pattern: Pattern | null | undefined): Passing {
  const said = `${pattern?.["@odata.type"] ?? ""} ${pattern?.kind ?? ""}`;
  if (/\ballAllowed/.test(said)) return "all";
  if (/\benumerated/.test(said)) return pattern?.scopes ?? "unknown";
  return /\bno(?:Scopes|Roles|ne)\b/.test(said) ? [] : "unknown";
}

const listWherePossible = <Item>(
  tenant: Tenant,
  path: string,
  version: "v1.0" | "beta",
): Promise<readonly Item[] | undefined> => orUndefined(() => tenant.list<Item>(path, { version }));

/** Answers after which it is not known, however often one asks: the permission is missing, or this tenant has no such path. */
const cannotTell: ReadonlySet<EntraErrorCode> = new Set(["FORBIDDEN", "NOT_FOUND", "REFUSED"]);

async function orUndefined<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof EntraError && cannotTell.has(error.code)) return undefined;
    throw error;
  }
}
