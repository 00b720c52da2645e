/** Actions that ask what an object is a member of, nested memberships included. */
import { z } from "zod";
import { transitiveMemberOf } from "../entities/membership";
import { badRequest, notFound } from "../refusal";
import type { Answer } from "../answer";
import { type Context, keyOf, type Permission, type Route, route } from "../route";
import type { StoredObject } from "../state/store";
import { meOf } from "./me";
import { userOf } from "./users";
import { directoryObjectKinds } from "../entities";

/** Groups that one check can name. */
const mostChecked = 20;

const read: readonly Permission[] = [
  "User.Read.All",
  "GroupMember.Read.All",
  "Group.Read.All",
  "Application.Read.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];

/** Agent users' permissions reach these of every kind of object: PERM. */
const check: readonly Permission[] = [...read, "AgentIdUser.ReadWrite.IdentityParentedBy", "AgentIdUser.ReadWrite.All"];

const ids = z.array(z.guid()).max(mostChecked);
const security = z.strictObject({ securityEnabledOnly: z.boolean().nullable().default(false) });

const idsAnswer = ({ base }: Context, value: readonly string[]): Answer => ({
  status: 200,
  body: { "@odata.context": `${base}/$metadata#Collection(Edm.String)`, value },
});

/** REF getmembergroups: only users can be asked for security groups alone. */
function belongsTo(context: Context, object: StoredObject, securityOnly: boolean | null): StoredObject[] {
  if (securityOnly && object.kind !== "user" && object.kind !== "agentUser")
    throw badRequest("securityEnabledOnly can only be true for users.");
  const all = transitiveMemberOf(object, context);
  return securityOnly ? all.filter(({ body }) => body["securityEnabled"] === true) : all;
}

interface Place {
  readonly path: string;
  readonly at: (context: Context) => StoredObject;
  readonly anyKind?: true;
  /** Applications are refused: no user is signed in. */
  readonly me?: true;
}

const groupOf = (context: Context): StoredObject => {
  const found = context.target;
  if (found?.kind === "group") return found;
  throw notFound(keyOf(context, "id"));
};

const directoryObjectOf = (context: Context): StoredObject => {
  const found = context.store.get(keyOf(context, "object"));
  if (found && directoryObjectKinds.includes(found.kind)) return found;
  throw notFound(keyOf(context, "object"));
};

const places: readonly Place[] = [
  { path: "/users/{id}", at: userOf, anyKind: true },
  { path: "/me", at: meOf, me: true },
  { path: "/groups/{id}", at: groupOf },
  { path: "/directoryObjects/{object}", at: directoryObjectOf },
];

export const membershipRoutes: Route[] = places.flatMap(({ path, at, anyKind, me }) => {
  const shared = (permissions: readonly Permission[], source: string) =>
    ({
      method: "POST",
      ...(anyKind ? { anyKind } : {}),
      permissions: me ? { application: [[]], delegated: ["User.Read", ...permissions] } : permissions,
      basis: "prose",
      source,
      answers: "Edm.String",
    }) as const;
  return [
    route({
      ...shared(read, "REF directoryobject-getmembergroups"),
      path: `${path}/getMemberGroups`,
      body: { resource: "DirectoryObject", schema: security },
      answer(context) {
        const found = belongsTo(context, at(context), context.body.securityEnabledOnly);
        return idsAnswer(
          context,
          found.filter(({ kind }) => kind === "group").map(({ id }) => id),
        );
      },
    }),
    route({
      ...shared(check, "REF directoryobject-getmemberobjects"),
      path: `${path}/getMemberObjects`,
      body: { resource: "DirectoryObject", schema: security },
      answer(context) {
        const found = belongsTo(context, at(context), context.body.securityEnabledOnly);
        return idsAnswer(
          context,
          found.map(({ id }) => id),
        );
      },
    }),
    route({
      ...shared(check, "REF directoryobject-checkmembergroups"),
      path: `${path}/checkMemberGroups`,
      body: { resource: "DirectoryObject", schema: z.strictObject({ groupIds: ids }) },
      answer(context) {
        const found = transitiveMemberOf(at(context), context).filter(({ kind }) => kind === "group");
        return idsAnswer(
          context,
          context.body.groupIds.filter((id) => found.some((group) => group.id === id.toLowerCase())),
        );
      },
    }),
    route({
      ...shared(check, "REF directoryobject-checkmemberobjects"),
      path: `${path}/checkMemberObjects`,
      body: { resource: "DirectoryObject", schema: z.strictObject({ ids }) },
      answer(context) {
        const found = transitiveMemberOf(at(context), context);
        return idsAnswer(
          context,
          context.body.ids.filter((id) => found.some((object) => object.id === id.toLowerCase())),
        );
      },
    }),
  ];
});
