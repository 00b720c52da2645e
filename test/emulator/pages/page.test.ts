import { page } from "../../../emulator/pages/page";
import { type EmulatedTenant } from "../../../emulator/tenant";
import { aBlueprint, type Ask, inMemory } from "../client";

let tenant: EmulatedTenant;
let ask: Ask;
beforeEach(() => ({ tenant, ask } = inMemory()));
afterEach(() => tenant.close());

const visit = (path: string, method = "GET") => page(tenant, new Request(`http://127.0.0.1:4040${path}`, { method }));

async function text(path: string): Promise<string> {
  const response = await visit(path);
  expect(response?.status).toBe(200);
  return (await response?.text()) ?? "";
}

describe("the pages of a served tenant", () => {
  it("count what is in the tenant, and say that nothing in it is real", async () => {
    await aBlueprint(ask);
    const overview = await text("/");
    expect(overview).toContain("An emulated tenant. Nothing in it is real.");
    expect(overview).toMatch(/Agent identity blueprints<\/a>\s*<\/td>\s*<td>1<\/td>/);
  });

  it("show what an object is connected to", async () => {
    const { blueprint } = await aBlueprint(ask);
    const shown = await text(`/objects/blueprints/${blueprint.id}`);
    expect(shown).toContain(blueprint.appId);
    expect(shown).toMatch(/<h2>sponsors<\/h2>[^]*adele\.vance@contoso\.com/);
    expect(shown).toMatch(/<h2>owners<\/h2>[^]*Pulumi automation/);
  });

  it("find objects by the beginning of their name", async () => {
    const found = await text("/objects/users?q=Adele");
    expect(found).toContain("Adele Vance");
    expect(found).not.toContain("Diego Siciliani");
    expect(await text("/objects/users?q=O'Brien")).toContain("None.");
  });

  it("turn the page where there is more", async () => {
    for (let made = 0; made < 51; made++) {
      const displayName = `app ${String(made).padStart(2, "0")}`;
      await ask("POST /applications", { displayName }, { permissions: ["Application.ReadWrite.All"] });
    }
    const first = await text("/objects/applications");
    const next = /href="(\/objects\/applications\?[^"]*)"\s+rel="next"/.exec(first)?.[1]?.replaceAll("&amp;", "&");
    expect(first).not.toContain("app 50");
    expect(await text(next ?? "")).toContain("app 50");
  });

  it("show the newest requests, and not their own", async () => {
    await ask("GET /users");
    await text("/objects/users");
    const shown = await text("/requests");
    expect(shown.match(/<td>\/v1\.0\/users<\/td>/g)).toHaveLength(1);
  });

  it("show names as text, whatever markup they hold, under a policy that lets no script run", async () => {
    await aBlueprint(ask, { displayName: `<img src=x onerror="alert(1)">` });
    const response = await visit("/objects/blueprints");
    expect(await response?.text()).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;");
    expect(response?.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/);
    expect(await (await visit("/objects/blueprints?q=%22%3E%3Cscript%3E"))?.text()).not.toContain("<script>");
  });

  it("say what Graph said where there is nothing to show", async () => {
    const response = await visit("/objects/users/00000000-0000-0000-0000-000000000001");
    expect(response?.status).toBe(404);
    expect(await response?.text()).toContain("404 Request_ResourceNotFound: Resource &#39;00000000-");
  });

  it.each(["/nothing", "/v1.0/users", "/objects/users/%E0%A4%A/x"])("leave %s to others", async (path) => {
    expect(await visit(path)).toBeUndefined();
  });

  it("say so where there is nothing, and show no empty icon as an error", async () => {
    expect((await visit("/objects/nothing"))?.status).toBe(404);
    expect((await visit("/favicon.ico"))?.status).toBe(204);
  });

  it("meet no faults and quotas, and use none up", async () => {
    tenant.fail({ effect: "before", answer: { status: 503 } });
    tenant.set({ quotas: { size: "S", scale: 0.0001 } });
    expect(await text("/objects/users")).toContain("Adele Vance");
    expect(tenant.faults()).toHaveLength(1);
  });

  it("change nothing: they only answer GET", async () => {
    expect(await visit("/", "POST")).toBeUndefined();
  });
});
