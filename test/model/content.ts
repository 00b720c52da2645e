/** What a tenant holds of a fleet, by the names of its resources: read from its store, with no help of the product. */
import type { TenantFile } from "../../emulator/tenant";
import { textOf } from "../../provider/engine/json";
import { markerTag } from "../../provider/engine/marker";
import { credentialName, credentialSubject, type Fleet, type Kind, marker, type Resource, uniqueName } from "./fleet";

type StoredObject = TenantFile["objects"][number];

/** An object in the tenant. */
export interface Found {
  readonly id: string;
  /** The id of a blueprint is its appId; this is what paths are made of. */
  readonly objectId: string;
  readonly kind: Kind;
  /** The resource whose marker it bears; of what has no place for one, the resource it is made for. */
  readonly name: string;
  /** As a resource of the fleet would declare it; what nobody declared is there as well. */
  readonly content: Readonly<Record<string, unknown>>;
}

export interface Holding {
  /** Living objects with a marker of ours. */
  readonly marked: readonly Found[];
  /** Deleted ones that can come back. */
  readonly deleted: readonly Found[];
  /** Federated credentials by the name of their blueprint's resource, and then by their own. */
  readonly credentials: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** What the agents hold at Microsoft Graph, by the name of the identity's resource. */
  readonly permissions: ReadonlyMap<string, Permissions>;
  /** Whether an object lives. */
  readonly lives: (id: string) => boolean;
  /** Whether what a resource with this id stands for is there; ids of credentials and grants are made of two. */
  readonly has: (kind: Kind, id: string) => boolean;
}

interface Permissions {
  readonly application: readonly string[];
  readonly delegated: readonly string[];
}

/** Ids of the application permissions that the fleets use. */
export const appRoles: Readonly<Record<string, string>> = {
  "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
  "Group.Read.All": "5b567255-7703-4780-807c-7be8301ae99b",
  "AuditLog.Read.All": "b0afded3-3588-46d8-8b3d-9842eff778da",
};

const markedKinds: Readonly<Record<string, Kind>> = {
  agentIdentity: "AgentIdentity",
  agentIdentityBlueprint: "AgentIdentityBlueprint",
  agentIdentityBlueprintPrincipal: "AgentIdentityBlueprintPrincipal",
};

/** @param names every name that a resource ever had */
export function holdingOf(file: TenantFile, names: Iterable<string>): Holding {
  const living = file.objects.filter(({ deletedDateTime }) => deletedDateTime === undefined);
  const byId = new Map(living.map((object) => [object.id, object]));
  const byAppId = new Map(
    living
      .filter(({ kind }) => kind === "agentIdentityBlueprint")
      .map((object) => [object.properties["appId"], object]),
  );
  const all = [...names];
  const nameOf = ({ kind, properties: { tags, displayName } }: StoredObject): string | undefined => {
    const marked = markedKinds[kind];
    if (marked) return all.find((name) => Array.isArray(tags) && tags.includes(markerTag(marked, marker(name))));
    return all.find((name) => textOf(displayName).endsWith(` [${marker(name).slice(0, 8)}]`));
  };
  const people = (object: StoredObject, relation: string): string[] =>
    (object.relations?.[relation] ?? [])
      .map((id) => textOf(byId.get(id)?.properties["userPrincipalName"]) || id)
      .sort();
  const foundIn = (object: StoredObject): Found[] => {
    const { id, kind, properties: own } = object;
    const name = kind in markedKinds || kind === "conditionalAccessPolicy" ? nameOf(object) : undefined;
    if (name === undefined || id === undefined) return [];
    const of = { id, objectId: id, name };
    const { displayName, description, accountEnabled: enabled, state } = own;
    const [sponsors, owners] = [people(object, "sponsors"), people(object, "owners")];
    const blueprintOf = (appId: unknown): unknown => {
      const blueprint = byAppId.get(appId as string);
      return blueprint && nameOf(blueprint);
    };
    switch (kind) {
      case "agentIdentityBlueprint": {
        // None and an empty one are the same to who reads it.
        const content = {
          displayName,
          sponsors,
          owners,
          description: description ?? "",
          uniqueName: own["uniqueName"],
        };
        return [{ ...of, id: textOf(own["appId"]), kind: "AgentIdentityBlueprint", content }];
      }
      case "agentIdentityBlueprintPrincipal": {
        const content = { blueprint: blueprintOf(own["appId"]), enabled };
        return [{ ...of, kind: "AgentIdentityBlueprintPrincipal", content }];
      }
      case "agentIdentity": {
        const content = {
          displayName,
          sponsors,
          owners,
          enabled,
          blueprint: blueprintOf(own["agentIdentityBlueprintId"]),
        };
        return [{ ...of, kind: "AgentIdentity", content }];
      }
      default: {
        const plain = textOf(displayName).replace(/ \[\w+\]$/, "");
        return [{ ...of, kind: "ConditionalAccessPolicy", content: { displayName: plain, state } }];
      }
    }
  };
  const found = living.flatMap(foundIn);
  const lives = (id: string): boolean => byId.has(id) || byAppId.has(id);
  return {
    marked: found,
    deleted: file.objects.filter(({ deletedDateTime }) => deletedDateTime !== undefined).flatMap(foundIn),
    credentials: new Map(
      found
        .filter(({ kind }) => kind === "AgentIdentityBlueprint")
        .map(({ id, name }) => [name, credentialsOf(living, byAppId.get(id)?.id)]),
    ),
    permissions: new Map(
      found.filter(({ kind }) => kind === "AgentIdentity").map(({ id, name }) => [name, permissionsOf(living, id)]),
    ),
    lives,
    has(kind, id) {
      const [of = "", name = ""] = id.split("/");
      if (!lives(of)) return false;
      if (kind === "FederatedIdentityCredential") return credentialsOf(living, byAppId.get(of)?.id).has(name);
      if (kind !== "PermissionGrant") return true;
      const { application, delegated } = permissionsOf(living, of);
      return application.length + delegated.length > 0;
    },
  };
}

