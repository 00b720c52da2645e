import fc from "fast-check";
import { whyUnsafe } from "../../../emulator/switches/path-pattern";
import { parseFault, printFault, type Fault } from "../../../emulator/switches/faults";

/** Text of what may stand in a header, and anywhere. */
const headerText = fc.string({ unit: fc.constantFrom(...Array.from("abcXYZ019 .,;:=\"\\'/#x-")) });
const headerName = fc.stringMatching(/^[A-Za-z][\w-]{0,12}$/).filter((name) => name.toLowerCase() !== "body");
const json = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)));

const plain = fc
  .record(
    {
      status: fc.integer({ min: 200, max: 599 }).filter((status) => ![204, 205, 304].includes(status)),
      headers: fc.dictionary(headerName, headerText, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
      body: json,
    },
    { requiredKeys: ["status"] },
  )
  .map((answer) => answer as Fault["answer"]);

const answer = fc.oneof(
  plain,
  fc.constantFrom<Fault["answer"]>("reset", "stall", "truncate", "html", "claims"),
  fc.record({ stall: fc.nat() }),
  fc.record({ redirect: fc.webUrl({ withQueryParameters: true, withFragments: true }) }),
  fc.record({ redirect: fc.webUrl(), status: fc.constantFrom<301 | 302 | 307 | 308>(301, 302, 307, 308) }),
);

const path = fc.oneof(
  fc.constantFrom("/applications", "users$", "^/beta/", "/a b", 'say "x"', "before", "", "\\d+", "GET", "504"),
  fc.string().filter((source) => {
    try {
      return new RegExp(source) instanceof RegExp && whyUnsafe(source) === undefined;
    } catch {
      return false;
    }
  }),
);

const fault: fc.Arbitrary<Fault> = fc.record(
  {
    method: fc.constantFrom("GET", "POST", "PATCH", "PUT", "DELETE"),
    path,
    effect: fc.constantFrom<"before" | "after">("before", "after"),
    answer,
    nth: fc.integer({ min: 1 }),
    times: fc.integer({ min: 1 }),
  },
  { requiredKeys: ["effect", "answer"] },
);

describe("a fault in one line", () => {
  it("reads back as the same fault", () => {
    fc.assert(
      fc.property(fault, (one) => expect(parseFault(printFault(one))).toEqual(one)),
      { numRuns: 500 },
    );
  });

  it("has one form", () => {
    fc.assert(fc.property(fault, (one) => expect(printFault(parseFault(printFault(one)))).toBe(printFault(one))));
  });

  it.each<[string, Fault]>([
    [
      "POST /applications after 504 x2",
      { method: "POST", path: "/applications", effect: "after", answer: { status: 504 }, times: 2 },
    ],
    ["reset", { effect: "before", answer: "reset" }],
    ["429 Retry-After=7 #3", { effect: "before", answer: { status: 429, headers: { "Retry-After": "7" } }, nth: 3 }],
    ['GET "users$" stall 500ms', { method: "GET", path: "users$", effect: "before", answer: { stall: 500 } }],
    [
      "redirect 308 https://evil.example/",
      { effect: "before", answer: { redirect: "https://evil.example/", status: 308 } },
    ],
    [
      'after 400 body={"error":{"code":"Request_BadRequest","message":"so it is"}}',
      {
        effect: "after",
        answer: { status: 400, body: { error: { code: "Request_BadRequest", message: "so it is" } } },
      },
    ],
    ["  DELETE   after\ttruncate ", { method: "DELETE", effect: "after", answer: "truncate" }],
  ])("%s", (line, expected) => {
    expect(parseFault(line)).toEqual(expected);
    expect(parseFault(printFault(expected))).toEqual(expected);
  });

  it.each([
    ["", "the answer is missing"],
    ["GET /users", "the answer is missing"],
    ["GET /users sometimes 504", "sometimes is no answer"],
    ["GET /users after 999", "999 is no answer"],
    ["504 twice", "twice is not expected there"],
    ["504 x0", "x0 is not expected there"],
    ["504 body={", "{ is no JSON"],
    ['GET "users', "a quote is not closed"],
    ["GET /( reset", "Unterminated group"],
    ["redirect nowhere", "redirect"],
    ["204 body={}", "this status has no body"],
  ])("%s is refused: %s", (line, why) => {
    expect(() => parseFault(line)).toThrow(TypeError);
    expect(() => parseFault(line)).toThrow(why);
  });

  it("refuses any other text without choking on it", () => {
    fc.assert(
      fc.property(fc.string(), (line) => {
        try {
          expect(parseFault(printFault(parseFault(line)))).toEqual(parseFault(line));
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }),
    );
  });
});
