// @ts-check
/** The software bill of materials: CycloneDX, written by npm itself. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { lastLines, run } from "../command.mjs";
import { npm } from "../dependencies.mjs";

/**
 * npm reads the lock file alone, in a folder of its own: in the repository it would follow the example's link back to the
 * repository without end.
 *
 * @param {import("./shipped.mjs").LockFile} lock of what is shipped
 * @returns {Promise<string>} JSON
 */
export async function sbomOf(lock) {
  const above = mkdtempSync(path.join(tmpdir(), "sbom-"));
  // npm names what it describes after the folder.
  const folder = path.join(above, lock.packages[""]?.name ?? "package");
  try {
    mkdirSync(folder);
    writeFileSync(path.join(folder, "package-lock.json"), JSON.stringify(lock));
    writeFileSync(path.join(folder, "package.json"), JSON.stringify(lock.packages[""]));
    const { command, args } = npm(process.env);
    const asked = ["sbom", "--sbom-format", "cyclonedx", "--sbom-type", "library", "--package-lock-only"];
    const { code, output, stdout } = await run(command, [...args, ...asked], { cwd: folder });
    if (code !== 0)
      throw new Error(`cannot write the SBOM: npm ${asked.join(" ")} ended with ${code}:\n${lastLines(output, 5)}`);
    return stdout;
  } finally {
    rmSync(above, { recursive: true, force: true });
  }
}
