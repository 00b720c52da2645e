/** /directory/deletedItems: what was deleted in the last 30 days. */
import { listAnswer, objectAnswer } from "../odata/collection";
import { purge, restorableKinds, restore } from "../rules/deletion";
import { applicationKinds, servicePrincipalKinds } from "../entities";
import { collection, oneObject } from "../odata/query";
import { notFound } from "../refusal";
import { type Context, keyOf, type Permissions, type Route, route } from "../route";
import type { StoredObject } from "../state/store";

const one = "/directory/deletedItems/{item}";

/** PERM names these for restore; for deletion for good no page says which permission agents need. */
const restorers: Readonly<Record<string, Permissions>> = {
  agentIdentityBlueprint: ["AgentIdentityBlueprint.DeleteRestore.All"],
  agentIdentityBlueprintPrincipal: ["AgentIdentityBlueprintPrincipal.DeleteRestore.All"],
  agentIdentity: ["AgentIdentity.DeleteRestore.All"],
};
const readers: Readonly<Record<string, Permissions>> = {
  agentIdentityBlueprint: [
    "AgentIdentityBlueprint.Read.All",
    "AgentIdentityBlueprint.ReadWrite.All",
    "Application.Read.All",
  ],
  agentIdentityBlueprintPrincipal: [
    "AgentIdentityBlueprintPrincipal.Read.All",
    "AgentIdentityBlueprintPrincipal.ReadWrite.All",
    "Application.Read.All",
  ],
  agentIdentity: ["AgentIdentity.Read.All", "AgentIdentity.ReadWrite.All", "Application.Read.All"],
};
const plain = ["Application.ReadWrite.All"];

function known(context: Context): StoredObject {
  const id = keyOf(context, "item");
  const object = context.store.get(id, true);
  if (object && restorableKinds.includes(object.kind)) return object;
  throw notFound(id);
}

const listOf = (cast: string, kinds: readonly string[], permission: string) =>
  route({
    method: "GET",
    path: `/directory/deletedItems/microsoft.graph.${cast}`,
    permissions: [permission],
    basis: "prose",
    source: "REF directory-deleteditems-list",
    query: collection({ displayName: ["eq", "startswith"], appId: ["eq"] }),
    answer: (context) => listAnswer(context, { kinds, deleted: true }, true),
  });

export const deletedItemRoutes: Route[] = [
  listOf("application", applicationKinds, "Application.Read.All"),
  listOf("servicePrincipal", servicePrincipalKinds, "Application.Read.All"),
  listOf("user", ["user"], "User.Read.All"),
  route({
    method: "GET",
    path: one,
    permissions: ["Application.Read.All"],
    permissionsByKind: readers,
    basis: "prose",
    source: "REF directory-deleteditems-get",
    query: oneObject,
    answer: (context) => objectAnswer(context, known(context), 200, true),
  }),
  route({
    method: "POST",
    path: `${one}/restore`,
    permissions: plain,
    permissionsByKind: restorers,
    basis: "prose",
    source: "REF directory-deleteditems-restore",
    answer: (context) => objectAnswer(context, restore(context, known(context)), 200, true),
  }),
  route({
    method: "DELETE",
    path: one,
    permissions: plain,
    permissionsByKind: restorers,
    basis: "prose",
    source: "REF directory-deleteditems-delete",
    answer(context) {
      purge(context, known(context));
      return { status: 204 };
    },
  }),
];
