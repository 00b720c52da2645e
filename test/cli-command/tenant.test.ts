import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Terminal } from "../../cli/terminal";
import { serveTenant } from "../../emulator/server";
import { openTenant } from "../../emulator/tenant";
import { furnished, command as commandIn } from "./project";

let project: string;
let state: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "project-"));
  state = join(project, ".entra-agent-id");
  writeFileSync(join(project, "Pulumi.yaml"), "name: p\nruntime: nodejs\n");
});
afterEach(() => rmSync(project, { recursive: true }));

const command = (line: string, change?: Partial<Terminal>) => commandIn(project, line, change);

describe("tenant reset", () => {
  it("asks for --yes, then brings the tenant back to its first state", async () => {
    const { id } = await furnished(state);
    expect(await command("tenant reset")).toEqual({
      code: 2,
      out: "",
      error: `This deletes every object in the emulated tenant in ${state}. Repeat with --yes to do it.`,
    });
    expect((await command("tenant show")).out).toContain('Agent identity blueprint "payroll"');
    expect(await command("tenant reset --yes --json")).toEqual({
      code: 0,
      out: JSON.stringify({ where: state, exists: true, id, reset: true }),
      error: "",
    });
    expect((await command("tenant show")).out).not.toContain("Agent identity blueprint");
  });

  it("takes an empty file, which a killed process may leave, for no tenant", async () => {
    mkdirSync(state);
    writeFileSync(join(state, "tenant.sqlite"), "");
    expect(await command("tenant show")).toMatchObject({
      code: 1,
      out: `There is no emulated tenant in ${state} yet. The first "pulumi up" creates it.`,
    });
  });

  it("finds nothing to reset where there is no tenant", async () => {
    expect((await command("tenant reset --yes")).code).toBe(1);
    expect(existsSync(state)).toBe(false);
  });
});

describe("a real tenant", () => {
  const env = { ENTRA_AGENT_ID_TENANT: "fabrikam.com" };

  it("is never reset or shown", async () => {
    expect(await command("tenant reset --yes", { env })).toEqual({
      code: 2,
      out: "",
      error:
        "cannot reset tenant fabrikam.com: ENTRA_AGENT_ID_TENANT selects a real tenant, and this command only works on emulated ones.",
    });
    expect(await command("tenant show", { env })).toEqual({
      code: 2,
      out: "",
      error:
        "cannot show tenant fabrikam.com: ENTRA_AGENT_ID_TENANT selects a real tenant, and this command only works on emulated ones.",
    });
  });
});

describe("tenant start", () => {
  it("serves the tenant until it is interrupted, and says how to point programs at it", async () => {
    let url = "";
    const lines: string[] = [];
    const interrupted = async () => {
      url = /ENTRA_AGENT_ID_TENANT=(\S+)/.exec(lines.join("\n"))?.[1] ?? "";
      expect(await (await fetch(`${url}/_tenant`)).json()).toMatchObject({ name: "Contoso (emulated)" });
    };
    const { code } = await command("tenant start --port 0", { interrupted, out: (line) => void lines.push(line) });
    expect(code).toBe(0);
    const text = lines.join("\n");
    const { port } = new URL(url);
    const certificate = join(state, "tls", "certificate.pem");
    expect(lines[1]).toBe(`Its state is in ${state}`);
    expect(text).toContain(`Look at it in a browser: ${url}`);
    expect(text).toContain(
      `curl -H "Authorization: Bearer $(npx entra-agent-id tenant token)" ${url}/v1.0/applications`,
    );
    expect(text).toContain(`export NODE_EXTRA_CA_CERTS=${certificate}`);
    expect(text).toContain(`export SSL_CERT_FILE=${certificate}`);
    expect(text).toMatch(new RegExp(`ARM_METADATA_HOSTNAME=127\\.0\\.0\\.1:${port} ARM_TENANT_ID=[0-9a-f-]{36}`));
    expect(lines.at(-1)).toBe("Ctrl+C ends it.");
    expect(existsSync(state)).toBe(true);
    await expect(fetch(`${url}/_tenant`)).rejects.toThrow("fetch failed");
  });

  it("ends when its folder is deleted, rather than go on with what is kept nowhere", async () => {
    let started = (): void => undefined;
    const isServed = new Promise<void>((resolve) => (started = resolve));
    const never = new Promise<void>(() => undefined);
    const running = command("tenant start --port 0 --json", { interrupted: () => (started(), never) });
    await isServed;
    rmSync(state, { recursive: true });
    expect(await running).toMatchObject({
      code: 2,
      error: "",
      out: expect.stringContaining(
        `cannot go on with the emulated tenant in ${state}: that folder was deleted or replaced.`,
      ) as unknown,
    });
  });

  it("keeps nothing on disk when asked", async () => {
    const { code, out } = await command("tenant start --port 0 --memory --json");
    expect([code, JSON.parse(out)]).toMatchObject([
      0,
      {
        name: "Contoso (emulated)",
        where: "memory",
        url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as unknown,
      },
    ]);
    expect(existsSync(state)).toBe(false);
  });

  it("cannot run on a port that is taken or is none", async () => {
    const tenant = openTenant({ memory: true });
    const { url, close } = await serveTenant(tenant, { port: 0 });
    const taken = await command(`tenant start --memory --port ${new URL(url).port}`);
    expect([taken.code, taken.error]).toEqual([2, `cannot serve at ${url}: the port is in use. Choose another one.`]);
    await close();
    tenant.close();
    expect((await command("tenant start --port x")).error).toContain(
      '--port must be a number from 0 to 65535, not "x"',
    );
  });
});

describe("the command", () => {
  it("explains itself, and answers 2 to what it does not know", async () => {
    const help = await command("--help");
    expect([help.code, help.out.includes("tenant")]).toEqual([0, true]);
    expect((await command("tenant frobnicate")).code).toBe(2);
    expect((await command("tenant show --colour")).code).toBe(2);
  });

  it.each([
    ["tenant show", { ENTRA_AGENT_ID_TENANT: "fabrikam.com" }, "cannot show tenant fabrikam.com"],
    ["tenant show", { ENTRA_AGENT_ID_TENANT: "http://:" }, "ENTRA_AGENT_ID_TENANT"],
    ["tenant reset", { ENTRA_AGENT_ID_TENANT: "local:." }, "Repeat with --yes"],
    ["tenant import gone.json", {}, "no such file"],
    ["tenant show --colour", {}, "unknown option '--colour'"],
  ])("prints with --json one object of an error, too: %s", async (line, env, why) => {
    openTenant({ directory: project }).close();
    const { code, out, error } = await command(`${line} --json`, { env });
    expect([code, error]).toEqual([2, ""]);
    expect((JSON.parse(out) as { error: { message: string } }).error.message).toContain(why);
  });
});
