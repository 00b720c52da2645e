import published from "../../emulator/metadata/tables.json";
import { tables } from "../../tools/metadata/tables.mjs";

test("tables.json is what the generator makes of its sources", () => {
  expect(published).toEqual(tables());
});
