/** /directory/attributeSets and /directory/customSecurityAttributeDefinitions. Neither can be deleted. */
import {
  allowedValuesOf,
  allowedValueToChange,
  allowedValueToCreate,
  attributeSet,
  attributeSetToChange,
  attributeSetToCreate,
  customSecurityAttributeDefinition,
  definitionToChange,
  definitionToCreate,
} from "../entities/custom-security-attributes";
import { listAnswer, objectAnswer } from "../odata/collection";
import { collectionOf, oneObject } from "../odata/query-rule";
import { conflict, notFound } from "../refusal";
import { type Context, keyOf, type Route, route } from "../route";
import {
  changedDefinition,
  checkDefinitionRoom,
  checkSetRoom,
  newDefinition,
  withAllowedValues,
} from "../rules/attribute-definitions";
import { checkDefines } from "../rules/custom-security-attributes";
import type { StoredObject } from "../state/store";

const sets = "/directory/attributeSets";
const definitions = "/directory/customSecurityAttributeDefinitions";
const oneDefinition = `${definitions}/{definition}`;
const values = `${oneDefinition}/allowedValues`;

const read = ["CustomSecAttributeDefinition.Read.All", "CustomSecAttributeDefinition.ReadWrite.All"];
const write = ["CustomSecAttributeDefinition.ReadWrite.All"];

function known(context: Context, kind: string, key: string): StoredObject {
  const id = keyOf(context, key);
  const found = context.store.get(id);
  if (found?.kind === kind) return found;
  throw notFound(id);
}

const knownSet = (context: Context) => known(context, attributeSet.kind, "set");
const knownDefinition = (context: Context) => known(context, customSecurityAttributeDefinition.kind, "definition");

/** Reading is for whoever may define: a person needs the role as well. */
const reading = (answer: (context: Context) => ReturnType<Route["answer"]>) => (context: Context) => {
  checkDefines(context, "read");
  return answer(context);
};

const setRoutes: Route[] = [
  route({
    method: "GET",
    path: sets,
    permissions: read,
    basis: "prose",
    source: "REF directory-list-attributesets",
    answers: attributeSet.kind,
    query: collectionOf(attributeSet),
    answer: reading((context) => listAnswer(context, { kinds: [attributeSet.kind] })),
  }),
  route({
    method: "POST",
    path: sets,
    permissions: write,
    basis: "prose",
    source: "REF directory-post-attributesets; ENT custom-security-attributes-overview for names and limits",
    body: attributeSetToCreate,
    answers: attributeSet.kind,
    answer(context) {
      checkDefines(context, "write");
      checkSetRoom(context.store);
      const { id, ...rest } = context.body;
      if (context.store.primary.get(id, "either"))
        throw conflict(`An attribute set with the id '${id}' exists already.`);
      return objectAnswer(context, context.store.insert(attributeSet.kind, id, rest), 201);
    },
  }),
  route({
    method: "GET",
    path: `${sets}/{set}`,
    permissions: read,
    basis: "prose",
    source: "REF attributeset-get",
    answers: attributeSet.kind,
    query: oneObject,
    answer: reading((context) => objectAnswer(context, knownSet(context))),
  }),
  route({
    method: "PATCH",
    path: `${sets}/{set}`,
    permissions: write,
    basis: "prose",
    source: "REF attributeset-update",
    body: attributeSetToChange,
    answer(context) {
      checkDefines(context, "write");
      const set = knownSet(context);
      context.store.replace(set, { ...set.body, ...context.body });
      return { status: 204 };
    },
  }),
];

