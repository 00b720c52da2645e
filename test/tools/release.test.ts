/** What a release consists of, and how it is published. The workflow itself, only GitHub can run. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { typeToken } from "../../provider/engine/pulumi/resource";
import { describe as descriptionOf } from "../../tools/release/description.mjs";
import { isAllowed, licenceList } from "../../tools/release/licences.mjs";
import { publish } from "../../tools/release/publish.mjs";
import { type Circumstances, whatIsMissing } from "../../tools/release/readiness.mjs";
import { recordedTypes } from "../../tools/release/recorded-stack.mjs";
import { sbomOf } from "../../tools/release/sbom.mjs";
import { type LockFile, packagesOf, shipped } from "../../tools/release/shipped.mjs";

const root = path.join(__dirname, "../..");
const read = (name: string) => readFileSync(path.join(root, name), "utf8");
const lock = JSON.parse(read("package-lock.json")) as LockFile;
const manifest = JSON.parse(read("package.json")) as {
  dependencies: Record<string, string>;
  publishConfig: Record<string, unknown>;
};

describe("what npm installs with this package", () => {
  const small = (packages: LockFile["packages"]): LockFile => ({
    lockfileVersion: 3,
    packages: {
      "": {
        name: "ours",
        dependencies: { a: "^1" },
        devDependencies: { tool: "^1" },
        peerDependencies: { sdk: "^3" },
        workspaces: ["examples/*"],
      },
      "node_modules/a": { version: "1.0.0", license: "MIT", dependencies: { b: "^1" } },
      "node_modules/b": { version: "2.0.0", license: "MIT" },
      "node_modules/sdk": { version: "3.0.0", license: "Apache-2.0" },
      "node_modules/tool": { version: "1.0.0", license: "MIT", dependencies: { b: "^2" } },
      ...packages,
    },
  });
  const namesOf = (packages: LockFile["packages"]) =>
    packagesOf(shipped(small(packages))).map(({ name, version }) => `${name} ${version}`);

  it("is what its dependencies need, without tools, workspaces and the SDK that users choose", () => {
    expect(namesOf({})).toEqual(["a 1.0.0", "b 2.0.0"]);
    expect(shipped(small({})).packages[""]).toEqual({ name: "ours", dependencies: { a: "^1" } });
  });

  it("is found where Node.js would find it: the nearest above", () => {
    expect(namesOf({ "node_modules/a/node_modules/b": { version: "1.5.0", dependencies: { a: "^1" } } })).toEqual([
      "a 1.0.0",
      "b 1.5.0",
    ]);
  });

  it("has an optional package where it is locked, and an error where another one is missing", () => {
    const optional = { "node_modules/b": { version: "2.0.0", optionalDependencies: { c: "^1" } } };
    expect(namesOf(optional)).toEqual(["a 1.0.0", "b 2.0.0"]);
    expect(namesOf({ ...optional, "node_modules/c": { version: "1.0.0" } })).toContain("c 1.0.0");
    expect(() => namesOf({ "node_modules/a": { version: "1.0.0", dependencies: { gone: "^1" } } })).toThrow(
      "cannot find gone, which node_modules/a needs, in package-lock.json",
    );
  });

  it("has an entry in the SBOM each, with its hash and its licence", async () => {
    const { bomFormat, metadata, components } = JSON.parse(await sbomOf(shipped(lock))) as {
      bomFormat: string;
      metadata: { component: { name: string } };
      components: { name: string; version: string; hashes: { alg: string }[]; licenses: unknown[] }[];
    };
    expect([bomFormat, metadata.component.name]).toEqual(["CycloneDX", "pulumi-entra-agent-id"]);
    const said = components.map(({ name, version }) => `${name} ${version}`);
    expect(said.sort()).toEqual(
      packagesOf(shipped(lock))
        .map(({ name, version }) => `${name} ${version}`)
        .sort(),
    );
    expect(said).toEqual(
      expect.arrayContaining(
        Object.keys(manifest.dependencies).map((name) => expect.stringMatching(`^${name} `) as string),
      ),
    );
    for (const { hashes, licenses } of components) {
      expect(hashes).toEqual([expect.objectContaining({ alg: "SHA-512" })]);
      expect(licenses).toHaveLength(1);
    }
  });
});

describe("licences", () => {
  it.each([
    ["MIT", true],
    ["Apache-2.0 AND MIT", true],
    ["(MIT OR GPL-3.0-only)", true],
    ["MIT OR GPL-3.0-only AND ISC", true],
    ["GPL-3.0-only", false],
    ["MIT AND GPL-3.0-only", false],
    ["Apache-2.0 WITH LLVM-exception", false],
    ["(MIT OR ISC) AND GPL-3.0-only", false],
    ["SEE LICENSE IN LICENSE", false],
    ["", false],
  ])("%p may be released: %p", (expression, expected) => {
    expect(isAllowed(expression)).toBe(expected);
  });

  it("stop a release, and the error names every package that is concerned", () => {
    const packages = ["GPL-3.0-only", "MIT", ""].map((license, at) => ({ name: `p${at}`, version: "1.0.0", license }));
    expect(() => licenceList(packages)).toThrow(
      "cannot release with these licences:\n  p0 1.0.0: GPL-3.0-only\n  p2 1.0.0: none\n",
    );
  });

  it("of everything that this package brings are allowed, and listed", () => {
    const packages = packagesOf(shipped(lock));
    const lines = licenceList(packages).trimEnd().split("\n");
    expect(lines.map((line) => line.split(/ +/))).toEqual(
      packages.map(({ name, version, license }) => [name, version, ...license.split(" ")]),
    );
  });
});

describe("a release", () => {
  const ready: Circumstances = {
    version: "1.2.3",
    repository: "git+https://github.com/contoso/agents.git",
    changed: "",
    tags: ["v1.2.2"],
    tagsHere: [],
    types: ["dynamic/a:Agent", "dynamic/a:Policy"],
    recorded: ["pulumi:pulumi:Stack", "dynamic/a:Policy", "dynamic/a:Agent"],
  };
  const publishing = { publishing: "contoso/agents", tags: ["v1.2.3"], tagsHere: ["v1.2.3"] };

  it("can be made on a desk, and by the workflow that a tag starts", () => {
    expect(whatIsMissing(ready)).toEqual([]);
    expect(whatIsMissing({ ...ready, ...publishing })).toEqual([]);
  });

  it("cannot be made without its recorded stack", () => {
    const { recorded: _, ...unrecorded } = ready;
    expect(whatIsMissing(unrecorded)).toEqual([expect.stringContaining("test/recorded/1.2.3 is missing") as string]);
    expect(recordedTypes(path.join(root, "test/recorded/0.0.0"))).toBeUndefined();
  });

  it("has in its recorded stack the types of all that was deployed", () => {
    const types = recordedTypes(path.join(root, "test/recorded/0.1.0"));
    expect(types).toEqual(expect.arrayContaining([typeToken("AgentIdentity"), typeToken("ConditionalAccessPolicy")]));
  });

  it.each<[string, Partial<Circumstances>, string]>([
    ["of changes that nobody committed", { changed: " M index.ts" }, "not committed:\n M index.ts"],
    [
      "whose recorded stack was made before a kind of object was added",
      { recorded: ["pulumi:pulumi:Stack", "dynamic/a:Agent"] },
      "the recorded stack in test/recorded/1.2.3 has no Policy. If this version was never published",
    ],
    ["of a version that another commit has", { tags: ["v1.2.3"] }, "v1.2.3 is the tag of another commit"],
    ["of another version than the tag's", { ...publishing, tagsHere: ["v1.2.2"], tags: [] }, "has no tag v1.2.3"],
    [
      "whose provenance npm would refuse",
      { ...publishing, repository: "https://github.com/contoso/other" },
      "Set it to https://github.com/contoso/agents",
    ],
  ])("cannot be made %s", (_what, change, why) => {
    expect(whatIsMissing({ ...ready, ...change })).toEqual([expect.stringContaining(why) as string]);
  });

  const packed = {
    filename: "a-1.2.3.tgz",
    integrity: "sha512-x",
    size: 1_000_400,
    unpackedSize: 5e6,
    entryCount: 300,
  };
  const release = {
    ...{ name: "a", version: "1.2.3", commit: "abc", software: "Node.js 24", tests: "9 passed, 0 failed", packed },
    files: [{ file: "sbom.cdx.json", what: "what npm installs with it", sha256: "f00" }],
  };

  it("is described with its commit, how its tests ended, hashes, and what changed", () => {
    expect(descriptionOf({ ...release, before: "v1.2.2", changes: ["Second", "First"] })).toBe(
      [
        "# a 1.2.3",
        "Commit abc. Node.js 24.",
        "Tests (`npm run test:all`): 9 passed, 0 failed.",
        "## What is published",
        "- `a-1.2.3.tgz`: 1,000 kB, 300 files, 5,000 kB unpacked; `sha512-x`\n- `sbom.cdx.json`: what npm installs with it; sha256 `f00`",
        "The npm registry keeps the provenance: `npm audit signatures` in a project that has installed it says whether this package was built from that commit.",
        "## What changed since v1.2.2",
        "- Second\n- First\n",
      ].join("\n\n"),
    );
  });

  it("that is the first one is described as such", () => {
    expect(descriptionOf({ ...release, changes: [] })).toMatch(/\n\nThis is the first release\.\n$/);
  });
});

describe("publishing a prepared release", () => {
  const name = "pulumi-entra-agent-id";
  const content = "a package";
  const integrity = `sha512-${createHash("sha512").update(content).digest("base64")}`;
  let folder: string;
  let registry: Server;
  let answer: { readonly status: number; readonly body: string };
  const absent = { status: 404, body: '"version not found: 1.2.3"' };
  const published = (of: string) => ({ status: 200, body: JSON.stringify({ dist: { integrity: of } }) });

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "release-"));
    mkdirSync(path.join(folder, "bin"));
    mkdirSync(path.join(folder, "prepared"));
    for (const file of ["a-1.2.3.tgz", "description.md", "licences.txt", "sbom.cdx.json"])
      writeFileSync(path.join(folder, "prepared", file), content);
    registry = createServer(({ url }, response) => {
      const { status, body } = url === `/${name}/1.2.3` ? answer : { status: 500, body: `asked for ${url ?? ""}` };
      response.writeHead(status).end(body);
    });
    await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
  });

  afterEach(() => {
    registry.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A program in the place of npm or gh, which notes how it was called. */
  function program(file: string, answers: string): void {
    const script = `#!/bin/sh\necho "${file} $*" >> "${folder}/calls"\n${answers}\n`;
    writeFileSync(path.join(folder, "bin", file), script, { mode: 0o755 });
  }

  /** @param view what `gh release view` does @returns how npm and gh were called, without the folder */
  async function calls(view: string, create = "exit 0"): Promise<string[]> {
    program("npm", "exit 0");
    program("gh", `case "$2" in view) ${view};; create) ${create};; esac`);
    const { port } = registry.address() as AddressInfo;
    const env = { ...process.env, PATH: [path.join(folder, "bin"), process.env["PATH"] ?? ""].join(path.delimiter) };
    const prepared = path.join(folder, "prepared");
    await publish({
      ...{ name, version: "1.2.3", folder: prepared, registry: `http://127.0.0.1:${port}`, env },
      show: () => undefined,
    });
    return called().filter((call) => !call.startsWith("gh release view v1.2.3 "));
  }

  const called = (): string[] => {
    const file = path.join(folder, "calls");
    return existsSync(file) ? readFileSync(file, "utf8").replaceAll(`${folder}/`, "").trimEnd().split("\n") : [];
  };
  const noRelease = "exit 1";
  const toNpm = "npm publish prepared/a-1.2.3.tgz";
  const toGitHub =
    "gh release create v1.2.3 --verify-tag --notes-file prepared/description.md prepared/a-1.2.3.tgz prepared/licences.txt prepared/sbom.cdx.json";

  it("puts the package on npm, and then all files on GitHub", async () => {
    answer = absent;
    expect(await calls(noRelease)).toEqual([toNpm, toGitHub]);
  });

  it("goes on after a run that ended between the two, and does nothing after one that ended well", async () => {
    answer = absent;
    await expect(calls(noRelease, "echo no network; exit 1")).rejects.toThrow("ended with 1:\nno network");
    rmSync(path.join(folder, "calls"));
    answer = published(integrity);
    expect(await calls(noRelease)).toEqual([toGitHub]);
    rmSync(path.join(folder, "calls"));
    expect(await calls("echo false")).toEqual([]);
  });

  it.each<[string, () => void, string, string]>([
    ["npm has other content of that version", () => (answer = published("sha512-x")), noRelease, "with other content"],
    ["the registry does not say", () => (answer = { status: 503, body: "busy" }), noRelease, "503 busy"],
    [
      "there are two packages",
      () => writeFileSync(path.join(folder, "prepared", "b.tgz"), ""),
      noRelease,
      "must have one *.tgz",
    ],
  ])("publishes nothing where %s", async (_, happens, view, why) => {
    answer = absent;
    happens();
    await expect(calls(view)).rejects.toThrow(why);
    expect(called()).toEqual([]);
  });

  it("stops at a draft of the release, which has not all files", async () => {
    answer = published(integrity);
    await expect(calls("echo true")).rejects.toThrow("it has a draft");
  });
});

