/**
 * Owners and sponsors: the people and groups who are responsible for an object. A program names them the way a reviewer knows
 * them, by user principal name, or by object id; Graph knows object ids only.
 *
 * Graph: GET /users/{id | upn}, GET|POST|DELETE …/{owners,sponsors}[/{id}]/$ref, GET …?$expand=owners
 */
import { z } from "zod";
import { type BulkRead, whole } from "../engine/run/bulk-read";
import { sorted } from "../engine/json";
import type { Listing } from "../engine/listing";
import { RunMemory } from "../engine/run/run-memory";
import { EntraError, undefinedWhenGone } from "../graph/errors";
import type { Tenant } from "../graph/tenant";

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const upn = /^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/;

/** A GUID in lower case. */
export const objectId = z.string().toLowerCase().regex(guid, "must be a GUID");

const reference = z
  .string()
  .trim()
  .toLowerCase()
  .refine(
    (text) => guid.test(text) || upn.test(text),
    "must be a user principal name (johanna.lorenz@contoso.com) or an object id (a GUID)",
  );

/** Owners of one object, and sponsors of one object. */
const most = 100;

const mostOf = (what: string) => `must name at most ${most} ${what}: Graph allows no more`;

/** A set of owners, canonical: lower case, each once, sorted. */
export const owners = z
  .array(reference)
  .transform(sorted)
  .pipe(z.array(z.string()).max(most, mostOf("owners")));

/** At least one: Graph refuses an object without (400 "No sponsor specified"), and somebody has to answer for every agent. */
export const sponsors = z
  .array(reference)
  .min(1, "must name at least one sponsor: somebody has to answer for every agent")
  .transform(sorted)
  .pipe(z.array(z.string()).max(most, mostOf("sponsors")));

export interface DirectoryObject {
  readonly id: string;
  readonly userPrincipalName?: string | null;
}

/** An object of the directory, and the collection its documented reference URL names. */
export interface Named {
  readonly "@odata.type"?: string;
  readonly id: string;
  readonly displayName: string | null;
  readonly collection: "users" | "groups" | "servicePrincipals";
  /** Of a group. */
  readonly groupTypes?: readonly string[];
  /** Of a group. */
  readonly isAssignableToRole?: boolean | null;
}

/** Least permissions to look somebody up: what an object id belongs to is found by asking for each kind of object. */
export const lookUpPermissions: readonly string[] = ["User.Read.All", "Group.Read.All", "Application.Read.All"];

/** The URLs that `sponsors@odata.bind` and `owners@odata.bind` want. */
async function bindings(tenant: Tenant, names: readonly string[]): Promise<string[]> {
  return Promise.all(names.map((name) => referenceUrl(tenant, name)));
}

/**
 * Who stands there now, each in the spelling the program used, and by principal name when the program did not name them.
 *
 * @param listed the same people out of a list; what is undefined there is read
 */
export async function readReferences(
  tenant: Tenant,
  path: string,
  declared: readonly string[] = [],
  listed?: Promise<readonly DirectoryObject[] | undefined>,
): Promise<string[]> {
  const [there, spelling] = await Promise.all([
    listed?.then((shown) => shown ?? peopleAt(tenant, path)) ?? peopleAt(tenant, path),
    spellingOf(tenant, declared),
  ]);
  return spelled(there, spelling);
}

/** By object id, how the program writes whom it names. */
export type Spelling = ReadonlyMap<string | undefined, string>;

export async function spellingOf(tenant: Tenant, declared: readonly string[]): Promise<Spelling> {
  const named = await Promise.all(declared.map((name) => lookUp(tenant, name)));
  return new Map(declared.map((name, index) => [named[index]?.id, name]));
}

export const spelled = (there: readonly DirectoryObject[], spelling: Spelling): string[] =>
  sorted(there.map(({ id, userPrincipalName }) => spelling.get(id) ?? userPrincipalName?.toLowerCase() ?? id));

const shownOfPeople = "?$select=id,userPrincipalName";

export const peopleAt = (tenant: Tenant, path: string): Promise<DirectoryObject[]> =>
  tenant.list<DirectoryObject>(`${path}${shownOfPeople}`);

/** Who is responsible for an object, as people know them: by principal name, groups by display name. */
export async function answerable(tenant: Tenant, path: string): Promise<readonly string[]> {
  const there = await tenant.list<DirectoryObject & { displayName: string }>(path);
  return there.map(({ userPrincipalName, displayName }) => userPrincipalName ?? displayName).sort();
}

