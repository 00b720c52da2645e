import * as fs from "node:fs";
import * as path from "node:path";
import { docsPages, root, sectionOf, textOf } from "./pages";
import { complaints, programOn } from "./program";

const readme = textOf("README.md");

/** The titles of tests that fail where a line of "What it does for you" is no longer true. */
const witnesses: Readonly<Record<string, readonly string[]>> = {
  "One of each.": [
    "a run that is disturbed leaves one of each, nothing orphaned and nothing to do, after",
    "a first run of every kind, one mishap, a clean run, $name:",
  ],
  "Checked at preview.": [
    "is refused at preview with the findings of all its resources at once",
    "is refused at preview for what only the tenant knows: people and permissions that are not there",
    "is refused when the configuration expects another",
  ],
  "Drift, property by property.": [
    "is shown property by property, and put right by the next plain `up`",
    "shows a condition that was added behind Pulumi's back, and takes it away again",
  ],
  "No hidden permission.": [
    "is shown beside what is declared, is no drift of it, and is warned about once",
    "is shown beside what is declared, is no drift of it, and is warned about in the same words for all its agents",
    "shows what single users consented to and what an agent inherits, beside what was granted to it",
  ],
  "Fast, within Graph's limits.": [
    "of 100 blueprints with principal, credential and grants each costs a fifth, however many travel together",
    "agents are created as fast as the quota of writes allows, and never refused",
  ],
  "No lockout.": [
    "is never enforced before its conditions read back",
    "stays report-only when Graph drops one of its conditions: it must never block everybody",
  ],
  "Deletes can be undone.": [
    "can be created again: the blueprint is restored with its appId, and what now has another name is made anew",
    "comes back with the federated credentials it had, and that is reported: a program may not declare them any more",
  ],
};

/** Every test of the repository but this one. */
const tests = fs
  .readdirSync(path.join(root, "test"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts") && path.join(root, "test", file) !== __filename)
  .map((file) => textOf(path.join("test", file)));

describe("the README", () => {
  it("is read in one go: at most 140 lines and 9,000 characters", () => {
    expect(readme.split("\n").length).toBeLessThanOrEqual(140);
    expect(readme.length).toBeLessThanOrEqual(9_000);
  });

  it("says once which Node.js a user needs: the oldest that package.json allows", () => {
    const { engines } = JSON.parse(textOf("package.json")) as { engines: { node: string } };
    const oldest = engines.node.replace(">=", "");
    const said = ["README.md", "CONTRIBUTING.md", ...docsPages].filter((file) => textOf(file).includes(oldest));
    expect(said).toEqual(["README.md"]);
    expect(readme.split(oldest)).toHaveLength(2);
  });

  it("claims nothing that no test fails without", () => {
    const claims = [...sectionOf("README.md", "## What it does for you").matchAll(/^- \*\*(.+?)\*\*/gm)];
    expect(claims.map(([, claim]) => claim)).toEqual(Object.keys(witnesses));
    const titles = Object.values(witnesses).flat();
    expect(titles.filter((title) => !tests.some((text) => text.includes(`("${title}"`)))).toEqual([]);
  });

  it("shows a program that compiles", () => {
    expect(complaints(programOn("README.md"))).toEqual([]);
  });

  it("names the two commands of the repository, which exist", () => {
    const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
    const named = [...sectionOf("README.md", "## Try it: two commands, no tenant").matchAll(/^npm (?:run )?(\w+)/gm)];
    expect(named.map(([, name]) => name)).toEqual(["demo", "test"]);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(["demo", "test"]));
  });
});
