import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { peerDependencies } from "../../package.json";
import { version as oldest } from "pulumi-sdk-oldest/package.json";
import { fleet, fleetContents } from "./programs";
import { aStack } from "./stack";
import { tenantOf } from "./tenant";

const root = path.resolve(__dirname, "../..");
const modules = path.join(root, "node_modules");

/** This package as it is packed, with the oldest SDK beside it and the other packages as they are installed here. */
function installWithOldestSdk(project: string): void {
  const installed = path.join(project, "node_modules");
  const names = readdirSync(modules).flatMap((name) =>
    name.startsWith("@") ? readdirSync(path.join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
  );
  for (const name of names) {
    if (name.startsWith(".") || name === "@pulumi/pulumi" || name === "pulumi-entra-agent-id") continue;
    mkdirSync(path.dirname(path.join(installed, name)), { recursive: true });
    symlinkSync(path.join(modules, name), path.join(installed, name), "junction");
  }
  // Copies: what lies behind a link looks for its SDK where it really is.
  cpSync(path.join(modules, "pulumi-sdk-oldest"), path.join(installed, "@pulumi", "pulumi"), { recursive: true });
  for (const part of ["package.json", "dist"])
    cpSync(path.join(root, part), path.join(installed, "pulumi-entra-agent-id", part), { recursive: true });
}

/** Which SDK the program has, and which one this package has. */
const seenSdks = `
const { createRequire } = require("node:module");
exports.sdks = [require, createRequire(require.resolve("pulumi-entra-agent-id"))].map((load) => load("@pulumi/pulumi/package.json").version);
`;

describe("the oldest Pulumi SDK that peerDependencies allow", () => {
  const project = realpathSync(mkdtempSync(path.join(tmpdir(), "oldest-sdk-")));
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  it("is the one that is installed for this test", () => {
    expect(peerDependencies["@pulumi/pulumi"]).toBe(`^${oldest}`);
  });

  it("creates a fleet, has nothing to do the second time, and deletes it", async () => {
    installWithOldestSdk(project);
    const { source } = fleet() as { source: string };
    const stack = await aStack({ source: source + seenSdks }, { directory: project });
    const tenant = await tenantOf(stack);

    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [] });
    expect(JSON.parse(await stack.succeed("stack", "output", "sdks", "--json"))).toEqual([oldest, oldest]);
    expect(await tenant.contents()).toEqual({ ...fleetContents, deleted: [] });
    expect(await stack.preview("--refresh", "--expect-no-changes")).toMatchObject({ exitCode: 0, ops: {}, drift: {} });
    expect(await stack.destroy()).toMatchObject({ exitCode: 0, errors: [] });
    expect(await tenant.contents()).toMatchObject({ blueprint: [], agent: [], policy: [] });
  });
});
