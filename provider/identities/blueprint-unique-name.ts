/** Blueprints that have a uniqueName, deleted ones too: they keep it for 30 days. */
import { blueprints, deletedApplications } from "./agent-lists";
import { type Blueprint, blueprintByName, blueprintKind } from "./blueprint-application";
import { deletedItem, restoreDeleted } from "../directory/deleted-items";
import { keyHolders } from "../engine/run/key-holders";
import type { Asked, Finding, Marked, Match } from "../engine/lifecycle";
import { markerTag } from "../engine/marker";
import type { Moment } from "../engine/run/run-memory";
import { allOf } from "../engine/run/shared-list";
import { EntraError, undefinedWhenGone } from "../graph/errors";
import type { Tenant } from "../graph/tenant";
import { restoredCredentials } from "../credentials/restored-credentials";

interface Named {
  readonly uniqueName: string;
}

/** The uniqueName of a blueprint that was given none. */
export const defaultName = (marker: string): string => `agentid-${marker}`;

/** Whether it is one of those, of this marker or of an earlier one. */
export const isDefaultName = (uniqueName: string | undefined): boolean =>
  /^agentid-[a-z2-7]{16}$/.test(uniqueName ?? "");

/**
 * Whether another application has the uniqueName that a new blueprint is to have, also a deleted one or one of another kind.
 * A name made of the marker is nobody else's.
 */
export async function takenName(tenant: Tenant, { uniqueName }: Partial<Named>, about: Asked): Promise<Finding[]> {
  const { marker, makesNew } = about;
  if (!makesNew || uniqueName === undefined || uniqueName === defaultName(marker)) return [];
  const path = `/applications(uniqueName='${encodeURIComponent(uniqueName)}')?$select=id,appId,displayName,tags`;
  const active = await tenant.get<Blueprint>(path).catch(undefinedWhenGone);
  const hasName = (one: Blueprint) => one.uniqueName?.toLowerCase() === uniqueName.toLowerCase();
  const holder = active ?? (await allOf(tenant, deletedApplications, 0)).find(hasName);
  if (!holder || about.isClaimed(holder.appId) || holder.tags.includes(markerTag(blueprintKind, marker))) return [];
  const whose = `${active ? "" : "the deleted "}application "${holder.displayName}" (appId ${holder.appId}) has "${uniqueName}"`;
  const kept = active ? "" : " for 30 days after it was deleted";
  return [
    {
      property: "uniqueName",
      reason: `must be a name that no other application has: ${whose}${kept}. Declare another one`,
    },
  ];
}

export async function namesakes(
  tenant: Tenant,
  wanted: Named & Marked,
  after: Moment,
  isRemoved: (appId: string) => boolean,
): Promise<readonly Match[]> {
  const places = { active: blueprints, deleted: deletedApplications };
  const tag = markerTag(blueprintKind, wanted.marker);
  // Without a name of its own it may have been made where none can be set: then it is known by its tag.
  const hasName = ({ uniqueName, tags }: Blueprint) =>
    uniqueName
      ? uniqueName.toLowerCase() === wanted.uniqueName.toLowerCase()
      : isDefaultName(wanted.uniqueName) && tags.includes(tag);
  const { active, deleted } = await keyHolders<Blueprint>(tenant, places, hasName, after, ({ appId }) =>
    isRemoved(appId),
  );
  return [
    ...active.map((blueprint) => match(blueprint, wanted.marker)),
    ...deleted.map((application) => ({
      ...match(application, wanted.marker),
      // Nobody manages it any more, and a name made of this marker was made for this resource.
      ...(wanted.uniqueName === defaultName(wanted.marker) ? { notOurs: undefined } : {}),
      restore: (isAlive: () => Promise<boolean>) => restore(tenant, application.id, isAlive),
    })),
  ];
}

/** @throws EntraError CONFLICT when the name is taken: the search that follows says by whom */
export async function refuseTaken(tenant: Tenant, { uniqueName }: Named): Promise<void> {
  const there = await tenant.get<Blueprint>(blueprintByName(uniqueName)).catch(undefinedWhenGone);
  if (there) throw alreadyThere({ uniqueName });
}

export const alreadyThere = ({ uniqueName }: Named): EntraError =>
  new EntraError("CONFLICT", `another blueprint has taken the uniqueName "${uniqueName}" since it was searched for`);

async function restore(tenant: Tenant, objectId: string, isAlive: () => Promise<boolean>): Promise<string | undefined> {
  const deleted = await tenant.get<Blueprint>(deletedItem(objectId));
  await restoreDeleted(tenant, objectId, isAlive);
  return restoredCredentials(tenant, deleted);
}

function match(application: Blueprint, marker: string): Match {
  return {
    id: application.appId,
    outputs: { objectId: application.id },
    label: `blueprint "${application.displayName}" (appId ${application.appId}, uniqueName ${application.uniqueName ?? "none"})`,
    notOurs: application.tags.includes(markerTag(blueprintKind, marker))
      ? undefined
      : "it does not have this resource's marker, so somebody else made it. Declare another uniqueName, or delete that blueprint",
  };
}
