/** The pure model: what a program declares, and what a tenant must hold once it is deployed. */
import { markerOf } from "../../provider/engine/marker";
import { microsoftGraph } from "../../provider/permissions/permission-grant";
import type { Declaration, Program, Properties } from "../miniature-engine/engine";

export type Kind = Resource["kind"];

export interface Blueprint {
  readonly kind: "AgentIdentityBlueprint";
  readonly displayName: string;
  readonly sponsors: readonly string[];
  readonly owners?: readonly string[] | undefined;
  readonly description?: string | undefined;
  /** Makes a uniqueName of the program's own; a change replaces. @default the name made of the marker */
  readonly edition?: number | undefined;
}

export interface Principal {
  readonly kind: "AgentIdentityBlueprintPrincipal";
  readonly blueprint: string;
  readonly enabled: boolean;
}

export interface Identity {
  readonly kind: "AgentIdentity";
  /** Name of the principal's resource: the identity is made after it. */
  readonly principal: string;
  readonly displayName: string;
  readonly sponsors: readonly string[];
  readonly owners?: readonly string[] | undefined;
  readonly enabled: boolean;
}

export interface Credential {
  readonly kind: "FederatedIdentityCredential";
  readonly blueprint: string;
  /** Part of the Graph name; a change replaces. */
  readonly edition: number;
  readonly subject: number;
}

export interface Grant {
  readonly kind: "PermissionGrant";
  readonly identity: string;
  readonly application: readonly string[];
  readonly delegated: readonly string[];
}

export interface Policy {
  readonly kind: "ConditionalAccessPolicy";
  readonly displayName: string;
  readonly state: "enabled" | "disabled" | "enabledForReportingButNotEnforced";
}

export type Resource = Blueprint | Principal | Identity | Credential | Grant | Policy;

/** By name. */
export type Fleet = ReadonlyMap<string, Resource>;

export const marker = (name: string): string => markerOf(`urn:${name}`, "");

/** Names of the resources that this one is made of. */
export function parentsOf(resource: Resource): string[] {
  switch (resource.kind) {
    case "AgentIdentityBlueprintPrincipal":
    case "FederatedIdentityCredential":
      return [resource.blueprint];
    case "AgentIdentity":
      return [resource.principal];
    case "PermissionGrant":
      return [resource.identity];
    case "AgentIdentityBlueprint":
    case "ConditionalAccessPolicy":
      return [];
  }
}

/** The names and everything that hangs from them. */
export function withDependents(fleet: Fleet, names: Iterable<string>): Set<string> {
  const found = new Set(names);
  for (let before = -1; found.size !== before;) {
    before = found.size;
    for (const [name, resource] of fleet) if (parentsOf(resource).some((parent) => found.has(parent))) found.add(name);
  }
  return found;
}

export const credentialName = (name: string, { edition }: Credential): string => `${name}-${edition}`;
export const uniqueName = (name: string, { edition }: Blueprint): string =>
  edition === undefined ? `agentid-${marker(name)}` : `team-${name}-${edition}`;
export const credentialSubject = (name: string, { subject }: Credential): string =>
  `repo:contoso/${name}:ref:${subject}`;

/** Parents first, whatever a resource hangs from by now. */
const order: readonly Kind[] = [
  "AgentIdentityBlueprint",
  "AgentIdentityBlueprintPrincipal",
  "AgentIdentity",
  "FederatedIdentityCredential",
  "PermissionGrant",
  "ConditionalAccessPolicy",
];

/** The program that declares a fleet. */
export const programOf = (fleet: Fleet): Program =>
  [...fleet]
    .sort(([, one], [, other]) => order.indexOf(one.kind) - order.indexOf(other.kind))
    .map(([name, resource]): Declaration => {
      const needs = parentsOf(resource);
      return { name, kind: resource.kind, needs, inputs: (of) => inputsOf(name, resource, of) };
    });

type Of = Parameters<Declaration["inputs"]>[0];

function inputsOf(name: string, resource: Resource, of: Of): Properties {
  switch (resource.kind) {
    case "AgentIdentityBlueprint": {
      const { displayName, sponsors, owners, description, edition } = resource;
      const named = edition === undefined ? {} : { uniqueName: uniqueName(name, resource) };
      return defined({ displayName, sponsors, owners, description, ...named });
    }
    case "AgentIdentityBlueprintPrincipal":
      return { blueprintId: of(resource.blueprint).id, enabled: resource.enabled };
    case "AgentIdentity": {
      const { displayName, sponsors, owners, enabled } = resource;
      return defined({
        displayName,
        sponsors,
        owners,
        enabled,
        blueprintId: of(resource.principal).outputs["blueprintId"],
      });
    }
    case "FederatedIdentityCredential":
      return {
        blueprintId: of(resource.blueprint).id,
        name: credentialName(name, resource),
        issuer: "https://token.actions.githubusercontent.com",
        subject: credentialSubject(name, resource),
      };
    case "PermissionGrant": {
      const { application, delegated } = resource;
      return { agentId: of(resource.identity).id, api: microsoftGraph, application, delegated };
    }
    case "ConditionalAccessPolicy":
      return {
        displayName: resource.displayName,
        state: resource.state,
        conditions: {
          clientApplications: { includeAgentIdServicePrincipals: ["All"] },
          applications: { includeApplications: ["All"] },
        },
        grantControls: { operator: "OR", builtInControls: ["block"] },
      };
  }
}

const defined = (properties: Properties): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
