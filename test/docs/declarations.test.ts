import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { declarations } from "../../tools/docs/declarations.mjs";

const documented = `/**
 * Thing. How it is made inside concerns nobody else.
 *
 * Graph: /things (v1.0)
 */
/** What a thing is declared with. */
export interface ThingArgs {
  /** Name people see, 1 to 256 characters. Changed in place. */
  displayName: pulumi.Input<string>;
  /** Whether it is on. @default true. A change replaces. */
  enabled?: pulumi.Input<boolean>;
  /** Where it applies. */
  readonly where: pulumi.Input<{
    /** Levels of risk. @default none */
    readonly levels?: pulumi.Input<pulumi.Input<"low" | "high">[]>;
  }>;
  /** By name. */
  parts?: Readonly<Record<string, ThingPart>>;
}

/** A part of a thing. */
export interface ThingPart {
  /** How many. */
  readonly count: pulumi.Input<number>;
}

/**
 * The first sentence. The second one,
 * which goes on here.
 *
 * - **Id:** the object id.
 * - **Deleted:** softly,
 *   for 30 days.
 *
 * @see https://learn.microsoft.com/thing
 * @throws REFUSED when Graph
 *   refuses it
 * @throws others, as every resource
 * @example
 * \`\`\`ts
 * new Thing("a");
 * \`\`\`
 */
export class Thing extends EntraResource {
  declare readonly displayName: pulumi.Output<string>;
  /** What Graph made of it. */
  declare readonly computed: pulumi.Output<string[]>;
}
`;

const undocumented = `/**
 * Bag of things: holds several. It is a component.
 *
 * Docs:    https://learn.microsoft.com/bag
 * Deleted: for good,
 *          with everything in it.
 *
 * What follows belongs to no label.
 */
export interface BagArgs {}
export class Bag extends pulumi.ComponentResource {}
`;

describe("what the reference is made of", () => {
  const root = mkdtempSync(path.join(tmpdir(), "declarations-"));
  beforeAll(() => {
    mkdirSync(path.join(root, "provider"));
    writeFileSync(path.join(root, "provider/thing.ts"), documented);
    writeFileSync(path.join(root, "provider/bag.ts"), undocumented);
    writeFileSync(path.join(root, "provider/bare.ts"), "export class Bare extends EntraResource {}\n");
    index("thing", "Thing, type ThingArgs, type ThingPart");
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const index = (file: string, names: string) =>
    writeFileSync(path.join(root, "index.ts"), `export { ${names} } from "./provider/${file}";\n`);

  it("is the docstring of each class: sentences, facts, errors, example", () => {
    index("thing", "Thing, type ThingArgs, type ThingPart");
    expect(declarations(root)).toEqual([
      expect.objectContaining({
        name: "Thing",
        file: "provider/thing.ts",
        isComponent: false,
        summary: "The first sentence.",
        text: "The first sentence. The second one, which goes on here.",
        facts: {
          Graph: "/things (v1.0)",
          Docs: "https://learn.microsoft.com/thing",
          Id: "the object id.",
          Deleted: "softly, for 30 days.",
        },
        errors: ["REFUSED when Graph refuses it", "others, as every resource"],
        example: '```ts\nnew Thing("a");\n```',
      }),
    ]);
  });

  it("is the docstring of each argument and output, with types as a person writes them", () => {
    index("thing", "Thing, type ThingArgs, type ThingPart");
    const [thing] = declarations(root);
    expect(thing?.inputs).toEqual([
      {
        name: "displayName",
        type: "string",
        optional: false,
        text: "Name people see, 1 to 256 characters. Changed in place.",
      },
      {
        name: "enabled",
        type: "boolean",
        optional: true,
        text: "Whether it is on. Default: `true`. A change replaces.",
      },
      { name: "where", type: "object", optional: false, text: "Where it applies." },
      { name: "where.levels", type: '("low" | "high")[]', optional: true, text: "Levels of risk. Default: none." },
      { name: "parts", type: "Record<string, ThingPart>", optional: true, text: "By name." },
    ]);
    expect(thing?.outputs).toEqual([
      { name: "displayName", type: "string", optional: false, text: "" },
      { name: "computed", type: "string[]", optional: false, text: "What Graph made of it." },
    ]);
    expect(thing?.types).toEqual([
      {
        name: "ThingPart",
        text: "A part of a thing.",
        members: [{ name: "count", type: "number", optional: false, text: "How many." }],
      },
    ]);
  });

  it("is the header of the file where a class has no docstring", () => {
    index("bag", "Bag, type BagArgs");
    expect(declarations(root)).toEqual([
      expect.objectContaining({
        isComponent: true,
        summary: "Holds several.",
        text: "Holds several. It is a component.",
        facts: { Docs: "https://learn.microsoft.com/bag", Deleted: "for good, with everything in it." },
      }),
    ]);
  });

  it("is refused where there is neither, with the file to write it in", () => {
    index("bare", "Bare");
    expect(() => declarations(root)).toThrow("provider/bare.ts: Bare has no docstring, and the file has no header");
  });
});
