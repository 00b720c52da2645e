/** What `npm run lint` says of imports that lead in a circle. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.join(__dirname, "../..");
const command = path.join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
const config = path.join(root, "dependency-cruiser.config.mjs");

/** Checks every file below `cwd` as `npm run lint` does. */
function check(cwd: string): { readonly code: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, "--config", config, "."], {
    cwd,
    encoding: "utf8",
  });
  return { code: status, output: stdout + stderr };
}

/** Checks a repository that has these files alone. */
function checkOf(files: Readonly<Record<string, string>>): ReturnType<typeof check> {
  const folder = mkdtempSync(path.join(tmpdir(), "circles-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
    return check(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("no imports of this repository lead in a circle", () => {
  expect(check(root)).toMatchObject({ code: 0, output: expect.stringMatching(/no .*violations found/) as string });
});

test("a circle is named, even where all it imports are types", () => {
  const { code, output } = checkOf({
    "emulator/agent.ts":
      'import type { Blueprint } from "./blueprint";\nexport interface Agent {\n  of: Blueprint;\n}\n',
    "emulator/blueprint.ts":
      'import { type Agent } from "./agent";\nexport interface Blueprint {\n  agents: Agent[];\n}\n',
  });
  expect(output).toMatch(/import-circle: emulator\/agent\.ts →\s+emulator\/blueprint\.ts →\s+emulator\/agent\.ts/);
  expect(code).toBeGreaterThan(0);
});

test("a circle through two folders is named", () => {
  const { code, output } = checkOf({
    "emulator/agent.ts": 'export * from "../cli/command";\n',
    "cli/command.ts": 'export * from "../emulator/agent";\n',
  });
  expect(output).toMatch(/import-circle: cli\/command\.ts →\s+emulator\/agent\.ts →\s+cli\/command\.ts/);
  expect(code).toBeGreaterThan(0);
});
