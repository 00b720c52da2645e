import { sectionOf, textOf } from "./pages";

describe("the page on troubleshooting", () => {
  it("explains every error code, and no other", () => {
    const [, union = ""] = /type EntraErrorCode =([^]*?);\n/.exec(textOf("provider/graph/errors.ts")) ?? [];
    const codes = [...union.matchAll(/"([A-Z_]+)"/g)].map(([, code]) => code);
    const section = sectionOf("docs/troubleshooting.md", "## Error codes");
    const explained = [...section.matchAll(/^### (\w+)\n\n(.+)$/gm)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(10);
    expect(explained).toEqual(codes);
  });
});
