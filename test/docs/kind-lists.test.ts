/** Where a page lists kinds of objects in a sentence, it lists those of which the registry says the same. */
import { kinds, type Kind } from "../../provider/kinds";
import { textOf } from "./pages";

const isMadeTwice = ({ duplicateCreate }: Kind): boolean => duplicateCreate === "allowed";
const isDeletedSoftly = ({ inventory }: Kind): boolean => inventory.deleted !== undefined;
const isRestored = ({ inventory }: Kind): boolean => inventory.deleted?.keepsKey === true;

/** The kind that a page calls so: by its name, or by the last words of it where no other kind ends with them. */
function kindCalled(name: string): string {
  const isSo = (noun: string): boolean => ` ${noun.toLowerCase()}`.endsWith(` ${name.toLowerCase()}`);
  const [found, ...others] = kinds.filter(({ noun, plural }) => isSo(noun) || isSo(plural));
  if (!found || others.length > 0) throw new Error(`"${name}" is the name of ${found ? "several kinds" : "no kind"}`);
  return found.kind;
}

/** "agent identity, policy or named location" */
const kindsIn = (list: string): readonly string[] =>
  list
    .trim()
    .split(/, | or | and /)
    .map(kindCalled)
    .sort();

const kindsThat = (fits: (kind: Kind) => boolean): readonly string[] =>
  kinds
    .filter(fits)
    .map(({ kind }) => kind)
    .sort();

const howItWorks = "docs/how-it-works.md";
const recovery = "docs/recovery.md";

it.each<[string, RegExp, (kind: Kind) => boolean]>([
  [howItWorks, /Graph itself refuses a second ([^.]+) with the same key\./, (kind) => !isMadeTwice(kind)],
  [howItWorks, /It does not refuse a second ([^;]+);/, isMadeTwice],
  [howItWorks, /^\| ([^|]+) \| softly: it stays among the deleted items/m, isDeletedSoftly],
  [howItWorks, /^- A deleted ([^.]+) that you declare again is \*\*restored\*\*/m, isRestored],
  [howItWorks, /^- A deleted ([^.]+) is not restored/m, (kind) => isDeletedSoftly(kind) && !isRestored(kind)],
  [recovery, /An ([^.]+) that was requested and not answered may exist without being visible/, isMadeTwice],
  [recovery, /a second object can be created, where Graph allows that \(([^)]+)\)/, isMadeTwice],
  [recovery, /^([^.]+) have no place for a marker;/m, ({ inventory }) => inventory.marker === "none"],
])("%s lists every kind, and no other, where it says %p", (file, sentence, fits) => {
  const [, list = ""] = sentence.exec(textOf(file)) ?? [];
  expect(kindsIn(list)).toEqual(kindsThat(fits));
});

it.each(["Key", "Deleted"])("the table of how it works with the column %p has each kind once", (column) => {
  const [, rows = ""] =
    new RegExp(`^\\| Resource +\\| ${column} .*\\n\\|[- |]+\\n((?:\\|.*\\n)+)`, "m").exec(textOf(howItWorks)) ?? [];
  const listed = [...rows.matchAll(/^\| ([^|]+)/gm)].flatMap(([, list = ""]) => kindsIn(list));
  expect(listed.sort()).toEqual(kindsThat(() => true));
});