describe("the workflow that publishes", () => {
  const workflow = read(".github/workflows/release.yml");
  const [, prepare = "", publishing = ""] = workflow.split(/^ {2}(?:prepare|publish):$/m);
  const stepsOf = (job: string) => [...job.matchAll(/- run: (.*)/g)].map(([, command]) => command);

  it("takes actions by commit only", () => {
    const used = [...workflow.matchAll(/uses: *(\S+)/g)].map(([, action = ""]) => action);
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(action))).toEqual([]);
  });

  it("installs and tests where it may only read", () => {
    expect(stepsOf(prepare)).toEqual(["npm ci", "npm run release:prepare"]);
    expect(prepare).toMatch(/^ {4}permissions:\n {6}contents: read\n {4}\w/m);
    expect(workflow).toMatch(/^permissions: \{\}$/m);
  });

  it("publishes, with provenance and after the approval, what that job prepared, and runs nothing that was downloaded", () => {
    expect(manifest.publishConfig).toEqual({ access: "public", provenance: true });
    expect(publishing).toMatch(/^ {4}needs: prepare$/m);
    expect(publishing).toMatch(/^ {4}environment: npm$/m);
    expect(publishing).toContain("id-token: write");
    expect(stepsOf(publishing)).toEqual(["node tools/release/publish-main.mjs"]);
  });

  it("ends in time, by itself", () => {
    const limits = [prepare, publishing].map((job) => Number(/^ {4}timeout-minutes: (\d+)/m.exec(job)?.[1]));
    expect(limits.every((minutes) => minutes > 0 && minutes < 360)).toBe(true);
  });
});
