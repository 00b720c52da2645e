/** The list of rules that `npm run mutants` takes away. Whether a test notices, only that command can say. */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { mutants } from "../../tools/mutants/mutants.mjs";

const root = path.join(__dirname, "../..");
const source = new Map<string, string>();
const sourceOf = (file: string): string => {
  const text = source.get(file) ?? readFileSync(path.join(root, file), "utf8");
  source.set(file, text);
  return text;
};
/** As jest sees them. */
const tests = globSync("test/**/*.test.ts", { cwd: root }).map((file) => path.join(root, file));

const ofEmulator = mutants.filter(({ file }) => file.startsWith("emulator/"));
const ofProduct = mutants.filter(({ file }) => !file.startsWith("emulator/"));

test("at least 257 rules of the emulated tenant are taken away, one at a time", () => {
  expect(ofEmulator.length).toBeGreaterThanOrEqual(257);
});

test("at least 120 rules of the product are taken away, one at a time, in every part of it", () => {
  expect(ofProduct.length).toBeGreaterThanOrEqual(120);
  const files = globSync(["provider/*/", "components/", "cli/"], { cwd: root }).map((folder) =>
    folder.replaceAll("\\", "/"),
  );
  const untouched = files.filter(
    (folder) => !ofProduct.some(({ file }) => file.startsWith(`${folder.replace(/\/$/, "")}/`)),
  );
  expect(untouched).toEqual([]);
});

test("of twenty mutants of the product one may survive at most, and says why no test notices it", () => {
  const equal = ofProduct.filter(({ survives }) => survives !== undefined);
  expect(equal.length).toBeLessThanOrEqual(ofProduct.length / 20);
  expect(equal.filter(({ survives = "" }) => survives.length < 20).map(({ rule }) => rule)).toEqual([]);
  expect(ofEmulator.filter(({ survives }) => survives !== undefined).map(({ rule }) => rule)).toEqual([]);
});

test("every mutant still finds its rule in its file, exactly once", () => {
  const lost = mutants.filter(({ file, find }) => sourceOf(file).split(find).length !== 2);
  expect(lost.map(({ rule, file, find }) => ({ rule, file, find }))).toEqual([]);
});

test("every mutant changes a source of the product or of the emulated tenant", () => {
  const sources = /^(?:emulator|provider|components|cli)\/.+\.ts$/;
  const idle = mutants.filter(({ file, find, replace }) => find === replace || !sources.test(file));
  expect(idle.map(({ rule }) => rule)).toEqual([]);
});

test("every mutant names tests that there are", () => {
  const patterns = mutants.flatMap(({ rule, tests: named }) => named.map((pattern) => ({ rule, pattern })));
  const missing = patterns.filter(({ pattern }) => !tests.some((file) => new RegExp(pattern, "i").test(file)));
  expect(missing).toEqual([]);
  expect(mutants.filter(({ tests: named }) => named.length === 0)).toEqual([]);
});

test("no rule is in the list twice", () => {
  const rules = mutants.map(({ rule }) => rule.toLowerCase());
  expect(rules.filter((rule, at) => rules.indexOf(rule) !== at)).toEqual([]);
});
