/**
 * Agent fleet. What decides which children exist is plain, so that every preview names them; the rest is an `Input`.
 * Each part takes out of its arguments what is its own and passes the others on: what is misspelt in JavaScript is refused
 * by the resource that it was meant for.
 */
import * as pulumi from "@pulumi/pulumi";
import { AgentIdentity } from "../provider/identities/agent-identity";
import { AgentIdentityBlueprint } from "../provider/identities/agent-identity-blueprint";
import { AgentIdentityBlueprintPrincipal } from "../provider/identities/agent-identity-blueprint-principal";
import { ConditionalAccessPolicy } from "../provider/conditional-access/conditional-access-policy";
import { FederatedIdentityCredential } from "../provider/credentials/federated-identity-credential";
import { PermissionGrant, type PermissionGrantArgs } from "../provider/permissions/permission-grant";

// ---- what a program writes -------------------------------------------------

/** What agents may do at one API, by permission names. */
export interface FleetPermissions {
  /** appId of the API. @default Microsoft Graph. A change replaces the grants. */
  readonly api?: pulumi.Input<string>;
  /** Application permissions (`User.Read.All`): what an agent may do as itself. @default none. Changed in place. */
  readonly application?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Delegated permissions (`Mail.Read`), with consent for all users: what it may do for whoever it acts for. @default none. Changed in place. */
  readonly delegated?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** What individual users have consented to: `report` leaves it, `withdraw` removes it. @default "report". Changed in place. */
  readonly userConsents?: pulumi.Input<"report" | "withdraw">;
}

/** A workload that may sign in as the blueprint without a secret. */
export interface FleetFederation {
  /** `iss` of the outside token, an https URL of up to 600 characters. Changed in place. */
  readonly issuer: pulumi.Input<string>;
  /** `sub` of the outside token, case-sensitive, up to 600 characters. Changed in place. */
  readonly subject: pulumi.Input<string>;
  /** `aud` of the outside token, up to 600 characters. @default "api://AzureADTokenExchange". Changed in place. */
  readonly audience?: pulumi.Input<string>;
}

/** Resource options of one agent's identity. Its permission grants are its children and inherit what children do, such as `protect`. */
export type FleetAgentOptions = Omit<pulumi.CustomResourceOptions, "id" | "import" | "parent" | "urn">;

/** One agent of a fleet. */
export interface FleetAgent {
  /** Name people see, 1 to 256 characters. Changed in place. */
  readonly displayName: pulumi.Input<string>;
  /** Who is responsible for this agent. @default the sponsors of the fleet. Changed in place. */
  readonly sponsors?: pulumi.Input<pulumi.Input<string>[]>;
  /** Who may operate this agent: user principal names or object ids. Not managed when not declared. Changed in place. */
  readonly owners?: pulumi.Input<pulumi.Input<string>[]>;
  /** What this agent may do besides what every agent of the fleet may, under the same keys. @default nothing */
  readonly permissions?: Readonly<Record<string, FleetPermissions>>;
  /** Whether it may sign in. @default true. Changed in place. */
  readonly enabled?: pulumi.Input<boolean>;
  /** Resource options of its identity: `protect`, `aliases`, `ignoreChanges` and the others. @default what it inherits from the fleet */
  readonly options?: FleetAgentOptions;
}

