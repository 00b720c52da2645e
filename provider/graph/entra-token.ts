/** Access tokens of Microsoft Entra, with the sign-in that the environment selects. */
import type * as Identity from "@azure/identity";
import { EntraError, messageOf } from "./errors";
import { type SignInSource, signInWay } from "./sign-in";
import type { Issue } from "./tokens";

const scope = "https://graph.microsoft.com/.default";
const secretVariables = ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PASSWORD", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"];
const tokenLike = /\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g;

/**
 * Requests tokens for a tenant.
 *
 * @param tenant GUID or domain, as in the setting
 * @param prompt shows the person where to sign in, for device codes
 * @throws EntraError SETTING_INVALID or SIGN_IN_FAILED when the environment selects no sign-in that can work
 */
export function entraTokens(env: NodeJS.ProcessEnv, tenant: string, prompt: SignInSource["prompt"]): Issue {
  const way = signInWay(env);
  if (way.ownTenant && tenant.includes(".")) {
    // A managed identity's token is always for its own tenant: only a GUID can be compared with it.
    throw new EntraError(
      "SETTING_INVALID",
      `cannot use ENTRA_AGENT_ID_TENANT="${tenant}" with ${way.name}: give the tenant's GUID`,
    );
  }
  const source: SignInSource = { tenant, variable: (name) => env[name] ?? "", prompt };
  // Loaded here, because it takes longer to load than a whole run on the embedded tenant.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const identity = require("@azure/identity") as typeof Identity;
  let credential: ReturnType<typeof way.credential> | undefined;
  return async ({ renew, claims }) => {
    // A credential returns a cached token unless it is given claims; a new credential has no cache.
    if (renew && claims === undefined) credential = undefined;
    try {
      credential ??= way.credential(identity, source);
      const issued = await credential.getToken(scope, claims === undefined ? {} : { claims });
      if (!issued) throw new Error("no token was issued");
      return issued.token;
    } catch (error) {
      // The cause is not kept: it may hold the request, and with it the secret.
      const message = messageOf(error);
      throw new EntraError(
        "SIGN_IN_FAILED",
        `cannot sign in to tenant ${tenant} with ${way.name}: ${withoutSecrets(message, env)}`,
      );
    }
  };
}

/** The message without the values of secret variables and without anything that looks like a token. */
export function withoutSecrets(message: string, env: NodeJS.ProcessEnv): string {
  const secrets = secretVariables.flatMap((name) => env[name] ?? []);
  return secrets.reduce((text, secret) => text.replaceAll(secret, "[secret]"), message).replace(tokenLike, "[token]");
}
