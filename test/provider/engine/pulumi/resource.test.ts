import * as pulumi from "@pulumi/pulumi";
import { NamedLocation } from "../../../../provider/conditional-access/named-location";
import { AgentIdentity } from "../../../../provider/identities/agent-identity";
import v1 from "../../../../provider/dynamic-v1";
import { providerText, typeToken } from "../../../../provider/engine/pulumi/resource";
import { registrations } from "../../../registrations";

const registered = registrations();
const errors: string[] = [];

beforeAll(() => {
  jest.spyOn(pulumi.log, "error").mockImplementation((message) => {
    errors.push(message);
    return Promise.resolve();
  });
});
beforeEach(() => {
  errors.length = 0;
});
afterEach(() => {
  process.exitCode = undefined;
  pulumi.runtime.setAllConfig({});
  delete process.env["ENTRA_AGENT_ID_TENANT"];
});

const right = {
  displayName: "Payslip helper",
  blueprintId: "5f1b1c7e-0a53-4f7e-9b5f-0f3a7e5f2d11",
  sponsors: ["diego.siciliani@contoso.com"],
};

async function inputsOf(resource: pulumi.CustomResource): Promise<Record<string, unknown>> {
  await new Promise<void>((done) => resource.urn.apply(() => done()));
  return registered.at(-1)?.inputs as Record<string, unknown>;
}

describe("a resource class", () => {
  it("keeps one constant line of text for the engine, under 120 bytes, for every kind", () => {
    for (const kind of Object.keys(v1)) {
      expect(providerText(kind)).toBe(`exports.handler=()=>require("pulumi-entra-agent-id/dynamic/v1").${kind}`);
      expect(Buffer.byteLength(providerText(kind))).toBeLessThan(120);
    }
  });

  it("registers under a token that never changes", async () => {
    await inputsOf(new AgentIdentity("a", right));
    expect(registered.at(-1)?.type).toBe("pulumi-nodejs:dynamic/entra-agent-id:AgentIdentity");
    expect(typeToken("X")).toBe("pulumi-nodejs:dynamic/entra-agent-id:X");
  });

  it("has its old object deleted before a replacement, unless its life cycle creates first", async () => {
    const seen: unknown[] = [];
    const look: pulumi.ResourceTransformation = ({ opts }) => {
      seen.push((opts as pulumi.CustomResourceOptions).deleteBeforeReplace);
      return undefined;
    };
    const countries = { definedBy: "countries" as const, countriesAndRegions: ["DE"] };
    await inputsOf(new AgentIdentity("a", right, { transformations: [look] }));
    await inputsOf(new NamedLocation("a", { displayName: "Office", ...countries }, { transformations: [look] }));
    expect(seen).toEqual([true, undefined]);
  });

  it("marks objects by resource, stack and parent, and always with the same marker", async () => {
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
    const plain = (await inputsOf(new AgentIdentity("a", right)))["marker"];
    const again = (await inputsOf(new AgentIdentity("a", right)))["marker"];
    const other = (await inputsOf(new AgentIdentity("b", right)))["marker"];
    const child = (await inputsOf(new AgentIdentity("a", right, { parent })))["marker"];
    expect(plain).toMatch(/^[a-z2-7]{16}$/);
    expect(again).toBe(plain);
    expect(new Set([plain, other, child]).size).toBe(3);
  });

  it("marks objects apart when two owners deploy the same program to one tenant", async () => {
    const without = (await inputsOf(new AgentIdentity("a", right)))["marker"];
    pulumi.runtime.setAllConfig({ "entra-agent-id:owner": "team-b" });
    expect((await inputsOf(new AgentIdentity("a", right)))["marker"]).not.toBe(without);
  });

  it("reports every finding about plain values at once and lets the program fail at its end", async () => {
    const inputs = await inputsOf(new AgentIdentity("a", { ...right, displayName: "", sponsors: [] }));
    expect(errors).toEqual([
      'agent identity "a": displayName must not be empty',
      'agent identity "a": sponsors must name at least one sponsor: somebody has to answer for every agent',
    ]);
    expect(process.exitCode).toBe(1);
    expect(inputs["__findings"]).toEqual([
      "displayName must not be empty",
      "sponsors must name at least one sponsor: somebody has to answer for every agent",
    ]);
  });

  it("reports a property that it does not have, whatever its value", async () => {
    await inputsOf(new AgentIdentity("a", { ...right, ...{ sponsor: pulumi.output("nobody") } }));
    expect(errors).toEqual(['agent identity "a": sponsor is not a property of an AgentIdentity']);
  });

  it("leaves values that are not plain to the provider", async () => {
    await inputsOf(
      new AgentIdentity("a", { ...right, displayName: pulumi.output(""), sponsors: [pulumi.output("nobody")] }),
    );
    expect(errors).toEqual([]);
    expect(process.exitCode).toBeUndefined();
  });

  it("is refused when the configuration expects another tenant than the environment selects", () => {
    pulumi.runtime.setAllConfig({ "entra-agent-id:tenant": "contoso.com" });
    process.env["ENTRA_AGENT_ID_TENANT"] = "local";
    expect(() => new AgentIdentity("a", right)).toThrow(
      'stack configuration entra-agent-id:tenant expects tenant "contoso.com", and ENTRA_AGENT_ID_TENANT selects "local". ' +
        "Set ENTRA_AGENT_ID_TENANT=contoso.com, or change the configuration if this stack is meant for the other tenant.",
    );
  });

  it("says which of its arguments come from other packages' resources, which may make what they name", async () => {
    const person = new Person("new.comer@contoso.com");
    const ours = new AgentIdentity("ours", right);
    const { displayName } = right;
    const of = async (args: object, opts?: pulumi.CustomResourceOptions) => {
      const { __awaits: some, __awaitsAll: all } = await inputsOf(new AgentIdentity("a", { ...right, ...args }, opts));
      return [some, all];
    };
    expect(await of({})).toEqual([undefined, undefined]);
    expect(await of({ sponsors: [person.userPrincipalName], displayName: pulumi.output(displayName) })).toEqual([
      ["sponsors"],
      undefined,
    ]);
    expect(await of({ blueprintId: ours.blueprintId })).toEqual([undefined, undefined]);
    expect(await of({}, { dependsOn: [ours] })).toEqual([undefined, false]);
    expect(await of({}, { dependsOn: person })).toEqual([undefined, true]);
  });

  it("refuses to import what exists, and says what to do", () => {
    const id = "5f1b1c7e-0a53-4f7e-9b5f-0f3a7e5f2d11";
    expect(() => new AgentIdentity("a", right, { import: id })).toThrow(
      `cannot import agent identity "a": this package cannot adopt an object that exists (${id}), neither by the option import nor by \`pulumi import\`. ` +
        "Remove the option `import`, or do not run `pulumi import`.",
    );
  });
});

/** A resource of another package. */
class Person extends pulumi.CustomResource {
  declare readonly userPrincipalName: pulumi.Output<string>;

  constructor(userPrincipalName: string) {
    super("azuread:index/user:User", "person", { userPrincipalName });
  }
}
