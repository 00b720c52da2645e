/** Objects that stand behind the first hundred of their lists: the most that Graph shows of agents at once. */
import { randomUUID } from "node:crypto";
import { agentIdentityBlueprint } from "../../provider/identities/agent-identity-blueprint";
import { agentIdentityBlueprintPrincipal } from "../../provider/identities/agent-identity-blueprint-principal";
import { aTenant } from "./a-tenant";

it("are found again by a run that has lost its state, and not made twice", async () => {
  const tenant = await aTenant();
  const kinds = ["agentIdentityBlueprint", "agentIdentityBlueprintPrincipal"];
  const others = Array.from({ length: 100 }, () => ({
    appId: randomUUID(),
    displayName: "somebody else's",
    createdDateTime: "2026-01-01T00:00:00Z",
    tags: [],
  }));
  tenant.emulated.plant(kinds.flatMap((kind) => others.map((body) => ({ id: randomUUID(), kind, body }))));
  const args = { displayName: "Payroll agents", sponsors: ["diego.siciliani@contoso.com"] };
  const up = async () => {
    const run = await tenant.process();
    const blueprint = await run.create(agentIdentityBlueprint, args);
    const principal = await run.create(agentIdentityBlueprintPrincipal, { blueprintId: blueprint.id });
    return [blueprint.id, principal.id];
  };

  const made = await up();
  expect(await up()).toEqual(made);
  expect(tenant.warnings.map((warning) => warning.replace(/ ".*/, ""))).toEqual([
    "recovered blueprint",
    "recovered blueprint principal",
  ]);
  tenant.emulated.close();
});
