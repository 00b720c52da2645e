/** What a client sends to the token endpoint. */
import { SignInNotEmulated, SignInRefusal } from "./refusal";

/** A client credentials request with one way to prove who the client is. */
export interface TokenForm {
  readonly clientId: string;
  /** Absolute identifier of the API, as the client wrote it. */
  readonly resource: string;
  /** 1 for `/oauth2/token`, 2 for `/oauth2/v2.0/token`: the form of the answer. The API decides about the token. */
  readonly endpoint: 1 | 2;
  readonly secret: string | undefined;
  readonly assertion: string | undefined;
}

const jwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** Grants that Entra knows and this tenant does not serve. */
const otherGrants = [
  "authorization_code",
  "refresh_token",
  "password",
  "device_code",
  "user_fic",
  "urn:ietf:params:oauth:grant-type:device_code",
  "urn:ietf:params:oauth:grant-type:jwt-bearer",
];

/** Parameters of the flows in which an agent identity signs in. */
const agentParameters = ["fmi_path", "user_federated_identity_credential", "req_cnf"];

/**
 * @param authorization of HTTP Basic, the other place for id and secret
 * @throws {SignInRefusal} 900144, 70003, 70011, 1002012, 7000216
 * @throws {SignInNotEmulated} for the agent flows and every other grant
 */
export function tokenForm(text: string, authorization: string | null, endpoint: 1 | 2): TokenForm {
  const given = new URLSearchParams(text);
  const value = (name: string): string | undefined => given.get(name) ?? undefined;
  const grant = needed("grant_type", value("grant_type"));
  if (otherGrants.includes(grant))
    throw new SignInNotEmulated(`Only the grant client_credentials is served, not ${grant}.`);
  if (grant !== "client_credentials") throw new SignInRefusal(70003, grant);
  const agent = agentParameters.find((name) => given.has(name));
  if (agent !== undefined) throw new SignInNotEmulated(`The parameter ${agent} is not served.`);
  const [basicId, basicSecret] = basic(authorization);
  const clientId = needed("client_id", value("client_id") ?? basicId);
  const resource = endpoint === 1 ? needed("resource", value("resource")) : resourceIn(needed("scope", value("scope")));
  const secret = value("client_secret") ?? basicSecret;
  const assertion = value("client_assertion");
  if (assertion !== undefined && value("client_assertion_type") !== jwtBearer)
    throw new SignInRefusal(900144, "client_assertion_type");
  if (secret === undefined && assertion === undefined) throw new SignInRefusal(7000216);
  return { clientId, resource, endpoint, secret, assertion };
}

function needed(name: string, value: string | undefined): string {
  if (value !== undefined && value.trim() !== "") return value.trim();
  throw new SignInRefusal(900144, name);
}

const suffix = "/.default";

/** Scopes of OpenID Connect: MSAL for Go and for Java adds them to every request. An application gets nothing by them. */
const openIdScopes = ["openid", "profile", "offline_access"];

/** An identifier may end in a slash of its own: `https://graph.microsoft.com//.default`. */
function resourceIn(scopes: string): string {
  const [scope = scopes, ...more] = scopes.split(/\s+/).filter((one) => !openIdScopes.includes(one));
  if (more.length > 0) throw new SignInRefusal(70011, scopes);
  if (!scope.endsWith(suffix) || scope === suffix) throw new SignInRefusal(1002012, scope);
  return scope.slice(0, -suffix.length);
}

function basic(authorization: string | null): readonly (string | undefined)[] {
  const encoded = /^Basic ([\w+/=]+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return [];
  const [id = "", ...secret] = Buffer.from(encoded, "base64").toString().split(":");
  return [id, secret.join(":")].map((part) => decoded(part));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
