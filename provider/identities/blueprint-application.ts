/** The application object of a blueprint: where it is in Graph, and what Graph says of it. */
import type { Referent } from "../engine/lifecycle";
import { RunMemory } from "../engine/run/run-memory";
import { EntraError, undefinedWhenGone } from "../graph/errors";
import type { Tenant } from "../graph/tenant";

export interface Blueprint {
  readonly "@odata.type"?: string;
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly description: string | null;
  readonly signInAudience: string;
  readonly tags: string[];
  readonly uniqueName: string | null;
  readonly createdDateTime?: string;
  /** Secrets, never their text. */
  readonly passwordCredentials?: readonly Credential[];
  /** Certificates. */
  readonly keyCredentials?: readonly Credential[];
}

export interface Credential {
  readonly keyId: string;
  /** ISO 8601. */
  readonly endDateTime: string;
}

/** Name in the type token of the resource, and in its marker. */
export const blueprintKind = "AgentIdentityBlueprint";

const cast = "microsoft.graph.agentIdentityBlueprint";

/** All blueprints of the tenant. */
export const blueprintCollection = `/applications/${cast}`;

/** Path of the blueprint's application object, which its sponsors, owners and credentials hang from. */
export const blueprintPath = (objectId: string): string => `/applications/${encodeURIComponent(objectId)}/${cast}`;

/** The same by its key: what a PATCH there makes if there is none. */
export const blueprintByName = (uniqueName: string): string =>
  `/applications(uniqueName='${encodeURIComponent(uniqueName)}')/${cast}`;

const byAppId = (appId: string): string => `/applications(appId='${encodeURIComponent(appId)}')/${cast}`;

/** By appId: it never changes. */
const objectIds = new RunMemory<string>();

/** Object id of the blueprint with this appId. 404 is an EntraError with code NOT_FOUND. */
export const objectIdOf = (tenant: Tenant, appId: string): Promise<string> =>
  objectIds.of(tenant, appId, async () => (await tenant.get<Blueprint>(`${byAppId(appId)}?$select=id`)).id);

const known = new RunMemory<boolean>((isThere) => isThere);

/**
 * Whether there is a blueprint of this appId: here, or as the principal of another tenant's. What may not be asked is left
 * to the create.
 */
const isThere = (tenant: Tenant, appId: string): Promise<boolean> =>
  known.of(tenant, appId, async () => {
    for (const collection of ["applications", "servicePrincipals"]) {
      const path = `/${collection}(appId='${encodeURIComponent(appId)}')?$select=id`;
      try {
        await tenant.get(path);
        return true;
      } catch (error) {
        if (error instanceof EntraError && error.code === "FORBIDDEN") return true;
        undefinedWhenGone(error);
      }
    }
    return false;
  });

/** Why nothing can be created from the blueprint of this appId. */
export const missingBlueprint: Referent = async (tenant, appId) =>
  (await isThere(tenant, appId))
    ? undefined
    : `must be the appId of a blueprint: there is no application "${appId}" in ${tenant.name}. Correct the id. If a resource of this program makes it and somebody deleted it, run \`pulumi refresh\``;

/** Spares that question for a blueprint that was seen. */
export function keepObjectId(tenant: Tenant, { appId, id }: Blueprint): void {
  void objectIds.of(tenant, appId, () => Promise.resolve(id));
}

/**
 * Some requests silently make or find a plain application; that must never pass for a blueprint. Where Graph leaves the
 * type out, the cast in the path has decided it.
 *
 * @throws EntraError UNEXPECTED_ANSWER
 */
export function requireBlueprint(application: Blueprint): Blueprint {
  const type = application["@odata.type"] ?? "#microsoft.graph.agentIdentityBlueprint";
  if (/agentIdentityBlueprint$/i.test(type)) return application;
  throw new EntraError(
    "UNEXPECTED_ANSWER",
    `application ${application.appId} (uniqueName ${application.uniqueName ?? "none"}) is a plain application, not a blueprint. Declare another uniqueName`,
  );
}
