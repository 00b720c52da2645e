/** owners and sponsors: the same routes wherever an object has them. */
import type { Entity } from "../entities/entity";
import { reference } from "../entities/reference";
import { addPerson, type Relation, removePerson } from "../rules/people";
import { plainBadRequest } from "../refusal";
import { type Basis, type Context, keyOf, type Permissions, type Route, route, targetOf } from "../route";
import type { StoredObject } from "../state/store";
import { relationRoutes } from "./relations";

interface PeopleRoutes {
  /** Path of the object, cast included. */
  readonly path: string;
  readonly entity: Entity;
  readonly relation: Relation;
  readonly read: Permissions;
  readonly write: Permissions;
  readonly basis: Basis;
  readonly source: string;
  /** Whether the path must say the cast. @default false */
  readonly castNeeded?: true;
  /** What must hold of caller and object beside the permission; throws a refusal. @default nothing */
  readonly checked?: (context: Context, object: StoredObject) => void;
}

export const castNeeded = {
  uncast: (segment: string) => plainBadRequest(`Resource not found for the segment '${segment}'.`),
};

export function peopleRoutes(declared: PeopleRoutes): Route[] {
  const { path, entity, relation, read, write, basis, source, checked } = declared;
  const uncast = declared.castNeeded ? castNeeded : {};
  const reached = (context: Context) => {
    const object = targetOf(context);
    checked?.(context, object);
    return object;
  };
  return [
    ...relationRoutes({
      ...uncast,
      path,
      entity,
      relation,
      permissions: read,
      basis,
      source,
      casts: ["user", "servicePrincipal", ...(relation === "sponsors" ? ["group"] : [])],
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
        addPerson(context, relation, reached(context), context.body["@odata.id"]);
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
        removePerson(context, relation, reached(context), keyOf(context, "person"));
        return { status: 204 };
      },
    }),
  ];
}
