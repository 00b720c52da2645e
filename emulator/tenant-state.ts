/** The state of a tenant as a whole: back to the seed, out to a file, in from one. All run inside a transaction. */
import { storedProblems } from "./entities/stored";
import { checkPermissionNames } from "./permissions";
import { automationAppId, seed, tenantName } from "./seed";
import { automationSecret } from "./sign-in/automation-secret";
import { applicationOf } from "./sign-in/client";
import { forgetHistory } from "./state/history";
import { beginEpoch } from "./state/snapshot";
import type { Store } from "./state/store";
import { addFile, checkedFile, type TenantFile, tenantFileOf } from "./state/tenant-file";
import { changed, keepSwitches, switchesOf } from "./switches/switches";
import { forgetThrottling } from "./switches/throttle";

function empty(store: Store): void {
  const change = store.lastChange();
  store.clear();
  store.run("DELETE FROM meta WHERE key = 'granted'");
  forgetThrottling(store);
  beginEpoch(store, change);
}

export function resetState(store: Store, tenantId: string): void {
  empty(store);
  seed(store, tenantId);
  automationSecret(store);
}

export const exportState = (store: Store): TenantFile => tenantFileOf(store, tenantName);

/**
 * A whole tenant replaces what is there; a file without `tenant` comes on top of the seed.
 *
 * @throws {TypeError} naming what is wrong with the file; nothing is changed then
 */
export function importState(store: Store, tenantId: string, given: unknown): void {
  const file = checkedFile(given, tenantId, storedProblems);
  if (file.tenant) {
    empty(store);
    store.run("DELETE FROM meta WHERE key = 'switches'");
  } else resetState(store, tenantId);
  add(store, file);
}

/** @throws {TypeError} naming what is wrong with the file; nothing is changed then */
export function seedState(store: Store, tenantId: string, given: unknown): void {
  add(store, checkedFile(given, tenantId, storedProblems));
}

function add(store: Store, file: TenantFile): void {
  forgetHistory(store);
  addFile(store, file);
  if (file.permissions) {
    checkPermissionNames(Object.keys(file.permissions));
    store.setMeta("granted", JSON.stringify(file.permissions));
  }
  if (file.switches) keepSwitches(store, changed(switchesOf(store), file.switches));
  // A tenant's own client secret goes on working in whatever it has imported.
  if (applicationOf(store, automationAppId)) automationSecret(store);
}
