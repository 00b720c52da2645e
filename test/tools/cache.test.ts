import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { cacheRoot, placeAtomically } from "../../tools/pulumi-cli/cache.mjs";
import { aFolder } from "./machine";

describe("the cache", () => {
  const fill = (text: string) => (making: string) => {
    writeFileSync(path.join(making, "a"), text);
    writeFileSync(path.join(making, "b"), text);
    return Promise.resolve();
  };
  const content = (directory: string) =>
    readdirSync(directory).map((name) => readFileSync(path.join(directory, name), "utf8"));

  it("holds one whole directory when two make it at once", async () => {
    const directory = path.join(aFolder(), "kept");

    await Promise.all([placeAtomically(directory, fill("one")), placeAtomically(directory, fill("two"))]);

    expect([
      ["one", "one"],
      ["two", "two"],
    ]).toContainEqual(content(directory));
    expect(readdirSync(path.dirname(directory))).toEqual(["kept"]);
  });

  it("holds nothing when making it failed", async () => {
    const directory = path.join(aFolder(), "kept");

    await expect(placeAtomically(directory, () => Promise.reject(new Error("no network")))).rejects.toThrow(
      "no network",
    );

    expect(readdirSync(path.dirname(directory))).toEqual([]);
  });

  it("holds nothing half-made after kill -9, and is filled by the next run", async () => {
    const directory = path.join(aFolder(), "kept");
    const program = `
      import { writeFileSync } from "node:fs";
      const { placeAtomically } = await import(${JSON.stringify(path.resolve("tools/pulumi-cli/cache.mjs"))});
      await placeAtomically(${JSON.stringify(directory)}, async (making) => {
        writeFileSync(making + "/a", "half");
        console.log("half");
        await new Promise(() => setInterval(() => undefined, 1000));
      });`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(existsSync(directory)).toBe(false);

    await placeAtomically(directory, fill("whole"));

    expect(content(directory)).toEqual(["whole", "whole"]);
  });

  it("is cleared of what a killed run left a day ago", async () => {
    const parent = aFolder();
    const abandoned = path.join(parent, ".unfinished-old");
    mkdirSync(abandoned);
    utimesSync(abandoned, 0, 0);
    mkdirSync(path.join(parent, ".unfinished-new"));

    await placeAtomically(path.join(parent, "kept"), fill("whole"));

    expect(readdirSync(parent).sort()).toEqual([".unfinished-new", "kept"]);
  });

  it.each([
    ["linux", "/xdg/pulumi-entra-agent-id/pulumi-cli", { HOME: "/home/ada", XDG_CACHE_HOME: "/xdg" }],
    ["linux", "/home/ada/.cache/pulumi-entra-agent-id/pulumi-cli", { HOME: "/home/ada" }],
    ["darwin", "/home/ada/Library/Caches/pulumi-entra-agent-id/pulumi-cli", { HOME: "/home/ada" }],
    ["win32", "/local/pulumi-entra-agent-id/pulumi-cli", { HOME: "/home/ada", LOCALAPPDATA: "/local" }],
  ] as const)("lies where %s keeps caches: %s", (platform, expected, environment) => {
    expect(cacheRoot(environment, platform)).toBe(expected);
  });
});
