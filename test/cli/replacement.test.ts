import { fleet, fleetContents, noContents } from "./programs";
import { aStack, type Stack } from "./stack";
import { type OpenTenant, tenantOf } from "./tenant";

const helper = "AgentIdentity helper";
const principal = "AgentIdentityBlueprintPrincipal payroll";
const blueprint = "AgentIdentityBlueprint payroll";
const grant = "PermissionGrant helper";
const credential = "FederatedIdentityCredential github";
const policy = "ConditionalAccessPolicy block";

/** A policy names it, so Graph would refuse to delete it first. */
describe("a named location that is defined by countries from now on", () => {
  const location = "NamedLocation office";
  const countries = `const location = new agentid.NamedLocation("office", { displayName: "Head office", definedBy: "countries", countriesAndRegions: ["DE"] });`;

  it("is created, the policy changes to its id, and the old one is deleted; `--replace` leaves it as it is", async () => {
    const stack = await aStack(fleet());
    const tenant = await tenantOf(stack);
    await stack.up();
    const idOf = () => stack.backend.state().find(({ urn }) => urn.endsWith(":NamedLocation::office"));
    const before = idOf();
    stack.edit(fleet({ location: countries }));
    const changed = await stack.up();
    expect(changed).toMatchObject({ exitCode: 0, errors: [], ops: { [location]: "replace", [policy]: "update" } });
    const steps = changed.steps.filter((step) => step.endsWith(location) || step.endsWith(policy));
    expect(steps).toEqual([
      `create-replacement ${location}`,
      `replace ${location}`,
      `update ${policy}`,
      `delete-replaced ${location}`,
    ]);
    const after = idOf();
    expect(after?.id).not.toBe(before?.id);
    expect(await tenant.contents()).toMatchObject(fleetContents);
    expect(await tenant.drift()).toEqual([]);

    expect(await stack.up("--replace", after?.urn ?? "")).toMatchObject({ exitCode: 0, errors: [] });
    expect(idOf()?.id).toBe(after?.id);
    expect(await tenant.contents()).toMatchObject(fleetContents);
    expect(await tenant.drift()).toEqual([]);
    expect(await stack.destroy()).toMatchObject({ exitCode: 0, errors: [] });
    expect(await tenant.contents()).toMatchObject(noContents);
  });
});

/** Replacements that no change of the program asks for: afterwards there is one object of each, alive. */
describe("an object", () => {
  let stack: Stack;
  let tenant: OpenTenant;

  beforeAll(async () => {
    stack = await aStack(fleet());
    tenant = await tenantOf(stack);
    await stack.up();
  });

  const resource = (title: string) => {
    const [kind, name] = title.split(" ");
    return stack.backend.state().find(({ urn }) => urn.endsWith(`:${kind}::${name}`));
  };
  /** Replaces just those, each deleted first: what is created afterwards is never what is deleted a moment later. */
  const replaces = async (all: readonly string[], ...args: string[]): Promise<void> => {
    const { exitCode, errors, ops, steps } = await stack.up(...args);
    const expected = Object.fromEntries(all.map((title) => [title, "replace"]));
    expect({ exitCode, errors, ops }).toEqual({ exitCode: 0, errors: [], ops: expected });
    for (const title of all) {
      const deleted = steps.indexOf(`delete-replaced ${title}`);
      const created = steps.indexOf(`create-replacement ${title}`);
      expect([title, deleted >= 0, deleted < created]).toEqual([title, true, true]);
    }
    expect(await tenant.contents()).toMatchObject(fleetContents);
    expect(await tenant.drift()).toEqual([]);
  };

  // None of the first three depends on another of them.
  it.each([
    { asked: [policy, credential, grant], too: [] },
    { asked: [helper], too: [grant] },
    { asked: [principal], too: [helper, grant] },
  ])("is there after `up --replace` of $asked, and what depends on it", async ({ asked, too }) => {
    await replaces([...asked, ...too], ...asked.flatMap((title) => ["--replace", resource(title)?.urn ?? ""]));
  });

  it("is there after `up --replace` of the blueprint that everything hangs from, with the same appId", async () => {
    const { id, urn = "" } = resource(blueprint) ?? {};
    await replaces([blueprint, principal, helper, grant, credential], "--replace", urn);
    expect(resource(blueprint)?.id).toBe(id);
  });

  it("is there after it was tainted", async () => {
    await stack.succeed("state", "taint", resource(helper)?.urn ?? "", "--yes");
    await replaces([helper, grant]);
    expect(await stack.preview("--refresh", "--expect-no-changes")).toMatchObject({ exitCode: 0, ops: {}, drift: {} });
  });
});
