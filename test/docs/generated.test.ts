import { kinds } from "../../provider/kinds";
import { signInWays } from "../../provider/graph/sign-in";
import { pages, referenceFolder } from "../../tools/docs/pages.mjs";
import { permissionsTable } from "../../tools/docs/tables.mjs";
import { docsPages, regionOf, root, textOf } from "./pages";

const expected = pages(root, { kinds, signInWays });

describe("what `npm run docs` writes", () => {
  it.each([...expected.keys()])("is up to date: %s", (file) => {
    expect(textOf(file)).toBe(expected.get(file));
  });

  it("has no page of a resource that is gone", () => {
    const there = docsPages.filter((file) => file.startsWith(`${referenceFolder}/`));
    expect(there).toEqual([...expected.keys()].filter((file) => file.startsWith(`${referenceFolder}/`)).sort());
  });

  it("lists every kind that can be declared, and the components", () => {
    const listed = [...regionOf("README.md", "resources").matchAll(/^\| \[`(\w+)`\]/gm)].map(([, name]) => name);
    expect(listed).toEqual([...kinds.map(({ kind }) => kind), "AgentFleet"]);
  });

  it("lists every permission that an error message may ask for, or the one to write what it reads", () => {
    const listed = [...regionOf("docs/getting-started.md", "permissions").matchAll(/^\| `([\w.]+)`/gm)].map(
      ([, name]) => name,
    );
    const needed = kinds.flatMap(({ permissions }) => Object.values<readonly string[]>({ ...permissions }).flat());
    const missing = needed.filter(
      (name) => !listed.includes(name) && !listed.includes(name.replace(".Read.All", ".ReadWrite.All")),
    );
    expect(missing).toEqual([]);
  });
});

describe("the table of permissions", () => {
  const permissions = {
    read: ["Thing.Read.All"],
    create: ["Thing.ReadWrite.All"],
    change: [],
    remove: ["Thing.Delete"],
  };
  const thing = { kind: "Thing", plural: "things", replacedBy: [], permissions };

  it("has the permission to write in place of the one to read, with all it is for", () => {
    expect(permissionsTable([thing])).toBe(
      [
        "| Application permission of Microsoft Graph | Needed to              |",
        "| ----------------------------------------- | ---------------------- |",
        "| `Thing.ReadWrite.All`                     | read and create things |",
        "| `Thing.Delete`                            | delete things          |",
      ].join("\n"),
    );
  });

  it("says of a permission that several kinds need what each needs it for, kinds with the same needs together", () => {
    const check = ["Thing.Delete"];
    const other = { ...thing, plural: "others", permissions: { ...permissions, check, read: ["Thing.Delete"] } };
    const text = permissionsTable([thing, other, { ...thing, plural: "gadgets" }]);
    expect(text).toContain("| read and create things and gadgets; create others ");
    expect(text).toContain("| delete things and gadgets; check the inputs of others; read and delete others |");
  });
});
