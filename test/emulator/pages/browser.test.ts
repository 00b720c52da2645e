import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { serveTenant, type ServedTenant } from "../../../emulator/server";
import { type EmulatedTenant } from "../../../emulator/tenant";
import { aBlueprint, anIdentity, inMemory } from "../client";

/** Debian's. `npm test` installs it where it may. */
const executablePath = "/usr/bin/chromium";
const inBrowser = existsSync(executablePath) ? describe : describe.skip;

inBrowser("a person with a browser", () => {
  let tenant: EmulatedTenant;
  let served: ServedTenant;
  let browser: Browser;

  beforeAll(async () => {
    const made = inMemory();
    tenant = made.tenant;
    const family = await aBlueprint(made.ask, { displayName: `<script>document.title = "broken"</script>` });
    await anIdentity(made.ask, family, { displayName: "payslip helper" });
    served = await serveTenant(tenant, { port: 0 });
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"], timeout: 0 });
  });
  afterAll(async () => {
    await browser.close();
    await served.close();
    tenant.close();
  });

  it("walks from the overview to an agent, its blueprint's name and the requests, and no script runs", async () => {
    const page = await browser.newPage();
    // Jest's own limit is enough of one.
    page.setDefaultTimeout(0);
    const complaints: string[] = [];
    page.on("console", (message) => void complaints.push(message.text()));
    page.on("pageerror", (error) => void complaints.push(String(error)));
    await page.goto(served.url);
    expect(await page.title()).toBe("Overview · Contoso (emulated)");
    await page.getByRole("navigation").getByRole("link", { name: "Agent identities" }).click();
    await page.getByRole("link", { name: "payslip helper" }).click();
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("payslip helper");
    expect(await page.getByText("adele.vance@contoso.com").first().isVisible()).toBe(true);
    await page.getByRole("navigation").getByRole("link", { name: "Agent identity blueprints" }).click();
    expect(await page.getByRole("table").innerText()).toContain(`<script>document.title = "broken"</script>`);
    expect(await page.title()).toBe("Agent identity blueprints · Contoso (emulated)");
    await page.getByLabel("displayName begins with").fill("nothing like it");
    await page.getByRole("button", { name: "Search" }).click();
    expect(await page.getByText("None.").isVisible()).toBe(true);
    await page.getByRole("link", { name: "Recent requests" }).click();
    expect(await page.getByRole("table").innerText()).toContain(
      "/v1.0/servicePrincipals/microsoft.graph.agentIdentity",
    );
    expect(complaints).toEqual([]);
  });
});
