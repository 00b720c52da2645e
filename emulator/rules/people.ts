/** Who answers for an object: owners and sponsors. */
import { randomUUID } from "node:crypto";
import { familyOf, servicePrincipalKinds } from "../entities";
import { badRequest, notFound } from "../refusal";
import type { Context } from "../route";
import type { StoredObject } from "../state/store";
import { administersAgents } from "./ownership";
import { unknownPrincipal } from "./unknown-referents";

export type Relation = "owners" | "sponsors";

/** Owners of a group, sponsors of a user; those of applications and agents are switches. */
export const mostOwners = 100;
export const mostSponsors = 100;

/** Sponsors of one object that can be groups. */
const mostGroupSponsors = 5;

const referencePath = /^\/(?:v1\.0|beta)\/(users|groups|directoryObjects|servicePrincipals)\/([0-9a-f-]{36})$/i;

/** The object a `@odata.bind` or `@odata.id` URL names: its id, nothing is known about its existence. */
export function idIn(context: Context, url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const known =
    parsed && (parsed.origin === "https://graph.microsoft.com" || context.base.startsWith(`${parsed.origin}/`));
  const id = known && parsed.search === "" ? referencePath.exec(parsed.pathname)?.[2] : undefined;
  if (id === undefined)
    throw badRequest(
      `Invalid reference '${url}': a URL such as https://graph.microsoft.com/v1.0/users/{id} is expected.`,
    );
  return id.toLowerCase();
}

/** The living object a URL names, if it is one of the collection that the URL says. */
function objectAt(context: Context, url: string): StoredObject | undefined {
  const found = context.store.get(idIn(context, url));
  const collection = referencePath.exec(new URL(url).pathname)?.[1] ?? "";
  const kinds = familyOf(collection)?.kinds;
  return found && (kinds?.includes(found.kind) ?? true) ? found : undefined;
}

/**
 * Objects named in the body of a create. Unknown ones are 400, as the documentation of Agent ID says; in a `$ref` they
 * are 404.
 */
export function boundPeople(context: Context, urls: readonly string[] = []): StoredObject[] {
  const people = urls.map((url) => {
    const found = objectAt(context, url);
    if (!found) throw badRequest(`Object with id ${idIn(context, url)} not found.`);
    return [found.id, found] as const;
  });
  return [...new Map(people).values()];
}

/**
 * Sponsors of a new object: an application must name one, and so must an administrator of agents; any other person who
 * names none becomes the sponsor.
 */
export function sponsorsOfNew(context: Context, urls: readonly string[] | undefined): StoredObject[] {
  const sponsors = boundPeople(context, urls);
  if (sponsors.length > 0) return sponsors;
  const caller = context.caller.idtyp === "user" ? context.store.get(context.caller.oid) : undefined;
  if (!caller || administersAgents(context)) throw noSponsor();
  return [caller];
}

const noSponsor = () => badRequest("No sponsor specified. Please provide at least one sponsor.");

const canOwn = ["user", ...servicePrincipalKinds];

/** @throws {GraphRefusal} when one may not be what it is to become, or there are too many */
export function setPeople(
  context: Context,
  relation: Relation,
  object: StoredObject,
  people: readonly StoredObject[],
): void {
  for (const person of people) {
    if (relation === "sponsors") checkSponsor(person);
    else if (!canOwn.includes(person.kind)) {
      throw badRequest(`Object '${person.id}' cannot be an owner: only users and service principals can.`);
    }
    if (!context.store.link(relation, object.id, person.id)) {
      throw badRequest(
        `One or more added object references already exist for the following modified properties: '${relation}'.`,
      );
    }
  }
  const all = peopleOf(context, relation, object);
  const most = context.switches.limits[relation];
  if (all.length > most) throw badRequest(`An object can have at most ${most} ${relation}.`);
  if (relation === "sponsors" && all.filter(({ kind }) => kind === "group").length > mostGroupSponsors) {
    throw badRequest(`At most ${mostGroupSponsors} sponsors can be groups.`);
  }
}

/** Adds those who are not there yet. */
export function mergePeople(
  context: Context,
  relation: Relation,
  object: StoredObject,
  urls: readonly string[] | undefined,
): void {
  const known = context.store.targets(relation, object.id);
  const people = boundPeople(context, urls).filter(({ id }) => !known.includes(id));
  setPeople(context, relation, object, people);
}

function checkSponsor({ id, kind, body }: StoredObject): void {
  const types = Array.isArray(body["groupTypes"]) ? (body["groupTypes"] as unknown[]) : [];
  const groupCan =
    body["isAssignableToRole"] !== true && (types.includes("Unified") || types.includes("DynamicMembership"));
  if (kind === "user" || (kind === "group" && groupCan)) return;
  throw badRequest(
    `Object '${id}' cannot be a sponsor: only users, Microsoft 365 groups and groups with dynamic membership can, unless they are role-assignable.`,
  );
}

/** Those who still exist. */
export function peopleOf({ store }: Context, relation: Relation, object: StoredObject): StoredObject[] {
  return store.targets(relation, object.id).flatMap((id) => store.get(id) ?? []);
}

/** `POST …/$ref` */
export function addPerson(context: Context, relation: Relation, object: StoredObject, url: string): void {
  const person = objectAt(context, url);
  if (!person) throw unknownPrincipal(context, idIn(context, url));
  setPeople(context, relation, object, [person]);
}

/** `DELETE …/{id}/$ref` */
export function removePerson(context: Context, relation: Relation, object: StoredObject, id: string): void {
  if (!context.store.unlink(relation, object.id, id.toLowerCase())) throw notFound(id);
  const { lastSponsor } = context.switches.profiles;
  if (relation === "sponsors" && lastSponsor === "kept" && peopleOf(context, relation, object).length === 0)
    throw noSponsor();
}

/** Ids of objects made by clients are random; those of the seed are not. */
export const newId = (): string => randomUUID();