/** What a fleet is declared with. */
export interface AgentFleetArgs {
  /** Name of this kind of agent, 1 to 256 characters. Changed in place. */
  readonly displayName: pulumi.Input<string>;
  /** What this kind of agent does, up to 1024 characters. Not managed when not declared. Changed in place. */
  readonly description?: pulumi.Input<string>;
  /** Who is responsible for this kind of agent: user principal names, or object ids of users, Microsoft 365 groups or dynamic groups. Changed in place. */
  readonly sponsors: pulumi.Input<pulumi.Input<string>[]>;
  /** Who may operate the blueprint: user principal names or object ids. They do not become owners of the agents. Not managed when not declared. Changed in place. */
  readonly owners?: pulumi.Input<pulumi.Input<string>[]>;
  /** Whether the account that created the blueprint is removed as its owner where `owners` does not name it. @default false. Changed in place. */
  readonly removeCreatorAsOwner?: pulumi.Input<boolean>;
  /** Workloads that may sign in as the blueprint, at most 20. The key is the name of the credential. Do not change a key: a new key is a new credential. @default none */
  readonly federation?: Readonly<Record<string, FleetFederation>>;
  /** What every agent of the fleet may do, one entry for each API. Keys are names, such as `graph`. Do not change a key: a new key is a new grant. @default nothing */
  readonly permissions?: Readonly<Record<string, FleetPermissions>>;
  /** The agents. Keys are names. Do not change a key: a new key is a new agent, unless `options` has an alias. */
  readonly agents: Readonly<Record<string, FleetAgent>>;
  /**
   * State of the policy about agents at high risk: `enabled` blocks them. `false` declares no policy, and deletes the one
   * that is there. @default "enabledForReportingButNotEnforced". Changed in place.
   */
  readonly blockHighRisk?: pulumi.Input<"enabled" | "disabled" | "enabledForReportingButNotEnforced"> | false;
  /**
   * Whom that policy names. `blueprint`: the blueprint principal, which stands for every agent of the blueprint, future ones
   * included. `agents`: also each agent of this fleet, by its id. Microsoft's pages disagree on whether a policy on the principal
   * applies to its agents. If the tenant says that it does not, enforcing the policy is refused: then declare `agents`. With
   * `agents`, an enforced policy is report-only for a short time when an agent is added. @default "blueprint". Changed in place.
   */
  readonly highRiskPolicyNames?: "blueprint" | "agents";
}

/**
 * All of one kind of agent: adding an agent is adding a line.
 *
 * It declares a blueprint with its principal, one federated identity credential for each workload, a Conditional Access policy that
 * blocks the agents at high risk (report-only unless `blockHighRisk` says otherwise), and for each agent an identity and one permission
 * grant for each API. Preview names all of them: their names come from the keys of `agents`, `permissions` and `federation`.
 *
 * - **Replaced:** never. An agent under a new key is a new agent; a grant whose `api` changes is replaced.
 * - **Deleted:** with everything in it; each part as its own class says. If you remove a key, its resources are deleted.
 *
 * @see https://learn.microsoft.com/graph/api/resources/agentid-platform-overview
 * @throws INPUT_INVALID and all that its resources raise: each error names its resource
 * @example
 * ```ts
 * import { AgentFleet } from "pulumi-entra-agent-id";
 *
 * const payroll = new AgentFleet("payroll", {
 *   displayName: "Payroll agents",
 *   sponsors: ["johanna.lorenz@contoso.com"],
 *   permissions: { graph: { application: ["User.Read.All"], delegated: ["Mail.Read"] } },
 *   agents: {
 *     "payslip-helper": { displayName: "Payslip helper" },
 *     "expense-checker": {
 *       displayName: "Expense checker",
 *       owners: ["diego.siciliani@contoso.com"],
 *       options: { protect: true },
 *     },
 *   },
 *   // The security team has policies of its own.
 *   blockHighRisk: false,
 * });
 * export const blueprintId = payroll.blueprintId;
 * ```
 */
export class AgentFleet extends pulumi.ComponentResource {
  /** The blueprint that all agents are created from. */
  readonly blueprint: AgentIdentityBlueprint;
  /** The blueprint's presence in this tenant. */
  readonly principal: AgentIdentityBlueprintPrincipal;
  /** The policy about agents at high risk; undefined where `blockHighRisk` is false. */
  readonly highRiskPolicy: ConditionalAccessPolicy | undefined;
  /** The identities, by the keys of `agents`. */
  readonly agents: Readonly<Record<string, AgentIdentity>>;
  /** appId of the blueprint. */
  readonly blueprintId: pulumi.Output<string>;

