import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SqliteStore } from "../../../emulator/state/sqlite-store";
import { openTenant } from "../../../emulator/tenant";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "store-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** @param after writes that the process acknowledges before it is killed; else it kills itself after a statement */
function killedWriter(
  name: string,
  kill: { readonly after: number } | { readonly statement: number },
): Promise<string[]> {
  const statement = "statement" in kill ? [String(kill.statement)] : [];
  const writer = join(__dirname, "store-writer.ts");
  const args = ["--import", join(__dirname, "typescript.mjs"), writer, join(directory, "s.sqlite"), name, ...statement];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    if ("after" in kill && text.split("\n").length > kill.after) child.kill("SIGKILL");
  });
  return new Promise((resolve) => {
    child.on("close", (_code, signal) => {
      expect(signal).toBe("SIGKILL");
      resolve(text.split("\n").slice(0, -1));
    });
  });
}

/** Points at which writers are killed: more of them with KILL_POINTS, such as `KILL_POINTS=200 npx jest killed`. */
const points = Number(process.env["KILL_POINTS"] ?? 12);
const writersAtOnce = 4;

describe("a store whose writers are killed", () => {
  it(`has every acknowledged write, and of each write all or nothing (${points} kills, ${writersAtOnce} writers at once)`, async () => {
    const acknowledged: string[] = [];
    const chain = async (writer: number): Promise<void> => {
      for (let point = writer; point < points; point += writersAtOnce) {
        // One in two dies inside a transaction, or between its end and the answer.
        const kill = point % 8 < 4 ? { statement: 1 + (point % 5) } : { after: 1 + ((point * 7) % 60) };
        acknowledged.push(...(await killedWriter(`w${point}`, kill)));
      }
    };
    await Promise.all(Array.from({ length: writersAtOnce }, (_, writer) => chain(writer)));

    const store = new SqliteStore(join(directory, "s.sqlite"), () => ["name"]);
    expect(store.row("PRAGMA integrity_check")).toEqual({ integrity_check: "ok" });
    const users = store.find({ kinds: ["user"] });
    const written = users.map(({ body }) => String(body["name"]));
    expect(written).toEqual(expect.arrayContaining(acknowledged));
    expect(acknowledged.length).toBeGreaterThan(points * 5);
    expect(written.length - acknowledged.length).toBeLessThanOrEqual(points);
    expect(store.find({ kinds: ["group"] }).map(({ body }) => body["name"])).toEqual(written);
    for (const { id, body } of users) {
      const name = String(body["name"]);
      expect([body["changed"], store.targets("members", `g-${name}`)]).toEqual([true, [id]]);
      expect(store.count({ kinds: ["user", "group"], where: { property: "name", value: name } })).toBe(2);
    }
    store.close();
  });
});

describe("a file that is no tenant", () => {
  it("is refused with what to do about it", () => {
    const file = join(directory, "tenant.sqlite");
    writeFileSync(file, "this is no database, and it is long enough to be read as one".repeat(100));
    expect(() => openTenant({ directory })).toThrow(
      `cannot open the emulated tenant in ${file}: the file is damaged (file is not a database). ` +
        "Nothing in it can be trusted: delete that folder to start anew, and import an export of the tenant if you have one.",
    );
  });

  it("is refused when the middle of it is damaged, at the latest where that is read", () => {
    const tenant = openTenant({ directory });
    tenant.seed({
      objects: Array.from({ length: 500 }, (_, n) => ({ kind: "user", properties: { displayName: `${n}` } })),
    });
    tenant.close();
    const file = join(directory, "tenant.sqlite");
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0x7f, 4096));
    expect(() => openTenant({ directory })).toThrow(/the file is damaged .* delete that folder to start anew/s);
  });
});
