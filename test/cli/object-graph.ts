/**
 * What a tenant holds beside its seed, in words that are the same in every run: ids become names, times are left out.
 * Two tenants with the same lines hold the same objects with the same relations, and equally many of each.
 */
import type { EmulatedTenant } from "../../emulator/tenant";

type TenantObject = ReturnType<EmulatedTenant["exportState"]>["objects"][number];

/** Records of what happened, which a disturbed run has more of. */
const history = new Set(["directoryAudit", "signIn"]);

/** @param seed ids of what was there before */
export function objectGraph(tenant: EmulatedTenant, seed: ReadonlySet<string>): string[] {
  const made = tenant.exportState().objects.filter(({ id, kind }) => !seed.has(id ?? "") && !history.has(kind));
  const names = new Map(made.flatMap((object) => namesOf(object)));
  return made.map((object) => lineOf(object, names)).sort();
}

export const idsIn = (tenant: EmulatedTenant): Set<string> =>
  new Set(tenant.exportState().objects.flatMap(({ id }) => (id === undefined ? [] : [id])));

function namesOf({ kind, id = "", properties }: TenantObject): [string, string][] {
  const { appId, displayName, name: plain } = properties;
  const name = [kind, displayName, plain].filter((word) => typeof word === "string").join(" ");
  return [[id, `<${name}>`], ...(typeof appId === "string" ? [[appId, `<appId of ${name}>`] as [string, string]] : [])];
}

function lineOf(object: TenantObject, names: ReadonlyMap<string, string>): string {
  const text = JSON.stringify(object, (key, value: unknown) => (/DateTime$/.test(key) ? undefined : value));
  return text.replace(/[\w-]{22,}/g, (word) => names.get(word) ?? word);
}
