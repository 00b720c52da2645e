import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveTenant, type ServedTenant } from "../../emulator/server";
import { realProfiles } from "../../emulator/switches/profiles";
import { type EmulatedTenant, openTenant } from "../../emulator/tenant";
import { furnished, command as commandIn } from "./project";

let project: string;
let state: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "project-"));
  state = join(project, ".entra-agent-id");
  writeFileSync(join(project, "Pulumi.yaml"), "name: p\nruntime: nodejs\n");
});
afterEach(() => rmSync(project, { recursive: true }));

/** The same commands on a tenant in the project's folder and on a served one. */
describe.each(["embedded", "served"] as const)("on an %s tenant", (mode) => {
  let env: NodeJS.ProcessEnv;
  let opened: EmulatedTenant | undefined;
  let served: ServedTenant | undefined;

  beforeEach(async () => {
    env = {};
    if (mode === "embedded") return;
    opened = openTenant({ memory: true });
    served = await serveTenant(opened, { port: 0 });
    env = { ENTRA_AGENT_ID_TENANT: served.url };
  });
  afterEach(async () => {
    await served?.close();
    opened?.close();
    served = opened = undefined;
  });

  const command = (line: string) => commandIn(project, line, { env });
  const ask = async (line: string, path: string) => {
    const { out: token } = await command(line);
    const request = { headers: { authorization: `Bearer ${token}` } };
    if (served) return fetch(`${served.url}${path}`, request);
    const tenant = openTenant({ directory: state });
    const response = await tenant.handle(new Request(`https://graph.microsoft.com${path}`, request));
    tenant.close();
    return response;
  };

  it("tenant token prints a token that Graph takes, of an application or of a person, with the permissions asked for", async () => {
    expect((await ask("tenant token", "/v1.0/users")).status).toBe(200);
    const person = "tenant token --user adele.vance@contoso.com --permissions User.Read";
    expect(await (await ask(person, "/v1.0/me")).json()).toMatchObject({ displayName: "Adele Vance" });
    expect((await ask("tenant token --permissions Policy.Read.All", "/v1.0/users")).status).toBe(403);
    expect(await command("tenant token --permissions Everything.All")).toMatchObject({
      code: 2,
      out: "",
      error: expect.stringContaining('"Everything.All" is not a permission of Microsoft Graph') as string,
    });
    expect((await command("tenant token --secret")).out.split("\n").map((line) => line.replace(/=.*/, ""))).toEqual([
      "export AZURE_TENANT_ID",
      "export AZURE_CLIENT_ID",
      "export AZURE_CLIENT_SECRET",
    ]);
  });

  it("tenant fault makes the next request that fits go wrong, once", async () => {
    expect(await command("tenant fault GET /users before 503")).toEqual({
      code: 0,
      out: "GET /users before 503",
      error: "",
    });
    expect((await ask("tenant token", "/v1.0/users")).status).toBe(503);
    expect((await ask("tenant token", "/v1.0/users")).status).toBe(200);
    expect((await command("tenant fault")).out).toBe("No faults are planned.");
    await command("tenant fault GET /users before 503");
    expect((await command("tenant fault --clear --json")).out).toBe('{"faults":[]}');
    expect((await command("tenant fault GET /users sometimes")).code).toBe(2);
  });

  it("tenant set changes switches, keeps the others, and shows them all", async () => {
    const { out } = await command("tenant set lag.ms=1000 lag.share=0.5 quotas.size=M");
    expect(out.split("\n")).toEqual(expect.arrayContaining(["lag.ms=1000", "lag.share=0.5", "quotas.size=M"]));
    const { out: later } = await command("tenant set lag.ms=2000 quotas=off");
    expect(later.split("\n")).toEqual(expect.arrayContaining(["lag.ms=2000", "lag.share=0.5", "quotas=off"]));
    const before = JSON.parse((await command("tenant set --json")).out) as { clock: { aheadMs: number } };
    const after = JSON.parse((await command("tenant set --advance 25h --json")).out) as typeof before;
    expect(after.clock.aheadMs - before.clock.aheadMs).toBe(25 * 3_600_000);
    const real = await command("tenant set profiles=real profiles.lastSponsor=kept --json");
    expect(JSON.parse(real.out)).toMatchObject({ profiles: { ...realProfiles, lastSponsor: "kept" } });
    const none = await command("tenant set profiles=reel");
    expect(none.error).toContain('"reel" is no set of profiles; there are default and real');
    expect((await command("tenant set lagg.ms=1")).error).toContain("lagg");
    expect((await command("tenant set --advance soon")).error).toContain("write it as 90s, 15m, 25h or 31d");
  });

  it("tenant export, reset, import and seed carry a whole tenant through one file", async () => {
    if (mode === "embedded") await furnished(state);
    else
      opened?.plant([
        {
          kind: "agentIdentityBlueprint",
          id: "0a1b2c3d-0000-4000-8000-000000000001",
          body: { displayName: "payroll", appId: "0a1b2c3d-0000-4000-8000-000000000002" },
        },
      ]);
    expect(await command("tenant export kept.json")).toMatchObject({ code: 0, error: "" });
    await command("tenant reset --yes");
    expect((await command("tenant show")).out).not.toContain('Agent identity blueprint "payroll"');
    expect((await command("tenant import kept.json")).code).toBe(2);
    expect(await command("tenant import kept.json --yes")).toMatchObject({ code: 0, error: "" });
    expect((await command("tenant show")).out).toContain('Agent identity blueprint "payroll"');
    const again = await command("tenant export");
    expect(JSON.parse(again.out)).toEqual(JSON.parse(readFileSync(join(project, "kept.json"), "utf8")));
  });

  it("tenant seed adds what a hand-written file says", async () => {
    const group = { kind: "group", properties: { displayName: "Night Shift", mailNickname: "night", groupTypes: [] } };
    // As little as a person may write.
    const agent = { kind: "agentIdentity", properties: { displayName: "Night agent" } };
    writeFileSync(join(project, "ours.json"), JSON.stringify({ objects: [group, agent] }));
    expect(await command("tenant seed ours.json")).toMatchObject({ code: 0, error: "" });
    const groups = (await (await ask("tenant token", "/v1.0/groups")).json()) as { value: { displayName: string }[] };
    expect(groups.value.map(({ displayName }) => displayName)).toContain("Night Shift");
    expect((await command("tenant show")).out).toContain('Agent identity "Night agent"');
    writeFileSync(join(project, "wrong.json"), "{");
    expect((await command("tenant seed wrong.json")).error).toContain("wrong.json: it is not JSON");
    expect((await command("tenant seed missing.json")).code).toBe(2);
  });
});