interface WithOwners {
  readonly id: string;
  readonly owners?: readonly DirectoryObject[];
}

/**
 * The owners of one object out of a list of its collection, for {@link readReferences}. Sponsors cannot be had so: Graph
 * documents `$expand` for owners and not for them.
 *
 * @param siblings a list in which the object is
 * @param path of the object
 */
export async function listedOwners(
  bulk: BulkRead | undefined,
  siblings: Listing,
  id: string,
  path: string,
): Promise<readonly DirectoryObject[] | undefined> {
  const listing: Listing<WithOwners> = { ...(siblings as Listing<WithOwners>), select: ["id"], expand: "owners" };
  return whole((await bulk?.one(listing, id, `${path}/owners${shownOfPeople}`))?.owners);
}

/** Adds who is missing, then removes who is too many: nobody stands without a sponsor in between. */
async function changeReferences(
  tenant: Tenant,
  path: string,
  wanted: readonly string[],
  actual: readonly string[],
  serial: string,
): Promise<void> {
  for (const name of wanted.filter((name) => !actual.includes(name))) {
    const body = { "@odata.id": await referenceUrl(tenant, name) };
    await tenant.post(`${path}/$ref`, body, { serial, repeatable: true }).catch(async (error: unknown) => {
      // "Already there" has no code of its own (400 Request_BadRequest), only words, and a replica may not show it yet.
      if (!(error instanceof EntraError) || error.code !== "REFUSED") throw error;
      if (/already exist/i.test(error.message)) return;
      if (!(await readReferences(tenant, path, [name])).includes(name)) throw error;
    });
  }
  for (const name of actual.filter((name) => !wanted.includes(name))) {
    const { id } = (await lookUp(tenant, name)) ?? { id: name };
    await tenant.delete(`${path}/${id}/$ref`, { serial }).catch(undefinedWhenGone);
  }
}

/** Graph documents `/users/{id}` and `/groups/{id}` for sponsors, not the general `/directoryObjects/{id}`. */
async function referenceUrl(tenant: Tenant, name: string): Promise<string> {
  const named = await lookUp(tenant, name);
  // What is not there is sent all the same: Graph's refusal is the error to show.
  return tenant.url(named ? `/${named.collection}/${named.id}` : `/directoryObjects/${encodeURIComponent(name)}`);
}

/** Who is not there may be there at the next question. */
const lookups = new RunMemory<Named | undefined>((found) => found !== undefined);

/** Whom a name means; undefined when nobody of the tenant has it. */
export const lookUp = (tenant: Tenant, name: string): Promise<Named | undefined> =>
  lookups.of(tenant, name, () => ask(tenant, name));

async function ask(tenant: Tenant, name: string): Promise<Named | undefined> {
  const collections = guid.test(name) ? (["users", "groups", "servicePrincipals"] as const) : (["users"] as const);
  for (const collection of collections) {
    const path = `/${collection}/${encodeURIComponent(name)}?$select=${shownOf[collection]}`;
    const found = await tenant.get<Omit<Named, "collection">>(path).catch(undefinedWhenGone);
    if (found) return { ...found, collection };
  }
  return undefined;
}

/** What says whether somebody may be a sponsor or an owner. */
const shownOf = {
  users: "id,displayName",
  groups: "id,displayName,groupTypes,isAssignableToRole",
  servicePrincipals: "id,displayName",
} as const;

/** Who is responsible for an object, and who operates it. */
export interface People {
  readonly sponsors: readonly string[];
  /** Undefined where the program does not manage them. */
  readonly owners?: readonly string[] | undefined;
}

/** What the body of a create says of them. */
export async function boundPeople(tenant: Tenant, people: People): Promise<object> {
  return {
    "sponsors@odata.bind": await bindings(tenant, people.sponsors),
    ...(people.owners ? { "owners@odata.bind": await bindings(tenant, people.owners) } : {}),
  };
}

/** Brings sponsors, then owners, to what is wanted. @param path of the object @param serial its id: these writes never overlap */
export async function changePeople(
  tenant: Tenant,
  path: string,
  wanted: People,
  actual: Partial<People>,
  serial: string,
): Promise<void> {
  for (const relation of ["sponsors", "owners"] as const) {
    const who = wanted[relation];
    if (who) await changeReferences(tenant, `${path}/${relation}`, who, actual[relation] ?? [], serial);
  }
}
