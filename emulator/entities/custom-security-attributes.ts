/** attributeSet and customSecurityAttributeDefinition: what custom security attributes are made of. */
import { z } from "zod";
import type { BodyRule } from "../body";
import type { Json, StoredObject } from "../state/store";
import type { Entity } from "./entity";

/** A value that may be assigned where only predefined ones can. */
export interface AllowedValue {
  /** The value itself. Letter case matters. */
  readonly id: string;
  readonly isActive: boolean;
}

export const attributeSet: Entity = {
  kind: "attributeSet",
  set: "directory/attributeSets",
  indexed: [],
  queryable: { id: { filter: ["eq", "in"] } },
  shows: ({ id, body }) => ({
    id,
    description: body["description"] ?? null,
    maxAttributesPerSet: body["maxAttributesPerSet"] ?? null,
  }),
};

export const customSecurityAttributeDefinition: Entity = {
  kind: "customSecurityAttributeDefinition",
  set: "directory/customSecurityAttributeDefinitions",
  indexed: ["attributeSet"],
  queryable: {
    id: { filter: ["eq"] },
    attributeSet: { filter: ["eq"] },
    name: { filter: ["eq"] },
    status: { filter: ["eq"] },
    type: { filter: ["eq"] },
  },
  // The allowed values are a relation with addresses of their own.
  shows: ({ id, body: { allowedValues: _allowedValues, ...shown } }) => ({ id, ...shown }),
};

export const allowedValuesOf = ({ body }: StoredObject): readonly AllowedValue[] =>
  (body["allowedValues"] ?? []) as readonly AllowedValue[];

/** Sets and attributes: 1 to 32 characters, neither white space nor punctuation, no digit first. */
const name = z
  .string()
  .regex(/^[^\d\s`~!@#$%^&*()_\-+={[}\]|\\:;"'<,>.?/][^\s`~!@#$%^&*()_\-+={[}\]|\\:;"'<,>.?/]{0,31}$/u);
const description = z.string().max(128).nullable();
const maxAttributesPerSet = z.int().min(1).max(500).nullable();

/** A string that can be assigned. */
export const longestValue = 64;

const allowedValue = z.looseObject({ id: z.string().min(1).max(longestValue), isActive: z.boolean().default(true) });

export const attributeSetToCreate = {
  resource: "AttributeSet",
  type: "attributeSet",
  schema: z.looseObject({
    id: name,
    description: description.default(null),
    maxAttributesPerSet: maxAttributesPerSet.default(null),
  }),
} satisfies BodyRule;

export const attributeSetToChange = {
  resource: "AttributeSet",
  type: "attributeSet",
  readOnly: ["id"],
  schema: z.looseObject({ description, maxAttributesPerSet }).partial(),
} satisfies BodyRule;

const status = z.enum(["Available", "Deprecated"]);
const resource = "CustomSecurityAttributeDefinition";

// allowedValues is a relation by metadata, and the documentation creates definitions together with it.
export const definitionToCreate = {
  resource,
  readOnly: ["id"],
  schema: z.strictObject({
    attributeSet: z.string(),
    name,
    description: description.default(null),
    type: z.enum(["Boolean", "Integer", "String"]),
    status,
    isCollection: z.boolean(),
    isSearchable: z.boolean(),
    usePreDefinedValuesOnly: z.boolean(),
    allowedValues: z.array(allowedValue).max(100).default([]),
  }),
} satisfies BodyRule;

export const definitionToChange = {
  resource,
  readOnly: ["id", "attributeSet", "name", "type", "isCollection", "isSearchable", "allowedValues"],
  schema: z
    .strictObject({
      description,
      status,
      usePreDefinedValuesOnly: z.boolean(),
      "allowedValues@delta": z.array(allowedValue),
    })
    .partial(),
} satisfies BodyRule;

export const allowedValueToCreate = {
  resource: "AllowedValue",
  type: "allowedValue",
  schema: allowedValue,
} satisfies BodyRule;
export const allowedValueToChange = {
  resource: "AllowedValue",
  type: "allowedValue",
  readOnly: ["id"],
  schema: z.looseObject({ isActive: z.boolean() }),
} satisfies BodyRule;

/** What an object has been given, by set and attribute: as it reads. */
export type AssignedAttributes = Readonly<Record<string, Json>>;
