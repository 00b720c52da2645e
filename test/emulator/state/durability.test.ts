import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SqliteStore } from "../../../emulator/state/sqlite-store";
import { type EmulatedTenant, openTenant, tenantExists } from "../../../emulator/tenant";
import { aBlueprint, asker, blueprintCast, people } from "../client";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tenant-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** @param until stops the process after so many acknowledged writes, without a chance to tidy up */
function writer(count: number, until = Infinity): Promise<string[]> {
  const args = ["--import", join(__dirname, "typescript.mjs"), join(__dirname, "writer.ts"), directory, String(count)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    if (text.split("\n").length > until) child.kill("SIGKILL");
  });
  return new Promise((resolve) => {
    child.on("close", () => resolve(text.split("\n").slice(0, -1)));
  });
}

const blueprints = async (tenant: EmulatedTenant): Promise<string[]> => {
  const { value } = (await asker(tenant)("GET /applications?$top=999&$select=id")).body;
  return value.filter((one) => one["@odata.type"] === `#${blueprintCast}`).map(({ id }) => id);
};

describe("a tenant on disk", () => {
  it("has every acknowledged write after its process was killed", async () => {
    const acknowledged = await writer(1e9, 20);
    expect(acknowledged.length).toBeGreaterThanOrEqual(20);
    const tenant = openTenant({ directory });
    expect(await blueprints(tenant)).toEqual(expect.arrayContaining(acknowledged));
    expect((await writer(1)).length).toBe(1);
    tenant.close();
  });

  it("loses nothing when two processes make it and write to it side by side", async () => {
    const acknowledged = (await Promise.all([writer(40), writer(40)])).flat();
    const tenant = openTenant({ directory });
    expect(acknowledged).toHaveLength(80);
    expect((await blueprints(tenant)).sort()).toEqual(acknowledged.sort());
    expect(tenant.requests().filter(({ method }) => method === "PATCH")).toHaveLength(80);
    tenant.close();
  });

  it("is the same tenant for every process that opens it", async () => {
    const one = openTenant({ directory, tenantId: "11111111-1111-4111-8111-111111111111" });
    const other = openTenant({ directory });
    expect([other.id, other.where, tenantExists(directory)]).toEqual([one.id, directory, true]);
    const { blueprint } = await aBlueprint(asker(one));
    expect(
      (await asker(other)(`GET /applications/${blueprint.id}`, undefined, { token: await one.token() })).status,
    ).toBe(200);
    one.grant(["User.Read.All"]);
    one.fail({ path: "users", effect: "before", answer: { status: 503 } });
    expect((await asker(other)("GET /users")).status).toBe(503);
    expect((await asker(one)("GET /users")).status).toBe(200);
    expect((await asker(other)("GET /groups")).status).toBe(403);
    expect(
      other
        .requests()
        .map(({ status }) => status)
        .slice(-3),
    ).toEqual([503, 200, 403]);
    one.close();
    other.close();
    expect(() => openTenant({ directory, tenantId: "22222222-2222-4222-8222-222222222222" })).toThrow(
      `cannot open the emulated tenant in ${directory}: it is tenant 11111111-1111-4111-8111-111111111111, not 22222222-2222-4222-8222-222222222222.`,
    );
  });

  it("can be written to while somebody reads, who goes on seeing what was there", () => {
    openTenant({ directory }).close();
    const [reader, writer] = [1, 2].map(() => new SqliteStore(join(directory, "tenant.sqlite"), () => [])) as [
      SqliteStore,
      SqliteStore,
    ];
    reader.transaction("read", () => {
      expect(reader.count({ kinds: ["device"] })).toBe(0);
      writer.transaction("write", () => writer.insert("device", "one", {}));
      expect(reader.count({ kinds: ["device"] })).toBe(0);
    });
    expect(reader.count({ kinds: ["device"] })).toBe(1);
    reader.close();
    writer.close();
  });

  it("is refused when a newer version of the package wrote it", () => {
    openTenant({ directory }).close();
    const database = new DatabaseSync(join(directory, "tenant.sqlite"));
    database.exec("UPDATE meta SET value = '7' WHERE key = 'schemaVersion'");
    database.close();
    expect(() => openTenant({ directory })).toThrow(
      "it was written by a newer version of this package (layout 7; this version knows 5)",
    );
  });

  (process.platform === "win32" ? it.skip : it)("is for its user alone, also where its folder was for all", () => {
    chmodSync(directory, 0o755);
    for (const folder of [directory, join(directory, "new")]) {
      openTenant({ directory: folder }).close();
      expect((statSync(folder).mode & 0o777).toString(8)).toBe("700");
    }
  });

  it("keeps its signing key out of version control", () => {
    openTenant({ directory }).close();
    expect(tenantExists(join(directory, "nowhere"))).toBe(false);
    expect(readFileSync(join(directory, ".gitignore"), "utf8")).toBe("tenant.sqlite*\n.gitignore\n");
  });
});

describe("a tenant in memory", () => {
  it("starts with the same people everywhere, and another id each time", async () => {
    const [one, other] = [openTenant({ memory: true }), openTenant({ memory: true })];
    expect((await people(asker(one))).adele).toBe((await people(asker(other))).adele);
    expect(one.id).not.toBe(other.id);
    expect([one.name, one.domain, one.where]).toEqual(["Contoso (emulated)", "contoso.com", "memory"]);
    one.close();
    other.close();
  });
});
