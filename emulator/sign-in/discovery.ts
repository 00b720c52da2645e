/** What clients read before they sign in: endpoints and keys. */
import type { Surroundings } from "../entities/entity";
import { issuerOf, type SigningKey } from "./token";

/**
 * The OpenID configuration of one version. The endpoints are where the client asked; the issuer is Entra's, because
 * that is what `iss` of the tokens says.
 *
 * @param segment how the address names the tenant; `common` and the like are answered with a template
 */
export function openIdConfiguration(
  { tenantId }: Surroundings,
  origin: string,
  segment: string,
  version: 1 | 2,
): object {
  const anyTenant = /^(common|organizations|consumers)$/.test(segment);
  const named = anyTenant ? segment : tenantId;
  const oauth = `${origin}/${named}/oauth2${version === 2 ? "/v2.0" : ""}`;
  return {
    token_endpoint: `${oauth}/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    jwks_uri: `${origin}/${named}/discovery${version === 2 ? "/v2.0" : ""}/keys`,
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    issuer: issuerOf(anyTenant ? "{tenantid}" : tenantId, version),
    request_uri_parameter_supported: false,
    userinfo_endpoint: `${origin}/oidc/userinfo`,
    authorization_endpoint: `${oauth}/authorize`,
    device_authorization_endpoint: `${oauth}/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${oauth}/logout`,
    claims_supported: ["sub", "iss", "aud", "exp", "iat", "tid", "ver", "oid", "name", "preferred_username"],
    tenant_region_scope: null,
    cloud_instance_name: new URL(origin).host,
    cloud_graph_host_name: "graph.windows.net",
    msgraph_host: new URL(origin).host,
  };
}

/** JSON Web Key Set. Entra's keys also carry `x5c` and `x5t`; these have no certificate. */
export function keySet(key: SigningKey, tenantId: string): object {
  const jwk = key.publicKey.export({ format: "jwk" });
  return { keys: [{ ...jwk, use: "sig", kid: key.kid, issuer: issuerOf(tenantId, 2) }] };
}

/** Which hosts are one and the same authority. */
export function instanceDiscovery(url: URL): object {
  const { host } = url;
  const asked = url.searchParams.get("authorization_endpoint") ?? "";
  const tenant = URL.canParse(asked) ? (new URL(asked).pathname.split("/")[1] ?? "common") : "common";
  return {
    tenant_discovery_endpoint: `${url.origin}/${tenant}/v2.0/.well-known/openid-configuration`,
    "api-version": url.searchParams.get("api-version") ?? "1.1",
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  };
}

/** Name of the cloud that a served tenant is to the Azure CLI and to Terraform. */
export const cloudName = "EntraEmulated";

/**
 * The document in which Azure's tools find a cloud's addresses: login and Microsoft Graph are served here, everything
 * else of Azure does not exist. Read by Terraform's azuread (2022-09-01) and by the Azure CLI (2019-05-01, a list).
 * Microsoft's own documents end the login endpoint with a slash in the older form only.
 */
export function cloudMetadata(origin: string, apiVersion: string): object {
  const newer = apiVersion >= "2022";
  const cloud = {
    portal: origin,
    authentication: {
      loginEndpoint: newer ? origin : `${origin}/`,
      audiences: ["https://management.core.windows.net/", "https://management.azure.com/"],
      tenant: "common",
      identityProvider: "AAD",
    },
    media: "",
    graphAudience: "https://graph.microsoft.com/",
    graph: "https://graph.microsoft.com/",
    name: cloudName,
    suffixes: {
      azureDataLakeStoreFileSystem: "",
      acrLoginServer: "",
      sqlServerHostname: "",
      azureDataLakeAnalyticsCatalogAndJob: "",
      keyVaultDns: "",
      storage: "",
    },
    batch: "",
    resourceManager: `${resourceManagerAt(origin)}/`,
    vmImageAliasDoc: "",
    activeDirectoryDataLake: "",
    sqlManagement: "",
    gallery: "",
    microsoftGraphResourceId: `${origin}/`,
  };
  return newer ? cloud : [cloud];
}

/**
 * Azure Resource Manager has an origin of its own: the Azure CLI takes a token for it to every address that begins so.
 * Where the tenant is served it is the same port by the other name of this machine.
 */
function resourceManagerAt(origin: string): string {
  const url = new URL(origin);
  if (!loopback.includes(url.hostname)) return "https://management.azure.com";
  url.hostname = url.hostname === "localhost" ? "127.0.0.1" : "localhost";
  return url.origin;
}

const loopback: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];
