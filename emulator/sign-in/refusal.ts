/** What the sign-in service answers when it issues no token: Entra's AADSTS codes and wordings, as data. */

interface Refusal {
  readonly status: 400 | 401;
  /** The OAuth error. */
  readonly error: string;
  /** Without the ids and the time that follow it. */
  readonly says: (...details: readonly string[]) => string;
}

const invalidClient = { status: 401, error: "invalid_client" } as const;
const invalidRequest = { status: 400, error: "invalid_request" } as const;
const invalidScope = { status: 400, error: "invalid_scope" } as const;
const invalidResource = { status: 400, error: "invalid_resource" } as const;

const federation =
  "Check your federated identity credential Subject, Audience and Issuer against the presented assertion. " +
  "https://learn.microsoft.com/entra/workload-id/workload-identity-federation";
const assertionFormat =
  "Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .";

/** By AADSTS code. The parameters of a wording are named where it is thrown. */
const refusals = {
  50027: { ...invalidRequest, says: () => "JWT token is invalid or malformed." },
  50166: {
    ...invalidRequest,
    says: (issuer) => `Request to External OIDC endpoint failed. The keys of '${issuer}' could not be read.`,
  },
  50194: {
    ...invalidRequest,
    says: (appId, name) =>
      `Application '${appId}'(${name}) is not configured as a multi-tenant application. Usage of the /common endpoint is not ` +
      "supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.",
  },
  70003: {
    status: 400,
    error: "unsupported_grant_type",
    says: (grant) => `The app requested an unsupported grant type '${grant}'.`,
  },
  70011: {
    ...invalidScope,
    says: (scope) =>
      "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not " +
      `valid. The scope ${scope} is not valid.`,
  },
  70025: {
    ...invalidClient,
    says: (name, appId) => `The client '${name}'(${appId}) has no configured federated identity credentials.`,
  },
  90002: {
    ...invalidRequest,
    says: (tenant) =>
      `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. ` +
      "Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
  },
  500011: {
    ...invalidResource,
    says: (resource, tenant) =>
      `The resource principal named ${resource} was not found in the tenant named ${tenant}. This can happen if the application ` +
      "has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent " +
      "your authentication request to the wrong tenant.",
  },
  500014: {
    ...invalidResource,
    says: (resource) =>
      `The service principal for resource '${resource}' is disabled. This indicate that a subscription within the tenant has ` +
      "lapsed, or that the administrator for this tenant has disabled the application, preventing tokens from being issued for it.",
  },
  501051: {
    status: 400,
    error: "invalid_grant",
    says: (appId, name, resource, resourceName) =>
      `Application '${appId}'(${name}) is not assigned to a role for the application '${resource}'(${resourceName}).`,
  },
  700016: {
    status: 400,
    error: "unauthorized_client",
    says: (appId, tenant) =>
      `Application with identifier '${appId}' was not found in the directory '${tenant}'. This can happen if the application has ` +
      "not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your " +
      "authentication request to the wrong tenant.",
  },
  700021: {
    ...invalidClient,
    says: () => `Client assertion application identifier doesn't match 'client_id' parameter. ${assertionFormat}`,
  },
  700023: {
    ...invalidClient,
    says: () => `Client assertion audience claim does not match Realm issuer. ${assertionFormat}`,
  },
  700024: {
    ...invalidClient,
    says: (now, validFrom, validTo) =>
      `Client assertion is not within its valid time range. Current time: ${now}, assertion valid from ${validFrom}, expiry time ` +
      `of assertion ${validTo}. ${assertionFormat}`,
  },
  700027: {
    ...invalidClient,
    says: (what, reason, appId) =>
      `${what} [Reason - ${reason}, Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '${appId}'.]`,
  },
  700211: {
    ...invalidClient,
    says: (issuer) =>
      `No matching federated identity record found for presented assertion issuer '${issuer}'. ${federation}`,
  },
  700212: {
    ...invalidClient,
    says: (audience) =>
      `No matching federated identity record found for presented assertion audience '${audience}'. ${federation}`,
  },
  700213: {
    ...invalidClient,
    says: (subject) =>
      `No matching federated identity record found for presented assertion subject '${subject}'. ${federation}`,
  },
  900144: {
    ...invalidRequest,
    says: (name) => `The request body must contain the following parameter: '${name}'.`,
  },
  1002012: {
    ...invalidScope,
    says: (scope) =>
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default ` +
      "suffixed to the resource identifier (application ID URI).",
  },
  7000112: {
    status: 400,
    error: "unauthorized_client",
    says: (appId, name) => `Application '${appId}'(${name}) is disabled.`,
  },
  7000215: {
    ...invalidClient,
    says: (appId) =>
      "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client " +
      `secret ID, for a secret added to app '${appId}'.`,
  },
  7000216: {
    ...invalidClient,
    says: () => "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
  },
  7000222: {
    ...invalidClient,
    says: (appId) =>
      `The provided client secret keys for app '${appId}' are expired. Visit the Azure portal to create new keys for your app: ` +
      "https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
  },
  7000229: {
    ...invalidClient,
    says: (appId, tenant) =>
      `The client application ${appId} is missing service principal in the tenant ${tenant}. See instructions here: ` +
      "https://go.microsoft.com/fwlink/?linkid=2225119",
  },
  7002138: {
    ...invalidClient,
    says: (subject) =>
      `No matching federated identity record found for presented assertion subject '${subject}'. The subject matches with ` +
      `case-insensitive comparison, but not with case-sensitive comparison. ${federation}`,
  },
} as const satisfies Readonly<Record<number, Refusal>>;

export type RefusalNumber = keyof typeof refusals;

/** Thrown while a client signs in; becomes an answer in Entra's error format. */
export class SignInRefusal extends Error {
  override readonly name = "SignInRefusal";
  readonly status: number;
  readonly error: string;

  constructor(
    readonly code: RefusalNumber,
    ...details: readonly string[]
  ) {
    const { status, error, says }: Refusal = refusals[code];
    super(says(...details));
    this.status = status;
    this.error = error;
  }
}

/** Entra does this, the emulated tenant does not. Answered with status 501 and no AADSTS code. */
export class SignInNotEmulated extends Error {
  override readonly name = "SignInNotEmulated";
}

/** The ids of one exchange with the sign-in service. */
export interface Exchange {
  readonly traceId: string;
  readonly correlationId: string;
  readonly now: Date;
}

/** The body of an error answer. */
export function errorOf(
  refusal: SignInRefusal | SignInNotEmulated,
  { traceId, correlationId, now }: Exchange,
): { readonly status: number; readonly body: object } {
  const timestamp = `${now.toISOString().slice(0, 19).replace("T", " ")}Z`;
  const ids = `Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`;
  const exchange = { timestamp, trace_id: traceId, correlation_id: correlationId };
  if (refusal instanceof SignInNotEmulated) {
    const error_description = `NotEmulated: ${refusal.message} ${ids}`;
    return { status: 501, body: { error: "not_emulated", error_description, error_codes: [], ...exchange } };
  }
  const { status, error, code, message } = refusal;
  const body = {
    error,
    error_description: `AADSTS${code}: ${message} ${ids}`,
    error_codes: [code],
    ...exchange,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
  };
  return { status, body };
}
