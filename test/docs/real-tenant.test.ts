import * as fs from "node:fs";
import * as path from "node:path";
import { type EmulatedTenant, openTenant } from "../../emulator/tenant";
import { destroy, emptyState, type Outcome, preview, up } from "../miniature-engine/engine";
import { aProcess } from "../miniature-engine/process";
import { oneOfEach, programOf } from "../kinds/fleet";
import { regionOf, root, textOf } from "./pages";

const page = "docs/real-tenant.md";

/** What each phase needs beside those before it, in the order of the table. */
const phases = [...regionOf(page, "permissions-by-phase").matchAll(/^\| (.+?) +\| (`.+?) +\|$/gm)].map(
  ([, phase = "", cell = ""]) => ({
    phase,
    permissions: [...cell.matchAll(/`([\w.]+)`/g)].map(([, name = ""]) => name),
  }),
);

const programs = {
  first: programOf(oneOfEach(({ first }) => first)),
  changed: programOf(oneOfEach(({ changed }) => changed)),
};

describe("the page on the first hour on a real tenant", () => {
  let emulated: EmulatedTenant;
  beforeEach(() => {
    emulated = openTenant({ memory: true });
    emulated.set({ profiles: "real" });
  });
  afterEach(() => emulated.close());

  /** Lets Pulumi have what the first rows list. */
  const grantRows = (count: number): void =>
    emulated.grant(phases.slice(0, count).flatMap(({ permissions }) => permissions));
  const failures = async (run: Promise<Outcome>): Promise<readonly string[]> => (await run).failures;

  it("lists for each phase permissions that suffice for it, and for a preview none that writes", async () => {
    expect(phases.map(({ phase }) => phase)).toEqual([
      "`pulumi preview`",
      "the first `pulumi up`",
      "an `up` that changes something",
      "an `up` that deletes something, `pulumi destroy`",
    ]);
    grantRows(1);
    const planned = await preview(emptyState, programs.first, await aProcess(emulated));
    expect(new Set(Object.values(planned))).toEqual(new Set(["create"]));
    expect(await failures(up(emptyState, programs.first, await aProcess(emulated)))).not.toEqual([]);

    grantRows(2);
    const first = await up(emptyState, programs.first, await aProcess(emulated));
    expect(first.failures).toEqual([]);

    grantRows(3);
    const changed = await up(first.state, programs.changed, await aProcess(emulated));
    expect(changed.failures).toEqual([]);
    grantRows(4);
    expect(await failures(destroy(changed.state, await aProcess(emulated)))).toEqual([]);
  });

  it("names only variables that the package reads", () => {
    const sources = ["provider", "cli"].flatMap((folder) =>
      fs
        .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => textOf(path.join(folder, file))),
    );
    const named = new Set(textOf(page).match(/\b(?:ENTRA|AZURE)_[A-Z_]+\b/g));
    expect(named.size).toBeGreaterThan(4);
    for (const name of named) expect(sources.some((text) => text.includes(name))).toBe(true);
  });
});
