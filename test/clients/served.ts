/** A tenant on a TLS port, and scripts in processes of their own that only know its addresses. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { automationAppId } from "../../emulator/seed";
import { serveTenant, type ServedTenant } from "../../emulator/server";
import { type EmulatedTenant, openTenant } from "../../emulator/tenant";

export interface Served extends ServedTenant {
  readonly tenant: EmulatedTenant;
  readonly secureUrl: string;
  readonly caFile: string;
  /** Everything a client is told. */
  readonly env: Readonly<Record<string, string>>;
}

export async function aServedTenant(): Promise<Served> {
  const tenant = openTenant({ memory: true });
  const served = await serveTenant(tenant, { port: 0, tls: true });
  const { secureUrl = "", caFile = "" } = served;
  const env = {
    TENANT_ID: tenant.id,
    CLIENT_ID: automationAppId,
    CLIENT_SECRET: tenant.credentials().clientSecret,
    ENDPOINT: secureUrl,
    HOST: new URL(secureUrl).host,
    NODE_EXTRA_CA_CERTS: caFile,
  };
  const close = async () => {
    await served.close();
    tenant.close();
  };
  return { ...served, tenant, secureUrl, caFile, env, close };
}

const run = promisify(execFile);

/** Runs an ES module in a Node.js of its own, and reads the JSON it prints. */
export async function printedBy(script: string, env: Readonly<Record<string, string>>): Promise<unknown> {
  const path = process.env["PATH"] ?? "";
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: __dirname,
    env: { PATH: path, ...env },
    // Within a test's own limit, so that nothing outlives the test.
    timeout: 300_000,
  });
  return JSON.parse(stdout);
}
