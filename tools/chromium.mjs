// @ts-check
/** The browser that the test of the tenant's pages drives: Debian's chromium, installed when the machine lacks it. */
import { existsSync } from "node:fs";
import { run } from "./command.mjs";

const program = "/usr/bin/chromium";

/**
 * Installs chromium where that is possible without asking anybody: as root on a machine with apt.
 *
 * @returns {Promise<string | undefined>} what went wrong; undefined when there is a browser now
 */
export async function ensureChromium() {
  if (existsSync(program)) return undefined;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    return `There is no ${program}. Install Debian's package "chromium" to test the tenant's pages.`;
  }
  console.log("Installing Debian's chromium, for the test of the tenant's pages.");
  for (const args of [
    ["update", "-qq"],
    ["install", "-y", "-qq", "--no-install-recommends", "chromium"],
  ]) {
    const { code, output } = await run("apt-get", args, { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
    if (code !== 0) return `apt-get ${args.join(" ")} failed:\n${output.slice(-2000)}`;
  }
  return undefined;
}
