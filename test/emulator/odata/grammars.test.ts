/** The smaller grammars: $orderby, $select, $expand and $search. */
import * as fc from "fast-check";
import { type Expand, parseExpand, parseSelect, printExpand } from "../../../emulator/odata/expand";
import { type Order, parseOrder, printOrder } from "../../../emulator/odata/order";
import { matchesSearch, parseSearch, printSearch, type Search, wordsOf } from "../../../emulator/odata/search";
import { GraphRefusal } from "../../../emulator/refusal";

const name = fc.constantFrom("displayName", "owners", "members", "manager", "desc", "asc");

/** Whatever is read prints to something that reads the same; whatever is not is refused as Graph refuses. */
function readsOrRefuses<T>(parse: (text: string) => T, print: (value: T) => string, pieces: readonly string[]): void {
  const wild = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom(...pieces)).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(wild, (text) => {
      let read: T;
      try {
        read = parse(text);
      } catch (error) {
        expect(error).toBeInstanceOf(GraphRefusal);
        return;
      }
      expect(parse(print(read))).toEqual(read);
    }),
    { numRuns: 500 },
  );
}

describe("$orderby", () => {
  it("is read back as it was written", () => {
    const order = fc.record({
      by: fc.array(name, { minLength: 1, maxLength: 2 }).map((steps): Order["by"] => ({ is: "path", steps })),
      descending: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(order, { minLength: 1, maxLength: 3 }), (written) => {
        expect(parseOrder(printOrder(written))).toEqual(written);
      }),
    );
  });

  it("is refused as Graph refuses, whatever it is", () => {
    readsOrRefuses(parseOrder, printOrder, ["displayName", ",", " ", "desc", "asc", "/", "$count", "'", "("]);
  });
});

describe("$select and $expand", () => {
  it("reads properties behind casts, annotations and everything", () => {
    expect(parseSelect("id, displayName,microsoft.graph.user/mail,@odata.type,*")).toEqual([
      "id",
      "displayName",
      "mail",
      "@odata.type",
      "*",
    ]);
    for (const wrong of ["", "a,,b", "a b", "a/b", "$top", "a'"])
      expect(() => parseSelect(wrong)).toThrow(GraphRefusal);
  });

  it("reads nested options, whose values may hold every mark in quotes or parentheses", () => {
    expect(
      parseExpand("members/microsoft.graph.user($select=id,mail;$filter=mail eq 'a;b,)';$top=3;$count=true)"),
    ).toEqual([
      {
        relation: "members",
        cast: "user",
        options: { $select: ["id", "mail"], $filter: "mail eq 'a;b,)'", $top: 3, $count: true },
      },
    ]);
    expect(parseExpand("manager($levels=max;$expand=manager),owners/$ref")).toEqual([
      { relation: "manager", options: { $levels: "max", $expand: [{ relation: "manager", options: {} }] } },
      { relation: "owners", as: "$ref", options: {} },
    ]);
  });

  it("is read back as it was written", () => {
    const { expand } = fc.letrec<{ expand: Expand }>((tie) => ({
      expand: fc.record(
        {
          relation: name,
          cast: fc.constantFrom("user", "group"),
          options: fc.record(
            {
              $select: fc.array(name, { minLength: 1, maxLength: 3 }),
              $expand: fc.oneof(
                { maxDepth: 2 },
                fc.constant<Expand[]>([{ relation: "owners", options: {} }]),
                fc.array(tie("expand"), { minLength: 1, maxLength: 2 }),
              ),
              $filter: fc.constantFrom("displayName eq 'it''s; (a), \"b\"'", "tags/any(t:t eq ';')"),
              $top: fc.nat(999),
              $count: fc.boolean(),
              $levels: fc.oneof(fc.constant("max" as const), fc.integer({ min: 1, max: 9 })),
            },
            { requiredKeys: [] },
          ),
        },
        { requiredKeys: ["relation", "options"] },
      ),
    }));
    const shallow = (items: readonly Expand[], depth = 1): boolean =>
      depth < 9 && items.every(({ options: { $expand = [] } }) => shallow($expand, depth + 1));
    fc.assert(
      fc.property(fc.array(expand, { minLength: 1, maxLength: 3 }).filter(shallow), (written) => {
        const text = printExpand(written);
        fc.pre(text.length < 8_000);
        expect(parseExpand(text)).toEqual(written);
      }),
    );
  });

  it("is refused as Graph refuses, whatever it is", () => {
    const pieces = [
      "members",
      "(",
      ")",
      ";",
      ",",
      "$select=",
      "$top=",
      "1",
      "'",
      '"',
      "/",
      "$ref",
      "$expand=",
      "microsoft.graph.user",
    ];
    readsOrRefuses(parseExpand, printExpand, pieces);
    expect(() => parseExpand(`a($expand=${"a($expand=".repeat(700)}`)).toThrow(GraphRefusal);
  });
});

describe("$search", () => {
  const clause = fc.record({
    is: fc.constant("clause" as const),
    property: fc.constantFrom("displayName", "mail"),
    text: fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }).filter((text) => text.trim() !== ""),
  });
  const { search } = fc.letrec<{ search: Search }>((tie) => ({
    search: fc.oneof(
      { maxDepth: 3 },
      clause,
      fc.record({ is: fc.constantFrom("AND" as const, "OR" as const), left: tie("search"), right: tie("search") }),
    ),
  }));

  it("is read back as it was written, AND closer than OR", () => {
    fc.assert(fc.property(search, (written) => expect(parseSearch(printSearch(written))).toEqual(written)));
    expect(parseSearch('"a:1" OR "b:2" AND "c:3"')).toMatchObject({ is: "OR", right: { is: "AND" } });
  });

  it("is refused as Graph refuses, whatever it is", () => {
    readsOrRefuses(parseSearch, printSearch, ['"a:b"', '"', "a:b", " AND ", " OR ", "(", ")", "\\", "NOT ", ":"]);
  });

  it.each([
    ["hello world", ["hello", "world"]],
    ["HelloWorld", ["hello", "world"]],
    ["helloWORLD", ["hello", "world"]],
    ["HELLOworld", ["helloworld"]],
    ["HelloWORld", ["hello", "world"]],
    ["hello.world", ["hello", ".", "world"]],
    ["hello123world", ["hello", "123", "world"]],
  ])("cuts %s into words", (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it.each(["李四(David Li)", "李四", "David", "Li", "David)", "(李四", "Li 李"])(
    "finds 李四(David Li) by %s, as the documentation says",
    (text) => {
      expect(matchesSearch({ is: "clause", property: "displayName", text }, { displayName: "李四(David Li)" })).toBe(
        true,
      );
    },
  );

  it("finds other properties by their beginning", () => {
    const found = (text: string) =>
      matchesSearch({ is: "clause", property: "mail", text }, { mail: "pay.roll@contoso.com" });
    expect([found("PAY."), found("roll")]).toEqual([true, false]);
  });
});
