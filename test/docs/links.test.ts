import * as fs from "node:fs";
import * as path from "node:path";
import { docsPages, root, textOf } from "./pages";

const pages = ["README.md", "CONTRIBUTING.md", "llms.txt", ...docsPages];

/** Links of a page, without those in code. */
function linksOf(file: string): string[] {
  const prose = textOf(file)
    .replace(/^```[^]*?^```/gm, "")
    .replace(/`[^`\n]*`/g, "code");
  return [...prose.matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, target]) => String(target));
}

/** The anchors of a page, as GitHub makes them from its headings. */
function anchorsOf(file: string): string[] {
  const headings = [
    ...textOf(file)
      .replace(/^```[^]*?^```/gm, "")
      .matchAll(/^#+ +(.+?)\s*$/gm),
  ];
  const seen = new Map<string, number>();
  return headings.map(([, heading = ""]) => {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\p{Connector_Punctuation} -]/gu, "")
      .replace(/ /g, "-");
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}

describe("the documentation", () => {
  it.each(pages)("has no relative link to a file or heading that does not exist: %s", (page) => {
    const broken = linksOf(page).filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [target = "", anchor] = link.split("#");
      const file = target === "" ? page : path.posix.join(path.posix.dirname(page), target);
      if (!fs.existsSync(path.join(root, file))) return true;
      return anchor !== undefined && !anchorsOf(file).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it("is listed page by page in llms.txt, one line each", () => {
    const lines = textOf("llms.txt").split("\n");
    const listed = lines.flatMap((line) => /^- \[[^\]]+\]\(([^)]+)\)/.exec(line)?.[1] ?? []);
    expect(listed.filter((file) => file.startsWith("docs/")).sort()).toEqual([...docsPages]);
    expect(listed).toEqual([...new Set(listed)]);
  });

  it("is reached from its index: every page that is not a resource or a decision", () => {
    const index = linksOf("docs/README.md").map((link) => path.posix.join("docs", link));
    const top = docsPages.filter((file) => path.posix.dirname(file) === "docs" && file !== "docs/README.md");
    expect(top.filter((file) => !index.includes(file))).toEqual([]);
  });
});