it("tenant import brings a tenant that was deleted back under its own id, which stacks know it by", async () => {
  const { id } = await furnished(state);
  await commandIn(project, "tenant export kept.json");
  rmSync(state, { recursive: true });
  expect((await commandIn(project, "tenant import kept.json")).error).toContain("Repeat with --yes to do it.");
  expect(existsSync(state)).toBe(false);
  expect((await commandIn(project, "tenant import kept.json --yes")).code).toBe(0);
  expect(JSON.parse((await commandIn(project, "tenant show --json")).out)).toMatchObject({ id });
});

it("tenant import takes no file that only adds objects: that is a seed", async () => {
  writeFileSync(join(project, "ours.json"), `{"objects":[]}`);
  const { code, error } = await commandIn(project, "tenant import ours.json --yes");
  expect([code, error]).toEqual([2, expect.stringContaining("tenant seed ours.json")]);
});

it("tenant show meets no faults and quotas, and uses none up", async () => {
  await furnished(state);
  await commandIn(project, "tenant set quotas.size=S quotas.scale=0.001");
  await commandIn(project, "tenant fault GET 503");
  expect((await commandIn(project, "tenant show")).code).toBe(0);
  expect((await commandIn(project, "tenant fault")).out).toBe("GET before 503");
});

it("tenant export makes no tenant where there is none", async () => {
  expect(await commandIn(project, "tenant export")).toEqual({
    code: 2,
    out: "",
    error: "cannot export the emulated tenant: there is none in this project yet.",
  });
  expect(existsSync(state)).toBe(false);
});

it.each(["seed file.json", "set lag.ms=1", "fault GET /users before 503", "export", "import file.json --yes", "token"])(
  "tenant %s never touches a real tenant",
  async (line) => {
    const file = { tenant: { id: "0a1b2c3d-0000-4000-8000-000000000001", name: "Contoso" }, objects: [] };
    writeFileSync(join(project, "file.json"), JSON.stringify(file));
    const { code, error } = await commandIn(project, `tenant ${line}`, {
      env: { ENTRA_AGENT_ID_TENANT: "fabrikam.com" },
    });
    expect([code, error]).toEqual([
      2,
      expect.stringContaining(
        "ENTRA_AGENT_ID_TENANT selects a real tenant, and this command only works on emulated ones.",
      ),
    ]);
  },
);
