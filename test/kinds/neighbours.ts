/**
 * What others have in the tenant: objects of another team that look like ours, and what somebody puts beside an object of
 * ours. Every harness lets them move in, and looks that no run touches them.
 */
import type { Tenant } from "../../provider/graph/tenant";
import type { StackState } from "../miniature-engine/engine";
import { specimens } from ".";
import type { Added, Made, Neighbour, Seen, StoredObject } from "./specimen";

/** Something that is theirs. */
export interface Theirs {
  readonly what: string;
  /** Ids of it, where it is an object. */
  readonly ids: readonly string[];
  /** Object id of what it stands beside. @default it stands alone */
  readonly beside?: string;
  /** What has become of it; undefined where it is as they left it, or what it stands beside is gone. */
  readonly wrong: (objects: readonly StoredObject[]) => string | undefined;
}

/** Looks at the tenant as it is stored. */
type Look = () => readonly StoredObject[];

const isThere = ({ deletedDateTime }: StoredObject): boolean => deletedDateTime === undefined;
const find = (objects: readonly StoredObject[], id: string): StoredObject | undefined =>
  objects.find((one) => one.id === id && isThere(one));

/** All that somebody set. The name of a holder, which Graph keeps in an assignment, is not theirs. */
const told = ({ kind, properties = {}, relations = {} }: StoredObject): string => {
  const { principalDisplayName: _, ...set } = properties;
  return JSON.stringify([kind, set, relations]);
};

function whole(what: string, id: string, look: Look, beside?: string): Theirs {
  const made = find(look(), id);
  if (!made) throw new Error(`${what} was made, and is not there`);
  const asLeft = told(made);
  const wrong = (objects: readonly StoredObject[]): string | undefined => {
    if (beside !== undefined && !find(objects, beside)) return undefined;
    const now = find(objects, id);
    if (!now) return `${what} is gone`;
    return told(now) === asLeft ? undefined : `${what} was ${asLeft} and is ${told(now)}`;
  };
  const appId = made.properties?.["appId"];
  return { what, ids: [id, ...(typeof appId === "string" ? [appId] : [])], wrong, ...(beside ? { beside } : {}) };
}

function part(what: string, added: Added, beside: string): Theirs {
  const has = ({ properties, relations }: StoredObject): boolean =>
    "tag" in added
      ? ((properties?.["tags"] ?? []) as readonly string[]).includes(added.tag)
      : (relations?.["owners"] ?? []).includes(added.owner);
  const wrong = (objects: readonly StoredObject[]): string | undefined => {
    const object = find(objects, beside);
    return !object || has(object) ? undefined : `${what} is gone`;
  };
  return { what, ids: [], beside, wrong };
}

/** Another team moves in: an object of each kind that looks like ours. */
export async function lookalikes(tenant: Tenant, look: Look): Promise<readonly Theirs[]> {
  const made = new Map<string, Made>();
  const of = (kind: string): Made => {
    const found = made.get(kind);
    if (!found) throw new Error(`the kind ${kind} has no lookalike`);
    return found;
  };
  for (const { kind, lookalike } of specimens) if (lookalike) made.set(kind, await lookalike(tenant, of));
  return [...made].map(([kind, { id, objectId = id }]) => whole(`their ${kind}`, objectId, look));
}

/** Puts one neighbour beside an object. */
export async function besideOne(
  tenant: Tenant,
  look: Look,
  neighbour: Neighbour,
  at: { readonly seen: Seen; readonly what: string; readonly name: string },
): Promise<Theirs> {
  const { seen, what, name } = at;
  const added = await neighbour.add(tenant, seen, name);
  const { id, objectId = id } = seen;
  return "object" in added ? whole(what, added.object, look, objectId) : part(what, added, objectId);
}

/** Puts every neighbour beside every object of a stack that has none yet. */
export async function neighboursOf(
  tenant: Tenant,
  look: Look,
  { resources }: StackState,
  there: readonly Theirs[] = [],
): Promise<readonly Theirs[]> {
  const theirs: Theirs[] = [];
  for (const { kind, seen, neighbours = {} } of specimens) {
    const objects = await seen(tenant);
    for (const { inputs, name, ...resource } of resources.filter((one) => one.kind === kind)) {
      const found = objects.find(({ id }) => id === resource.id);
      if (!found || resource.pendingReplacement) continue;
      const { id, objectId = id } = found;
      if (there.some(({ beside }) => beside === objectId)) continue;
      for (const [what, neighbour] of Object.entries(neighbours)) {
        if (neighbour.beside?.(inputs) === false) continue;
        const at = { seen: found, what: `${what} beside ${name}`, name: `their-${name}` };
        theirs.push(await besideOne(tenant, look, neighbour, at));
      }
    }
  }
  return theirs;
}

/** What of theirs is not as they left it. */
export const touched = (theirs: readonly Theirs[], objects: readonly StoredObject[]): string[] =>
  theirs.flatMap(({ wrong }) => wrong(objects) ?? []);
