/** The Azure CLI, unchanged, against a served tenant: the machine's own (Debian: apt install azure-cli), and PyPI's. */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { brought, printedByProgram } from "./brought";
import { aServedTenant, type Served } from "./served";

const cli = brought("azure-cli");

cli.whereBrought(`the Azure CLI of PyPI${cli.note}`, () => {
  let served: Served;
  let folder: string;
  beforeAll(async () => {
    served = await aServedTenant();
    folder = mkdtempSync(join(tmpdir(), "az-"));
  });
  afterAll(async () => {
    await served.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const az = (...words: string[]) =>
    printedByProgram(join(cli.folder, "venv", "bin", "python"), ["-m", "azure.cli", ...words, "--output", "json"], {
      HOME: folder,
      AZURE_CONFIG_DIR: folder,
      AZURE_CORE_COLLECT_TELEMETRY: "false",
      ARM_CLOUD_METADATA_URL: `${served.secureUrl}/metadata/endpoints?api-version=2019-05-01`,
      REQUESTS_CA_BUNDLE: served.caFile,
      SSL_CERT_FILE: served.caFile,
    });

  it("signs in with a secret, lists service principals, and calls Microsoft Graph with a token of its own", async () => {
    await az("config", "set", "core.instance_discovery=false");
    const { CLIENT_ID = "", CLIENT_SECRET = "", TENANT_ID = "" } = served.env;
    const as = ["--username", CLIENT_ID, "--password", CLIENT_SECRET, "--tenant", TENANT_ID];
    expect(await az("login", "--service-principal", ...as, "--allow-no-subscriptions")).toMatchObject([
      { tenantId: TENANT_ID, cloudName: "EntraEmulated", user: { name: CLIENT_ID, type: "servicePrincipal" } },
    ]);
    const graphs = "appId eq '00000003-0000-0000-c000-000000000000'";
    expect(await az("ad", "sp", "list", "--filter", graphs)).toMatchObject([{ displayName: "Microsoft Graph" }]);
    const answer = (await az("rest", "--url", `${served.secureUrl}/v1.0/users?$top=2`)) as { value: unknown[] };
    expect(answer.value).toHaveLength(2);
  });
});

const installed = spawnSync("az", ["version"], { timeout: 60_000 }).status === 0;
const whereInstalled = installed ? describe : describe.skip;

whereInstalled(installed ? "the Azure CLI" : "the Azure CLI (skipped: this machine has no az)", () => {
  let served: Served;
  let folder: string;
  beforeAll(async () => {
    served = await aServedTenant();
    folder = mkdtempSync(join(tmpdir(), "az-"));
  });
  afterAll(async () => {
    await served.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function az(...words: string[]): Promise<unknown> {
    const env = {
      PATH: process.env["PATH"] ?? "",
      HOME: folder,
      AZURE_CONFIG_DIR: folder,
      AZURE_CORE_COLLECT_TELEMETRY: "false",
      AZURE_CORE_INSTANCE_DISCOVERY: "false",
      ARM_CLOUD_METADATA_URL: `${served.secureUrl}/metadata/endpoints?api-version=2019-05-01`,
      REQUESTS_CA_BUNDLE: served.caFile,
      SSL_CERT_FILE: served.caFile,
    };
    const { stdout } = await promisify(execFile)("az", [...words, "--output", "json"], { env, timeout: 120_000 });
    return stdout.trim() === "" ? undefined : JSON.parse(stdout);
  }

  it("finds the tenant's cloud in its metadata, and calls Microsoft Graph there with a token it is given", async () => {
    // Debian's version cannot sign in: it asks login.microsoftonline.com about every authority before it uses one.
    expect(await az("cloud", "list")).toMatchObject([
      { name: "EntraEmulated", endpoints: { microsoftGraphResourceId: `${served.secureUrl}/` } },
    ]);
    const bearer = `Authorization=Bearer ${await served.tenant.token()}`;
    const url = `${served.secureUrl}/v1.0/users?$top=2`;
    const answer = await az("rest", "--skip-authorization-header", "--headers", bearer, "--url", url);
    expect((answer as { value: unknown[] }).value).toHaveLength(2);
  });
});
