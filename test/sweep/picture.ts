/** A tenant and a state as one can compare them: ids are replaced by what they are the ids of, times are left out. */
import type { EmulatedTenant } from "../../emulator/tenant";
import { textOf } from "../../provider/engine/json";
import type { StackState } from "../miniature-engine/engine";
import type { StoredObject } from "../kinds/specimen";

export interface Picture {
  readonly tenant: readonly string[];
  readonly state: readonly string[];
}

const guid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** What was done and when is no object: it differs from run to run. */
const logs = ["directoryAudit", "signIn"];

export const objectsIn = (tenant: EmulatedTenant): StoredObject[] =>
  (tenant.exportState().objects as StoredObject[]).filter(({ kind }) => !logs.includes(kind));

/** @param seed ids that every tenant of the test has */
export function pictureOf(
  everything: readonly StoredObject[],
  { resources, pendingCreates, pendingDeletes }: StackState,
  seed: ReadonlySet<string>,
): Picture {
  const objects = everything.filter(({ id }) => !seed.has(id));
  const names = new Map<string, string>();
  for (const { id, kind, properties = {}, deletedDateTime } of objects) {
    const name = `${deletedDateTime ? "deleted " : ""}${kind} ${textOf(properties["displayName"]) || textOf(properties["name"])}`;
    names.set(id, `<${name}>`);
    if (typeof properties["appId"] === "string" && !names.has(properties["appId"]))
      names.set(properties["appId"], `<appId of ${name}>`);
  }
  const named = (text: string): string =>
    names.get(text) ?? text.replace(guid, (id) => names.get(id) ?? (seed.has(id) ? id : "<unknown id>"));
  const plain = (value: unknown, key = ""): unknown => {
    if (/DateTime$|^writtenAt$/.test(key) && typeof value === "string") return "<time>";
    if (typeof value === "string") return named(value);
    if (Array.isArray(value)) return value.map((item) => plain(item)).sort((one, other) => order(one, other));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .map(([name, inner]) => [named(name), plain(inner, name)] as const)
        .sort(([one], [other]) => order(one, other)),
    );
  };
  const line = (value: object): string => JSON.stringify(plain(value));
  return {
    tenant: objects.map(line).sort(),
    state: [
      ...resources.map(({ needs: _, propertyNeeds: __, ...kept }) => line(kept)).sort(),
      ...pendingCreates,
      ...pendingDeletes.map(({ name }) => `to be deleted: ${name}`),
    ],
  };
}

const order = (one: unknown, other: unknown): number => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);

/** What the second has too little and too much. */
export function differences(expected: readonly string[], actual: readonly string[]): string[] {
  const rest = [...actual];
  const missing = expected.filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
  return [...missing.map((line) => `missing ${line}`), ...rest.map((line) => `too much ${line}`)];
}
