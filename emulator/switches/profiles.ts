/** Questions that Microsoft's documentation answers in two ways. Each is a switch; the first choice is the default. */
import { z } from "zod";

interface Question {
  readonly asks: string;
  readonly choices: readonly [string, string, ...string[]];
  readonly sources: string;
}

export const profileChoices = {
  agentUsersInCascade: {
    asks: "What becomes of agent users when the clean-up after a deleted blueprint or principal runs?",
    choices: ["deleted", "left"],
    sources: "ENT agent-id concept page: cascaded; its FAQ and known-issues page: left behind, unable to sign in",
  },
  federatedCredentialsWithoutCast: {
    asks: "What does /applications/{id}/federatedIdentityCredentials answer for a blueprint?",
    choices: ["refused", "served"],
    sources: "ENT agent-id-ai-guided-setup and OBS (Dec 2025): refused; ENT create-blueprint (Apr 2026): served",
  },
  inheritablePermissionPatch: {
    asks: "What does PATCH on an inheritable permission answer?",
    choices: ["204", "200"],
    sources: "REF example: 204; the prose of the same page and ENT: 200 with the object",
  },
  agentUserPatch: {
    asks: "What does PATCH on /users/microsoft.graph.agentUser/{id} answer?",
    choices: ["200", "204"],
    sources: "REF agentuser-update: 200 with the object; a plain PATCH of users: 204",
  },
  agentUsersInDynamicGroups: {
    asks: "Can the rule of a dynamic group take in agent users?",
    choices: ["excluded", "included"],
    sources:
      "ENT known-issues: rules cannot include or exclude them; ENT agent-users: they can be members of dynamic groups",
  },
  deletedSecurityGroups: {
    asks: "What becomes of a security group that is deleted?",
    choices: ["restorable", "gone"],
    sources:
      "REF group-delete (newest): 30 days among the deleted items; REF directory-deleteditems-restore: it cannot come back",
  },
  upsertBinds: {
    asks: "What becomes of sponsors and owners in an upsert of a blueprint that exists already?",
    choices: ["ignored", "merged"],
    sources: "no page says; REF agentidentityblueprint-upsert: 204 when it was updated",
  },
  sponsorRights: {
    asks: "What may a sponsor do to an agent without any directory role?",
    choices: ["enableDisable", "disable", "enableDisableDelete"],
    sources:
      "ENT agent-owners-sponsors-managers: enable and disable; other pages leave enabling again to owners, or let sponsors delete",
  },
  lastSponsor: {
    asks: "May the last sponsor of an object be removed?",
    choices: ["removed", "kept"],
    sources: "no page says",
  },
  credentialsOnIdentityCode: {
    asks: "Which code refuses a credential on an agent identity?",
    choices: ["AgentIdentity_CredentialsNotSupported", "PropertyNotCompatibleWithAgentIdentity"],
    sources: "ENT error-codes page; the older spelling elsewhere",
  },
  agentUserOfDeletedIdentity: {
    asks: "What becomes of the agent user when its agent identity is deleted by itself?",
    choices: ["left", "deleted"],
    sources: "ENT howto-delete-agent-identity leaves it open in a comment and describes how to delete it by hand",
  },
  hardDeleteOfBlueprintPrincipal: {
    asks: "Can a deleted blueprint principal be deleted for good before its 30 days are over?",
    choices: ["refused", "deleted"],
    sources: "ENT howto-delete-agent-identity: blocked; REF directory-deleteditems-delete: every service principal can",
  },
  customRolesForAgents: {
    asks: "Can an agent identity hold a custom directory role?",
    choices: ["refused", "allowed"],
    sources: "ENT authorization-agent-id says both on one page",
  },
  blueprintPrincipalInPolicies: {
    asks: "Does a Conditional Access policy that names a blueprint principal apply to the identities of the blueprint?",
    choices: ["applied", "ignored"],
    sources:
      "ENT howto-target-agent-identities and the admin centre's picker: it does; REF beta: includeAgentIdServicePrincipals holds ids of agent identities, so it may be taken and mean nobody",
  },
  emptyServicePrincipalList: {
    asks: "What becomes of a policy that is written with an empty includeServicePrincipals, as reads show it?",
    choices: ["refused", "taken"],
    sources: "OBS (Sep 2026): a bare 400 when what was read is sent back; REF: what a read shows can be written",
  },
  agentUsersInPolicies: {
    asks: "How does a policy for AllAgentIdUsers read?",
    choices: ["users", "agents"],
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
