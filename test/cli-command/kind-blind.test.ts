/** A new kind shows up in the commands by its line in the registry: no command knows one by name. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type * as main from "../../cli/main";
import { kinds } from "../../provider/kinds";

const room = path.join(__dirname, "../../cli");
const files = readdirSync(room).filter((file) => file.endsWith(".ts"));

describe("the commands", () => {
  it.each(files)("know no kind of object by its name: %s", (file) => {
    const text = readFileSync(path.join(room, file), "utf8");
    const named = kinds.map(({ kind }) => kind).filter((kind) => new RegExp(`\\b${kind}\\b`).test(text));
    expect(named).toEqual([]);
  });

  it("run without Pulumi's SDK", () => {
    jest.isolateModules(() => {
      jest.doMock("@pulumi/pulumi", () => {
        throw new Error("Pulumi's SDK was loaded");
      });
      const { run } = jest.requireActual<typeof main>("../../cli/main");
      expect(run).toBeInstanceOf(Function);
    });
  });
});
