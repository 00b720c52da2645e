// @ts-check
/** What the replay uses of the emulator: built for the command, from the sources in tests. */
import { createRequire } from "node:module";
import path from "node:path";

/**
 * @typedef {object} Emulator
 * @property {typeof import("../../emulator/tenant.js").openTenant} openTenant
 * @property {typeof import("../../emulator/metadata/check.js").problemsOf} problemsOf
 * @property {typeof import("../../emulator/metadata/metadata.js")} metadata
 * @property {typeof import("../../emulator/switches/profiles.js").profileChoices} profileChoices
 * @property {readonly string[]} permissions names of every Microsoft Graph permission
 *
 * @typedef {import("../../emulator/tenant.js").EmulatedTenant} Tenant
 * @typedef {import("../../emulator/odata/address.js").Version} Version
 */

/** @param {string} root folder of the repository @returns {Emulator} */
export function builtEmulator(root) {
  /** @type {(file: string) => unknown} */
  const load = createRequire(path.join(root, "package.json"));
  /** @template T @param {string} file @returns {T} */
  const built = (file) => /** @type {T} */ (load(path.join(root, "dist", "emulator", file)));
  const tenant = /** @type {typeof import("../../emulator/tenant.js")} */ (built("tenant.js"));
  const check = /** @type {typeof import("../../emulator/metadata/check.js")} */ (built("metadata/check.js"));
  const metadata = /** @type {typeof import("../../emulator/metadata/metadata.js")} */ (built("metadata/metadata.js"));
  const profiles = /** @type {typeof import("../../emulator/switches/profiles.js")} */ (built("switches/profiles.js"));
  const data = /** @type {{ permissions: readonly (readonly [string, ...unknown[]])[] }} */ (
    built("data/graph-permissions.json")
  );
  return {
    openTenant: tenant.openTenant,
    problemsOf: check.problemsOf,
    metadata,
    profileChoices: profiles.profileChoices,
    permissions: data.permissions.map(([name]) => name),
  };
}
