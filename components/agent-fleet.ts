/**
 * A fleet: one kind of agent, and each agent a line. The kind is the blueprint with its principal, who may sign in as it
 * and a policy that blocks it at high risk; the agents are identities with what they may do.
 */
import * as pulumi from "@pulumi/pulumi";
import { AgentIdentity } from "../provider/identities/agent-identity";
import { AgentIdentityBlueprint } from "../provider/identities/agent-identity-blueprint";
import { AgentIdentityBlueprintPrincipal } from "../provider/identities/agent-identity-blueprint-principal";
import { ConditionalAccessPolicy } from "../provider/conditional-access/conditional-access-policy";
import { FederatedIdentityCredential } from "../provider/credentials/federated-identity-credential";
import { PermissionGrant } from "../provider/permissions/permission-grant";

/** What agents may do at one API, by permission names. */
export interface FleetPermissions {
  /** appId of the API. @default Microsoft Graph */
  readonly api?: pulumi.Input<string>;
  /** Application permissions: what an agent may do as itself. */
  readonly application?: readonly string[];
  /** Delegated permissions: what it may do for whoever it acts for. */
  readonly delegated?: readonly string[];
}

/** A workload that may sign in as the blueprint without a secret. */
export interface FleetFederation {
  readonly issuer: pulumi.Input<string>;
  readonly subject: pulumi.Input<string>;
  /** @default "api://AzureADTokenExchange" */
  readonly audience?: pulumi.Input<string>;
}

/** One agent of a fleet. */
export interface FleetAgent {
  /** Name people see, 1 to 256 characters. */
  readonly displayName: pulumi.Input<string>;
  /** Who answers for this agent. @default the sponsors of the fleet */
  readonly sponsors?: pulumi.Input<pulumi.Input<string>[]>;
  /** What this agent may do besides what every agent of the fleet may, by the same names. */
  readonly permissions?: Readonly<Record<string, FleetPermissions>>;
  /** Whether it may sign in. @default true */
  readonly enabled?: pulumi.Input<boolean>;
}

export interface AgentFleetArgs {
  /** Name of this kind of agent, 1 to 256 characters. */
  readonly displayName: pulumi.Input<string>;
  /** What this kind of agent does, up to 1024 characters. */
  readonly description?: pulumi.Input<string>;
  /** Who answers for this kind of agent: user principal names, or object ids of users, Microsoft 365 groups or dynamic groups. */
  readonly sponsors: pulumi.Input<pulumi.Input<string>[]>;
  /** Workloads that may sign in as the blueprint, by a credential name that is never changed. A blueprint holds at most 20. */
  readonly federation?: Readonly<Record<string, FleetFederation>>;
  /** What every agent of the fleet may do, one entry for each API under a name that is never changed (`graph`). */
  readonly permissions?: Readonly<Record<string, FleetPermissions>>;
  /** The agents, by a name that is never changed: it is the agent's identity in the program. */
  readonly agents: Readonly<Record<string, FleetAgent>>;
  /** Whether agents at high risk are blocked, or only reported. @default "enabledForReportingButNotEnforced" */
  readonly blockHighRisk?: pulumi.Input<"enabled" | "disabled" | "enabledForReportingButNotEnforced">;
}

export class AgentFleet extends pulumi.ComponentResource {
  readonly blueprint: AgentIdentityBlueprint;
  readonly principal: AgentIdentityBlueprintPrincipal;
  readonly highRiskPolicy: ConditionalAccessPolicy;
  /** The identities, by the names of `agents`. */
  readonly agents: Readonly<Record<string, AgentIdentity>>;
  /** appId of the blueprint. */
  readonly blueprintId: pulumi.Output<string>;

  constructor(name: string, args: AgentFleetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("entra-agent-id:index:AgentFleet", name, {}, opts);

    this.blueprint = this.#blueprint(name, args);
    this.principal = new AgentIdentityBlueprintPrincipal(name, { blueprintId: this.blueprint.id }, { parent: this });
    this.highRiskPolicy = this.#blockHighRisk(name, args);
    for (const [key, workload] of Object.entries(args.federation ?? {})) this.#federate(name, key, workload);
    this.agents = Object.fromEntries(
      Object.entries(args.agents).map(([key, agent]) => [key, this.#agent(`${name}-${key}`, agent, args)]),
    );

    this.blueprintId = this.blueprint.id;
    this.registerOutputs({ blueprintId: this.blueprintId });
  }

  /** @param unknown what TypeScript would have refused: the blueprint refuses it by name */
  #blueprint(
    name: string,
    { displayName, description, sponsors, federation, permissions, agents, blockHighRisk, ...unknown }: AgentFleetArgs,
  ): AgentIdentityBlueprint {
    return new AgentIdentityBlueprint(
      name,
      { ...unknown, displayName, sponsors, ...(description === undefined ? {} : { description }) },
      { parent: this },
    );
  }

  /** Scoped to the principal, which stands for every identity of the blueprint, those to come included. */
  #blockHighRisk(name: string, { displayName, blockHighRisk }: AgentFleetArgs): ConditionalAccessPolicy {
    return new ConditionalAccessPolicy(
      `${name}-block-high-risk`,
      {
        displayName: pulumi.interpolate`Block high-risk agents: ${displayName}`,
        conditions: {
          clientApplications: { includeAgentIdServicePrincipals: [this.principal.id] },
          applications: { includeApplications: ["All"] },
          agentIdRiskLevels: ["high"],
        },
        grantControls: { builtInControls: ["block"] },
        ...(blockHighRisk === undefined ? {} : { state: blockHighRisk }),
      },
      { parent: this },
    );
  }

  #federate(name: string, key: string, { issuer, subject, audience, ...unknown }: FleetFederation): void {
    new FederatedIdentityCredential(
      `${name}-${key}`,
      {
        ...unknown,
        blueprintId: this.blueprint.id,
        name: key,
        issuer,
        subject,
        ...(audience === undefined ? {} : { audiences: [audience] }),
      },
      { parent: this },
    );
  }

  #agent(
    name: string,
    { displayName, sponsors, permissions = {}, enabled, ...unknown }: FleetAgent,
    fleet: AgentFleetArgs,
  ): AgentIdentity {
    const identity = new AgentIdentity(
      name,
      {
        ...unknown,
        displayName,
        // From the principal: it has to exist before an identity can be made.
        blueprintId: this.principal.blueprintId,
        sponsors: sponsors ?? fleet.sponsors,
        ...(enabled === undefined ? {} : { enabled }),
      },
      { parent: this },
    );
    for (const [key, grant] of Object.entries(joined(fleet.permissions ?? {}, permissions))) {
      new PermissionGrant(`${name}-${key}`, { agentId: identity.id, ...grant }, { parent: identity });
    }
    return identity;
  }
}

/** One grant for each API: what the fleet may there, and what the agent may besides. */
function joined(
  fleet: Readonly<Record<string, FleetPermissions>>,
  agent: Readonly<Record<string, FleetPermissions>>,
): Record<string, FleetPermissions & { application: string[]; delegated: string[] }> {
  const keys = [...new Set([...Object.keys(fleet), ...Object.keys(agent)])];
  return Object.fromEntries(
    keys.map((key) => [
      key,
      {
        ...fleet[key],
        ...agent[key],
        application: [...(fleet[key]?.application ?? []), ...(agent[key]?.application ?? [])],
        delegated: [...(fleet[key]?.delegated ?? []), ...(agent[key]?.delegated ?? [])],
      },
    ]),
  );
}
