/** What the tenant answers when it does not do what it was asked: Graph's error codes and wordings, as data. */

/** Every `error.code` this tenant can answer. */
export type RefusalCode =
  | "BadRequest"
  | "Request_BadRequest"
  | "Request_UnsupportedQuery"
  | "Request_ResourceNotFound"
  | "Request_UnprocessableEntity"
  | "Request_MultipleObjectsWithSameKeyValue"
  | "InvalidAuthenticationToken"
  | "Authorization_RequestDenied"
  | "AccessDenied"
  | "CannotDeleteOrUpdateEnabledEntitlement"
  | "Authentication_MissingOrMalformed"
  | "NoBackingApplicationObject"
  | "syncStateNotFound"
  | "Directory_ConcurrencyViolation"
  | "Directory_QuotaExceeded"
  | "Agent_Directory_QuotaExceeded"
  | "AgentBlueprint_LimitExceeded"
  | "AgentBlueprint_IncompatibleProperty"
  | "AgentBlueprint_IncompatibleProperty_NullPropertyName"
  | "AgentBlueprintPrincipal_IncompatibleProperty"
  | "AgentBlueprintPrincipal_AgentIdentity_IncompatibleProperty"
  | "AgentBlueprintPrincipal_RequireAgentBlueprint"
  | "AgentIdentity_LimitExceeded"
  | "AgentIdentity_AgentBlueprintPrincipalDoesNotExist"
  | "AgentIdentity_IncompatibleParentType"
  | "AgentIdentity_CredentialsNotSupported"
  | "PropertyNotCompatibleWithAgentIdentity"
  | "Error_AgentBlueprintCannotCreateAssociatedIdentity"
  | "Error_AgentIdentitiesCreatingAgentIdentitiesNotAllowed"
  | "Error_AgentIdentitySelfCreateRequired"
  /** Not Graph's: an answer of the emulated tenant that its own metadata forbids. Always with status 500. */
  | "SelfCheckFailed"
  /** Not Graph's: the real service may do this, the emulated tenant does not yet. Always with status 501. */
  | "NotEmulated";

/** Thrown inside the tenant; becomes an answer in Graph's error format. */
export class GraphRefusal extends Error {
  override readonly name = "GraphRefusal";

  constructor(
    readonly status: number,
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
  }
}

export const badRequest = (message: string) => new GraphRefusal(400, "Request_BadRequest", message);

export const unsupportedQuery = (message: string) => new GraphRefusal(400, "Request_UnsupportedQuery", message);

/** Conditional Access and the gateway in front of every workload use the shorter code. */
export const plainBadRequest = (message: string) => new GraphRefusal(400, "BadRequest", message);

export const notFound = (id: string) =>
  new GraphRefusal(
    404,
    "Request_ResourceNotFound",
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );

export const conflict = (message: string) => new GraphRefusal(409, "Request_MultipleObjectsWithSameKeyValue", message);

export const denied = () =>
  new GraphRefusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");

export const methodNotAllowed = () =>
  new GraphRefusal(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.");

export const notEmulated = (message: string) => new GraphRefusal(501, "NotEmulated", message);

/** The body of an error answer. `requestId` is also the `request-id` header. */
export function errorBody(
  code: string,
  message: string,
  requestId: string,
  clientRequestId: string,
  now: Date,
): object {
  return {
    error: {
      code,
      message,
      innerError: {
        date: now.toISOString().slice(0, 19),
        "request-id": requestId,
        "client-request-id": clientRequestId,
      },
    },
  };
}
