/** The sub-path `pulumi-entra-agent-id/emulator`, as a project that installed the package sees it: built, by its name. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { run } from "../../tools/command.mjs";
import { isBuilt } from "../../tools/sources.mjs";

const root = path.resolve(__dirname, "../..");
const packages = path.join(root, "node_modules");
const page = readFileSync(path.join(root, "docs/emulated-tenant.md"), "utf8");

/** The block of the page that follows the name of its file, as it stands. */
function fileOnPage(name: string): string {
  const [, text] = new RegExp(`\`${name}\`:\n\n\`\`\`\\w+\n([^]*?)\`\`\`\n`).exec(page) ?? [];
  if (text === undefined) throw new Error(`docs/emulated-tenant.md has no file ${name}`);
  return text;
}

describe("a project that installed the package", () => {
  const project = mkdtempSync(path.join(tmpdir(), "our-tests-"));
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  beforeAll(() => {
    if (!isBuilt(root)) throw new Error("dist is not what the sources say: npm run build");
    const installed = path.join(project, "node_modules");
    for (const scope of ["@swc", "@types", "@microsoft"]) mkdirSync(path.join(installed, scope), { recursive: true });
    for (const name of ["@swc/jest", "@types/jest", "@types/node", "@microsoft/microsoft-graph-client"])
      symlinkSync(path.join(packages, name), path.join(installed, name));
    symlinkSync(root, path.join(installed, "pulumi-entra-agent-id"));
    writeFileSync(path.join(project, "package.json"), "{}\n");
  });

  async function node(...args: string[]): Promise<string> {
    const { code, output, stdout } = await run(process.execPath, args, { cwd: project, env: process.env });
    if (code !== 0) throw new Error(`node ${args.join(" ")} ended with ${code}:\n${output}`);
    return stdout;
  }

  it("runs the tests that the page of the emulated tenant shows, under jest", async () => {
    for (const name of ["disable.test.ts", "jest.config.mjs"])
      writeFileSync(path.join(project, name), fileOnPage(name));
    const jest = path.join(packages, "jest/bin/jest.js");
    await node(jest, "--json", "--outputFile=results.json");
    const results: unknown = JSON.parse(readFileSync(path.join(project, "results.json"), "utf8"));
    expect(results).toMatchObject({ success: true, numTotalTests: 7, numPassedTests: 7 });
  });

  it("gets types for it, with which the page's tests compile", async () => {
    writeFileSync(path.join(project, "disable.test.ts"), fileOnPage("disable.test.ts"));
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: "es2023",
      module: "nodenext",
      types: ["node", "jest"],
      skipLibCheck: true,
    };
    writeFileSync(
      path.join(project, "tsconfig.json"),
      JSON.stringify({ compilerOptions, include: ["disable.test.ts"] }),
    );
    await node(path.join(packages, "typescript/bin/tsc"), "-p", "tsconfig.json");
  });

  it("can load it without Pulumi, and gets nothing of the other rooms with it", async () => {
    const script = `
      const Module = require("node:module");
      const resolve = Module._resolveFilename;
      Module._resolveFilename = function (request, ...rest) {
        if (request.startsWith("@pulumi/")) throw new Error("Pulumi is not installed: " + request);
        return resolve.call(this, request, ...rest);
      };
      const { openTenant, serveTenant, ...others } = require("pulumi-entra-agent-id/emulator");
      const tenant = openTenant({ memory: true });
      tenant.token().then(async (token) => {
        const headers = { authorization: "Bearer " + token };
        const response = await tenant.handle(new Request("https://graph.microsoft.com/v1.0/users", { headers }));
        tenant.close();
        console.log(JSON.stringify({
          status: response.status,
          serveTenant: typeof serveTenant,
          others: Object.keys(others),
          loaded: Object.keys(require.cache),
        }));
      });`;
    const { loaded, ...seen } = JSON.parse(await node("--eval", script)) as { loaded: string[] };
    expect(seen).toEqual({ status: 200, serveTenant: "function", others: [] });
    const ours = loaded.filter((file) => file.startsWith(path.join(root, "dist")));
    const rooms = new Set(ours.map((file) => path.relative(path.join(root, "dist"), file).split(path.sep)[0]));
    expect([...rooms]).toEqual(["emulator"]);
    expect(loaded.filter((file) => file.includes("@pulumi"))).toEqual([]);
  });
});