const definitionRoutes: Route[] = [
  route({
    method: "GET",
    path: definitions,
    permissions: read,
    basis: "prose",
    source: "REF directory-list-customsecurityattributedefinitions",
    answers: customSecurityAttributeDefinition.kind,
    query: collectionOf(customSecurityAttributeDefinition),
    answer: reading((context) => listAnswer(context, { kinds: [customSecurityAttributeDefinition.kind] })),
  }),
  route({
    method: "POST",
    path: definitions,
    permissions: write,
    basis: "example",
    source: "REF directory-post-customsecurityattributedefinitions",
    body: definitionToCreate,
    answers: customSecurityAttributeDefinition.kind,
    answer(context) {
      checkDefines(context, "write");
      const { id, body } = newDefinition(context.store, context.body);
      checkDefinitionRoom(context.store, body);
      if (context.store.primary.get(id, "either"))
        throw conflict(`A custom security attribute with the id '${id}' exists already.`);
      return objectAnswer(context, context.store.insert(customSecurityAttributeDefinition.kind, id, body), 201);
    },
  }),
  route({
    method: "GET",
    path: oneDefinition,
    permissions: read,
    basis: "prose",
    source: "REF customsecurityattributedefinition-get",
    answers: customSecurityAttributeDefinition.kind,
    query: oneObject,
    answer: reading((context) => objectAnswer(context, knownDefinition(context))),
  }),
  route({
    method: "PATCH",
    path: oneDefinition,
    permissions: write,
    basis: "prose",
    source: "REF customsecurityattributedefinition-update",
    body: definitionToChange,
    answer(context) {
      checkDefines(context, "write");
      const definition = knownDefinition(context);
      const after = changedDefinition(definition, context.body, context.headers);
      if (definition.body["status"] !== "Available") checkDefinitionRoom(context.store, after);
      context.store.replace(definition, after);
      return { status: 204 };
    },
  }),
];

const valueRoutes: Route[] = [
  route({
    method: "GET",
    path: values,
    permissions: read,
    basis: "prose",
    source: "REF customsecurityattributedefinition-list-allowedvalues",
    differs: ["$filter and $select are not served."],
    answers: "allowedValue",
    answer: reading((context) => ({
      status: 200,
      body: { "@odata.context": contextOf(context), value: allowedValuesOf(knownDefinition(context)) },
    })),
  }),
  route({
    method: "POST",
    path: values,
    permissions: write,
    basis: "prose",
    source: "REF customsecurityattributedefinition-post-allowedvalues",
    body: allowedValueToCreate,
    answers: "allowedValue",
    answer(context) {
      checkDefines(context, "write");
      const definition = knownDefinition(context);
      const { id, isActive } = context.body;
      if (allowedValuesOf(definition).some((value) => value.id === id))
        throw conflict(`A predefined value '${id}' exists already.`);
      context.store.replace(definition, withAllowedValues(definition, [{ id, isActive }]));
      return { status: 201, body: { "@odata.context": `${contextOf(context)}/$entity`, id, isActive } };
    },
  }),
  route({
    method: "GET",
    path: `${values}/{value}`,
    permissions: read,
    basis: "prose",
    source: "REF allowedvalue-get",
    answers: "allowedValue",
    answer: reading((context) => ({
      status: 200,
      body: { "@odata.context": `${contextOf(context)}/$entity`, ...knownValue(context) },
    })),
  }),
  route({
    method: "PATCH",
    path: `${values}/{value}`,
    permissions: write,
    basis: "prose",
    source: "REF allowedvalue-update",
    body: allowedValueToChange,
    answer(context) {
      checkDefines(context, "write");
      const { id } = knownValue(context);
      const definition = knownDefinition(context);
      context.store.replace(definition, withAllowedValues(definition, [{ id, isActive: context.body.isActive }]));
      return { status: 204 };
    },
  }),
];

const contextOf = (context: Context) =>
  `${context.base}/$metadata#directory/customSecurityAttributeDefinitions('${keyOf(context, "definition")}')/allowedValues`;

function knownValue(context: Context) {
  const id = keyOf(context, "value");
  const found = allowedValuesOf(knownDefinition(context)).find((value) => value.id === id);
  if (found) return found;
  throw notFound(id);
}

export const customSecurityAttributeRoutes: Route[] = [...setRoutes, ...definitionRoutes, ...valueRoutes];
