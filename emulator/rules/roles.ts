/** Who holds which directory role. */
import { directoryRoles as builtInRoles } from "../permissions";
import type { Store } from "../state/store";

export { builtInRoles };

/** Ids of the built-in roles that decide something in this tenant. */
export const roleIds = {
  globalAdministrator: "62e90394-69f5-4237-9190-012177145e10",
  agentIdAdministrator: "db506228-d27e-4b7d-95e5-295956d6615f",
  agentIdDeveloper: "adb2368d-a9be-41b5-8667-d96778e081b0",
  cloudApplicationAdministrator: "158c047a-c907-4556-b7ef-446551a6b5f7",
  attributeAssignmentAdministrator: "58a13ea3-c632-46ae-9ee0-9c0d43cd7f3d",
  attributeAssignmentReader: "ffd52fa5-98dc-465c-991d-fc073eb59f8f",
  attributeDefinitionAdministrator: "8424c6f0-a189-499e-bbd0-26c1753c96d4",
  attributeDefinitionReader: "1d336d2c-4ae8-42ef-9711-b3604ce3fc2c",
} as const;

/** What everybody in the tenant is without being given it: a guest, a restricted guest, or any other user. */
export const implicitRoles = [
  { displayName: "Guest User", templateId: "10dae51f-b6af-4016-8d66-8c2a99b929b3" },
  { displayName: "Restricted Guest User", templateId: "2af84b1e-32c8-42b7-82bc-daa82404023b" },
  { displayName: "User", templateId: "a0b1b346-4d3e-4e8b-98f8-753987be4970" },
] as const;

export const builtInRole = (id: string) => builtInRoles.find(({ templateId }) => templateId === id.toLowerCase());

/**
 * Ids of the role definitions a principal holds for the whole tenant: assigned to it, or to a role-assignable group it
 * is a direct member of. Assignments to an administrative unit do not count.
 */
export function rolesOf({ store }: { readonly store: Store }, principalId: string): ReadonlySet<string> {
  const groups = store
    .sources("members", principalId)
    .filter((id) => store.get(id)?.body["isAssignableToRole"] === true);
  const held = [principalId, ...groups].flatMap((value) =>
    store.find({ kinds: ["unifiedRoleAssignment"], where: { property: "principalId", value } }),
  );
  return new Set(
    held.filter(({ body }) => body["directoryScopeId"] === "/").map(({ body }) => String(body["roleDefinitionId"])),
  );
}
