/** A tenant in memory and somebody who asks it things. */
import { appendFileSync } from "node:fs";
import path from "node:path";
import { openTenant, type EmulatedTenant, type TokenRequest } from "../../emulator/tenant";

/** What Graph answers, as far as tests look into it: no one answer has all of this. */
export interface Body {
  readonly "@odata.type": string;
  readonly "@odata.nextLink": string;
  readonly "@odata.count": number;
  readonly "@odata.context": string;
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly givenName: string;
  readonly userPrincipalName: string;
  readonly uniqueName: string | null;
  readonly agentIdentityBlueprintId: string;
  readonly servicePrincipalType: string;
  readonly accountEnabled: boolean;
  readonly tags: readonly string[];
  readonly consentType: string;
  readonly inheritableScopes: { readonly kind: string };
  readonly inheritableRoles: { readonly kind: string } | undefined;
  readonly subject: string;
  readonly scope: string;
  readonly state: string;
  readonly createdDateTime: string;
  readonly modifiedDateTime: string | null;
  readonly deletedDateTime: string | null;
  readonly groupTypes: readonly string[];
  readonly isAssignableToRole: boolean | null;
  readonly conditions: { readonly agentIdRiskLevels: string };
  readonly grantControls: { readonly operator: string };
  readonly sessionControls: object;
  readonly activityDisplayName: string;
  readonly activityDateTime: string;
  readonly customSecurityAttributes: object;
  readonly appRoles: readonly Body[];
  readonly oauth2PermissionScopes: readonly Body[];
  readonly api: Body;
  readonly web: { readonly redirectUris: readonly string[]; readonly logoutUrl: string | null };
  readonly identifierUris: readonly string[];
  readonly notes: string | null;
  readonly passwordCredentials: readonly Body[];
  readonly keyCredentials: readonly Body[];
  readonly keyId: string;
  readonly secretText: string;
  readonly hint: string;
  readonly endDateTime: string;
  readonly customKeyIdentifier: string;
  readonly owners: readonly Body[];
  /** Of a list; tests that look at the first know that there is one. */
  readonly value: readonly [Body, ...Body[]];
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly innerError: Readonly<Record<string, string>>;
  };
  /** Of a batch. */
  readonly responses: readonly Body[];
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed; undefined when there is none. */
  readonly body: Body;
}

export interface Asking extends TokenRequest {
  readonly version?: "v1.0" | "beta";
  readonly headers?: Record<string, string>;
  /** Instead of a fresh token; null for none. */
  readonly token?: string | null;
}

export type Ask = (request: string, body?: unknown, asking?: Asking) => Promise<Reply>;

export const graph = "https://graph.microsoft.com";

/** `ask("POST /users", {...})` */
export function asker(tenant: EmulatedTenant): Ask {
  return async (request, body, { version = "v1.0", headers = {}, token, ...subject } = {}) => {
    const [method = "", path = ""] = request.split(/ (.*)/s);
    const bearer = token === undefined ? await tenant.token(subject) : token;
    const all = { ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }), ...headers };
    const url = path.startsWith("http") ? path : `${graph}/${version}${path}`;
    const sent = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
    const response = await tenant.handle(new Request(url, { method, headers: all, ...sent }));
    witnessed(response);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === "" ? undefined : JSON.parse(text)) as Body,
    };
  };
}

/** Operations of which the documentation says only that they are refused. */
const alwaysRefused = /^(POST|PATCH|DELETE) .*\/inherited(AppRoleAssignments|Oauth2PermissionGrants)\b/;

/**
 * Notes that the running test has asked for the operation that answered this: FIDELITY.md names a test for each. One
 * that was refused is no witness.
 */
export function witnessed({ headers, status }: Response): void {
  const operation = headers.get("x-emulated-operation");
  const { WITNESS_FOLDER: folder } = process.env;
  const { currentTestName: title, testPath } = expect.getState();
  if (
    folder === undefined ||
    operation === null ||
    (status >= 400 && !alwaysRefused.test(operation)) ||
    title === undefined ||
    testPath === undefined
  )
    return;
  const file = path.relative(path.join(__dirname, "../.."), testPath);
  appendFileSync(path.join(folder, `${process.pid}.jsonl`), `${JSON.stringify({ operation, file, title })}\n`);
}

/** The one object that fits. */
export function only(objects: readonly Body[], fits: (object: Body) => boolean): Body {
  const [found, ...more] = objects.filter(fits);
  if (found && more.length === 0) return found;
  throw new Error(`${found ? more.length + 1 : 0} objects fit`);
}

/** What a test compares of a refusal. */
export const refusal = ({ status, body }: Reply) => [status, body.error.code, body.error.message];

/** Every answer is held against metadata. */
export function inMemory(): { tenant: EmulatedTenant; ask: Ask } {
  const tenant = openTenant({ memory: true, selfCheck: true });
  return { tenant, ask: asker(tenant) };
}

export const bind = (...paths: string[]) => paths.map((path) => `${graph}/v1.0${path}`);

/** Ids of seeded people and groups by name. */
export async function people(ask: Ask) {
  const users = (await ask("GET /users")).body.value;
  const groups = (await ask("GET /groups")).body.value;
  const user = (name: string) => `/users/${users.find(({ givenName }) => givenName === name)?.id ?? "?"}`;
  const group = (name: string) => `/groups/${groups.find(({ displayName }) => displayName === name)?.id ?? "?"}`;
  return { user, group, adele: user("Adele"), nestor: user("Nestor") };
}

export const idOf = (path: string): string => path.split("/").at(-1) ?? "";

export const blueprintCast = "microsoft.graph.agentIdentityBlueprint";
export const principalCast = "microsoft.graph.agentIdentityBlueprintPrincipal";
export const identityCast = "microsoft.graph.agentIdentity";

export interface Family {
  readonly blueprint: { readonly id: string; readonly appId: string };
  readonly principal: { readonly id: string };
  /** Path of the sponsor. */
  readonly sponsor: string;
}

/** Ids of directory roles that administer or develop agents. */
export const agentIdAdministrator = "db506228-d27e-4b7d-95e5-295956d6615f";
export const agentIdDeveloper = "adb2368d-a9be-41b5-8667-d96778e081b0";

/** Gives a person a directory role for the whole tenant. @param person path such as `/users/{id}` */
export function giveRole(tenant: EmulatedTenant, person: string, roleDefinitionId: string): void {
  const principalId = idOf(person);
  const body = { principalId, roleDefinitionId, directoryScopeId: "/" };
  tenant.plant([{ id: `${roleDefinitionId} of ${principalId}`, kind: "unifiedRoleAssignment", body }]);
}

/** A blueprint with its principal. */
export async function aBlueprint(ask: Ask, change: object = {}): Promise<Family> {
  const { adele } = await people(ask);
  const asked = { displayName: "payroll", "sponsors@odata.bind": bind(adele), ...change };
  const blueprint = (await ask(`POST /applications/${blueprintCast}`, asked)).body;
  const principal = (await ask(`POST /servicePrincipals/${principalCast}`, { appId: blueprint.appId })).body;
  return { blueprint, principal, sponsor: adele };
}

export function anIdentity(ask: Ask, { blueprint, sponsor }: Family, change: object = {}): Promise<Reply> {
  const asked = {
    displayName: "payroll helper",
    agentIdentityBlueprintId: blueprint.appId,
    "sponsors@odata.bind": bind(sponsor),
  };
  return ask(`POST /servicePrincipals/${identityCast}`, { ...asked, ...change });
}
