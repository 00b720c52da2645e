import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import { run } from "../cli/main";
import * as agentid from "../index";
import { agentIdentity } from "../provider/identities/agent-identity";
import { agentIdentityBlueprint } from "../provider/identities/agent-identity-blueprint";
import { agentIdentityBlueprintPrincipal } from "../provider/identities/agent-identity-blueprint-principal";
import { conditionalAccessPolicy } from "../provider/conditional-access/conditional-access-policy";
import v1 from "../provider/dynamic-v1";
import { federatedIdentityCredential } from "../provider/credentials/federated-identity-credential";
import { signInWays } from "../provider/graph/sign-in";
import { permissionGrant } from "../provider/permissions/permission-grant";
import type { Lifecycle } from "../provider/engine/lifecycle";
import { aTenant, type Live } from "./provider/a-tenant";

const root = path.join(__dirname, "..");
const readme = fs.readFileSync(path.join(root, "README.md"), "utf8");
const table = readme.slice(readme.indexOf("<!-- permissions")).split("\n\n")[1] ?? "";
const permissions = [...table.matchAll(/`([A-Z]\w+(?:\.\w+)+)`/g)].map(([, name]) => String(name));
const lifecycles = {
  agentIdentity,
  agentIdentityBlueprint,
  agentIdentityBlueprintPrincipal,
  conditionalAccessPolicy,
  federatedIdentityCredential,
  permissionGrant,
};

describe("the README", () => {
  it("shows a program that compiles", () => {
    const [, program = ""] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
    const file = path.join(root, "examples/quickstart/readme.ts");
    const options = ts.convertCompilerOptionsFromJson(
      { module: "nodenext", strict: true, noEmit: true, skipLibCheck: true, types: [] },
      root,
    ).options;
    const host = ts.createCompilerHost(options);
    const read = host.getSourceFile.bind(host);
    host.getSourceFile = (name, ...rest) =>
      name === file ? ts.createSourceFile(name, program, ts.ScriptTarget.ES2023) : read(name, ...rest);
    const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram([file], options, host));
    expect(diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))).toEqual([]);
  });

  it("lists every resource and component that can be declared", () => {
    const declared = Object.keys(agentid).filter((name) => name in v1 || name.endsWith("Fleet"));
    const [, resources = ""] = /## What can be declared\n([\s\S]*?)\n## /.exec(readme) ?? [];
    expect([...resources.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name).sort()).toEqual(declared.sort());
  });

  it("lists every command of the emulated tenant", async () => {
    const help: string[] = [];
    const terminal = {
      out: (line: string) => void help.push(line),
      error: () => undefined,
      env: {},
      cwd: root,
      interrupted: () => Promise.resolve(),
    };
    await run(["tenant", "--help"], terminal);
    const commands = [...help.join("\n").matchAll(/^ {2}([a-z]+) \[options\]/gm)].map(([, name]) => name);
    const [, rows = ""] = /\n(\| Command of `entra-agent-id tenant`[^]*?)\n\n/.exec(readme) ?? [];
    const listed = [...rows.matchAll(/^\| ([^|]*)\|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`([a-z]+)`/g)].map(([, name]) => name),
    );
    expect(commands.length).toBeGreaterThan(5);
    expect(listed.sort()).toEqual(commands.sort());
  });

  it("lists every permission that an error message may ask for, or one that includes it", () => {
    const needed = Object.values(lifecycles).flatMap((one) => Object.values(one.permissions).flat());
    const included = (name: string): boolean =>
      permissions.includes(name) ||
      permissions.includes(name.replace(".Read.All", ".ReadWrite.All")) ||
      (name === "AgentIdentityBlueprintPrincipal.Read.All" && permissions.includes("Application.Read.All"));
    expect(needed.filter((name) => !included(name))).toEqual([]);
  });

  it("lists permissions that suffice for every step of every resource", async () => {
    const tenant = await aTenant();
    tenant.emulated.grant(permissions);
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
    const [, signIn = ""] = /\*\*Sign-in\*\*([\s\S]*?)\n## /.exec(readme) ?? [];
    for (const { name, variables, onlyByName } of signInWays) {
      if (onlyByName) expect(signIn).toContain(name);
      for (const variable of variables.filter((variable) => !variable.startsWith("ACTIONS_")))
        expect(signIn).toContain(variable);
    }
  });
});
