/** /identity/conditionalAccess/namedLocations, and what of Conditional Access was deleted in the last 30 days. */
import { conditionalAccessPolicy } from "../entities/conditional-access-policy";
import type { Entity } from "../entities/entity";
import {
  countryLocationToChange,
  countryLocationToCreate,
  countryNamedLocation,
  ipLocationToChange,
  ipLocationToCreate,
  ipNamedLocation,
  locationWithoutType,
} from "../entities/named-location";
import { listAnswer, objectAnswer } from "../odata/collection";
import { collectionOf, oneObject } from "../odata/query-rule";
import { notFound, plainBadRequest } from "../refusal";
import { type Context, keyOf, type Route, route } from "../route";
import { moveToBin, purge } from "../rules/deletion";
import { checkLocationCanGo, checkLocationRoom } from "../rules/named-locations";
import { newId } from "../rules/people";
import type { Json, StoredObject } from "../state/store";
import { policyRead, policyWrite } from "./conditional-access";

const all = "/identity/conditionalAccess/namedLocations";
const one = `${all}/{location}`;
const kinds = [ipNamedLocation.kind, countryNamedLocation.kind];
const type = "namedLocation";

const query = { ...collectionOf(ipNamedLocation), type };

const says = (kind: string) => (body: unknown) =>
  new RegExp(`^#?microsoft\\.graph\\.${kind}$`, "i").test(
    String((body as { readonly "@odata.type"?: unknown } | undefined)?.["@odata.type"]),
  );

function found(context: Context, deleted: boolean, wanted: readonly string[], key: string): StoredObject {
  const id = keyOf(context, key);
  const object = context.store.get(id, deleted);
  if (object && wanted.includes(object.kind)) return object;
  throw notFound(id);
}

const known = (context: Context) => found(context, false, kinds, "location");

function make(context: Context, kind: string, body: Json): StoredObject {
  checkLocationRoom(context.store);
  const at = context.now.toISOString();
  return context.store.insert(kind, newId(), { createdDateTime: at, modifiedDateTime: at, ...body });
}

function change(context: Context, kind: string, body: Json): void {
  const location = known(context);
  if (location.kind !== kind) throw plainBadRequest(`1040: The named location is of type '${location.kind}'.`);
  context.store.replace(location, { ...location.body, ...body, modifiedDateTime: context.now.toISOString() });
}

const untyped = () => plainBadRequest(`1040: "@odata.type" must say which type of named location it is.`);

const writes = { permissions: policyWrite, basis: "example" } as const;

export const namedLocationRoutes: Route[] = [
  route({
    method: "GET",
    path: all,
    permissions: policyRead,
    basis: "example",
    source: "REF conditionalaccessroot-list-namedlocations",
    answers: type,
    query,
    answer: (context) => listAnswer(context, { kinds }),
  }),
  route({
    method: "GET",
    path: one,
    permissions: policyRead,
    basis: "example",
    source: "REF ipnamedlocation-get, countrynamedlocation-get",
    answers: type,
    query: oneObject,
    answer: (context) => objectAnswer(context, known(context)),
  }),
  ...[
    route({
      ...writes,
      method: "POST",
      path: all,
      when: says(ipNamedLocation.kind),
      source: "REF conditionalaccessroot-post-namedlocations",
      body: ipLocationToCreate,
      answers: type,
      answer: (context) => objectAnswer(context, make(context, ipNamedLocation.kind, context.body), 201),
    }),
    route({
      ...writes,
      method: "POST",
      path: all,
      when: says(countryNamedLocation.kind),
      source: "REF conditionalaccessroot-post-namedlocations",
      body: countryLocationToCreate,
      answers: type,
      answer: (context) => objectAnswer(context, make(context, countryNamedLocation.kind, context.body), 201),
    }),
    route({
      ...writes,
      method: "PATCH",
      path: one,
      basis: "prose",
      when: says(ipNamedLocation.kind),
      source: "REF ipnamedlocation-update",
      body: ipLocationToChange,
      answer(context) {
        change(context, ipNamedLocation.kind, context.body);
        return { status: 204 };
      },
    }),
    route({
      ...writes,
      method: "PATCH",
      path: one,
      basis: "prose",
      when: says(countryNamedLocation.kind),
      source: "REF countrynamedlocation-update",
      body: countryLocationToChange,
      answer(context) {
        change(context, countryNamedLocation.kind, context.body);
        return { status: 204 };
      },
    }),
    ...(["POST", "PATCH"] as const).map((method) =>
      route({
        ...writes,
        method,
        path: method === "POST" ? all : one,
        basis: "prose",
        source: "REF ipnamedlocation-update: the type must be said",
        body: locationWithoutType,
        answer: () => {
          throw untyped();
        },
      }),
    ),
  ],
  route({
    ...writes,
    method: "DELETE",
    path: one,
    source: "REF namedlocation-delete",
    differs: ["The refusals of a trusted location and of one in use are worded after what others report."],
    answer(context) {
      const location = known(context);
      checkLocationCanGo(context.store, location);
      moveToBin(context, location);
      return { status: 204 };
    },
  }),
];

/** The bin of Conditional Access is its own: /directory/deletedItems knows nothing of it. */
function binRoutes(name: string, entity: Entity, kept: readonly string[], answers: string): Route[] {
  const bin = `/identity/conditionalAccess/deletedItems/${name}`;
  const shared = {
    basis: "prose",
    source: "CSDL caPoliciesDeletableRoot; REF conditionalaccessroot deletedItems",
  } as const;
  const item = (context: Context) => found(context, true, kept, "item");
  return [
    route({
      ...shared,
      method: "GET",
      path: bin,
      permissions: policyRead,
      answers,
      query: { ...collectionOf(entity), type: answers },
      answer: (context) => listAnswer(context, { kinds: kept, deleted: true }),
    }),
    route({
      ...shared,
      method: "GET",
      path: `${bin}/{item}`,
      permissions: policyRead,
      answers,
      query: oneObject,
      answer: (context) => objectAnswer(context, item(context)),
    }),
    route({
      ...shared,
      method: "POST",
      path: `${bin}/{item}/restore`,
      permissions: policyWrite,
      answers,
      differs: ["What a restored policy refers to is not looked up again."],
      answer: (context) => objectAnswer(context, context.store.setDeleted(item(context), null)),
    }),
    route({
      ...shared,
      method: "DELETE",
      path: `${bin}/{item}`,
      permissions: policyWrite,
      answer(context) {
        purge(context, item(context));
        return { status: 204 };
      },
    }),
  ];
}

export const deletedConditionalAccessRoutes: Route[] = [
  ...binRoutes("policies", conditionalAccessPolicy, [conditionalAccessPolicy.kind], conditionalAccessPolicy.kind),
  ...binRoutes("namedLocations", ipNamedLocation, kinds, type),
];
