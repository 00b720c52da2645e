/** The audit log: one line for each successful write on what Graph's directory audits cover. */
import type { Answer } from "../answer";
import type { Context, Route } from "../route";
import type { Json, StoredObject } from "../state/store";
import { propertiesOf } from "../view";
import { agentTypeOf, writeLog } from "./logs";

interface Activity {
  readonly category: string;
  /** As the activity lists of the documentation name it: `Add application`. */
  readonly name: string;
  readonly operation: "Add" | "Update" | "Delete" | "Assign" | "Unassign";
}

/** What the audit log calls objects of one kind, and where it files what happens to them. */
interface Subject {
  readonly noun: string;
  readonly category: string;
}

const subjects = {
  application: { noun: "application", category: "ApplicationManagement" },
  servicePrincipal: { noun: "service principal", category: "ApplicationManagement" },
  user: { noun: "user", category: "UserManagement" },
  group: { noun: "group", category: "GroupManagement" },
  administrativeUnit: { noun: "administrative unit", category: "AdministrativeUnit" },
  conditionalAccessPolicy: { noun: "conditional access policy", category: "Policy" },
  namedLocation: { noun: "named location", category: "Policy" },
} as const satisfies Readonly<Record<string, Subject>>;

/** The objects that a route's path is about, by its start. */
const subjectsByPath: readonly (readonly [start: string, subject: Subject])[] = [
  ["/applications", subjects.application],
  ["/servicePrincipals", subjects.servicePrincipal],
  ["/users", subjects.user],
  ["/groups", subjects.group],
  ["/directory/administrativeUnits", subjects.administrativeUnit],
  ["/administrativeUnits", subjects.administrativeUnit],
  ["/identity/conditionalAccess/policies", subjects.conditionalAccessPolicy],
  ["/policies/conditionalAccessPolicies", subjects.conditionalAccessPolicy],
  ["/identity/conditionalAccess/namedLocations", subjects.namedLocation],
];

/** Objects that can be soft-deleted, by kind. */
const subjectsOfDeleted: Readonly<Record<string, Subject>> = {
  application: subjects.application,
  agentIdentityBlueprint: subjects.application,
  servicePrincipal: subjects.servicePrincipal,
  agentIdentityBlueprintPrincipal: subjects.servicePrincipal,
  agentIdentity: subjects.servicePrincipal,
  user: subjects.user,
  agentUser: subjects.user,
  group: subjects.group,
  administrativeUnit: subjects.administrativeUnit,
};

const updates: Readonly<Record<string, string>> = {
  addPassword: "Certificates and secrets management",
  removePassword: "Certificates and secrets management",
  addKey: "Certificates and secrets management",
  removeKey: "Certificates and secrets management",
  federatedIdentityCredentials: "Certificates and secrets management",
};

const singular: Readonly<Record<string, string>> = { owners: "owner", members: "member", sponsors: "sponsor" };

const madeOrGone = { POST: ["Add", "Add"], DELETE: ["Remove", "Delete"] } as const;

