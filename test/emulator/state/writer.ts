/**
 * A process that writes to a tenant until it is stopped, and says what was acknowledged:
 * node --import ./typescript.mjs writer.ts DIRECTORY COUNT
 */
import { writeSync } from "node:fs";
import { openTenant } from "../../../emulator/tenant";

const graph = "https://graph.microsoft.com/v1.0";

async function write(directory: string, count: number): Promise<void> {
  const tenant = openTenant({ directory });
  // More than the 250 blueprints that applications may make.
  tenant.set({ limits: { agentIdentityBlueprints: 100_000 } });
  const token = await tenant.token();
  const headers = { authorization: `Bearer ${token}`, Prefer: "create-if-missing" };
  const users = await tenant.handle(new Request(`${graph}/users?$select=id&$top=1`, { headers }));
  const { value } = (await users.json()) as { readonly value: readonly { readonly id: string }[] };
  const sponsors = value.map(({ id }) => `${graph}/users/${id}`);
  for (let made = 0; made < count; made += 1) {
    const name = `${process.pid}-${made}`;
    const url = `${graph}/applications(uniqueName='${name}')/microsoft.graph.agentIdentityBlueprint`;
    const body = JSON.stringify({ displayName: name, "sponsors@odata.bind": sponsors });
    const answer = await tenant.handle(new Request(url, { method: "PATCH", headers, body }));
    const { id } = (await answer.json()) as { readonly id: string };
    // Synchronous: what is on the pipe was acknowledged, whenever the process dies.
    writeSync(1, `${id}\n`);
  }
  tenant.close();
}

void write(process.argv[2] ?? "", Number(process.argv[3]));
