import { kinds } from "../../provider/kinds";
import { compile, errorCodes, hover, publicDeclarations } from "./public-declarations";

const declared = publicDeclarations();
const classes = declared.filter(({ kind }) => kind === "class");
const programOf = (example: string): string => /^```ts\n([^]*)\n```$/.exec(example.trim())?.[1] ?? "";

/** Names of those for which it does not hold. */
const except = (all: typeof declared, holds: (one: (typeof declared)[number]) => boolean): string[] =>
  all.filter((one) => !holds(one)).map(({ name }) => name);

describe("the docstrings of what a program imports", () => {
  it("stand on every class, component and interface, and on each of their members", () => {
    expect(declared.length).toBeGreaterThan(50);
    expect(except(declared, ({ text }) => text.trim() !== "")).toEqual([]);
  });

  it("begin with a sentence that says what a class is, short enough for a table", () => {
    expect(except(classes, ({ text }) => /^[A-Z][^.\n]{20,139}\.(\n|$)/.test(text))).toEqual([]);
  });

  it("name the page of Microsoft Graph, what replaces a resource and what deletes it", () => {
    expect(
      except(classes, ({ text, tags }) => {
        const page = tags("see").join().startsWith("https://learn.microsoft.com/graph/");
        return page && text.includes("- **Replaced:** ") && text.includes("- **Deleted:** ");
      }),
    ).toEqual([]);
  });

  it("name errors by their codes", () => {
    const codes = errorCodes();
    expect(codes).toContain("OWNERSHIP_UNCLEAR");
    const unknown = classes.flatMap(({ name, tags }) => {
      const named = tags("throws").flatMap((text) => /^[A-Z_]+(?= )/.exec(text) ?? []);
      return named.length === 0 ? [`${name} names none`] : named.filter((code) => !codes.includes(code));
    });
    expect(unknown).toEqual([]);
  });

  it("say of each argument what a change costs, as the life cycle has it", () => {
    const wrong = kinds.flatMap(({ kind, replacedBy, properties, instructions = {} }) =>
      Object.keys(properties)
        .filter((key) => {
          const argument = declared.find(({ name }) => name === `${kind}Args.${key}`);
          const text = [argument?.text, ...(argument?.tags("default") ?? [])].join(" ");
          const isInstruction = (instructions as Readonly<Record<string, string>>)[key] === "once";
          const inPlace = isInstruction ? "No difference to an object that exists." : "Changed in place.";
          const costs = (replacedBy as readonly string[]).includes(key) ? "A change replaces." : inPlace;
          return !text.endsWith(costs);
        })
        .map((key) => `${kind}Args.${key}`),
    );
    expect(wrong).toEqual([]);
  });

  it("say of each property that replaces a resource that it does", () => {
    const wrong = kinds.flatMap(({ kind, replacedBy }) => {
      const text = declared.find(({ name }) => name === kind)?.text ?? "";
      const [, replaced = ""] = /- \*\*Replaced:\*\* (.*)/.exec(text) ?? [];
      const named = [...replaced.matchAll(/`(\w+)`/g)].map(([, property]) => property);
      return named.join() === replacedBy.join() ? [] : [`${kind}: ${replaced}`];
    });
    expect(wrong).toEqual([]);
  });

  it("say what holds where an argument is not declared", () => {
    // A condition that is not declared is no condition.
    const left = declared.filter(({ optional, name }) => optional && !name.startsWith("ConditionsArgs."));
    expect(left.length).toBeGreaterThan(15);
    expect(
      except(left, ({ text, tags }) => tags("default").length === 1 || /Not managed when not declared/.test(text)),
    ).toEqual([]);
  });

  it("have one example for each class, a program that uses it and compiles", () => {
    const examples = Object.fromEntries(classes.map(({ name, tags }) => [name, tags("example").map(programOf).join()]));
    expect(
      Object.keys(examples).filter((name) => !new RegExp(`new (\\w+\\.)?${name}\\(`).test(examples[name] ?? "")),
    ).toEqual([]);
    expect(compile(examples)).toEqual([]);
  });

  it("are what an editor shows over `new` of each class", () => {
    expect(except(classes, ({ name, text }) => hover(name) === text)).toEqual([]);
  });
});

describe("the check of examples", () => {
  it("reports what does not compile, by the name of the class", () => {
    const wrong = `import { AgentIdentity } from "pulumi-entra-agent-id";\nnew AgentIdentity("a", { displayName: 1 });`;
    expect(compile({ AgentIdentity: wrong })).toEqual([
      expect.stringMatching(/^AgentIdentity\.docstring-example: Type 'number'/),
    ]);
  });
});
