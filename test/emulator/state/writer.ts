/**
 * A process that writes to a tenant until it is stopped, and says what was acknowledged:
 * node --import ./typescript.mjs writer.ts DIRECTORY COUNT
 */
import { writeSync } from "node:fs";
import { openTenant } from "../../../emulator/tenant";
import { asker, bind, people } from "../client";

async function write(directory: string, count: number): Promise<void> {
  const tenant = openTenant({ directory });
  const ask = asker(tenant);
  // A person: applications may make 250 blueprints only.
  const asking = {
    token: await tenant.token({ user: "amara.okafor@contoso.com" }),
    headers: { Prefer: "create-if-missing" },
  };
  const { adele } = await people(ask);
  for (let made = 0; made < count; made += 1) {
    const name = `${process.pid}-${made}`;
    const body = { displayName: name, "sponsors@odata.bind": bind(adele) };
    const answer = await ask(
      `PATCH /applications(uniqueName='${name}')/microsoft.graph.agentIdentityBlueprint`,
      body,
      asking,
    );
    // Synchronous: what is on the pipe was acknowledged, whenever the process dies.
    writeSync(1, `${answer.body.id}\n`);
  }
  tenant.close();
}

void write(process.argv[2] ?? "", Number(process.argv[3]));