function activityOf({ method, path }: Route, status: number): Activity | undefined {
  if (method === "GET") return undefined;
  if (path.startsWith("/roleManagement/directory/roleAssignments"))
    return method === "POST"
      ? { category: "RoleManagement", name: "Add member to role", operation: "Assign" }
      : { category: "RoleManagement", name: "Remove member from role", operation: "Unassign" };
  if (path.startsWith("/oauth2PermissionGrants")) {
    const [verb, operation] =
      method === "PATCH" ? (["Update", "Update"] as const) : madeOrGone[method === "POST" ? "POST" : "DELETE"];
    return { category: "ApplicationManagement", name: `${verb} delegated permission grant`, operation };
  }
  const found = subjectsByPath.find(([start]) => path.startsWith(start));
  if (!found) return undefined;
  const [start, { noun, category }] = found;
  const rest = path
    .slice(start.length)
    .split("/")
    .filter((part) => part !== "" && !/^\{|^microsoft\./.test(part));
  const [relation] = rest;
  if (relation === undefined) return { category, ...onObject(method, noun, status) };
  if (/^appRoleAssign/.test(relation) && method !== "PATCH") {
    const [verb, operation] = madeOrGone[method === "POST" ? "POST" : "DELETE"];
    const to = method === "POST" ? "to" : "from";
    return { category, name: `${verb} app role assignment ${to} service principal`, operation };
  }
  const person = singular[relation];
  if (person !== undefined && rest.at(-1) === "$ref" && (method === "POST" || method === "DELETE")) {
    const [verb, operation] = madeOrGone[method];
    return { category, name: `${verb} ${person} ${method === "POST" ? "to" : "from"} ${noun}`, operation };
  }
  const detail = updates[relation];
  return { category, name: `Update ${noun}${detail === undefined ? "" : ` – ${detail}`}`, operation: "Update" };
}

function onObject(method: Route["method"], noun: string, status: number): Pick<Activity, "name" | "operation"> {
  if (status === 201) return { name: `Add ${noun}`, operation: "Add" };
  if (method === "DELETE") return { name: `Delete ${noun}`, operation: "Delete" };
  return { name: `Update ${noun}`, operation: "Update" };
}

/** Restore and permanent delete have one address for every kind. */
function activityOnDeleted({ method, path }: Route, object: StoredObject | undefined): Activity | undefined {
  if (!path.startsWith("/directory/deletedItems/{") || method === "GET" || !object) return undefined;
  const subject = subjectsOfDeleted[object.kind];
  if (!subject) throw new Error(`the audit log has no name for a deleted ${object.kind}`);
  const { noun, category } = subject;
  if (method === "POST") return { category, name: `Restore ${noun}`, operation: "Update" };
  return { category, name: `Hard delete ${noun}`, operation: "Delete" };
}

/** What the address names, before the write: afterwards it may be gone. */
export function auditedBefore({ target, keys, store }: Context): StoredObject | undefined {
  const [key] = Object.values(keys);
  return target ?? (key && store.get(key.value, "either"));
}

/**
 * Runs inside the write transaction, after the write.
 *
 * @param before from {@link auditedBefore}
 * @param correlationId `client-request-id` of the request
 */
export function recordAudit(
  context: Context,
  route: Route,
  answer: Answer,
  before: StoredObject | undefined,
  correlationId: string,
): void {
  if (answer.status >= 300) return;
  const activity = activityOnDeleted(route, before) ?? activityOf(route, answer.status);
  if (!activity) return;
  const actor = context.store.get(context.caller.oid);
  const target = before ? (context.store.get(before.id, "either") ?? before) : madeObject(context, answer);
  const id = `Directory_${correlationId}_${context.now.getTime().toString(36)}${Math.random().toString(36).slice(2, 10)}`;
  writeLog(context.store, "directoryAudit", id, {
    activityDateTime: context.now.toISOString(),
    activityDisplayName: activity.name,
    additionalDetails: [{ key: "User-Agent", value: context.headers.get("user-agent") ?? "" }],
    category: activity.category,
    correlationId,
    initiatedBy: initiator(context, actor),
    loggedByService: activity.category === "Policy" ? "Conditional Access" : "Core Directory",
    operationType: activity.operation,
    result: "success",
    resultReason: "",
    targetResources: target ? [resource(context, target, context.body, before?.body)] : [],
    // Who did it; only beta shows this.
    performedBy: performer(context, actor),
  });
}

function madeObject({ store }: Context, { body }: Answer): StoredObject | undefined {
  const id = (body as { readonly id?: unknown } | undefined)?.id;
  return typeof id === "string" ? store.get(id) : undefined;
}

function initiator(context: Context, actor: StoredObject | undefined): Json {
  const { appId, oid, idtyp } = context.caller;
  const { displayName = null, userPrincipalName = null } = actor ? propertiesOf(actor, context) : {};
  if (idtyp === "user") return { app: null, user: { id: oid, displayName, userPrincipalName, ipAddress: null } };
  return { app: { appId, displayName, servicePrincipalId: oid, servicePrincipalName: null }, user: null };
}

function performer({ caller }: Context, actor: StoredObject | undefined): Json {
  const agentic = agentTypeOf(actor) !== "notAgentic";
  return {
    appId: caller.appId,
    blueprintId: actor?.body["agentIdentityBlueprintId"] ?? null,
    identityType: agentic ? "agent" : "servicePrincipal",
  };
}

const types: Readonly<Record<string, string>> = {
  application: "Application",
  agentIdentityBlueprint: "Application",
  user: "User",
  agentUser: "User",
  group: "Group",
  conditionalAccessPolicy: "Policy",
  ipNamedLocation: "Policy",
  countryNamedLocation: "Policy",
};

/** Secrets never reach the log. */
const secret = /credential|password|secret|key|proof/i;

function resource(context: Context, target: StoredObject, given: unknown, before: Json | undefined): Json {
  const { displayName = null, userPrincipalName = null } = propertiesOf(target, context);
  const names = typeof given === "object" && given !== null ? Object.entries(given) : [];
  return {
    id: target.id,
    displayName,
    type: types[target.kind] ?? (target.body["appId"] === undefined ? "Other" : "ServicePrincipal"),
    userPrincipalName,
    groupType: target.kind === "group" ? groupType(target) : null,
    modifiedProperties: names
      .filter(([name, value]) => value !== undefined && !name.startsWith("@"))
      .map(([name, value]) => ({
        displayName: capital(name.replace(/@.*$/, "")),
        oldValue: secret.test(name) ? null : written(before?.[name]),
        newValue: secret.test(name) ? null : written(value),
      })),
  };
}

const groupType = ({ body }: StoredObject) =>
  Array.isArray(body["groupTypes"]) && body["groupTypes"].includes("Unified") ? "unifiedGroups" : "azureAD";

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** Every value is a list, as published entries of the directory have it: `AccountEnabled` from `[true]` to `[false]`. */
const written = (value: unknown): string =>
  JSON.stringify(value === undefined ? [] : Array.isArray(value) ? value : [value]);
