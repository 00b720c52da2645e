/** What holds of app role assignments, whoever asks. */
import { randomBytes } from "node:crypto";
import type { z } from "zod";
import { servicePrincipalKinds } from "../entities";
import { appRoleAssignment, type assignmentToCreate } from "../entities/app-role-assignment";
import { badRequest, conflict, notFound } from "../refusal";
import type { Context } from "../route";
import type { Store, StoredObject } from "../state/store";
import { propertiesOf } from "../view";
import { checkNotBlocked } from "./blocked-permissions";
import { principalAt } from "./unknown-referents";

const { kind } = appRoleAssignment;

/** Stands for access without any role. */
const defaultAccess = "00000000-0000-0000-0000-000000000000";

/** What a principal of a kind is called in an assignment. */
const principalTypes: ReadonlyMap<string, "User" | "Group" | "ServicePrincipal"> = new Map([
  ...servicePrincipalKinds.map((name) => [name, "ServicePrincipal"] as const),
  ["user", "User"],
  ["agentUser", "User"],
  ["group", "Group"],
]);

interface Role {
  readonly id: string;
  readonly value: string | null;
  readonly isEnabled: boolean;
  readonly allowedMemberTypes: readonly string[];
}

export function existing(store: Store, id: string, kinds: readonly string[]): StoredObject {
  const object = store.get(id);
  if (object && kinds.includes(object.kind)) return object;
  throw notFound(id);
}

export function makeAssignment(context: Context, wanted: z.infer<typeof assignmentToCreate.schema>): StoredObject {
  const { store, now, switches } = context;
  const principal = principalAt(context, wanted.principalId, [...principalTypes.keys()]);
  const resource = principalAt(context, wanted.resourceId, servicePrincipalKinds);
  const appRoleId = wanted.appRoleId.toLowerCase();
  const principalType = principalTypes.get(principal.kind) ?? "ServicePrincipal";
  const shown = propertiesOf(resource, context);
  const roles = shown["appRoles"] as readonly Role[];
  const role = roles.find(({ id, isEnabled }) => id === appRoleId && isEnabled);
  const member = principalType === "ServicePrincipal" ? "Application" : "User";
  const possible = role ? role.allowedMemberTypes.includes(member) : appRoleId === defaultAccess && roles.length === 0;
  if (!possible) {
    throw badRequest(`Permission being assigned was not found on application '${String(shown["appId"])}'.`);
  }
  if (principal.kind === "agentIdentity" && role?.value) checkNotBlocked(shown["appId"], "application", [role.value]);
  const held = store.find({ kinds: [kind], where: { property: "principalId", value: principal.id } });
  if (held.some(({ body }) => body["resourceId"] === resource.id && body["appRoleId"] === appRoleId)) {
    // Third parties have seen 400 and 409 with this text.
    throw conflict("EntitlementGrant entry already exists.");
  }
  const most = switches.limits.appRoleAssignments;
  if (held.length >= most) throw badRequest(`A principal can hold at most ${most} app role assignments.`);
  return store.insert(kind, randomBytes(32).toString("base64url"), {
    deletedDateTime: null,
    appRoleId,
    createdDateTime: now.toISOString(),
    principalDisplayName: propertiesOf(principal, context)["displayName"],
    principalId: principal.id,
    principalType,
    resourceDisplayName: shown["displayName"],
    resourceId: resource.id,
  });
}
