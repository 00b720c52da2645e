/** What holds of applications and blueprints alike, whoever asks. */
import { isDeepStrictEqual } from "node:util";
import { applicationKinds } from "../entities";
import { badRequest, GraphRefusal } from "../refusal";
import type { Context } from "../route";
import type { Json, StoredObject } from "../state/store";
import { checkNothingBlocked } from "./blocked-permissions";
import { keptCertificates } from "./key-credentials";

/** What a body can say, as far as rules look into it. */
export interface ApplicationBody {
  readonly [property: string]: unknown;
  readonly identifierUris?: readonly string[] | undefined;
  readonly keyCredentials?: readonly Json[] | undefined;
}

/** Properties of a new application, checked and as they are kept. */
export function newApplication(context: Context, body: ApplicationBody, uniqueName?: string): Json {
  checkUnique(context, "uniqueName", uniqueName === undefined ? [] : [uniqueName]);
  checkUnique(context, "identifierUris", body.identifierUris ?? []);
  checkSize(context, body);
  return {
    ...body,
    ...(body.keyCredentials ? { keyCredentials: keptCertificates([], body.keyCredentials) } : {}),
    ...(uniqueName === undefined ? {} : { uniqueName }),
  };
}

/** PATCH merges complex properties and replaces collections, as Graph does. */
export function changeApplication(context: Context, object: StoredObject, change: ApplicationBody): StoredObject {
  checkUnique(context, "identifierUris", change.identifierUris ?? [], object.id);
  const changed = merged(object.body, change);
  checkDisabledFirst(entitlements(object.body), entitlements(changed));
  if (object.kind === "agentIdentityBlueprint") checkNothingBlocked(change);
  checkSize(context, changed);
  if (change.keyCredentials) {
    const kept = object.body["keyCredentials"];
    changed["keyCredentials"] = keptCertificates(Array.isArray(kept) ? (kept as Json[]) : [], change.keyCredentials);
  }
  return context.store.replace(object, changed);
}

const isComplex = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function merged(before: Json, change: Json): Record<string, unknown> {
  const after: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(change)) {
    const old = before[name];
    after[name] = isComplex(value) && isComplex(old) ? merged(old, value) : value;
  }
  return after;
}

/** Entries of every collection, those within the entries too. */
function entriesOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + 1 + entriesOf(one), 0);
  return isComplex(value) ? Object.values(value).reduce((sum: number, one) => sum + entriesOf(one), 0) : 0;
}

function checkSize({ switches }: Context, manifest: Json): void {
  const most = switches.limits.manifestEntries;
  if (entriesOf(manifest) > most) throw badRequest(`The manifest of an application can have at most ${most} entries.`);
}

/** A soft-deleted object keeps its names reserved. */
function checkUnique({ store }: Context, property: string, values: readonly string[], self?: string): void {
  for (const value of values) {
    const where = { property, value };
    const others = store.find({ kinds: applicationKinds, where, deleted: "either" }).filter(({ id }) => id !== self);
    if (others.length > 0)
      throw badRequest(`Another object with the same value for property ${property} already exists.`);
  }
}

/** Scopes and roles that an application publishes. */
function entitlements(body: Json): readonly Json[] {
  const api = body["api"] as Json | undefined;
  return [body["appRoles"], api?.["oauth2PermissionScopes"]].flatMap((list) =>
    Array.isArray(list) ? (list as Json[]) : [],
  );
}

/** What clients were consented to: it does not change under them. */
const settled = ["value", "type"];

/** A scope or role is disabled in one request, and removed or made another one in the next. */
function checkDisabledFirst(before: readonly Json[], after: readonly Json[]): void {
  const lost = before.some((old) => {
    const now = after.find(({ id }) => id === old["id"]);
    return old["isEnabled"] === true && !settled.every((name) => now && isDeepStrictEqual(now[name], old[name]));
  });
  if (lost) {
    throw new GraphRefusal(
      400,
      "CannotDeleteOrUpdateEnabledEntitlement",
      "Property cannot be deleted or updated unless it is disabled first.",
    );
  }
}
