import { aStack, type Stack } from "./stack";
import { installThings, things } from "./trivial";

/** The harness on a resource that needs no tenant: what the other tests here believe about the CLI is true. */
describe("the real CLI", () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await aStack(things({ name: "one", colour: "red", list: ["a"] }, { name: "two", place: "here" }));
    installThings(stack);
  });

  afterEach(() => {
    delete stack.environment["DRIFT"];
    delete stack.environment["STALL"];
  });

  const changed = [
    { name: "one", colour: "blue", list: ["a", "b"] },
    { name: "two", place: "there" },
  ];

  it("creates what the program declares", async () => {
    expect(await stack.up()).toMatchObject({
      ...{ exitCode: 0, errors: [], warnings: [] },
      ops: { "Thing one": "create", "Thing two": "create" },
    });
    const [one] = stack.backend.state().filter(({ urn }) => urn.endsWith("::one"));
    expect(one).toMatchObject({ id: "thing-1", inputs: { colour: "red", list: ["a"] } });
  });

  it("finds nothing to do the second time", async () => {
    expect(await stack.preview("--expect-no-changes")).toMatchObject({ exitCode: 0, ops: {}, drift: {} });
  });

  it("shows changes property by property, and a replacement in the order in which it happened", async () => {
    stack.edit(things(...changed));

    const { ops, changes, steps } = await stack.up();

    expect(ops).toEqual({ "Thing one": "update", "Thing two": "replace" });
    expect(changes).toMatchObject({ "Thing one": { colour: "update", "list[1]": "add" } });
    expect(steps.filter((step) => step.endsWith("two"))).toEqual([
      "delete-replaced Thing two",
      "replace Thing two",
      "create-replacement Thing two",
    ]);
  });

  it("shows what a refresh found, and puts it right", async () => {
    stack.environment["DRIFT"] = "green";

    expect(await stack.up("--refresh")).toMatchObject({
      drift: { "Thing one": { colour: "update" } },
      ops: { "Thing one": "update" },
      changes: { "Thing one": { colour: "update" } },
    });
  });

  it("reports which input was refused", async () => {
    stack.edit(things({ name: "one", colour: "none" }));

    const refused = await stack.preview();

    expect(refused.exitCode).not.toBe(0);
    expect(refused.errors).toEqual([expect.stringMatching(/^Thing one: .*property colour.*is no colour$/s)]);
  });

  it("goes on after the CLI was killed in the middle of a create, and reports what is gone since", async () => {
    stack.environment["STALL"] = "yes";
    stack.edit(things(...changed, { name: "three" }));
    const begun = stack.begin("up", "--yes", "--skip-preview");
    await begun.says("stalled");
    begun.kill("SIGKILL");
    expect(await begun.outcome).toMatchObject({ exitCode: 137, steps: ["create Thing three"] });
    expect(stack.backend.pendingOperations()).toEqual(["creating Thing three"]);
    await stack.cancel();
    delete stack.environment["STALL"];

    stack.environment["DRIFT"] = "gone";
    expect(await stack.refresh("--clear-pending-creates")).toMatchObject({
      exitCode: 0,
      drift: { "Thing one": "gone", "Thing two": "gone" },
    });
    expect([stack.backend.state(), stack.backend.pendingOperations()]).toEqual([[], []]);
    delete stack.environment["DRIFT"];
    const ops = { "Thing one": "create", "Thing two": "create", "Thing three": "create" };
    expect(await stack.up()).toMatchObject({ exitCode: 0, ops });
  });

  it("destroys", async () => {
    const ops = { "Thing one": "delete", "Thing two": "delete", "Thing three": "delete" };
    expect(await stack.destroy()).toMatchObject({ exitCode: 0, ops });
  });
});
