/** `entra-agent-id tenant token` */
import { accessTenant } from "./emulated-tenant";
import { exitCodes, type Terminal } from "./terminal";

export interface TokenOptions {
  /** Client id. @default the automation application */
  readonly app?: string;
  /** User principal name: a delegated token. */
  readonly user?: string;
  /** Microsoft Graph permissions. @default what the application holds */
  readonly permissions?: readonly string[];
  /** Instead of a token, what the automation application signs in with at the token endpoint. */
  readonly secret?: true;
  readonly json?: true;
}

/** Prints a bearer token of the emulated tenant, or the secret to get one with, and nothing else: for `curl` and scripts. */
export async function tenantToken({ json, secret, ...request }: TokenOptions, terminal: Terminal): Promise<number> {
  const tenant = await accessTenant(terminal, "issue a token for", true);
  try {
    if (secret) {
      const { client_id, client_secret } = await tenant.secret();
      if (json) terminal.out(JSON.stringify({ client_id, client_secret, tenant: tenant.id }));
      else
        for (const [name, value] of Object.entries({
          AZURE_TENANT_ID: tenant.id,
          AZURE_CLIENT_ID: client_id,
          AZURE_CLIENT_SECRET: client_secret,
        }))
          terminal.out(`export ${name}=${value}`);
      return exitCodes.done;
    }
    const token = await tenant.token(request);
    terminal.out(json ? JSON.stringify({ access_token: token, token_type: "Bearer", tenant: tenant.id }) : token);
    return exitCodes.done;
  } finally {
    tenant.close();
  }
}
