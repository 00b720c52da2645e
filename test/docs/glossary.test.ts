import { textOf } from "./pages";

it("the glossary explains each word once, and in each part in alphabetical order", () => {
  const parts = textOf("docs/glossary.md")
    .split(/^## .*$/m)
    .slice(1)
    .map((part) => [...part.matchAll(/^\| \*\*(.+?)\*\* +\| (.+?) +\|$/gm)].map(([, word = ""]) => word.toLowerCase()));
  expect(parts.map((words) => words.length > 5)).toEqual([true, true, true]);
  for (const words of parts) expect(words).toEqual([...words].sort());
  const all = parts.flat();
  expect(all).toEqual([...new Set(all)]);
});
