import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { replicationMs, tenantSetting } from "../../provider/graph/settings";
import { refusalBy } from "./wire";

const guid = "11111111-2222-3333-4444-555555555555";
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "entra-settings-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

describe("ENTRA_AGENT_ID_TENANT", () => {
  it.each([
    ["local", { mode: "embedded", directory: path.join(folder, ".entra-agent-id") }],
    [undefined, { mode: "embedded", directory: path.join(folder, ".entra-agent-id") }],
    ["local:../shared", { mode: "embedded", directory: path.join(path.dirname(folder), "shared") }],
    ["http://127.0.0.1:4040/", { mode: "served", url: "http://127.0.0.1:4040" }],
    [guid.toUpperCase(), { mode: "entra", tenant: guid }],
    ["Contoso.onmicrosoft.com", { mode: "entra", tenant: "contoso.onmicrosoft.com" }],
  ])("%s chooses its mode", (value, setting) => {
    expect(tenantSetting({ ENTRA_AGENT_ID_TENANT: value }, folder)).toEqual(setting);
  });

  it("finds the embedded tenant beside the nearest Pulumi.yaml upwards", () => {
    const program = path.join(folder, "project", "src", "deep");
    fs.mkdirSync(program, { recursive: true });
    fs.writeFileSync(path.join(folder, "project", "Pulumi.yaml"), "name: x\n");
    expect(tenantSetting({}, program)).toEqual({
      mode: "embedded",
      directory: path.join(folder, "project", ".entra-agent-id"),
    });
  });

  it.each([
    "http://graph.example.com:80",
    "http://127.0.0.1",
    "https://127.0.0.1:1",
    "localhost",
    "contoso",
    "http://127.0.0.1:1@evil.example:80",
  ])("refuses %s", async (value) => {
    expect(await refusalBy(() => tenantSetting({ ENTRA_AGENT_ID_TENANT: value }, folder))).toEqual({
      code: "SETTING_INVALID",
      message: `cannot use ENTRA_AGENT_ID_TENANT="${value}": it must be "local", "local:PATH", "http://127.0.0.1:PORT", a tenant GUID or a domain.`,
    });
  });

  it("must be set when a sign-in to Azure is set", async () => {
    expect(await refusalBy(() => tenantSetting({ AZURE_TENANT_ID: guid }, folder))).toEqual({
      code: "SETTING_INVALID",
      message:
        "cannot choose a tenant: AZURE_TENANT_ID is set and ENTRA_AGENT_ID_TENANT is not. " +
        `Set ENTRA_AGENT_ID_TENANT=${guid} for a real tenant, or ENTRA_AGENT_ID_TENANT=local for the embedded one.`,
    });
  });

  it("local:PATH is relative to Pulumi.yaml: the same folder from the project, the program and a subfolder", () => {
    const project = fs.mkdtempSync(path.join(os.tmpdir(), "project-"));
    fs.writeFileSync(path.join(project, "Pulumi.yaml"), "name: x");
    const below = path.join(project, "examples", "quickstart");
    const setting = tenantSetting({ ENTRA_AGENT_ID_TENANT: "local:shared" }, below);
    expect(setting).toEqual({ mode: "embedded", directory: path.join(project, "shared") });
    expect(() => tenantSetting({ ENTRA_AGENT_ID_TENANT: "local:" }, below)).toThrow("it must be");
    fs.rmSync(project, { recursive: true });
  });
});

describe("ENTRA_AGENT_ID_REPLICATION_MINUTES", () => {
  it.each([
    [undefined, 30],
    ["", 30],
    [" 45 ", 45],
    ["0", 0],
    ["1440", 1440],
  ])("%s counts minutes", (value, minutes) => {
    expect(replicationMs({ ENTRA_AGENT_ID_REPLICATION_MINUTES: value })).toBe(minutes * 60_000);
  });

  it.each(["-1", "1.5", "1441", "20000", "30m", "half an hour"])("refuses %s", async (value) => {
    expect(await refusalBy(() => replicationMs({ ENTRA_AGENT_ID_REPLICATION_MINUTES: value }))).toEqual({
      code: "SETTING_INVALID",
      message: `cannot use ENTRA_AGENT_ID_REPLICATION_MINUTES="${value}": it must be a whole number of minutes, from 0 to 1440.`,
    });
  });
});
