/** /directory/deletedItems: what was deleted in the last 30 days. */
import { z } from "zod";
import { listAnswer, objectAnswer, wholeListAnswer } from "../odata/collection";
import { purge, restorableKinds, restore } from "../rules/deletion";
import { applicationKinds, entityOf, servicePrincipalKinds } from "../entities";
import { collectionOf, oneObject, type QueryRule } from "../odata/query-rule";
import { badRequest, notFound } from "../refusal";
import { type Context, keyOf, type Permissions, type Route, route } from "../route";
import type { StoredObject } from "../state/store";

const one = "/directory/deletedItems/{item}";

interface Deletable {
  readonly read: Permissions;
  /** Restores and deletes permanently: for the latter no page says which permission agents need. */
  readonly restore: Permissions;
}

const applications: Deletable = {
  read: ["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All"],
  restore: ["Application.ReadWrite.All"],
};
const users: Deletable = {
  read: ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All"],
  restore: ["User.DeleteRestore.All", "User.ReadWrite.All"],
};

const groups: Deletable = {
  read: ["Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All"],
  restore: ["Group.ReadWrite.All"],
};
const administrativeUnits: Deletable = {
  read: ["AdministrativeUnit.Read.All", "AdministrativeUnit.ReadWrite.All", "Directory.Read.All"],
  restore: ["AdministrativeUnit.ReadWrite.All"],
};

/** An agent type's own permissions, and those of the type it derives from. */
const agent = (name: string): Deletable => ({
  read: [`${name}.Read.All`, `${name}.ReadWrite.All`, "Application.Read.All"],
  restore: [`${name}.DeleteRestore.All`, "Application.ReadWrite.All"],
});

const byKind: Readonly<Record<string, Deletable>> = {
  agentIdentityBlueprint: agent("AgentIdentityBlueprint"),
  agentIdentityBlueprintPrincipal: agent("AgentIdentityBlueprintPrincipal"),
  agentIdentity: agent("AgentIdentity"),
  user: users,
  agentUser: {
    read: [
      "AgentIdUser.ReadWrite.IdentityParentedBy",
      "AgentIdUser.ReadWrite.All",
      ...(users.read as readonly string[]),
    ],
    restore: ["AgentIdUser.ReadWrite.IdentityParentedBy", "AgentIdUser.ReadWrite.All", "User.ReadWrite.All"],
  },
  group: groups,
  administrativeUnit: administrativeUnits,
};

const permissionsFor = (use: keyof Deletable) => ({
  permissions: applications[use],
  permissionsByKind: Object.fromEntries(Object.entries(byKind).map(([kind, allowed]) => [kind, allowed[use]])),
});

const userKinds = ["user", "agentUser"];

/** It answers this many at most, and has no pages. */
const mostOwned = 1000;

const ownedByUser = z.strictObject({ userId: z.guid(), type: z.enum(["Group", "Application"]) });

function known(context: Context): StoredObject {
  const id = keyOf(context, "item");
  const object = context.store.get(id, true);
  if (object && restorableKinds.includes(object.kind)) return object;
  throw notFound(id);
}

/** As lists of the type itself, and by the time of the delete in an advanced query. */
function listed(cast: string): QueryRule {
  const rule = collectionOf(entityOf(cast));
  return { ...rule, queryable: { ...rule.queryable, deletedDateTime: { orderBy: "advanced" } } };
}

const listOf = (cast: string, kinds: readonly string[], permissions: Permissions) =>
  route({
    method: "GET",
    path: `/directory/deletedItems/microsoft.graph.${cast}`,
    permissions,
    basis: "prose",
    source: "REF directory-deleteditems-list; ENT howto-delete-agent-identity: there is no cast for agent types",
    answers: cast,
    query: listed(cast),
    answer: (context) => listAnswer(context, { kinds, deleted: true }, true),
  });

export const deletedItemRoutes: Route[] = [
  listOf("application", applicationKinds, applications.read),
  listOf("servicePrincipal", servicePrincipalKinds, applications.read),
  listOf("user", ["user", "agentUser"], users.read),
  listOf("group", ["group"], groups.read),
  listOf("administrativeUnit", ["administrativeUnit"], administrativeUnits.read),
  route({
    method: "POST",
    path: "/directory/deletedItems/getUserOwnedObjects",
    permissions: [...(groups.read as readonly string[]), ...(applications.read as readonly string[])],
    basis: "example",
    source: "REF directory-deleteditems-getuserownedobjects",
    body: { resource: "DirectoryObject", schema: ownedByUser },
    answers: "directoryObject",
    query: oneObject,
    answer(context) {
      const { userId, type } = context.body;
      const owner = context.store.get(userId);
      if (!owner || !userKinds.includes(owner.kind)) throw notFound(userId);
      const kinds = type === "Group" ? ["group"] : applicationKinds;
      const owned = context.store
        .find({ kinds, deleted: true })
        .filter(({ id }) => context.store.targets("owners", id).includes(owner.id))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      return wholeListAnswer(context, owned.slice(0, mostOwned), "directoryObjects", true);
    },
  }),
  route({
    method: "GET",
    path: one,
    ...permissionsFor("read"),
    basis: "example",
    source: "REF directory-deleteditems-get",
    answers: "directoryObject",
    query: oneObject,
    answer: (context) => objectAnswer(context, known(context), 200, true),
  }),
  route({
    method: "POST",
    path: `${one}/restore`,
    ...permissionsFor("restore"),
    basis: "example",
    source: "REF directory-deleteditems-restore; ENT howto-delete-agent-identity",
    differs: [
      "Children come back after their parents; what Graph answers to another order is not documented.",
      "The refusal when a name was taken in the meantime is that of creating such an object.",
    ],
    answers: "directoryObject",
    query: oneObject,
    answer: (context) => objectAnswer(context, restore(context, known(context)), 200, true),
  }),
  route({
    method: "DELETE",
    path: one,
    ...permissionsFor("restore"),
    basis: "prose",
    source: "REF directory-deleteditems-delete; profile hardDeleteOfBlueprintPrincipal",
    answer(context) {
      const object = known(context);
      const { hardDeleteOfBlueprintPrincipal } = context.switches.profiles;
      if (object.kind === "agentIdentityBlueprintPrincipal" && hardDeleteOfBlueprintPrincipal === "refused")
        throw badRequest("An agent identity blueprint principal cannot be deleted permanently.");
      purge(context, object);
      return { status: 204 };
    },
  }),
];
