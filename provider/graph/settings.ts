/**
 * Which tenant this process talks to, and how long its replication may take. Only the environment selects the tenant: `refresh` and `destroy` run without the program, and
 * Pulumi would give them the stack configuration of the last update.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { EntraError } from "./errors";

export type TenantSetting =
  /** The emulated tenant in this process, with its state in `directory`. */
  | { readonly mode: "embedded"; readonly directory: string }
  /** An emulated tenant that `entra-agent-id tenant start` serves on this machine. */
  | { readonly mode: "served"; readonly url: string }
  /** Microsoft Entra: a tenant GUID or a verified domain. */
  | { readonly mode: "entra"; readonly tenant: string };

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const domain = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;
const loopback = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\]):\d+\/?$/;

/**
 * Reads ENTRA_AGENT_ID_TENANT: `local` (default), `local:PATH`, `http://127.0.0.1:PORT`, a tenant GUID or a domain.
 *
 * It is an error to set a sign-in (AZURE_TENANT_ID, AZURE_CLIENT_ID, ENTRA_AGENT_ID_SIGN_IN) and not ENTRA_AGENT_ID_TENANT:
 * nobody shall change the embedded tenant and mean the real one, or the other way round.
 */
export function tenantSetting(env: NodeJS.ProcessEnv = process.env, cwd: string = process.cwd()): TenantSetting {
  const value = env["ENTRA_AGENT_ID_TENANT"]?.trim();
  if (value === undefined || value === "") {
    const set = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "ENTRA_AGENT_ID_SIGN_IN"].find((name) => env[name]);
    if (set !== undefined) {
      throw new EntraError(
        "SETTING_INVALID",
        `cannot choose a tenant: ${set} is set and ENTRA_AGENT_ID_TENANT is not. ` +
          `Set ENTRA_AGENT_ID_TENANT=${env["AZURE_TENANT_ID"] ?? "<GUID or domain>"} for a real tenant, or ENTRA_AGENT_ID_TENANT=local for the embedded one.`,
      );
    }
    return { mode: "embedded", directory: embeddedDirectory(cwd) };
  }
  if (value === "local") return { mode: "embedded", directory: embeddedDirectory(cwd) };
  // Relative to the project's folder, so that it is the same place for the program, the command and in a subfolder.
  if (/^local:./.test(value)) {
    const project = path.dirname(embeddedDirectory(cwd));
    return { mode: "embedded", directory: path.resolve(project, value.slice("local:".length)) };
  }
  if (loopback.test(value)) return { mode: "served", url: value.replace(/\/$/, "") };
  if (guid.test(value) || domain.test(value)) return { mode: "entra", tenant: value.toLowerCase() };
  throw new EntraError(
    "SETTING_INVALID",
    `cannot use ENTRA_AGENT_ID_TENANT="${value}": it must be "local", "local:PATH", "http://127.0.0.1:PORT", a tenant GUID or a domain.`,
  );
}

/**
 * `.entra-agent-id/` beside the nearest Pulumi.yaml upwards. The provider runs in the program's folder and the command
 * in the user's: both must find the same one. Without any Pulumi.yaml it is in `cwd`.
 */
export function embeddedDirectory(cwd: string): string {
  for (let folder = path.resolve(cwd); ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, "Pulumi.yaml"))) return path.join(folder, ".entra-agent-id");
    if (folder === path.dirname(folder)) return path.join(path.resolve(cwd), ".entra-agent-id");
  }
}

/** The variable that says how long replication may take. */
export const replicationVariable = "ENTRA_AGENT_ID_REPLICATION_MINUTES";

/** Minutes: replication of 20 was seen. */
const replicationDefault = 30;
const replicationMost = 1440;

/**
 * Reads ENTRA_AGENT_ID_REPLICATION_MINUTES: whole minutes, from 0 to 1440, 30 by default. For so long after a create or a
 * write of this package a 404 does not mean that the object is gone. It has no effect on an embedded tenant without lag.
 *
 * @returns milliseconds
 * @throws EntraError SETTING_INVALID
 */
export function replicationMs(env: NodeJS.ProcessEnv = process.env): number {
  const value = env[replicationVariable]?.trim() || String(replicationDefault);
  const minutes = /^\d{1,4}$/.test(value) ? Number(value) : Infinity;
  if (minutes > replicationMost)
    throw new EntraError(
      "SETTING_INVALID",
      `cannot use ${replicationVariable}="${value}": it must be a whole number of minutes, from 0 to ${replicationMost}.`,
    );
  return minutes * 60_000;
}
