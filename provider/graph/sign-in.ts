/** The ways to sign in to Microsoft Entra; the environment selects one at call time. Never the Azure CLI's token. */
import type * as Identity from "@azure/identity";
import type { TokenCredential } from "@azure/identity";
import { EntraError } from "./errors";
import { githubAssertion } from "./github-oidc";
import { unusableToken } from "./tokens";

/** One way to sign in. docs/getting-started.md and the error messages are made from these. */
export interface SignInWay {
  /** Value of ENTRA_AGENT_ID_SIGN_IN that selects it. */
  readonly name: string;
  readonly title: string;
  /** All of them must be set. */
  readonly variables: readonly string[];
  readonly optional?: readonly string[];
  /** True when only ENTRA_AGENT_ID_SIGN_IN selects it, and not the variables that are set. */
  readonly onlyByName?: true;
  /** True when the credential always signs in to its own tenant. */
  readonly ownTenant?: true;
  readonly credential: (identity: typeof Identity, from: SignInSource) => TokenCredential;
}

/** What a credential is made from. */
export interface SignInSource {
  /** GUID or domain. */
  readonly tenant: string;
  /** A variable of the environment; empty when not set. */
  readonly variable: (name: string) => string;
  /** Shows the person at the keyboard where to sign in. */
  readonly prompt: (message: string) => void;
}

/** In the order in which they are tried. */
export const signInWays: readonly SignInWay[] = [
  {
    name: "workload-identity",
    title: "workload identity federation with a token file (Kubernetes, Azure DevOps and others)",
    variables: ["AZURE_FEDERATED_TOKEN_FILE", "AZURE_CLIENT_ID"],
    credential: (identity, { tenant, variable }) =>
      new identity.WorkloadIdentityCredential({
        tenantId: tenant,
        clientId: variable("AZURE_CLIENT_ID"),
        tokenFilePath: variable("AZURE_FEDERATED_TOKEN_FILE"),
      }),
  },
  {
    name: "workload-identity",
    title: "workload identity federation in GitHub Actions (permissions: id-token: write sets the first two)",
    variables: ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "AZURE_CLIENT_ID"],
    credential: (identity, { tenant, variable }) =>
      new identity.ClientAssertionCredential(tenant, variable("AZURE_CLIENT_ID"), () =>
        githubAssertion(variable("ACTIONS_ID_TOKEN_REQUEST_URL"), variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN")),
      ),
  },
  {
    name: "certificate",
    title: "certificate of an app registration (PEM file with its private key)",
    variables: ["AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_CLIENT_ID"],
    optional: ["AZURE_CLIENT_CERTIFICATE_PASSWORD"],
    credential: (identity, { tenant, variable }) => {
      const certificatePassword = variable("AZURE_CLIENT_CERTIFICATE_PASSWORD");
      const certificatePath = variable("AZURE_CLIENT_CERTIFICATE_PATH");
      const certificate = certificatePassword ? { certificatePath, certificatePassword } : { certificatePath };
      return new identity.ClientCertificateCredential(tenant, variable("AZURE_CLIENT_ID"), certificate);
    },
  },
  {
    name: "secret",
    title: "client secret of an app registration",
    variables: ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_ID"],
    credential: (identity, { tenant, variable }) =>
      new identity.ClientSecretCredential(tenant, variable("AZURE_CLIENT_ID"), variable("AZURE_CLIENT_SECRET")),
  },
  {
    name: "managed-identity",
    title: "managed identity of the Azure machine this runs on",
    variables: [],
    optional: ["AZURE_CLIENT_ID"],
    onlyByName: true,
    ownTenant: true,
    credential: (identity, { variable }) => {
      const clientId = variable("AZURE_CLIENT_ID");
      return clientId ? new identity.ManagedIdentityCredential({ clientId }) : new identity.ManagedIdentityCredential();
    },
  },
  {
    name: "device-code",
    title: "a person, with a code typed in on any device, through your own app registration",
    variables: ["AZURE_CLIENT_ID"],
    onlyByName: true,
    credential: (identity, { tenant, variable, prompt }) =>
      new identity.DeviceCodeCredential({
        tenantId: tenant,
        clientId: variable("AZURE_CLIENT_ID"),
        userPromptCallback: ({ message }) => prompt(message),
      }),
  },
  {
    name: "browser",
    title: "a person, in the browser of this machine, through your own app registration",
    variables: ["AZURE_CLIENT_ID"],
    onlyByName: true,
    credential: (identity, { tenant, variable }) =>
      new identity.InteractiveBrowserCredential({ tenantId: tenant, clientId: variable("AZURE_CLIENT_ID") }),
  },
];

/**
 * The way that the environment selects: the one ENTRA_AGENT_ID_SIGN_IN names, or else the first whose variables are set.
 * @throws EntraError SIGN_IN_FAILED for azure-cli, SETTING_INVALID when none is set up; the message names what to set
 */
export function signInWay(env: NodeJS.ProcessEnv): SignInWay {
  const asked = env["ENTRA_AGENT_ID_SIGN_IN"]?.trim();
  if (asked === "azure-cli")
    throw new EntraError("SIGN_IN_FAILED", `cannot sign in with the Azure CLI: ${unusableToken}`);
  const candidates = signInWays.filter((way) => (asked ? way.name === asked : !way.onlyByName));
  const chosen = candidates.find((way) => way.variables.every((name) => env[name]));
  if (chosen) return chosen;
  if (!asked) {
    throw new EntraError(
      "SETTING_INVALID",
      `cannot sign in to Microsoft Entra: no way to sign in is set up. Set the variables of one:\n${listOf(signInWays)}`,
    );
  }
  if (candidates.length > 0) {
    throw new EntraError(
      "SETTING_INVALID",
      `cannot sign in with ENTRA_AGENT_ID_SIGN_IN=${asked}: variables are missing. It needs:\n${listOf(candidates)}`,
    );
  }
  const names = [...new Set(signInWays.map((way) => way.name))].join(", ");
  throw new EntraError(
    "SETTING_INVALID",
    `cannot sign in with ENTRA_AGENT_ID_SIGN_IN="${asked}": it must be one of ${names}`,
  );
}

const listOf = (ways: readonly SignInWay[]): string =>
  ways.map((way) => `  ${way.title}: ${variablesOf(way)}`).join("\n");

/** The variables of a way as a person sets them: `ENTRA_AGENT_ID_SIGN_IN=device-code, AZURE_CLIENT_ID`. */
export function variablesOf(way: SignInWay): string {
  const byName = way.onlyByName ? [`ENTRA_AGENT_ID_SIGN_IN=${way.name}`] : [];
  return [...byName, ...way.variables, ...(way.optional ?? []).map((name) => `[${name}]`)].join(", ");
}
