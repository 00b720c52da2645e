/** Sign-in and audit logs: bounded, newest kept. */
import { randomUUID } from "node:crypto";
import type { Surroundings } from "../entities/entity";
import type { Json, Store, StoredObject } from "../state/store";
import { propertiesOf } from "../view";

/** Entries of one log that are kept, and up to a hundred more for each process that writes it. */
export const mostLogEntries = 10_000;

/** Entries of a log between two deletions of old ones. */
const sweep = 100;

type LogKind = "directoryAudit" | "signIn";

/** What this process has written into a log since it last looked. It looks at its first entry, however few follow. */
const sinceLook = new WeakMap<Store, Map<LogKind, number>>();

/** Runs inside a write transaction. */
export function writeLog(store: Store, kind: LogKind, id: string, entry: Json): void {
  store.insertMany([{ kind, id, body: entry }]);
  if (looks(store.primary, kind)) trim(store, kind);
}

function looks(store: Store, kind: LogKind): boolean {
  const written = sinceLook.get(store) ?? new Map<LogKind, number>();
  sinceLook.set(store, written);
  const before = written.get(kind) ?? 0;
  written.set(kind, (before + 1) % sweep);
  return before === 0;
}

function trim(store: Store, kind: LogKind): void {
  const surplus = store.count({ kinds: [kind] }) - mostLogEntries;
  if (surplus <= 0) return;
  const oldest: StoredObject[] = [];
  for (const entry of store.walk({ kinds: [kind] })) {
    if (oldest.push(entry) === surplus) break;
  }
  for (const entry of oldest) store.purge(entry);
}

/** Kinds of agents as logs call them, and what a deeper look into the directory says of them. */
const agentTypes: Readonly<Record<string, string>> = {
  agentIdentityBlueprint: "agenticApp",
  agentIdentityBlueprintPrincipal: "agentIdentityBlueprintPrincipal",
  agentIdentity: "agenticAppInstance",
  agentUser: "agentIDuser",
};

export const agentTypeOf = (object: StoredObject | undefined): string => agentTypes[object?.kind ?? ""] ?? "notAgentic";

export interface AppliedPolicy {
  readonly id: string;
  readonly displayName: string;
  readonly result:
    | "success"
    | "failure"
    | "notApplied"
    | "notEnabled"
    | "reportOnlySuccess"
    | "reportOnlyFailure"
    | "reportOnlyNotApplied";
  readonly enforcedGrantControls: readonly string[];
}

/** One attempt to get a token. */
export interface SignIn {
  /** Client id as it was sent. */
  readonly appId: string;
  /** Service principal, blueprint principal or agent identity of that client id, when there is one. */
  readonly client?: StoredObject | undefined;
  /** Person or agent user in whose name the token is. @default the client signs in itself */
  readonly user?: StoredObject | undefined;
  /** Service principal of the API the token is for. */
  readonly resource?: StoredObject | undefined;
  /** The number after AADSTS, and its text. @default it succeeded */
  readonly error?: { readonly code: number; readonly reason: string } | undefined;
  /** `client-request-id` of the request. @default random */
  readonly correlationId?: string | undefined;
  /** Id of the entry, and `trace_id` of an error. @default random */
  readonly requestId?: string | undefined;
  /** Only where a person typed something. @default false */
  readonly interactive?: boolean;
  readonly credential?:
    "clientSecret" | "clientAssertion" | "federatedIdentityCredential" | "managedIdentity" | "certificate" | undefined;
  /** `keyId` of the secret or certificate; id of the federated credential. */
  readonly credentialId?: string | undefined;
  /** The `uti` claim of the token. */
  readonly uniqueTokenIdentifier?: string | undefined;
  readonly ipAddress?: string | undefined;
  readonly userAgent?: string | null | undefined;
  /** The result of Conditional Access. @default no policy applied */
  readonly policies?: readonly AppliedPolicy[] | undefined;
}

