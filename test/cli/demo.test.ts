import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const repository = path.resolve(__dirname, "../..");
const quickstart = "examples/quickstart/index.ts";

/** `npm run demo` on a copy of the project's root, so that the reader's own demo is left alone. */
describe("the demo", () => {
  const root = mkdtempSync(path.join(realpathSync(tmpdir()), "entra-agent-id-demo-"));
  const original = readFileSync(path.join(repository, quickstart), "utf8");
  const program = () => readFileSync(path.join(root, quickstart), "utf8");

  beforeAll(() => {
    symlinkSync(path.join(repository, "node_modules"), path.join(root, "node_modules"), "junction");
    mkdirSync(path.join(root, "examples"));
    for (const name of ["Pulumi.yaml", "examples/quickstart"]) {
      cpSync(path.join(repository, name), path.join(root, name), { recursive: true });
    }
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const start = () => {
    const child = spawn(process.execPath, [path.join(repository, "tools/demo/main.mjs")], {
      env: { ...process.env, ENTRA_AGENT_ID_DEMO_ROOT: root },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const demo = { child, said: "" };
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (text: Buffer) => (demo.said += text.toString()));
    return demo;
  };
  const untilSaid = async (demo: { child: ChildProcess; said: string }, text: string) => {
    while (!demo.said.includes(text)) await once(demo.child.stdout ?? demo.child, "data");
  };

  it("is killed while it applies its change of the program", async () => {
    const demo = start();
    await untilSaid(demo, "=== 4.");
    demo.child.kill("SIGKILL");
    await once(demo.child, "close");

    expect(program()).not.toBe(original);
  });

  it("runs from the start again, prints the whole story, and leaves the program as it was", async () => {
    const demo = start();
    const [code] = (await once(demo.child, "close")) as [number];

    expect({ code, said: code === 0 ? "" : demo.said }).toEqual({ code: 0, said: "" });
    expect(program()).toBe(original);
    expect(demo.said).toContain(`${quickstart} is as it was before the demo.`);
    expect(demo.said).toMatch(/=== 2\..*Resources:\n +10 unchanged\n.*=== 3\./s);
    expect(demo.said).toMatch(
      /=== 3\..*\+ \[1\]: "Calendars\.Read".*Resources:\n +\+ 2 to create\n +~ 5 to update\n.*=== 4\./s,
    );
    expect(demo.said).toMatch(
      /=== 5\..*~ displayName: "Payslip helper" => "Payslip helper \(old, ask Bob\)".*=== 6\./s,
    );
    expect(demo.said).toMatch(
      /Declared now:\n +1 AgentFleet: payroll\n.*Pulumi's state {3}.*The tenant {7}.*What to try next:/s,
    );
  });
});
