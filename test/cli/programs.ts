/** Programs for the tests: plain JavaScript, which starts faster than TypeScript, with one resource of each kind in it. */
import { specimenOf, specimens } from "../kinds";
import { type AnySpecimen, changedInPlace, type Content } from "../kinds/specimen";
import type { ProgramSource } from "./stack";

/** A program with the package and Pulumi's SDK at hand. */
export const program = (body: string): ProgramSource => ({
  source: `const agentid = require("pulumi-entra-agent-id");\nconst pulumi = require("@pulumi/pulumi");\n${body}`,
});

/** Kinds that tests tell stories of; the others are in `fleet` all the same. */
type Part = "blueprint" | "principal" | "agent" | "credential" | "grant" | "location" | "policy";

/** The declaration of a resource; what others refer to is a constant called by the kind's stem. */
function declared(specimen: AnySpecimen, wish: object): string {
  const { kind, stem, called } = specimen;
  const args = specimen.args(called, wish, (parent) => {
    const { stem: of } = specimenOf(parent);
    const outputs = new Proxy({}, { get: (_, output) => new Code(`${of}.${String(output)}`) });
    return { id: new Code(`${of}.id`) as unknown as string, outputs };
  });
  const isParent = specimens.some(({ parents }) => parents.includes(kind));
  return `${isParent ? `const ${stem} = ` : ""}new agentid.${kind}(${JSON.stringify(called)}, ${literal(args)});`;
}

/** What stands in a program as it is. */
class Code {
  constructor(readonly text: string) {}
}

/** As a person would write it. */
function literal(value: unknown): string {
  if (value instanceof Code) return value.text;
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{ ${members.map(([key, inner]) => `${key}: ${literal(inner)}`).join(", ")} }`;
}

const partsOf = (wish: (specimen: AnySpecimen) => object): Record<Part, string> =>
  Object.fromEntries(specimens.map((specimen) => [specimen.stem, declared(specimen, wish(specimen))])) as Record<
    Part,
    string
  >;

/** Parts of a program by the stems of their kinds; each test changes one. */
export const parts = partsOf(({ least }) => least);

/** The same objects with everything changed that is changed in place. */
export const changedParts = partsOf((specimen) => changedInPlace(specimen, specimen.least, specimen.changed));

/** One resource of each kind with the least that must be said, with some parts changed or left out. */
export const fleet = (change: Partial<Record<Part, string>> = {}, more = ""): ProgramSource =>
  program([...Object.values({ ...parts, ...change }), more].join("\n"));

/** "Kind name" of every resource of the fleet, all with the same value. */
export const everyResource = (value: string): Record<string, string> =>
  Object.fromEntries(specimens.map(({ kind, called }) => [`${kind} ${called}`, value]));

const contentOf = (kind: string): Content => {
  const { content, called, least } = specimenOf(kind);
  return content(called, least, (parent) => ({ id: "", path: "", content: contentOf(parent) }));
};

/** Kinds whose objects have a name of their own and a place for a marker. */
const named = specimens.filter(({ idOf }) => !idOf);

/** What its tenant holds then, by the stems of the kinds. */
export const fleetContents: Readonly<Record<string, readonly unknown[]>> = Object.fromEntries(
  named.map(({ kind, stem }) => [stem, [contentOf(kind)["displayName"]]]),
);

/** What a tenant holds where nobody has deployed anything, or everything is gone. */
export const noContents: Readonly<Record<string, readonly unknown[]>> = Object.fromEntries(
  named.map(({ stem }) => [stem, []]),
);
