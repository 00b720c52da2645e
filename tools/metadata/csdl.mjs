// @ts-check
/** Types of a CSDL file as rows of emulator/metadata/tables.json. */
import { readFileSync } from "node:fs";
import { XMLParser } from "fast-xml-parser";
import { z } from "zod";

/**
 * Members are written in the notation of ./generate.mjs.
 *
 * @typedef {{ base?: string, abstract?: true, open?: true, entity?: true, key?: string, members: Record<string, string> }} Type
 * @typedef {{ flags?: true, members: string[] }} Enumeration
 * @typedef {{ types: Record<string, Type>, enums: Record<string, Enumeration> }} Table
 */

const member = z.object({ Name: z.string(), Type: z.string(), Nullable: z.string().optional() });
const type = z.object({
  Name: z.string(),
  BaseType: z.string().optional(),
  Abstract: z.string().optional(),
  OpenType: z.string().optional(),
  Key: z.object({ PropertyRef: z.object({ Name: z.string() }) }).optional(),
  Property: z.array(member).default([]),
  NavigationProperty: z.array(member).default([]),
});
const enumeration = z.object({
  Name: z.string(),
  IsFlags: z.string().optional(),
  Member: z.array(z.object({ Name: z.string() })).default([]),
});
const schema = z.object({
  Namespace: z.string(),
  EnumType: z.array(enumeration).default([]),
  ComplexType: z.array(type).default([]),
  EntityType: z.array(type).default([]),
});
const document = z.object({
  "edmx:Edmx": z.object({ "edmx:DataServices": z.object({ Schema: z.array(schema) }) }),
});

const lists = ["Schema", "EnumType", "ComplexType", "EntityType", "Member", "Property", "NavigationProperty"];
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  isArray: (name) => lists.includes(name),
});

/** @param {string} name @returns {string} */
const shortName = (name) => name.replace(/^(microsoft\.)?graph\./, "");

/** @param {z.infer<typeof member>} member @param {string} mark @returns {[string, string]} */
function row({ Name, Type, Nullable }, mark) {
  const collection = /^Collection\((.*)\)$/.exec(Type)?.[1];
  const type = collection === undefined ? shortName(Type) : `[${shortName(collection)}]`;
  return [Name, `${mark}${type}${Nullable === "false" ? "!" : ""}`];
}

/** @param {z.infer<typeof type>} declared @param {boolean} entity @returns {Type} */
const typeRow = (declared, entity) => ({
  ...(declared.BaseType === undefined ? {} : { base: shortName(declared.BaseType) }),
  ...(declared.Abstract === "true" ? { abstract: true } : {}),
  ...(declared.OpenType === "true" ? { open: true } : {}),
  ...(entity ? { entity: true } : {}),
  ...(declared.Key === undefined ? {} : { key: declared.Key.PropertyRef.Name }),
  members: Object.fromEntries([
    ...declared.Property.map((one) => row(one, "")),
    ...declared.NavigationProperty.map((one) => row(one, ">")),
  ]),
});

/** @param {URL} file @returns {Table} */
export function tableOfCsdl(file) {
  const read = document.parse(parser.parse(readFileSync(file, "utf8")));
  /** @type {Table} */
  const made = { types: {}, enums: {} };
  for (const { Namespace, EnumType, ComplexType, EntityType } of read["edmx:Edmx"]["edmx:DataServices"].Schema) {
    /** @param {string} name */
    const full = (name) => shortName(`${Namespace}.${name}`);
    for (const { Name, IsFlags, Member } of EnumType) {
      const members = Member.map((one) => one.Name);
      made.enums[full(Name)] = IsFlags === "true" ? { flags: true, members } : { members };
    }
    for (const one of ComplexType) made.types[full(one.Name)] = typeRow(one, false);
    for (const one of EntityType) made.types[full(one.Name)] = typeRow(one, true);
  }
  return made;
}
