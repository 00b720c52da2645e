/** What `npm ci` downloads is pinned: nothing but what package-lock.json names by its hash. */
import { readFileSync } from "node:fs";
import path from "node:path";

interface Entry {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
}

const root = path.join(__dirname, "../..");
const read = (name: string) => readFileSync(path.join(root, name), "utf8");
const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, Entry> };
const { workspaces } = JSON.parse(read("package.json")) as { workspaces: string[] };

/** This repository's own packages: the root and its workspaces. */
const ours = (where: string) =>
  where === "" || workspaces.some((pattern) => new RegExp(`^${pattern.replace("*", "[^/]+")}$`).test(where));

/** Why an entry is not pinned; undefined when it is. */
function whyUnpinned([where, { version, resolved, integrity, link }]: [string, Entry]): string | undefined {
  if (ours(where)) return undefined;
  if (link) return ours(resolved ?? "") ? undefined : `${where} links to ${resolved ?? "nothing"}`;
  if (!/^\d+\.\d+\.\d+/.test(version ?? "")) return `${where} has no version`;
  if (!integrity?.startsWith("sha512-")) return `${where} has no sha512 hash`;
  // Without an address npm asks the registry of its configuration for this version, and compares the hash.
  if (resolved !== undefined && !resolved.startsWith("https://registry.npmjs.org/"))
    return `${where} comes from ${resolved}`;
  return undefined;
}

it("every package in package-lock.json has a hash and comes from the npm registry", () => {
  expect(Object.keys(packages).length).toBeGreaterThan(300);
  expect(Object.entries(packages).flatMap((entry) => whyUnpinned(entry) ?? [])).toEqual([]);
});

it.each<[string, Entry, string]>([
  ["has no hash", { version: "1.0.0" }, "has no sha512 hash"],
  ["has a weak hash", { version: "1.0.0", integrity: "sha1-abc" }, "has no sha512 hash"],
  [
    "comes from a git repository",
    { version: "1.0.0", integrity: "sha512-abc", resolved: "git+ssh://git@github.com/a/b.git#c" },
    "comes from git+ssh://git@github.com/a/b.git#c",
  ],
  ["is a link out of this repository", { link: true, resolved: "../elsewhere" }, "links to ../elsewhere"],
])("a package that %s would be found", (_what, entry, why) => {
  expect(whyUnpinned(["node_modules/a", entry])).toBe(`node_modules/a ${why}`);
});

it("no install script of a package runs, because a script can download what nobody pinned", () => {
  expect(read(".npmrc").split("\n")).toContain("ignore-scripts=true");
});