/** Writes a line of the sign-in log. Runs inside a write transaction. */
export function recordSignIn(around: Surroundings, attempt: SignIn): void {
  const { client, user, resource, error, policies = [] } = attempt;
  const clientShown = client ? propertiesOf(client, around) : {};
  const userShown = user ? propertiesOf(user, around) : {};
  const resourceShown = resource ? propertiesOf(resource, around) : {};
  const federated = attempt.credential === "federatedIdentityCredential";
  writeLog(around.store, "signIn", attempt.requestId ?? randomUUID(), {
    createdDateTime: around.now.toISOString(),
    appDisplayName: clientShown["displayName"] ?? null,
    appId: attempt.appId,
    // Not null even where no user signs in: the published metadata says so.
    userId: user?.id ?? "",
    userDisplayName: userShown["displayName"] ?? null,
    userPrincipalName: userShown["userPrincipalName"] ?? null,
    servicePrincipalId: user ? null : (client?.id ?? null),
    servicePrincipalName: user ? null : (clientShown["displayName"] ?? null),
    resourceId: resourceShown["appId"] ?? null,
    resourceDisplayName: resourceShown["displayName"] ?? null,
    resourceServicePrincipalId: resource?.id ?? null,
    resourceTenantId: around.tenantId,
    homeTenantId: around.tenantId,
    correlationId: attempt.correlationId ?? randomUUID(),
    uniqueTokenIdentifier: attempt.uniqueTokenIdentifier ?? null,
    ipAddress: attempt.ipAddress ?? "127.0.0.1",
    userAgent: attempt.userAgent ?? null,
    clientAppUsed: attempt.interactive ? "Browser" : "Mobile Apps and Desktop clients",
    clientCredentialType: attempt.credential ?? "none",
    servicePrincipalCredentialKeyId: federated ? null : (attempt.credentialId ?? null),
    federatedCredentialId: federated ? (attempt.credentialId ?? null) : null,
    isInteractive: attempt.interactive ?? false,
    signInEventTypes: [user ? (attempt.interactive ? "interactiveUser" : "nonInteractiveUser") : "servicePrincipal"],
    status: { errorCode: error?.code ?? 0, failureReason: error?.reason ?? null, additionalDetails: null },
    conditionalAccessStatus: conditionalAccessStatus(policies),
    appliedConditionalAccessPolicies: policies.map((policy) => ({ ...policy, enforcedSessionControls: [] })),
    riskDetail: "none",
    riskLevelAggregated: "none",
    riskLevelDuringSignIn: "none",
    riskState: "none",
    riskEventTypes_v2: [],
    agent: agentOf(around.store, client, user),
  });
}

function conditionalAccessStatus(policies: readonly AppliedPolicy[]): string {
  if (policies.some(({ result }) => result === "failure")) return "failure";
  return policies.some(({ result }) => result === "success") ? "success" : "notApplied";
}

/** `agentType` is of the actor, `agentSubjectType` of the one in whose name the token is. */
function agentOf(store: Store, client: StoredObject | undefined, user: StoredObject | undefined): Json {
  const subject = user ?? client;
  const parentAppId = client?.kind === "agentIdentity" ? client.body["agentIdentityBlueprintId"] : null;
  return {
    agentType: agentTypeOf(client),
    parentAppId: parentAppId ?? null,
    agentSubjectType: agentTypeOf(subject),
    agentSubjectParentId: parentIdOf(store, subject),
  };
}

function parentIdOf(store: Store, subject: StoredObject | undefined): string | null {
  if (subject?.kind === "agentUser") return (subject.body["identityParentId"] as string | undefined) ?? null;
  if (subject?.kind !== "agentIdentity") return null;
  const where = { property: "appId", value: String(subject.body["agentIdentityBlueprintId"]) };
  return store.find({ kinds: ["agentIdentityBlueprint"], where, deleted: "either" }).at(-1)?.id ?? null;
}
