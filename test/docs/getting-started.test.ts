import { agentIdentityBlueprint } from "../../provider/identities/agent-identity-blueprint";
import { agentIdentity } from "../../provider/identities/agent-identity";
import { agentIdentityBlueprintPrincipal } from "../../provider/identities/agent-identity-blueprint-principal";
import { conditionalAccessPolicy } from "../../provider/conditional-access/conditional-access-policy";
import { federatedIdentityCredential } from "../../provider/credentials/federated-identity-credential";
import type { Lifecycle } from "../../provider/engine/lifecycle";
import { signInWays } from "../../provider/graph/sign-in";
import { permissionGrant } from "../../provider/permissions/permission-grant";
import { aTenant, type Live } from "../provider/a-tenant";
import { regionOf, sectionOf } from "./pages";
import { complaints, programOn } from "./program";

const guide = "docs/getting-started.md";

describe("the page on a real tenant", () => {
  it("shows a program that compiles", () => {
    expect(complaints(programOn(guide))).toEqual([]);
  });

  it("lists permissions that suffice for every step of every resource", async () => {
    const tenant = await aTenant();
    const listed = [...regionOf(guide, "permissions").matchAll(/^\| `([A-Z]\w+(?:\.\w+)+)`/gm)];
    tenant.emulated.grant(listed.map(([, name]) => String(name)));
    const run = await tenant.process();
    const sponsors = ["diego.siciliani@contoso.com"];
    const blueprint = await run.create(agentIdentityBlueprint, { displayName: "Payroll agents", sponsors });
    const blueprintId = blueprint.id;
    const principal = await run.create(agentIdentityBlueprintPrincipal, { blueprintId });
    const identity = await run.create(agentIdentity, { displayName: "Payslip helper", blueprintId, sponsors });
    const grant = await run.create(permissionGrant, {
      agentId: identity.id,
      application: ["User.Read.All"],
      delegated: ["Mail.Read"],
    });
    const credential = await run.create(federatedIdentityCredential, {
      blueprintId,
      name: "github",
      issuer: "https://token.example",
      subject: "x",
    });
    const conditions = {
      clientApplications: { includeAgentIdServicePrincipals: [principal.id] },
      applications: { includeApplications: ["All"] },
    };
    const policy = await run.create(conditionalAccessPolicy, { displayName: "Block", conditions, state: "enabled" });
    const changeAndDelete = async <Inputs extends object>(
      lifecycle: Lifecycle<Inputs>,
      { id, inputs, outputs }: Live,
      change: object,
    ): Promise<void> => {
      const { outs } = await run.provider(lifecycle).update(id, outputs, { ...inputs, ...change });
      await (await tenant.process()).provider(lifecycle).delete(id, outs);
    };
    const others = { displayName: "Other", sponsors: ["johanna.lorenz@contoso.com"] };
    await changeAndDelete(conditionalAccessPolicy, policy, { displayName: "Block all" });
    await changeAndDelete(federatedIdentityCredential, credential, { subject: "y" });
    await changeAndDelete(permissionGrant, grant, { application: ["Group.Read.All"], delegated: ["Mail.Send"] });
    await changeAndDelete(agentIdentity, identity, others);
    await changeAndDelete(agentIdentityBlueprintPrincipal, principal, { enabled: false });
    await changeAndDelete(agentIdentityBlueprint, blueprint, others);
    const again = await (
      await tenant.process()
    ).create(agentIdentityBlueprint, { displayName: "Payroll agents", sponsors });
    expect(again.id).toBe(blueprintId);
    tenant.emulated.close();
  });

  it("names every way to sign in", () => {
    const signIn = sectionOf(guide, "## 3. Sign in");
    for (const { name, variables, onlyByName } of signInWays) {
      if (onlyByName) expect(signIn).toContain(name);
      for (const variable of variables.filter((variable) => !variable.startsWith("ACTIONS_")))
        expect(signIn).toContain(variable);
    }
  });
});
