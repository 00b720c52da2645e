/** The company directory, read only: users, groups, the organization, directory roles. */
import { listAnswer, objectAnswer } from "../odata/collection";
import { group } from "../entities/group";
import { user } from "../entities/user";
import { matches } from "../odata/filter";
import { directoryRoles } from "../permissions";
import { collection, oneObject, project } from "../odata/query";
import { notFound } from "../refusal";
import { type Context, keyOf, type Route, route } from "../route";
import type { StoredObject } from "../state/store";

const usersRead = ["User.ReadBasic.All", "User.Read.All", "Directory.Read.All"];
const groupsRead = ["GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"];
const rolesRead = ["RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", "Directory.Read.All"];

/** By object id or by user principal name. */
function userAt({ store, keys }: Context): StoredObject {
  const { property = "", value = "" } = keys["user"] ?? {};
  const byId = property === "id" ? store.get(value) : undefined;
  if (byId?.kind === user.kind) return byId;
  const wanted = { property: "userPrincipalName", value };
  const [byName] = /^(id|userPrincipalName)$/i.test(property) ? store.find({ kinds: [user.kind], where: wanted }) : [];
  if (byName) return byName;
  throw notFound(value);
}

function groupAt(context: Context): StoredObject {
  const id = keyOf(context, "group");
  const found = context.store.get(id);
  if (found?.kind === group.kind) return found;
  throw notFound(id);
}

export const directoryRoutes: Route[] = [
  route({
    method: "GET",
    path: "/users",
    permissions: usersRead,
    basis: "prose",
    source: "REF user-list",
    query: collection(user.filter ?? {}),
    answer: (context) => listAnswer(context, { kinds: [user.kind] }),
  }),
  route({
    method: "GET",
    path: "/users/{user}",
    permissions: usersRead,
    basis: "prose",
    source: "REF user-get",
    query: oneObject,
    answer: (context) => objectAnswer(context, userAt(context)),
  }),
  route({
    method: "GET",
    path: "/groups",
    permissions: groupsRead,
    basis: "prose",
    source: "REF group-list",
    query: collection(group.filter ?? {}),
    answer: (context) => listAnswer(context, { kinds: [group.kind] }),
  }),
  route({
    method: "GET",
    path: "/groups/{group}",
    permissions: groupsRead,
    basis: "prose",
    source: "REF group-get",
    query: oneObject,
    answer: (context) => objectAnswer(context, groupAt(context)),
  }),
  route({
    method: "GET",
    path: "/organization",
    permissions: ["Organization.Read.All", "Directory.Read.All"],
    basis: "prose",
    source: "REF organization-list",
    query: oneObject,
    answer(context) {
      const { tenantId, tenantName, domain, base, query } = context;
      const organization = {
        id: tenantId,
        displayName: tenantName,
        tenantType: "AAD",
        verifiedDomains: [{ name: domain, type: "Managed", isDefault: true, isInitial: true, capabilities: "Email" }],
      };
      const value = [project(organization, query.select, [], "organization")];
      return { status: 200, body: { "@odata.context": `${base}/$metadata#organization`, value } };
    },
  }),
  route({
    method: "GET",
    path: "/roleManagement/directory/roleDefinitions",
    permissions: rolesRead,
    basis: "prose",
    source: "REF rbacapplication-list-roledefinitions; the ids are those of the built-in roles",
    query: {
      options: ["$select", "$filter"],
      filter: { displayName: ["eq", "in", "startswith"], templateId: ["eq"], id: ["eq"] },
    },
    answer({ base, query }) {
      const roles = directoryRoles.map(({ displayName, templateId }) => ({
        id: templateId,
        displayName,
        isBuiltIn: true,
        isEnabled: true,
        templateId,
      }));
      const { filter } = query;
      const value = roles
        .filter((role) => !filter || matches(filter, role))
        .map((role) => project(role, query.select, [], "unifiedRoleDefinition"));
      return {
        status: 200,
        body: { "@odata.context": `${base}/$metadata#roleManagement/directory/roleDefinitions`, value },
      };
    },
  }),
];
