// @ts-check
/** What a documented id names, by the property or the relation it stands at. */

/** Properties of bodies, in lower case, that hold ids of objects. */
export const referenceKinds = /** @type {Readonly<Record<string, string>>} */ ({
  clientid: "servicePrincipal",
  resourceid: "servicePrincipal",
  identityparentid: "agentIdentity",
  roledefinitionid: "unifiedRoleDefinition",
  roleid: "directoryRole",
  roletemplateid: "directoryRoleTemplate",
  agentids: "agentIdentity",
  ids: "directoryObject",
  groupids: "group",
  groupid: "group",
  onbehalfofuserid: "user",
  userid: "user",
  includeusers: "user",
  excludeusers: "user",
  includegroups: "group",
  excludegroups: "group",
  includeroles: "directoryRoleTemplate",
  excluderoles: "directoryRoleTemplate",
  includelocations: "namedLocation",
  excludelocations: "namedLocation",
  includeserviceprincipals: "servicePrincipal",
  excludeserviceprincipals: "servicePrincipal",
  includeagentidserviceprincipals: "agentIdentity",
  excludeagentidserviceprincipals: "agentIdentity",
});

/** Properties of bodies, in lower case, that hold app ids, and whose app id they are. */
export const applicationIds = /** @type {Readonly<Record<string, string>>} */ ({
  agentidentityblueprintid: "agentIdentityBlueprintPrincipal",
  resourceappid: "servicePrincipal",
  includeapplications: "servicePrincipal",
  excludeapplications: "servicePrincipal",
});

/** What hangs at a relation of directory objects when the page does not say. */
export const relatedKinds = /** @type {Readonly<Record<string, string>>} */ ({
  memberof: "group",
  transitivememberof: "group",
  ownedobjects: "group",
  createdobjects: "group",
  transitivemembers: "user",
  members: "user",
  owners: "user",
  sponsors: "user",
  manager: "user",
  directreports: "user",
});

/** Relations that are read at one end and made at the other. */
export const inverses = /** @type {Readonly<Record<string, string>>} */ ({
  memberof: "members",
  transitivememberof: "members",
  ownedobjects: "owners",
  directreports: "manager",
  transitivemembers: "",
});

/** Objects that exist inside another one, or between others, only. */
export const contained = [
  "federatedIdentityCredential",
  "inheritablePermission",
  "appRoleAssignment",
  "scopedRoleMembership",
  "allowedValue",
  "oAuth2PermissionGrant",
];

/** Properties that a change may repeat and cannot change. */
export const unchangeable = /** @type {Readonly<Record<string, readonly string[]>>} */ ({
  federatedIdentityCredential: ["name"],
  group: ["groupTypes", "mailEnabled"],
});

/** What words of a placeholder say of the object, most telling first. */
const words = /** @type {readonly (readonly [RegExp, string])[]} */ ([
  [/blueprint.?(principal|sp)/i, "agentIdentityBlueprintPrincipal"],
  [/agent.?(id)?.?user/i, "agentUser"],
  [/agent.?identity.?id|agent.?identity(?!.?blueprint)/i, "agentIdentity"],
  [/blueprint/i, "agentIdentityBlueprint"],
  [/blueprint/i, "agentIdentityBlueprintPrincipal"],
  [/service.?principal|(^|[^a-z])sp([^a-z]|$)/i, "servicePrincipal"],
  [/group/i, "group"],
  [/user|person|manager|owner|member|sponsor/i, "user"],
  [/administrative.?unit/i, "administrativeUnit"],
  [/device/i, "device"],
  [/application|app/i, "application"],
]);

/**
 * The kind of object a placeholder or a relation speaks of, which is the declared type or derives from it.
 *
 * @param {string} text as the page writes the id @param {string} declared by metadata @param {string} relation
 * @param {(type: string, ancestor: string) => boolean} isA @returns {string}
 */
export function spokenKind(text, declared, relation, isA) {
  const byWord = words.find(([form, kind]) => form.test(text) && isA(kind, declared))?.[1];
  if (byWord !== undefined && /[<{]|-value/.test(text)) return byWord;
  if (declared === "directoryObject") return relatedKinds[relation.toLowerCase()] ?? "user";
  return declared === "namedLocation" ? "ipNamedLocation" : declared;
}
