/** The commands of docs/real-tenant.md, as they stand there, on an embedded tenant. */
import { run } from "../../cli/main";
import { textOf } from "../docs/pages";
import { programOn } from "../docs/program";
import { aStack } from "./stack";

const page = "docs/real-tenant.md";

/** In the order of the page, without comments. */
const commands = [...textOf(page).matchAll(/```sh\n([^]*?)```/g)].flatMap(([, block = ""]) =>
  block
    .split("\n")
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== ""),
);

/** What a terminal asks a person. */
const asks = ["up", "destroy"];

it("every command of the page on the first hour does what the page says", async () => {
  const source = programOn("docs/getting-started.md").replace(
    /^import \* as agentid from (.*);$/m,
    "const agentid = require($1);",
  );
  const stack = await aStack({ source }, { environment: { NODE_NO_WARNINGS: "1" } });
  const tenant = stack.environment["ENTRA_AGENT_ID_TENANT"] ?? "";
  const done: string[] = [];
  for (const command of commands) {
    const [program, ...words] = command.replace("contoso.com", tenant).split(" ");
    if (program === "export") {
      // The sign-in of a real tenant is not there; the log is.
      const [, file] = /ENTRA_AGENT_ID_LOG=(\S+)/.exec(command) ?? [];
      if (file !== undefined) stack.environment["ENTRA_AGENT_ID_LOG"] = `${stack.directory}/${file}`;
    } else if (program === "pulumi") {
      // Every stack of these tests is made by this very command.
      if (command !== "pulumi stack init test")
        await stack.succeed(...words, ...(asks.includes(words[0] ?? "") ? ["--yes"] : []));
    } else {
      const said: string[] = [];
      const terminal = {
        out: (line: string) => void said.push(line),
        error: (line: string) => void said.push(line),
        env: stack.environment,
        cwd: stack.directory,
        interrupted: () => Promise.resolve(),
      };
      expect([program, words[0], await run(words.slice(1), terminal)]).toEqual(["npx", "entra-agent-id", 0]);
      expect(said.join("\n")).toContain("Found 0 orphans, 0 undeclared and 0 missing objects.");
    }
    done.push(command);
  }
  expect(done).toEqual(commands);
  expect(commands).toHaveLength(11);
  expect(stack.read("requests.jsonl").trim().split("\n").length).toBeGreaterThan(10);
});
