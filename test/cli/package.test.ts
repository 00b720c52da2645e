import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { version as sdkVersion } from "@pulumi/pulumi/package.json";
import { run } from "../../tools/command.mjs";
import { fleet } from "./programs";
import { aStack } from "./stack";
import { tenantOf } from "./tenant";

const root = path.resolve(__dirname, "../..");

/** What users install: the packed tarball, in a project that knows nothing of this repository. */
describe("the package", () => {
  const outside = mkdtempSync(path.join(tmpdir(), "our-agents-"));
  afterAll(() => rmSync(outside, { recursive: true, force: true }));

  const tarballs = path.join(outside, "tarballs");
  let packed: { filename: string; files: { path: string }[] };
  beforeAll(async () => {
    mkdirSync(tarballs);
    [packed] = JSON.parse(await npm(root, "pack", "--json", "--pack-destination", tarballs)) as [typeof packed];
  });

  async function npm(cwd: string, ...args: string[]): Promise<string> {
    const { code, output, stdout } = await run("npm", args, { cwd, env: process.env });
    if (code !== 0) throw new Error(`npm ${args.join(" ")} ended with ${code}:\n${output}`);
    return stdout;
  }

  it("contains what users need and nothing else", () => {
    const parts = packed.files.map(({ path }) =>
      path
        .replace(/^docs\/.*/, "docs")
        .split("/")
        .slice(0, 2)
        .join("/"),
    );
    expect([...new Set(parts)].sort()).toEqual([
      "CONTRIBUTING.md",
      "FIDELITY.md",
      "LICENSE",
      "README.md",
      "dist/cli",
      "dist/components",
      "dist/emulator",
      "dist/index.d.ts",
      "dist/index.js",
      "dist/provider",
      "docs",
      "llms.txt",
      "package.json",
    ]);
  });

  it("works when it is installed in an empty project outside this repository", async () => {
    const project = path.join(outside, "project");
    mkdirSync(project);
    const stack = await aStack(fleet(), { directory: project });
    const installed = [path.join(tarballs, packed.filename), `@pulumi/pulumi@${sdkVersion}`];
    await npm(project, "install", "--no-audit", "--no-fund", "--prefer-offline", ...installed);

    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [] });
    expect(await (await tenantOf(stack)).contents()).toMatchObject({ agent: ["Payslip helper"] });
    const { code, stdout } = await run("npx", ["--no", "entra-agent-id", "tenant", "show"], {
      cwd: project,
      env: stack.environment,
    });
    expect([code, stdout]).toEqual([0, expect.stringContaining("Payslip helper")]);
  });
});
