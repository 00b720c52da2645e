/**
 * Questions that Microsoft's documentation answers in two ways, or that real tenants answer otherwise than it. Each is a
 * switch.
 */
import { z } from "zod";

interface Question {
  readonly asks: string;
  /** The first is the default. */
  readonly choices: readonly [string, string, ...string[]];
  /** The choice of a real tenant as far as it is certain or likely; the default where nothing speaks against it. */
  readonly real: string;
  /** What cannot be deployed where another choice than the real one is made; the random runs do not make it then. @default nothing */
  readonly keepsOut?: string;
  readonly sources: string;
}

export const profileChoices = {
  agentUsersInCascade: {
    asks: "What becomes of agent users when the clean-up after a deleted blueprint or principal runs?",
    choices: ["deleted", "left"],
    real: "deleted",
    sources: "ENT agent-id concept page: cascaded; its FAQ and known-issues page: left behind, unable to sign in",
  },
  federatedCredentialsWithoutCast: {
    asks: "What does /applications/{id}/federatedIdentityCredentials answer for a blueprint?",
    choices: ["refused", "served"],
    real: "refused",
    sources: "ENT agent-id-ai-guided-setup and OBS (Dec 2025): refused; ENT create-blueprint (Apr 2026): served",
  },
  federatedCredentialKey: {
    asks: "By what else than its id is a federated credential of a blueprint addressed?",
    choices: ["nameKey", "nameSegment", "nothing"],
    real: "nameSegment",
    sources:
      "REF federatedidentitycredential-get (v1.0): federatedIdentityCredentials(name='{name}'); of a blueprint (beta): federatedIdentityCredentials/{name}",
  },
  gitHubExpressions: {
    asks: "What must an expression over the claims of GitHub's tokens match?",
    choices: ["subAndImmutableClaim", "sub"],
    real: "subAndImmutableClaim",
    sources:
      "ENT workload-identities-flexible-federated-identity-credentials (2026-08-14): sub and repository_id or repository_owner_id; its earlier version: sub",
  },
  identitiesByBlueprint: {
    asks: "What does a list of agent identities answer to $filter=agentIdentityBlueprintId eq '…'?",
    choices: ["served", "refused"],
    real: "served",
    sources:
      "REF resources/agentidentity names no $filter for it, and a sample of Microsoft's filters on the client; Agent365-devTools filters so on beta",
  },
  inheritablePermissionPatch: {
    asks: "What does PATCH on an inheritable permission answer?",
    choices: ["204", "200"],
    real: "204",
    sources: "REF example: 204; the prose of the same page and ENT: 200 with the object",
  },
  agentUserPatch: {
    asks: "What does PATCH on /users/microsoft.graph.agentUser/{id} answer?",
    choices: ["200", "204"],
    real: "200",
    sources: "REF agentuser-update: 200 with the object; a plain PATCH of users: 204",
  },
  agentUsersInDynamicGroups: {
    asks: "Can the rule of a dynamic group take in agent users?",
    choices: ["excluded", "included"],
    real: "excluded",
    sources:
      "ENT known-issues: rules cannot include or exclude them; ENT agent-users: they can be members of dynamic groups",
  },
  deletedSecurityGroups: {
    asks: "What becomes of a security group that is deleted?",
    choices: ["restorable", "gone"],
    real: "restorable",
    sources:
      "REF group-delete (newest): 30 days among the deleted items; REF directory-deleteditems-restore: it cannot come back",
  },
  upsertBinds: {
    asks: "What becomes of sponsors and owners in an upsert of a blueprint that exists already?",
    choices: ["ignored", "merged"],
    real: "ignored",
    sources: "no page says; REF agentidentityblueprint-upsert: 204 when it was updated",
  },
  upsertWithPeople: {
    asks: "Can an upsert make a blueprint that has sponsors and owners from the beginning?",
    choices: ["made", "refused"],
    real: "made",
    keepsOut:
      "programs that declare a uniqueName of their own: only an upsert sets one, and an application must name a sponsor",
    sources:
      "no page says; REF agentidentityblueprint-upsert binds nobody in its example, agentidentityblueprint-post does",
  },
  creatorOwns: {
    asks: "Who becomes the owner of a blueprint or blueprint principal by creating it?",
    choices: ["everybody", "peopleWithoutAdminRole"],
    real: "everybody",
    sources:
      "REF agentidentityblueprint-post-owners: a principal who creates one is automatically assigned as the owner; ENT agent-owners-sponsors-managers and OBS name Agent ID Developers only",
  },
  sponsorRights: {
    asks: "What may a sponsor do to an agent without any directory role?",
    choices: ["enableDisable", "disable", "enableDisableDelete"],
    real: "enableDisable",
    sources:
      "ENT agent-owners-sponsors-managers: enable and disable; other pages leave enabling again to owners, or let sponsors delete",
  },
  lastSponsor: {
    asks: "May the last sponsor of an object be removed?",
    choices: ["removed", "kept"],
    real: "removed",
    sources: "no page says",
  },
  credentialsOnIdentityCode: {
    asks: "Which code refuses a credential on an agent identity?",
    choices: ["AgentIdentity_CredentialsNotSupported", "PropertyNotCompatibleWithAgentIdentity"],
    real: "AgentIdentity_CredentialsNotSupported",
    sources: "ENT error-codes page; the older spelling elsewhere",
  },
  agentUserOfDeletedIdentity: {
    asks: "What becomes of the agent user when its agent identity is deleted by itself?",
    choices: ["left", "deleted"],
    real: "left",
    sources: "ENT howto-delete-agent-identity leaves it open in a comment and describes how to delete it by hand",
  },
  hardDeleteOfBlueprintPrincipal: {
    asks: "Can a deleted blueprint principal be deleted for good before its 30 days are over?",
    choices: ["refused", "deleted"],
    real: "refused",
    sources: "ENT howto-delete-agent-identity: blocked; REF directory-deleteditems-delete: every service principal can",
  },
  customRolesForAgents: {
    asks: "Can an agent identity hold a custom directory role?",
    choices: ["refused", "allowed"],
    real: "refused",
    sources: "ENT authorization-agent-id says both on one page",
  },
  unknownScopes: {
    asks: "May a delegated permission grant name a scope that its resource does not publish?",
    choices: ["taken", "refused"],
    real: "taken",
    sources: "OBS graph-docs-powershell #411: Graph checks none; no page says that it is refused",
  },
  inheritableRolesOnBlueprint: {
    asks: "Do reads of an inheritable permission show inheritableRoles?",
    choices: ["shown", "left out"],
    real: "shown",
    sources:
      "ENT configure-inheritable-permissions-blueprints and entra-powershell: shown; no metadata of v1.0 or beta has it",
  },
  inheritedCollections: {
    asks: "Can one read what an agent identity inherits?",
    choices: ["served", "missing"],
    real: "served",
    sources:
      "REF beta agentidentity-list-inheritedapproleassignments (2026): served; the metadata of v1.0 has none, and other clouds may lag",
  },
  unknownPrincipal: {
    asks: "What refuses a role, a consent, a membership or an owner that names a principal which the directory does not know, or not yet?",
    choices: ["404", "400"],
    real: "400",
    sources:
      "REF: 404 Request_ResourceNotFound; OBS terraform-provider-azuread retries on it, and on 400 Request_BadRequest 'Not a valid reference update.'; OBS msgraph-bicep-types #193",
  },
  conditionalAccessLag: {
    asks: "While replicas lag, how long is a new service principal unknown to Conditional Access?",
    choices: ["asDirectory", "longer"],
    real: "longer",
    sources:
      "OBS terraform-provider-azuread #1047: longer; how long is not published: here until four times lag.ms after it was made, at every request",
  },
  unknownApplication: {
    asks: "What refuses a service principal of an application which the directory does not know, or not yet?",
    choices: ["400", "403"],
    real: "400",
    sources:
      "ENT error-codes page: 400 with a code; OBS terraform-provider-azuread #611, and the Azure CLI retries on it: 403 Authorization_RequestDenied",
  },
  blueprintPrincipalInPolicies: {
    asks: "Does a Conditional Access policy that names a blueprint principal apply to the identities of the blueprint?",
    choices: ["applied", "ignored"],
    real: "applied",
    keepsOut:
      "policies that name a blueprint principal: they would miss its agents, so they are not enforced and the run says so",
    sources:
      "ENT howto-target-agent-identities and the admin centre's picker: it does; REF beta: includeAgentIdServicePrincipals holds ids of agent identities, so it may be taken and mean nobody",
  },
  emptyServicePrincipalList: {
    asks: "What becomes of a policy that is written with an empty includeServicePrincipals, as reads show it?",
    choices: ["refused", "taken"],
    real: "refused",
    sources: "OBS (Sep 2026): a bare 400 when what was read is sent back; REF: what a read shows can be written",
  },
  agentUsersInPolicies: {
    asks: "How does a policy for AllAgentIdUsers read?",
    choices: ["users", "agents"],
    real: "users",
    sources:
      "REF and ENT: in conditions.users.includeUsers; OBS exports of beta (2026): users None, and conditions.agents.includeAgentUsers All",
  },
} as const satisfies Readonly<Record<string, Question>>;

type Name = keyof typeof profileChoices;

/** What was chosen, by the name of the question. */
export type Profiles = { readonly [N in Name]: (typeof profileChoices)[N]["choices"][number] };

const names = Object.keys(profileChoices) as Name[];

export const profilesSchema = z.strictObject(
  Object.fromEntries(
    names.map((name) => {
      const { choices } = profileChoices[name];
      return [name, z.enum(choices).default(choices[0])];
    }),
  ) as unknown as { [N in Name]: z.ZodDefault<z.ZodEnum<{ [C in (typeof profileChoices)[N]["choices"][number]]: C }>> },
);

/** A tenant as real as we know: of every question the choice that is certain or likely. */
export const realProfiles: Profiles = profilesSchema.parse(
  Object.fromEntries(names.map((name) => [name, profileChoices[name].real])),
);

const defaultProfiles: Profiles = profilesSchema.parse({});

/** Sets of choices with a name: `default`, and `real`, a tenant as real as we know. */
export const profileSets = { default: defaultProfiles, real: realProfiles } as const;

/** Name of a set: `real` is a tenant as real as we know, `default` the choice that each question begins with. */
export type ProfileSet = keyof typeof profileSets;
