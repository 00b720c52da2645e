import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { edited, Program } from "../../tools/demo/program.mjs";
import { plainly } from "../../tools/demo/plain-output.mjs";
import { edits, program as quickstart } from "../../tools/demo/story.mjs";
import { aFolder } from "./machine";

const oneEdit = [{ what: "one sponsor more", find: `["ada"]`, replace: `["ada", "noah"]` }];

describe("the demo's change of the program", () => {
  const aProgram = () => {
    const root = aFolder();
    writeFileSync(path.join(root, "index.ts"), `sponsors: ["ada"]`);
    return new Program(root, "index.ts", path.join(root, ".demo"));
  };

  it("fits the quickstart as it is", () => {
    const text = readFileSync(quickstart, "utf8");

    expect(edited(text, edits, quickstart).split("\n").length).toBe(text.split("\n").length + 1);
  });

  it("says which text it does not find, and what to do", () => {
    expect(() => edited(`sponsors: ["bob"]`, oneEdit, "index.ts")).toThrow(
      `The demo cannot make its change "one sponsor more": index.ts holds this text nowhere:\n\n["ada"]\n\n` +
        "Put the program back (git checkout index.ts) or adapt tools/demo/story.mjs to it.",
    );
    expect(() => edited(`["ada"] ["ada"]`, oneEdit, "index.ts")).toThrow("index.ts holds this text 2 times");
  });

  it("is taken back", () => {
    const program = aProgram();
    program.edit(oneEdit);
    expect(program.read()).toBe(`sponsors: ["ada", "noah"]`);

    expect(program.restore()).toBe("restored");
    expect(program.read()).toBe(`sponsors: ["ada"]`);
    expect(program.restore()).toBe("nothing to do");
  });

  it("is taken back by the next demo when this one was killed", () => {
    const killed = aProgram();
    killed.edit(oneEdit);

    const next = new Program(path.dirname(killed.file), "index.ts", path.dirname(killed.backup));

    expect(next.restore()).toBe("restored");
    expect(next.read()).toBe(`sponsors: ["ada"]`);
  });

  it("is left where somebody worked on the program since, and the text before it kept", () => {
    const program = aProgram();
    program.edit(oneEdit);
    writeFileSync(program.file, `sponsors: ["my own work"]`);

    expect(program.restore()).toBe("changed since");
    expect(program.read()).toBe(`sponsors: ["my own work"]`);
    expect(readFileSync(program.backup, "utf8")).toContain("ada");
  });
});

describe("Pulumi's output in the demo", () => {
  const shown = (text: string) => {
    let written = "";
    const take = plainly((line) => (written += line));
    // In pieces, as a pipe delivers it.
    for (let i = 0; i < text.length; i += 7) take(text.slice(i, i + 7));
    return written;
  };

  it("leaves out progress and what stays the same", () => {
    const text = `Updating (local):

 ~  pulumi:pulumi:Stack quickstart-local refreshing (0s) Tenant: the embedded tenant
@ updating....
 ~  pulumi-nodejs:dynamic/entra-agent-id:AgentIdentity helper refreshing (0s)
 ~  pulumi-nodejs:dynamic/entra-agent-id:AgentIdentity helper refresh (0.28s)
 ~  pulumi-nodejs:dynamic/entra-agent-id:AgentIdentity clerk refresh (0.28s) [diff: ~displayName]
    entra-agent-id:index:AgentFleet payroll
 ~  pulumi-nodejs:dynamic/entra-agent-id:AgentIdentity clerk updating (0s) [diff: ~displayName]
 \u001b[33m~\u001b[0m  pulumi-nodejs:dynamic/entra-agent-id:AgentIdentity clerk updated (0.03s) [diff: ~displayName]
    pulumi:pulumi:Stack quickstart-local  1 message

Resources:
    ~ 1 updated
`;

    expect(shown(text)).toBe(`Updating (local):

 ~  entra-agent-id:AgentIdentity clerk refresh (0.28s) [diff: ~displayName]
 \u001b[33m~\u001b[0m  entra-agent-id:AgentIdentity clerk updated (0.03s) [diff: ~displayName]

Resources:
    ~ 1 updated
`);
  });

  it("keeps the diff, with names instead of URNs", () => {
    const text = `    ~ pulumi-nodejs:dynamic/entra-agent-id:AgentIdentity: (update)
        [id=68d2c761]
        [urn=urn:pulumi:local::quickstart::entra-agent-id:index:AgentFleet$pulumi-nodejs:dynamic/entra-agent-id:AgentIdentity::payroll-clerk]
      ~ sponsors: [
          + [1]: "diego.siciliani@contoso.com"
        ]
`;

    expect(shown(text)).toBe(`    ~ entra-agent-id:AgentIdentity: (update)
        [id=68d2c761]
        [payroll-clerk]
      ~ sponsors: [
          + [1]: "diego.siciliani@contoso.com"
        ]
`);
  });
});