  constructor(name: string, args: AgentFleetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("entra-agent-id:index:AgentFleet", name, {}, opts);
    const { agents, federation = {}, permissions = {}, blockHighRisk, highRiskPolicyNames, ...blueprint } = args;

    this.blueprint = new AgentIdentityBlueprint(name, blueprint, { parent: this });
    this.blueprintId = this.blueprint.id;
    this.principal = new AgentIdentityBlueprintPrincipal(name, { blueprintId: this.blueprintId }, { parent: this });
    for (const [key, workload] of Object.entries(federation)) this.#federate(name, key, workload);
    this.agents = Object.fromEntries(
      Object.entries(agents).map(([key, agent]) => [
        key,
        this.#agent(`${name}-${key}`, { ...agent, sponsors: agent.sponsors ?? args.sponsors }, permissions),
      ]),
    );
    const named = highRiskPolicyNames === "agents" ? Object.values(this.agents) : [];
    this.highRiskPolicy =
      blockHighRisk === false
        ? undefined
        : this.#policy(name, args.displayName, [this.principal, ...named], blockHighRisk);

    this.registerOutputs({ blueprintId: this.blueprintId });
  }

  /** @param agents the principal, which stands for every identity of the blueprint, and those that are named beside it */
  #policy(
    name: string,
    displayName: pulumi.Input<string>,
    agents: readonly pulumi.CustomResource[],
    state: Exclude<AgentFleetArgs["blockHighRisk"], false>,
  ): ConditionalAccessPolicy {
    return new ConditionalAccessPolicy(
      `${name}-block-high-risk`,
      {
        displayName: pulumi.interpolate`Block high-risk agents: ${displayName}`,
        conditions: {
          clientApplications: { includeAgentIdServicePrincipals: agents.map(({ id }) => id) },
          applications: { includeApplications: ["All"] },
          agentIdRiskLevels: ["high"],
        },
        grantControls: { builtInControls: ["block"] },
        ...(state === undefined ? {} : { state }),
      },
      { parent: this },
    );
  }

  #federate(name: string, key: string, { audience, ...credential }: FleetFederation): void {
    new FederatedIdentityCredential(
      `${name}-${key}`,
      {
        ...credential,
        ...(audience === undefined ? {} : { audiences: [audience] }),
        blueprintId: this.blueprintId,
        name: key,
      },
      { parent: this },
    );
  }

  #agent(
    name: string,
    { permissions = {}, options, ...agent }: FleetAgent & Pick<AgentFleetArgs, "sponsors">,
    ofFleet: Readonly<Record<string, FleetPermissions>>,
  ): AgentIdentity {
    // From the principal: it has to exist before an identity can be created.
    const { blueprintId } = this.principal;
    const identity = new AgentIdentity(name, { ...agent, blueprintId }, { ...options, parent: this });
    for (const key of new Set([...Object.keys(ofFleet), ...Object.keys(permissions)])) {
      const grant = joined(key, ofFleet[key], permissions[key]);
      new PermissionGrant(`${name}-${key}`, { ...grant, agentId: identity.id }, { parent: identity });
    }
    return identity;
  }
}

/**
 * One grant of both: what the fleet may do at an API, and what the agent may do besides.
 *
 * @param key of both, for the error
 */
function joined(
  key: string,
  { api: ofFleet, ...fleet }: FleetPermissions = {},
  { api: ofAgent, ...agent }: FleetPermissions = {},
): Omit<PermissionGrantArgs, "agentId"> {
  // Else the fleet's permissions would be granted at the agent's API, which may have others of the same name.
  if (typeof ofFleet === "string" && typeof ofAgent === "string" && ofFleet !== ofAgent)
    throw new pulumi.RunError(
      `permissions.${key} of the fleet is for API ${ofFleet}, and permissions.${key} of one of its agents for API ${ofAgent}. Give one of them another key.`,
    );
  const api = ofAgent ?? ofFleet;
  return {
    ...fleet,
    ...agent,
    ...(api === undefined ? {} : { api }),
    application: both(fleet.application, agent.application),
    delegated: both(fleet.delegated, agent.delegated),
  };
}

type Names = NonNullable<FleetPermissions["application"]>;

/** Plain where both are, so that what is wrong in them is reported at once. */
const both = (one: Names = [], other: Names = []): pulumi.Input<pulumi.Input<string>[]> =>
  isPlain(one) && isPlain(other)
    ? [...one, ...other]
    : pulumi.all([one, other]).apply(([first, second]) => [...first, ...second]);

const isPlain = (names: Names): names is readonly pulumi.Input<string>[] => Array.isArray(names);
