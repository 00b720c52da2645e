import * as path from "node:path";
import * as ts from "typescript";
import { run } from "../../cli/main";
import * as agentid from "../../index";
import { agentIdentity } from "../../provider/agent-identity";
import { agentIdentityBlueprint } from "../../provider/agent-identity-blueprint";
import { agentIdentityBlueprintPrincipal } from "../../provider/agent-identity-blueprint-principal";
import { conditionalAccessPolicy } from "../../provider/conditional-access-policy";
import * as v1 from "../../provider/dynamic-v1";
import { federatedIdentityCredential } from "../../provider/federated-identity-credential";
import { signInWays } from "../../provider/graph/sign-in";
import { permissionGrant } from "../../provider/permission-grant";
import type { Lifecycle } from "../../provider/engine/lifecycle";
import { aTenant, type Live } from "../provider/a-tenant";
import { docsPages, regionOf, root, sectionOf, textOf } from "./pages";

const readme = textOf("README.md");
const guide = "docs/getting-started.md";
const permissions = [...regionOf(guide, "permissions").matchAll(/^\| `([A-Z]\w+(?:\.\w+)+)`/gm)].map(([, name]) =>
  String(name),
);
const lifecycles = {
  agentIdentity,
  agentIdentityBlueprint,
  agentIdentityBlueprintPrincipal,
  conditionalAccessPolicy,
  federatedIdentityCredential,
  permissionGrant,
};

/** The titles of tests that fail where a line of "What it does for you" is no longer true. */
const witnesses: Readonly<Record<string, readonly (readonly [file: string, title: string])[]>> = {
  "One of each.": [
    ["test/cli/crash.test.ts", "a run that is disturbed leaves one of each, nothing orphaned and nothing to do, after"],
    ["test/sweep/create.test.ts", "a first run, with a mishap at each of its requests, and a clean run after it:"],
  ],
  "Checked at preview.": [
    ["test/cli/refusal.test.ts", "is refused at preview with the findings of all its resources at once"],
    [
      "test/cli/refusal.test.ts",
      "is refused at preview for what only the tenant knows: people and permissions that are not there",
    ],
    ["test/cli/refusal.test.ts", "is refused when the configuration expects another"],
  ],
  "Drift, property by property.": [
    ["test/cli/drift.test.ts", "is shown property by property, and put right by the next plain `up`"],
    [
      "test/provider/conditional-access-policy.test.ts",
      "shows a condition that was added behind Pulumi's back, and takes it away again",
    ],
  ],
  "Fast, within Graph's limits.": [
    [
      "test/provider/bulk-refresh.test.ts",
      "of 100 blueprints with principal, credential and grants each costs a fifth, however many travel together",
    ],
    ["test/graph/scheduler-tenant.test.ts", "agents are made as fast as the quota of writes allows, and never refused"],
  ],
  "No lockout.": [
    ["test/provider/conditional-access-policy.test.ts", "is never enforced before its conditions read back"],
    [
      "test/provider/conditional-access-policy.test.ts",
      "stays report-only when Graph drops one of its conditions: it must never block everybody",
    ],
  ],
  "Deletes can be undone.": [
    [
      "test/cli/life.test.ts",
      "can be created again: the blueprint is restored with its appId, and what now has another name is made anew",
    ],
    [
      "test/provider/agent-identity-blueprint.test.ts",
      "comes back with the federated credentials it had, and that is told: a program may not declare them any more",
    ],
  ],
};

describe("the README", () => {
  it("is read in one go: at most 140 lines and 9,000 characters", () => {
    expect(readme.split("\n").length).toBeLessThanOrEqual(140);
    expect(readme.length).toBeLessThanOrEqual(9_000);
  });

  it("says once which Node.js a user needs: the oldest that package.json allows", () => {
    const { engines } = JSON.parse(textOf("package.json")) as { engines: { node: string } };
    const oldest = engines.node.replace(">=", "");
    const said = ["README.md", "CONTRIBUTING.md", ...docsPages].filter((file) => textOf(file).includes(oldest));
    expect(said).toEqual(["README.md"]);
    expect(readme.split(oldest)).toHaveLength(2);
  });

  it("claims nothing that no test fails without", () => {
    const claims = [...sectionOf("README.md", "## What it does for you").matchAll(/^- \*\*(.+?)\*\*/gm)];
    expect(claims.map(([, claim]) => claim)).toEqual(Object.keys(witnesses));
    const missing = Object.values(witnesses)
      .flat()
      .filter(([file, title]) => !textOf(file).includes(`"${title}"`));
    expect(missing).toEqual([]);
  });

  it.each(["README.md", guide])("shows a program that compiles: %s", (page) => {
    const [, program = ""] = /```ts\n([\s\S]*?)```/.exec(textOf(page)) ?? [];
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
    const resources = regionOf("README.md", "resources");
    expect([...resources.matchAll(/^\| \[`(\w+)`\]/gm)].map(([, name]) => name).sort()).toEqual(declared.sort());
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
    const [, rows = ""] =
      /\n(\| Command of `entra-agent-id tenant`[^]*?)\n\n/.exec(textOf("docs/emulated-tenant.md")) ?? [];
    const listed = [...rows.matchAll(/^\| ([^|]*)\|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`([a-z]+)`/g)].map(([, name]) => name),
    );
    expect(commands.length).toBeGreaterThan(5);
    expect(listed.sort()).toEqual(commands.sort());
  });

  it("lists every permission that an error message may ask for, or one that includes it", () => {
    const needed = Object.values(lifecycles).flatMap((one) =>
      Object.values(one.permissions).flatMap((text: string) => text.split(" and ")),
    );
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
    const signIn = sectionOf(guide, "## 3. Sign in");
    for (const { name, variables, onlyByName } of signInWays) {
      if (onlyByName) expect(signIn).toContain(name);
      for (const variable of variables.filter((variable) => !variable.startsWith("ACTIONS_")))
        expect(signIn).toContain(variable);
    }
  });
});
