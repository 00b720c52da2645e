import { existsSync, mkdirSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { npm, whyDependenciesAreStale } from "../../tools/dependencies.mjs";
import { fingerprint, isBuilt, stampBuild } from "../../tools/sources.mjs";
import { isNewEnough, linkNode } from "../../tools/node.mjs";
import { closingLine, countOf } from "../../tools/count.mjs";
import LongestFirst, { longFiles } from "../../tools/longest-first.mjs";
import { aFolder } from "./machine";

describe("dependencies", () => {
  const locked = {
    "": { version: "0.1.0" },
    "node_modules/jest": { version: "30.0.0" },
    "node_modules/quickstart": { resolved: "examples/quickstart", link: true },
    "node_modules/only-on-windows": { version: "1.0.0", optional: true },
    "examples/quickstart": { version: "0.0.0" },
  };
  const project = (installed: Record<string, object> | undefined) => {
    const root = aFolder();
    writeFileSync(path.join(root, "package-lock.json"), JSON.stringify({ packages: locked }));
    mkdirSync(path.join(root, "node_modules"));
    if (installed === undefined) return root;
    writeFileSync(path.join(root, "node_modules", ".package-lock.json"), JSON.stringify({ packages: installed }));
    return root;
  };
  const all = { "node_modules/jest": { version: "30.0.0" }, "node_modules/quickstart": { link: true } };

  it.each([
    ["nothing was installed, or an installation was interrupted", undefined, "node_modules is missing or incomplete"],
    ["a package is missing", { "node_modules/quickstart": { link: true } }, "node_modules/jest is not installed"],
    [
      "a package has another version",
      { ...all, "node_modules/jest": { version: "29.0.0" } },
      "node_modules/jest is 29.0.0, package-lock.json wants 30.0.0",
    ],
  ])("are installed again when %s", (_why, installed, reason) => {
    expect(whyDependenciesAreStale(project(installed))).toBe(reason);
  });

  it("are left alone when all are there, without those for other platforms", () => {
    expect(whyDependenciesAreStale(project(all))).toBeUndefined();
  });

  it("are installed by the npm that runs the script, or else by the one on PATH", () => {
    const node = { npm_node_execpath: process.execPath };

    expect(npm({ ...node, npm_execpath: "/lib/npm/bin/npm-cli.js" })).toEqual({
      command: process.execPath,
      args: ["/lib/npm/bin/npm-cli.js"],
    });
    expect(npm({ ...node, npm_execpath: "/lib/pnpm/bin/pnpm.cjs" })).toEqual({ command: "npm", args: [] });
    expect(npm({})).toEqual({ command: "npm", args: [] });
  });
});

describe("dist", () => {
  const project = () => {
    const root = aFolder();
    writeFileSync(path.join(root, "package.json"), "{}");
    writeFileSync(
      path.join(root, "tsconfig.json"),
      JSON.stringify({ include: ["index.ts", "provider", "not-there-yet"] }),
    );
    writeFileSync(path.join(root, "index.ts"), "export {};");
    mkdirSync(path.join(root, "provider", "graph"), { recursive: true });
    writeFileSync(path.join(root, "provider", "graph", "errors.ts"), "export {};");
    mkdirSync(path.join(root, "dist"));
    writeFileSync(path.join(root, "dist", "index.js"), "exports.built = true;");
    stampBuild(root, fingerprint(root));
    return root;
  };

  it.each([
    ["nothing changed", true, () => undefined],
    ["a source changed", false, (root: string) => writeFileSync(path.join(root, "index.ts"), "export const a = 1;")],
    ["a source is new", false, (root: string) => writeFileSync(path.join(root, "provider", "new.ts"), "")],
    ["a source is gone", false, (root: string) => rmSync(path.join(root, "provider", "graph", "errors.ts"))],
    ["another build replaced it", false, (root: string) => utimesSync(path.join(root, "dist", "index.js"), 1, 1)],
    ["it is missing", false, (root: string) => rmSync(path.join(root, "dist"), { recursive: true })],
    ["something else changed", true, (root: string) => writeFileSync(path.join(root, "README.md"), "")],
  ])("when %s, is up to date: %s", (_what, expected, change) => {
    const root = project();
    change(root);
    expect(isBuilt(root)).toBe(expected);
  });
});

it.each([
  ["v20.20.2", false],
  ["v22.12.0", false],
  ["v22.13.0", true],
  ["v24.0.0", true],
])("Node.js %s is new enough: %s", (version, expected) => {
  expect(isNewEnough(version, ">=22.13")).toBe(expected);
});

it("scripts of package.json find the Node.js of tools/node-binary, also where npm has not linked it", () => {
  const root = aFolder();
  const link = path.join(root, "node_modules", ".bin", "node");
  linkNode(root);
  expect(existsSync(link)).toBe(false);

  const file = path.join(root, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node");
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, "");
  linkNode(root);
  linkNode(root);
  expect(realpathSync(link)).toBe(realpathSync(file));
});

describe("the count at the end of npm test", () => {
  const results = {
    numPassedTests: 3,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    numRuntimeErrorTestSuites: 0,
  };

  it("is one plain line", () => {
    const lint = { passed: 1, failed: 0, skipped: 0 };
    expect(closingLine([lint, countOf(results, 0)])).toBe("4 passed, 0 failed");
    expect(closingLine([lint, countOf({ ...results, numPendingTests: 2 }, 0)])).toBe("4 passed, 0 failed, 2 skipped");
  });

  it("counts a test file that cannot be loaded, and a jest that fails without a failed test", () => {
    expect(countOf({ ...results, numRuntimeErrorTestSuites: 1 }, 1)).toMatchObject({ failed: 1 });
    expect(countOf(results, 1)).toMatchObject({ failed: 1 });
  });
});

describe("the order of the test files in a fresh clone", () => {
  it("begins with those that take long for their size, then with the largest", () => {
    const hasteFS = { getSize: (file: string) => file.length };
    const named = ["/a/test/b.test.ts", "/a/test/much-larger.test.ts", `/a/${longFiles[0]}`];
    const files = named.map((path) => ({ path, context: { hasteFS, config: { cache: false } } }));
    const ordered = new LongestFirst().sort(files).map(({ path }) => path);
    expect(ordered).toEqual([named[2], named[1], named[0]]);
  });

  it("names files that there are", () => {
    expect(longFiles.filter((file) => !existsSync(path.join(__dirname, "../..", file)))).toEqual([]);
  });
});
