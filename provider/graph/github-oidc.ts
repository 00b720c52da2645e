/** Identity tokens of GitHub Actions jobs, for workload identity federation. */
import { EntraError } from "./errors";

const audience = "api://AzureADTokenExchange";

/**
 * A token of the running GitHub Actions job for Microsoft Entra.
 *
 * @param requestUrl ACTIONS_ID_TOKEN_REQUEST_URL
 * @param requestToken ACTIONS_ID_TOKEN_REQUEST_TOKEN
 * @throws EntraError SIGN_IN_FAILED with GitHub's status, never with the body of its answer
 */
export async function githubAssertion(requestUrl: string, requestToken: string): Promise<string> {
  const url = new URL(requestUrl);
  url.searchParams.set("audience", audience);
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${requestToken}`, accept: "application/json" },
    redirect: "error",
    signal: AbortSignal.timeout(30_000),
  });
  const { value } = response.ok ? ((await response.json()) as { value?: string }) : {};
  if (value) return value;
  throw new EntraError("SIGN_IN_FAILED", `GitHub Actions answered ${response.status} when asked for an identity token`);
}
