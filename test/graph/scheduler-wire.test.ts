import { subscribe } from "node:diagnostics_channel";
import { type EmulatedTenant, openTenant } from "../../emulator/tenant";
import { serveTenant } from "../../emulator/server";
import { agentIdentity } from "../../provider/identities/agent-identity";
import { agentIdentityBlueprint } from "../../provider/identities/agent-identity-blueprint";
import { agentIdentityBlueprintPrincipal } from "../../provider/identities/agent-identity-blueprint-principal";
import { Driver } from "../../provider/engine/life/driver";
import type { Lifecycle } from "../../provider/engine/lifecycle";
import { runIn } from "../../provider/engine/run/run";
import { federatedIdentityCredential } from "../../provider/credentials/federated-identity-credential";
import { batching } from "../../provider/graph/batching";
import { connection } from "../../provider/graph/connection";
import { networkTransport } from "../../provider/graph/transport";

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A tenant whose answers take a few turns, and which of its writes were ever under way together. */
async function aWatchedTenant(emulated: EmulatedTenant) {
  const underWay: string[] = [];
  const together = new Set<string>();
  const tenant = await connection({
    ...{ name: "the tenant", origin: "https://graph.microsoft.com", issue: () => emulated.token() },
    transport: async (request) => {
      const { pathname } = new URL(request.url);
      if (request.method === "GET") return emulated.handle(request);
      const what = `${request.method} ${pathname}`;
      for (const other of underWay) together.add([what, other].sort().join(" with "));
      underWay.push(what);
      for (let left = 5; left > 0; left--) await turn();
      const answer = await emulated.handle(request);
      underWay.splice(underWay.indexOf(what), 1);
      return answer;
    },
  });
  const shared = runIn(() => Promise.resolve(tenant));
  const driver = <Inputs extends object>(lifecycle: Lifecycle<Inputs>) => new Driver(lifecycle, shared);
  return { driver, together, tenant };
}

const sponsors = ["diego.siciliani@contoso.com"];

describe("writes", () => {
  it("to one application's federation, owners and sponsors are never under way together; those to its identities are", async () => {
    const { driver, together } = await aWatchedTenant(openTenant({ memory: true }));
    const made = async <Inputs extends object>(lifecycle: Lifecycle<Inputs>, args: object, marker: string) => {
      const life = driver(lifecycle);
      const { inputs, findings } = await life.check({}, { ...args }, marker);
      expect(findings).toEqual([]);
      const wanted = { ...inputs, marker } as unknown as Inputs & { marker: string };
      return { life, wanted, ...(await life.create(wanted)) };
    };
    const blueprint = await made(agentIdentityBlueprint, { displayName: "Payroll", sponsors }, "b".repeat(16));
    const blueprintId = blueprint.id;
    await made(agentIdentityBlueprintPrincipal, { blueprintId }, "p".repeat(16));
    const people = [...sponsors, "johanna.lorenz@contoso.com", "adele.vance@contoso.com"];
    together.clear();

    const credentials = [1, 2, 3, 4].map((index) =>
      made(
        federatedIdentityCredential,
        { blueprintId, name: `workload-${index}`, issuer: "https://token.example", subject: `s${index}` },
        `c${index}`.padEnd(16, "0"),
      ),
    );
    const changed = blueprint.life.update(blueprintId, blueprint.state, {
      ...blueprint.wanted,
      ...{ displayName: "Payroll agents", sponsors: people.slice(0, 2), owners: people.slice(0, 2) },
    });
    await Promise.all([...credentials, changed]);
    expect([...together]).toEqual([]);

    await Promise.all(
      [1, 2, 3, 4].map((index) =>
        made(agentIdentity, { displayName: `Agent ${index}`, blueprintId, sponsors }, `i${index}`.padEnd(16, "0")),
      ),
    );
    expect([...together]).toContainEqual(expect.stringMatching(/agentIdentity with POST .*agentIdentity$/i));
  });
});

describe("connections", () => {
  it("are reused: a hundred requests to a served tenant need at most six", async () => {
    const emulated = openTenant({ memory: true });
    const served = await serveTenant(emulated, { port: 0 });
    let connected = 0;
    subscribe("undici:client:connected", () => {
      connected++;
    });
    try {
      const issue = () => emulated.token();
      const tenant = await connection({
        ...{ name: "served", origin: served.url, issue, transport: batching(networkTransport) },
      });
      for (let left = 50; left > 0; left--) await tenant.get("/users/diego.siciliani@contoso.com");
      // One, and one more for each time that this machine did nothing else for longer than a connection is kept.
      expect(connected).toBeLessThanOrEqual(6);
      connected = 0;
      await Promise.all(Array.from({ length: 100 }, () => tenant.get("/users/diego.siciliani@contoso.com")));
      expect(connected).toBeLessThanOrEqual(6);
    } finally {
      await served.close();
    }
  });
});
