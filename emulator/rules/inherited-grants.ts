/** What an agent identity holds because its blueprint's principal does, and the blueprint makes it inheritable. */
import { belongingTo, blueprintOf } from "../entities/application";
import { propertiesOf } from "../view";
import type { Context } from "../route";
import type { Json, StoredObject } from "../state/store";
import { scopesIn } from "./oauth2-permission-grants";

type Pattern = Json | undefined;

interface Above {
  readonly principal: StoredObject;
  /** Patterns by the app id of the resource. */
  readonly patterns: ReadonlyMap<string, { readonly scopes: Pattern; readonly roles: Pattern }>;
}

function above(context: Context, identity: StoredObject): Above | undefined {
  const appId = String(identity.body["agentIdentityBlueprintId"]);
  const blueprint = blueprintOf(context.store, appId);
  const where = { property: "appId", value: appId };
  const [principal] = context.store.find({ kinds: ["agentIdentityBlueprintPrincipal"], where });
  if (!blueprint || !principal) return undefined;
  const patterns = belongingTo("inheritablePermission", blueprint, context).map(
    ({ body }) =>
      [
        String(body["resourceAppId"]),
        { scopes: body["inheritableScopes"] as Pattern, roles: body["inheritableRoles"] as Pattern },
      ] as const,
  );
  return { principal, patterns: new Map(patterns) };
}

const appIdOf = ({ store }: Context, resourceId: unknown): string =>
  String(store.get(String(resourceId))?.body["appId"]);

/** Grants of a kind that the principal holds. */
const held = ({ store }: Context, kind: string, property: string, { id }: StoredObject): StoredObject[] =>
  store.find({ kinds: [kind], where: { property, value: id } });

export function inheritedAssignments(context: Context, identity: StoredObject): StoredObject[] {
  const found = above(context, identity);
  if (!found) return [];
  const name = propertiesOf(identity, context)["displayName"];
  return held(context, "appRoleAssignment", "principalId", found.principal)
    .filter(({ body }) => found.patterns.get(appIdOf(context, body["resourceId"]))?.roles?.["kind"] === "allAllowed")
    .map((one) => ({ ...one, body: { ...one.body, principalId: identity.id, principalDisplayName: name } }));
}

/** Scopes that a pattern lets through. */
function passed(pattern: Pattern, scopes: readonly string[]): readonly string[] {
  if (pattern?.["kind"] === "allAllowed") return scopes;
  if (pattern?.["kind"] !== "enumerated") return [];
  const named = pattern["scopes"] as readonly string[];
  return scopes.filter((scope) => named.includes(scope));
}

/** Only grants for all principals are inherited. */
export function inheritedGrants(context: Context, identity: StoredObject): StoredObject[] {
  const found = above(context, identity);
  if (!found) return [];
  return held(context, "oAuth2PermissionGrant", "clientId", found.principal)
    .filter(({ body }) => body["consentType"] === "AllPrincipals")
    .flatMap((one) => {
      const pattern = found.patterns.get(appIdOf(context, one.body["resourceId"]))?.scopes;
      const scopes = passed(pattern, scopesIn(one.body["scope"]));
      const body = { ...one.body, clientId: identity.id, scope: scopes.join(" ") };
      return scopes.length > 0 ? [{ ...one, body }] : [];
    });
}