function credentialsOf(living: readonly StoredObject[], application: string | undefined): Map<string, string> {
  const own = living.filter(
    ({ kind, properties }) => kind === "federatedIdentityCredential" && properties["application"] === application,
  );
  return new Map(own.map(({ properties: { name, subject } }) => [textOf(name), textOf(subject)]));
}

function permissionsOf(living: readonly StoredObject[], id: string): Permissions {
  const roleIds = living
    .filter(({ kind, properties }) => kind === "appRoleAssignment" && properties["principalId"] === id)
    .map(({ properties }) => properties["appRoleId"]);
  const scopes = living
    .filter(({ kind, properties: own }) => kind === "oAuth2PermissionGrant" && own["clientId"] === id)
    .filter(({ properties }) => properties["consentType"] === "AllPrincipals")
    .flatMap(({ properties }) => textOf(properties["scope"]).split(" "));
  const nameOf = (roleId: unknown): string =>
    Object.entries(appRoles).find(([, known]) => known === roleId)?.[0] ?? String(roleId);
  return { application: roleIds.map(nameOf).sort(), delegated: scopes.sort() };
}

/** Where the tenant is not as declared; empty when all is well. What is there beyond the declared is not looked at. */
export function differences(fleet: Fleet, holding: Holding): string[] {
  return [...fleet].flatMap(([name, resource]) => {
    const expected = expectedOf(name, resource, fleet);
    const actual = actualOf(name, resource, holding);
    return Object.entries(expected)
      .filter(([key, value]) => value !== undefined && JSON.stringify(actual?.[key]) !== JSON.stringify(value))
      .map(([key, value]) => `${name}.${key} is ${JSON.stringify(actual?.[key])}, declared ${JSON.stringify(value)}`);
  });
}

function actualOf(name: string, resource: Resource, holding: Holding): Readonly<Record<string, unknown>> | undefined {
  switch (resource.kind) {
    case "FederatedIdentityCredential":
      return { subject: holding.credentials.get(resource.blueprint)?.get(credentialName(name, resource)) };
    case "PermissionGrant":
      return { ...holding.permissions.get(resource.identity) };
    default: {
      const mine = holding.marked.filter((found) => found.kind === resource.kind && found.name === name);
      return { ...mine[0]?.content, objects: mine.length };
    }
  }
}

/** What the tenant has of a resource that is as declared. */
export function expectedOf(name: string, resource: Resource, fleet: Fleet): Readonly<Record<string, unknown>> {
  const people = (who: readonly string[] | undefined): string[] | undefined => who && [...who].sort();
  switch (resource.kind) {
    case "AgentIdentityBlueprint": {
      const { displayName, description, sponsors, owners } = resource;
      return {
        objects: 1,
        displayName,
        description,
        sponsors: people(sponsors),
        owners: people(owners),
        uniqueName: uniqueName(name, resource),
      };
    }
    case "AgentIdentityBlueprintPrincipal":
      return { objects: 1, blueprint: resource.blueprint, enabled: resource.enabled };
    case "AgentIdentity": {
      const { displayName, sponsors, owners, enabled, principal } = resource;
      const parent = fleet.get(principal);
      const blueprint = parent?.kind === "AgentIdentityBlueprintPrincipal" ? parent.blueprint : "?";
      return { objects: 1, displayName, sponsors: people(sponsors), owners: people(owners), enabled, blueprint };
    }
    case "FederatedIdentityCredential":
      return { subject: credentialSubject(name, resource) };
    case "PermissionGrant":
      return { application: people(resource.application), delegated: people(resource.delegated) };
    case "ConditionalAccessPolicy":
      return { objects: 1, displayName: resource.displayName, state: resource.state };
  }
}
