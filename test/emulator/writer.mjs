// A process that writes to a tenant until it is stopped, and says what was acknowledged: node --import typescript.mjs writer.mjs DIRECTORY [COUNT]
import { writeSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { openTenant } = require("../../emulator/tenant.ts");

const [directory, count = "Infinity"] = process.argv.slice(2);
const tenant = openTenant({ directory });
// A person: applications may make 250 blueprints only.
const token = await tenant.token({ user: "amara.okafor@contoso.com" });
const headers = { authorization: `Bearer ${token}`, prefer: "create-if-missing" };
const ask = async (
  /** @type {string} */ method,
  /** @type {string} */ path,
  /** @type {object | undefined} */ body,
) => {
  const sent = body ? { body: JSON.stringify(body) } : {};
  const response = await tenant.handle(
    new Request(`https://graph.microsoft.com/v1.0${path}`, { method, headers, ...sent }),
  );
  return response.json();
};
const sponsor = (await ask("GET", "/users?$top=1", undefined)).value[0].id;
for (let made = 0; made < Number(count); made += 1) {
  const { id } = await ask(
    "PATCH",
    `/applications(uniqueName='${process.pid}-${made}')/microsoft.graph.agentIdentityBlueprint`,
    {
      displayName: `${process.pid}-${made}`,
      "sponsors@odata.bind": [`https://graph.microsoft.com/v1.0/users/${sponsor}`],
    },
  );
  // Synchronous: what is on the pipe was acknowledged, whenever the process dies.
  if (id) writeSync(1, `${id}\n`);
}
tenant.close();
