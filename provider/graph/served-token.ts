/** Access tokens of an emulated tenant that is served on this machine. Real credentials never go there. */
import { EntraError } from "./errors";
import type { Issue } from "./tokens";

/**
 * @param url of the served tenant, without a slash at its end
 * @throws EntraError UNAVAILABLE when nothing answers there, SETTING_INVALID when another server answers
 */
export function servedToken(url: string): Issue {
  return async () => {
    const response = await fetch(`${url}/_tenant/token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
      redirect: "manual",
      signal: AbortSignal.timeout(10_000),
    }).catch((error: unknown) => {
      throw new EntraError(
        "UNAVAILABLE",
        `cannot reach the tenant at ${url}: nothing answers there. Start it with: npx entra-agent-id tenant start, or set ENTRA_AGENT_ID_TENANT=local`,
        { cause: error },
      );
    });
    const token = response.ok ? await tokenIn(response) : undefined;
    if (token !== undefined) return token;
    throw new EntraError(
      "SETTING_INVALID",
      `cannot use ENTRA_AGENT_ID_TENANT=${url}: what answers there (${response.status}) is not a tenant that entra-agent-id serves`,
    );
  };
}

async function tokenIn(response: Response): Promise<string | undefined> {
  try {
    const { access_token: token } = (await response.json()) as { access_token?: unknown };
    return typeof token === "string" ? token : undefined;
  } catch {
    // Another web server may have this port: the caller's error says so.
    return undefined;
  }
}
