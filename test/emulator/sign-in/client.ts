/** Signs applications in to a tenant in this process, as clients do. */
import { createHash, type KeyObject, X509Certificate, createPrivateKey, randomUUID } from "node:crypto";
import { decodeJwt, type JWTPayload, SignJWT } from "jose";
import { generate } from "selfsigned";
import { automationAppId } from "../../../emulator/seed";
import type { EmulatedTenant } from "../../../emulator/tenant";
import { type Ask, type Body, graph } from "../client";

export const login = "https://login.microsoftonline.com";
export const graphScope = `${graph}/.default`;

export interface SignedIn {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly access_token: string;
    readonly error: string;
    readonly error_description: string;
    readonly error_codes: readonly number[];
    readonly correlation_id: string;
    readonly trace_id: string;
  };
  /** Claims of the token; empty where there is none. */
  readonly claims: JWTPayload;
}

export interface Attempt {
  /** @default the tenant's id */
  readonly tenant?: string;
  readonly endpoint?: "/oauth2/token" | "/oauth2/v2.0/token";
  readonly headers?: Record<string, string>;
}

export type SignIn = (change?: Readonly<Record<string, string | undefined>>, attempt?: Attempt) => Promise<SignedIn>;

/** A client credentials request of the automation application for Graph; `change` replaces or drops parameters. */
export function signer(emulated: EmulatedTenant): SignIn {
  return async (change = {}, { tenant = emulated.id, endpoint = "/oauth2/v2.0/token", headers = {} } = {}) => {
    const usual: Record<string, string | undefined> = {
      client_id: automationAppId,
      client_secret: emulated.credentials().clientSecret,
      grant_type: "client_credentials",
      scope: graphScope,
      ...change,
    };
    const form = Object.entries(usual).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
    const request = new Request(`${login}/${tenant}${endpoint}`, {
      method: "POST",
      headers,
      body: new URLSearchParams(form),
    });
    const response = await emulated.handle(request);
    const body = (await response.json()) as SignedIn["body"];
    const claims = response.ok ? decodeJwt(body.access_token) : {};
    return { status: response.status, headers: response.headers, body, claims };
  };
}

/** What a test compares of a refusal. */
export const refused = ({ status, body }: SignedIn) => [status, body.error, body.error_codes[0]];

const administrator = { permissions: ["Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All"] };

/** An application with its service principal. */
export async function anApplication(ask: Ask, change: object = {}): Promise<{ application: Body; principal: Body }> {
  const application = await ask("POST /applications", { displayName: "ledger", ...change }, administrator);
  const { appId } = application.body;
  const principal = await ask("POST /servicePrincipals", { appId }, administrator);
  return { application: application.body, principal: principal.body };
}

export const asAdministrator = (ask: Ask) => (request: string, body?: unknown) => ask(request, body, administrator);

export interface Keys {
  /** For `keyCredentials`. */
  readonly credential: object;
  readonly privateKey: KeyObject;
  readonly sha1: Buffer;
  readonly sha256: Buffer;
  /** PEM: certificate and key. */
  readonly pem: string;
}

export async function aCertificate(change: { notAfterDate?: Date } = {}): Promise<Keys> {
  const pems = await generate([{ name: "commonName", value: "ledger" }], { algorithm: "sha256", ...change });
  const { raw } = new X509Certificate(pems.cert);
  const hash = (name: string) => createHash(name).update(raw).digest();
  return {
    credential: {
      type: "AsymmetricX509Cert",
      usage: "Verify",
      displayName: "CN=ledger",
      key: raw.toString("base64"),
    },
    privateKey: createPrivateKey(pems.private),
    sha1: hash("sha1"),
    sha256: hash("sha256"),
    pem: `${pems.cert}\n${pems.private}`,
  };
}

export const jwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** A signed assertion; `now` is the tenant's time. */
export function anAssertion(
  key: KeyObject,
  header: { readonly alg: string; readonly [name: string]: string },
  claims: JWTPayload,
  now: Date,
): Promise<string> {
  const seconds = Math.floor(now.getTime() / 1000);
  const usual = { jti: randomUUID(), nbf: seconds, iat: seconds, exp: seconds + 600 };
  return new SignJWT({ ...usual, ...claims }).setProtectedHeader({ typ: "JWT", ...header }).sign(key);
}
