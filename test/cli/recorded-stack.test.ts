import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import path from "node:path";
import type { StateResource } from "./backend";
import { titleOf } from "./outcome";
import { fleet, noContents } from "./programs";
import { aStack } from "./stack";
import { tenantOf } from "./tenant";

/**
 * One folder for each release: program, state and tenant as they were. Recorded once, with `npm run record`, and never
 * changed: what they hold lives in users' state.
 */
const recorded = path.resolve(__dirname, "../recorded");
const releases = existsSync(recorded) ? readdirSync(recorded) : [];
const { version } = JSON.parse(readFileSync(path.resolve(__dirname, "../../package.json"), "utf8")) as {
  version: string;
};

if (process.env["RECORD_STACK"] === undefined) provesThatReleasesStandStill();
else recordsThisRelease();

function provesThatReleasesStandStill(): void {
  describe("a stack that was deployed with an earlier release", () => {
    it("has been recorded for this release", () => {
      expect(releases).toContain(version);
    });

    it.each(releases)("has nothing to do under the current code: %s", async (release) => {
      const folder = path.join(recorded, release);
      const stack = await aStack({ source: readFileSync(path.join(folder, "program.js"), "utf8") });
      mkdirSync(stack.tenantDirectory, { recursive: true });
      copyFileSync(path.join(folder, "tenant.sqlite"), path.join(stack.tenantDirectory, "tenant.sqlite"));
      const exported = path.join(folder, "stack.json");
      await stack.succeed("stack", "import", "--file", exported);

      expect(await stack.preview("--refresh", "--expect-no-changes")).toMatchObject({
        exitCode: 0,
        errors: [],
        ops: {},
        drift: {},
      });
      expect(await stack.preview("--expect-no-changes")).toMatchObject({ exitCode: 0, errors: [], ops: {} });
      const resources = resourcesOf(exported);
      expect(resources).not.toEqual([]);
      expect(stack.backend.resources()).toEqual(resources);
      expect(await stack.destroy()).toMatchObject({ exitCode: 0, errors: [] });
      expect(await (await tenantOf(stack)).contents()).toMatchObject(noContents);
    });
  });
}

/** "Kind name" of each resource that a release was recorded with, sorted: a release has the kinds that it knew. */
function resourcesOf(exported: string): string[] {
  const { deployment } = JSON.parse(readFileSync(exported, "utf8")) as { deployment: { resources: StateResource[] } };
  return deployment.resources.flatMap(({ urn }) => titleOf(urn) ?? []).sort();
}

/** `npm run record` deploys the fleet with the code of this release and keeps it. */
function recordsThisRelease(): void {
  it("records this release", async () => {
    const folder = path.join(recorded, version);
    if (existsSync(folder)) throw new Error(`${folder} is there already: a recorded stack is never changed`);
    const program = fleet();
    const stack = await aStack(program);
    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [] });
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "program.js"), "source" in program ? program.source : "");
    writeFileSync(path.join(folder, "stack.json"), withoutPlaces(await stack.succeed("stack", "export")));
    const database = new DatabaseSync(path.join(stack.tenantDirectory, "tenant.sqlite"));
    database.exec(`VACUUM INTO '${path.join(folder, "tenant.sqlite")}'`);
    database.close();
    // A key has no place in a repository; the tenant makes itself a new one.
    const copy = new DatabaseSync(path.join(folder, "tenant.sqlite"));
    copy.exec("DELETE FROM meta WHERE key = 'signingKey'; DELETE FROM requests; VACUUM");
    copy.close();
  });
}

/** Where the program lay on the recording machine is no part of the contract. */
function withoutPlaces(exported: string): string {
  const dropped = ["sourcePosition", "stackTrace"];
  return JSON.stringify(JSON.parse(exported), (key, value: unknown) => (dropped.includes(key) ? undefined : value), 2);
}
