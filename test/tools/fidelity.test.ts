/** FIDELITY.md, which `npm run fidelity` prints from the routes of the emulated tenant. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { areas } from "../../emulator/routes";
import { profileChoices } from "../../emulator/switches/profiles";
import { document } from "../../tools/fidelity/document.mjs";
import witnesses from "../../tools/fidelity/witnesses.json";

const printed = readFileSync(path.join(__dirname, "../../FIDELITY.md"), "utf8");

/** The operations that the rows of a page stand for. */
function operationsOn(page: string): string[] {
  return [...page.matchAll(/^\| (`[A-Z]+ \/.*?) \| /gm)].flatMap(([, cell = ""]) => {
    const [first = "", ...ends] = [...cell.matchAll(/`(.+?)`/g)].map(([, text = ""]) => text);
    return [first, ...ends.map((end) => first + end)];
  });
}

test("FIDELITY.md is what its sources say", () => {
  expect(printed).toBe(document(areas, witnesses, profileChoices));
});

test("FIDELITY.md has every operation, in a row of its own or in that of another", () => {
  const operations = areas.flatMap(({ routes }) => routes.map((route) => `${route.method} ${route.path}`));
  expect(new Set(operationsOn(printed))).toEqual(new Set(operations));
});

describe("a row", () => {
  const list = {
    method: "GET",
    path: "/groups/{id}/owners",
    basis: "example",
    source: "REF group-list-owners",
  } as const;
  const at = (end: string) => `${list.path}${end}`;
  const seenBy = (title: string) => ({ file: "owners.test.ts", title });

  const rowsOf = (...routes: Parameters<typeof document>[0][number]["routes"]) => {
    const seen = {
      "GET /groups/{id}/owners": seenBy("owners are listed"),
      "GET /groups/{id}/owners/$count": seenBy("GET /groups/{id}/owners/$count says what the list says"),
      "GET /groups/{id}/owners/$ref": seenBy("GET /groups/{id}/owners/$ref says what the list says"),
    };
    const page = document([{ title: "Groups", routes }], seen, {});
    return page.slice(page.indexOf("## Groups")).split("\n").slice(4);
  };

  it("stands for counts, references and casts that hold to the same", () => {
    const ends = ["/$count", "/$ref", "/microsoft.graph.user", "/microsoft.graph.user/$count"];
    expect(rowsOf(list, ...ends.map((end) => ({ ...list, path: at(end) })))).toEqual([
      "| `GET /groups/{id}/owners`, `/$count`, `/$ref`, `/microsoft.graph.user`, `/microsoft.graph.user/$count` | v1.0, beta | example | REF group-list-owners " +
        "| owners.test.ts: owners are listed (1); owners.test.ts: … says what the list says (2); " +
        "**none** for `GET /groups/{id}/owners/microsoft.graph.user` (1); **none** for `GET /groups/{id}/owners/microsoft.graph.user/$count` (1) |",
      "",
    ]);
  });

  it.each([
    ["another basis", { basis: "inferred" }],
    ["another source", { source: "CSDL: group/owners" }],
    ["other versions", { versions: ["beta"] }],
    ["another method", { method: "POST" }],
  ] as const)("is left to a variant with %s", (_, difference) => {
    expect(rowsOf(list, { ...list, path: at("/$ref"), ...difference })).toHaveLength(3);
  });

  it("says what the source of a variant adds", () => {
    const count = { ...list, path: at("/$count"), source: `${list.source}; aad-advanced-queries` };
    const [row] = rowsOf(list, count);
    expect(row).toContain("| REF group-list-owners; `/$count`: aad-advanced-queries |");
  });

  it("says a known difference once for itself and its variants, and by name for a variant alone", () => {
    const both = { ...list, differs: ["Guests are left out."] };
    const variant = { ...both, path: at("/$ref"), differs: ["Guests are left out.", "Its order is another one."] };
    expect(rowsOf(both, variant).slice(1)).toEqual([
      "",
      "Known differences:",
      "",
      "- `GET /groups/{id}/owners`: Guests are left out.",
      "- `GET /groups/{id}/owners/$ref`: Its order is another one.",
      "",
    ]);
  });

  it("of an operation alone names its witness with the whole title", () => {
    const [row] = rowsOf({ ...list, path: at("/$count") });
    expect(row).toContain("| owners.test.ts: GET /groups/\\{id}/owners/$count says what the list says |");
  });
});
