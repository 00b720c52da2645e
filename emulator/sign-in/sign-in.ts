/**
 * The sign-in service of the tenant: token endpoint, discovery and keys, at the paths of login.microsoftonline.com. It
 * is reached by that host in this process, and by path where the tenant is served.
 */
import { randomUUID } from "node:crypto";
import { jsonAnswer, type RequestHeaders, type TenantAnswer } from "../exchange";
import type { Ground, Surroundings } from "../entities/entity";
import { timeIn } from "../switches/clock";
import { switchesOf } from "../switches/switches";
import type { Switches } from "../switches/values";
import { cloudMetadata, instanceDiscovery, keySet, openIdConfiguration } from "./discovery";
import { errorOf, SignInNotEmulated, SignInRefusal } from "./refusal";
import { signingKey } from "./token";
import type { SignInAnswer, SignInRequest } from "./exchange";
import { answerToken } from "./token-endpoint";

interface Address {
  readonly method: "GET" | "POST";
  /** Its group, where it has one, names the tenant. */
  readonly path: RegExp;
  readonly answer: (around: Surroundings, request: SignInRequest) => SignInAnswer | Promise<SignInAnswer>;
}

const document = (body: object): SignInAnswer => ({ status: 200, body });

const notServed = (what: string) => (): never => {
  throw new SignInNotEmulated(`${what} is not served.`);
};

const addresses: readonly Address[] = [
  {
    method: "POST",
    path: /^\/([^/]+)\/oauth2\/v2\.0\/token$/i,
    answer: (around, request) => answerToken(around, request, 2),
  },
  {
    method: "POST",
    path: /^\/([^/]+)\/oauth2\/token$/i,
    answer: (around, request) => answerToken(around, request, 1),
  },
  {
    method: "GET",
    path: /^\/([^/]+)\/v2\.0\/\.well-known\/openid-configuration$/i,
    answer: (around, { origin, segment }) => document(openIdConfiguration(around, origin, segment, 2)),
  },
  {
    method: "GET",
    path: /^\/([^/]+)\/\.well-known\/openid-configuration$/i,
    answer: (around, { origin, segment }) => document(openIdConfiguration(around, origin, segment, 1)),
  },
  {
    method: "GET",
    path: /^\/([^/]+)\/discovery\/(?:v2\.0\/)?keys$/i,
    answer: ({ store, tenantId }) => document(keySet(signingKey(store), tenantId)),
  },
  { method: "GET", path: /^\/common\/discovery\/instance$/i, answer: (_, { url }) => document(instanceDiscovery(url)) },
  {
    method: "GET",
    path: /^\/metadata\/endpoints$/i,
    answer: (_, { origin, url }) => document(cloudMetadata(origin, url.searchParams.get("api-version") ?? "")),
  },
  // Azure Resource Manager: the Azure CLI asks it after every login.
  { method: "GET", path: /^\/subscriptions\/?$/i, answer: () => document({ value: [] }) },
  {
    method: "GET",
    path: /^\/([^/]+)\/oauth2\/(?:v2\.0\/)?(?:authorize|logout)$/i,
    answer: notServed("Signing in a person"),
  },
  { method: "POST", path: /^\/([^/]+)\/oauth2\/(?:v2\.0\/)?devicecode$/i, answer: notServed("The device code flow") },
];

const signInHosts = /^(login\.microsoftonline\.com|login\.microsoft\.com|login\.windows\.net|sts\.windows\.net)$/;

/** Whether a request is for the sign-in service and not for Microsoft Graph. */
export function addressesSignIn({ hostname, pathname }: URL): boolean {
  if (signInHosts.test(hostname)) return true;
  if (hostname === "graph.microsoft.com" || /^\/(v1\.0|beta)(\/|$)/i.test(pathname)) return false;
  return addresses.some(({ path }) => path.test(pathname));
}

export interface SignInAsked {
  readonly method: string;
  readonly headers: RequestHeaders;
  readonly url: URL;
  readonly text: string;
  /** Those of the request. @default the tenant's */
  readonly switches?: Switches;
}

/** Answers any request that `addressesSignIn`. */
export async function answerSignIn(around: Ground, request: SignInAsked): Promise<TenantAnswer> {
  const { switches = switchesOf(around.store) } = request;
  const now = timeIn(switches);
  const traceId = randomUUID();
  const correlationId = request.headers.get("client-request-id") ?? randomUUID();
  const headers = { "cache-control": "no-store, no-cache", pragma: "no-cache", "x-ms-request-id": traceId };
  try {
    const found = addresses.find(({ method, path }) => method === request.method && path.test(request.url.pathname));
    if (!found) throw new SignInNotEmulated(`${request.method} ${request.url.pathname} is not served.`);
    const segment = found.path.exec(request.url.pathname)?.[1] ?? "common";
    const { url, text } = request;
    const asked = { url, origin: url.origin, headers: request.headers, text, segment, traceId, correlationId };
    const { status, body } = await found.answer(
      { ...around, now, switches },
      { ...asked, tenant: tenantNamed(around, segment) },
    );
    return jsonAnswer(status, headers, body);
  } catch (error) {
    if (!(error instanceof SignInRefusal || error instanceof SignInNotEmulated)) throw error;
    const { status, body } = errorOf(error, { traceId, correlationId, now });
    return jsonAnswer(status, headers, body);
  }
}

/** @throws {SignInRefusal} 90002 */
function tenantNamed({ tenantId, domain }: Ground, segment: string): "this" | "any" {
  const name = segment.toLowerCase();
  if (name === tenantId || name === domain) return "this";
  if (name === "common" || name === "organizations") return "any";
  throw new SignInRefusal(90002, segment);
}
