import { aStack, type Stack } from "./stack";
import { installThings, things } from "./trivial";

/** The harness on a resource that needs no tenant: what the other tests here believe about the CLI is true. */
describe("the real CLI", () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await aStack(things({ name: "one", colour: "red", place: "here", list: ["a"] }));
    installThings(stack);
  });

  afterEach(() => {
    delete stack.environment["DRIFT"];
    delete stack.environment["STALL"];
  });

  it("creates what the program declares", async () => {
    expect(await stack.up()).toMatchObject({ exitCode: 0, ops: { "Thing one": "create" }, errors: [], warnings: [] });
    expect(await stack.resources()).toMatchObject([{ id: "thing-1", inputs: { colour: "red" } }]);
  });

  it("finds nothing to do the second time", async () => {
    expect(await stack.preview("--expect-no-changes")).toMatchObject({ exitCode: 0, ops: {}, drift: {} });
  });

  it("tells changes property by property", async () => {
    stack.edit(things({ name: "one", colour: "blue", place: "here", list: ["a", "b"] }));

    expect(await stack.up()).toMatchObject({
      ops: { "Thing one": "update" },
      changes: { "Thing one": { colour: "update", "list[1]": "add" } },
    });
  });

  it("tells a replacement, and in which order it happened", async () => {
    stack.edit(things({ name: "one", colour: "blue", place: "there", list: ["a", "b"] }));

    expect(await stack.up()).toMatchObject({
      ops: { "Thing one": "replace" },
      steps: ["delete-replaced Thing one", "replace Thing one", "create-replacement Thing one"],
    });
  });

  it("tells what a refresh found, and puts it right", async () => {
    stack.environment["DRIFT"] = "green";

    expect(await stack.up("--refresh")).toMatchObject({
      drift: { "Thing one": { colour: "update" } },
      ops: { "Thing one": "update" },
      changes: { "Thing one": { colour: "update" } },
    });
  });

  it("tells which input was refused", async () => {
    stack.edit(things({ name: "one", colour: "none", place: "there" }));

    const refused = await stack.preview();

    expect(refused.exitCode).not.toBe(0);
    expect(refused.errors).toEqual([expect.stringMatching(/^Thing one: .*property colour.*is no colour$/s)]);
  });

  it("goes on after the CLI was killed in the middle of a create", async () => {
    stack.environment["STALL"] = "yes";
    stack.edit(things({ name: "one", colour: "blue", place: "there", list: ["a", "b"] }, { name: "two" }));
    const begun = stack.begin("up", "--yes", "--skip-preview");
    await begun.says("stalled");
    begun.kill("SIGKILL");
    expect(await begun.outcome).toMatchObject({ exitCode: 137, steps: ["create Thing two"] });
    await stack.cancel();
    delete stack.environment["STALL"];

    expect(await stack.refresh("--clear-pending-creates")).toMatchObject({ exitCode: 0 });
    expect(await stack.up()).toMatchObject({ exitCode: 0, ops: { "Thing two": "create" } });
  });

  it("tells what is gone", async () => {
    stack.environment["DRIFT"] = "gone";

    expect(await stack.refresh()).toMatchObject({ drift: { "Thing one": "gone", "Thing two": "gone" } });
    expect(await stack.resources()).toEqual([]);
  });

  it("destroys", async () => {
    await stack.up();

    expect(await stack.destroy()).toMatchObject({ exitCode: 0, ops: { "Thing one": "delete", "Thing two": "delete" } });
  });
});
