// @ts-check
/** The embedded tenant of the demo. */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * @typedef {object} Tenant what the demo uses of emulator/tenant.ts
 * @property {(request: Request) => Promise<Response>} handle
 * @property {() => string | Promise<string>} token
 * @property {(changes: import("../../emulator/tenant.js").SwitchChanges) => void} set
 * @property {() => void} close
 */

/** From dist, not from the sources: it must be the very tenant that the provider opens. @param {string} directory @returns {Tenant} */
export function openTenant(directory) {
  const built = fileURLToPath(new URL("../../dist/emulator/tenant.js", import.meta.url));
  /** @type {(file: string) => unknown} */
  const load = createRequire(import.meta.url);
  const emulator = /** @type {{ openTenant: (at: { directory: string }) => Tenant }} */ (load(built));
  return emulator.openTenant({ directory });
}

/** Makes it as real as we know (FIDELITY.md). @param {string} directory */
export function makeReal(directory) {
  const tenant = openTenant(directory);
  tenant.set({ profiles: "real" });
  tenant.close();
}
