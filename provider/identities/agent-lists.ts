/** The lists in which blueprints, their principals and their identities are seen, and what is read of each. */
import type { Listing } from "../engine/listing";
import { type Blueprint, blueprintCollection } from "./blueprint-application";

export interface Principal {
  readonly "@odata.type"?: string;
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly accountEnabled: boolean;
  readonly disabledByMicrosoftStatus?: string | null;
  readonly createdDateTime?: string;
  readonly tags: string[];
}

export interface Identity {
  readonly id: string;
  readonly displayName: string;
  readonly agentIdentityBlueprintId: string;
  readonly accountEnabled: boolean;
  readonly disabledByMicrosoftStatus?: string | null;
  readonly createdDateTime?: string;
  readonly tags: string[];
}

export type DeletedBlueprint = Blueprint & Deleted;
export type DeletedPrincipal = Principal & Deleted;

interface Deleted {
  /** ISO 8601. */
  readonly deletedDateTime: string;
}

export const blueprints: Listing<Blueprint> = {
  collection: blueprintCollection,
  select: ["id", "appId", "displayName", "description", "signInAudience", "tags", "uniqueName", "createdDateTime"],
  top: 100,
  markedFromCreate: true,
};

/** An interrupted run may leave one without its marker. */
export const principals: Listing<Principal> = {
  collection: "/servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal",
  select: ["id", "appId", "displayName", "accountEnabled", "disabledByMicrosoftStatus", "tags", "createdDateTime"],
  top: 100,
};

export const identities: Listing<Identity> = {
  collection: "/servicePrincipals/microsoft.graph.agentIdentity",
  select: [
    "id",
    "displayName",
    "agentIdentityBlueprintId",
    "accountEnabled",
    "disabledByMicrosoftStatus",
    "tags",
    "createdDateTime",
  ],
  top: 100,
  markedFromCreate: true,
};

/** @param blueprintId its appId */
export const identitiesOf = (blueprintId: string): Listing<Identity> => ({
  ...identities,
  filter: { agentIdentityBlueprintId: blueprintId },
});

/** Every kind of application. They have no cast for agents, and are shown whole, as where one is searched by its key. */
export const deletedApplications: Listing<DeletedBlueprint> = {
  collection: "/directory/deletedItems/microsoft.graph.application",
};

/** Every kind of service principal. */
export const deletedServicePrincipals: Listing<DeletedPrincipal> = {
  collection: "/directory/deletedItems/microsoft.graph.servicePrincipal",
};

/** Permissions to read either of them. */
export const toReadDeleted: readonly string[] = ["Application.Read.All"];
