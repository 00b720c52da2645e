/** Which objects can have credentials of their own. */
import { GraphRefusal } from "../refusal";
import type { Context } from "../route";
import type { StoredObject } from "../state/store";

const onIdentities = "Credentials are not supported for agent identities: add them to the agent identity blueprint.";

/** Why an agent identity takes no credential, with the code that the profile says. */
export function identityHasNone({ switches }: Context): GraphRefusal {
  const { credentialsOnIdentityCode: code } = switches.profiles;
  const message = code === "AgentIdentity_CredentialsNotSupported" ? onIdentities : code;
  return new GraphRefusal(400, code, message);
}

/** @throws {GraphRefusal} when the credentials of this object stand on its blueprint */
export function checkHasCredentials(context: Context, { kind }: StoredObject): void {
  if (kind === "agentIdentity") throw identityHasNone(context);
  if (kind === "agentIdentityBlueprintPrincipal") {
    throw new GraphRefusal(
      400,
      "AgentBlueprintPrincipal_IncompatibleProperty",
      "Credentials are incompatible with agent identity blueprint principals: add them to the agent identity blueprint.",
    );
  }
}
