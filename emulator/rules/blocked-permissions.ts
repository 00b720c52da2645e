/** Permissions of Microsoft Graph that agent identities cannot hold. */
import blocked from "../data/blocked-permissions.json";
import { microsoftGraphAppId } from "../permissions";
import { badRequest } from "../refusal";

const names = {
  delegated: new Set([...blocked.both, ...blocked.delegated]),
  application: new Set([...blocked.both, ...blocked.application]),
};

/** @throws {GraphRefusal} naming the first that is blocked; the documentation says neither status nor wording */
export function checkNotBlocked(
  resourceAppId: unknown,
  kind: "delegated" | "application",
  permissions: readonly string[],
): void {
  if (resourceAppId !== microsoftGraphAppId) return;
  const found = permissions.find((name) => names[kind].has(name));
  if (found !== undefined) throw badRequest(`Permission '${found}' is blocked for agent identities.`);
}
