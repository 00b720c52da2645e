import { run } from "../../cli/main";
import { root, textOf } from "./pages";

describe("the page on the emulated tenant", () => {
  it("lists every command of the emulated tenant", async () => {
    const help: string[] = [];
    const terminal = {
      out: (line: string) => void help.push(line),
      error: () => undefined,
      env: {},
      cwd: root,
      interrupted: () => Promise.resolve(),
    };
    await run(["tenant", "--help"], terminal);
    const commands = [...help.join("\n").matchAll(/^ {2}([a-z]+) \[options\]/gm)].map(([, name]) => name);
    const [, rows = ""] =
      /\n(\| Command of `entra-agent-id tenant`[^]*?)\n\n/.exec(textOf("docs/emulated-tenant.md")) ?? [];
    const listed = [...rows.matchAll(/^\| ([^|]*)\|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`([a-z]+)`/g)].map(([, name]) => name),
    );
    expect(commands.length).toBeGreaterThan(5);
    expect(listed.sort()).toEqual(commands.sort());
  });
});
