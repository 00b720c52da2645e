/** owners and sponsors of blueprints, blueprint principals and agent identities: the same three routes each. */
import { wholeListAnswer } from "../odata/collection";
import { reference } from "../entities/reference";
import { addPerson, peopleOf, type Relation, removePerson } from "../rules/people";
import { oneObject } from "../odata/query";
import { plainBadRequest } from "../refusal";
import { type Basis, keyOf, type Permissions, type Route, route, targetOf } from "../route";

interface PeopleRoutes {
  /** Path of the object, cast included. */
  readonly path: string;
  readonly relation: Relation;
  readonly read: Permissions;
  readonly write: Permissions;
  readonly basis: Basis;
  readonly source: string;
  /** Whether the path must say the cast. @default false */
  readonly castNeeded?: true;
}

export function peopleRoutes({ path, relation, read, write, basis, source, castNeeded }: PeopleRoutes): Route[] {
  const uncast = castNeeded
    ? { uncast: (segment: string) => plainBadRequest(`Resource not found for the segment '${segment}'.`) }
    : {};
  return [
    route({
      ...uncast,
      method: "GET",
      path: `${path}/${relation}`,
      permissions: read,
      basis,
      source,
      query: oneObject,
      answer: (context) =>
        wholeListAnswer(context, peopleOf(context, relation, targetOf(context)), "directoryObjects", true),
    }),
    route({
      ...uncast,
      method: "POST",
      path: `${path}/${relation}/$ref`,
      permissions: write,
      basis,
      source,
      body: reference,
      answer(context) {
        addPerson(context, relation, targetOf(context), context.body["@odata.id"]);
        return { status: 204 };
      },
    }),
    route({
      ...uncast,
      method: "DELETE",
      path: `${path}/${relation}/{person}/$ref`,
      permissions: write,
      basis,
      source,
      answer(context) {
        removePerson(context, relation, targetOf(context), keyOf(context, "person"));
        return { status: 204 };
      },
    }),
  ];
}
