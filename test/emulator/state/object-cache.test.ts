import fc from "fast-check";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SqliteStore } from "../../../emulator/state/sqlite-store";
import type { Json } from "../../../emulator/state/store";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cache-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const open = (file: string) => new SqliteStore(file, () => ["name"]);
const named = (value: string) => ({ kinds: ["thing"], where: { property: "name", value } });

describe("what a store remembers", () => {
  it("is looked up anew once another process has written", () => {
    const [one, other] = [open(join(directory, "s")), open(join(directory, "s"))];
    const made = one.transaction("write", () => one.insert("thing", "a", { name: "first" }));
    const seen = () => [other.get("a")?.body["name"], other.find(named("second")).length, other.meta("m")];
    expect(seen()).toEqual(["first", 0, undefined]);
    one.transaction("write", () => {
      one.replace(made, { name: "second" });
      one.setMeta("m", "set");
    });
    expect(seen()).toEqual(["second", 1, "set"]);
    one.transaction("write", () => one.purge(made));
    expect(other.transaction("read", seen)).toEqual([undefined, 0, "set"]);
    one.close();
    other.close();
  });

  it("knows of the work and the faults that another process has planned", () => {
    const [one, other] = [open(join(directory, "s")), open(join(directory, "s"))];
    const due = new Date("2026-01-01T00:00:00.000Z");
    const seen = () => [other.hasDue(due), other.glance("SELECT 1 FROM faults LIMIT 1") !== undefined];
    expect(seen()).toEqual([false, false]);
    one.transaction("write", () => {
      one.schedule(due, "work", {});
      one.run("INSERT INTO faults (fault, remaining) VALUES ('{}', 1)");
    });
    expect(seen()).toEqual([true, true]);
    other.transaction("write", () => other.takeDue(due));
    expect([other.hasDue(due), one.hasDue(due)]).toEqual([false, false]);
    one.close();
    other.close();
  });

  it("does not change during a transaction that another process writes beside", () => {
    const [one, other] = [open(join(directory, "s")), open(join(directory, "s"))];
    const made = one.transaction("write", () => one.insert("thing", "a", { name: "first" }));
    other.transaction("read", () => {
      expect(other.find(named("first"))).toHaveLength(1);
      one.transaction("write", () => one.replace(made, { name: "second" }));
      expect([other.get("a")?.body, other.bySeq(made.seq)?.body]).toEqual([{ name: "first" }, { name: "first" }]);
    });
    expect(other.get("a")?.body).toEqual({ name: "second" });
    one.close();
    other.close();
  });

  it("is forgotten with the transaction that fails", () => {
    const store = open(":memory:");
    const made = store.transaction("write", () => store.insert("thing", "a", { name: "first" }));
    const failing = () =>
      store.transaction("write", () => {
        store.replace(made, { name: "second" });
        store.insert("thing", "b", { name: "second" });
        store.setMeta("m", "set");
        expect([store.get("a")?.body, store.find(named("second")).length]).toEqual([{ name: "second" }, 2]);
        throw new Error("undone");
      });
    expect(failing).toThrow("undone");
    expect([store.get("a")?.body, store.get("b"), store.meta("m")]).toEqual([{ name: "first" }, undefined, undefined]);
    expect(store.find(named("second"))).toEqual([]);
    store.close();
  });

  it("is what the file has, whatever is done to it", () => {
    const id = fc.constantFrom("a", "b", "A", "c");
    const body = fc.record({ name: fc.constantFrom("x", "X", "y", null), n: fc.nat(3) }) as fc.Arbitrary<Json>;
    const step = fc.oneof(
      fc.record({ does: fc.constant("make" as const), id, body }),
      fc.record({ does: fc.constant("change" as const), id, body }),
      fc.record({ does: fc.constantFrom("delete" as const, "restore" as const, "purge" as const), id }),
      fc.record({ does: fc.constantFrom("clear" as const, "empty" as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const store = open(":memory:");
        for (const one of steps) {
          store.transaction("write", () => {
            const object = "id" in one ? store.get(one.id, "either") : undefined;
            if (one.does === "clear") store.clear();
            else if (one.does === "empty") store.run("DELETE FROM properties");
            else if (one.does === "make") {
              if (!object) store.insert("thing", one.id, one.body);
            } else if (!object) return;
            else if (one.does === "change") store.replace(object, one.body);
            else if (one.does === "purge") store.purge(object);
            else store.setDeleted(object, one.does === "delete" ? "2026-01-01T00:00:00.000Z" : null);
          });
          const bodies = ["a", "b", "A", "c"].map((key) => store.get(key, "either")?.body);
          const kept = ["a", "b", "A", "c"].map((key) => {
            const row = store.row("SELECT body FROM objects WHERE id = ?", key);
            return row && (JSON.parse(String(row["body"])) as Json);
          });
          expect(bodies).toEqual(kept);
          for (const value of ["x", "y"]) {
            const found = store.find({ ...named(value), deleted: "either" }).map(({ seq }) => seq);
            const sql = "SELECT seq FROM properties WHERE name = 'name' AND value = ? ORDER BY seq";
            expect(found).toEqual(store.rows(sql, value).map(({ seq }) => Number(seq)));
          }
        }
        store.close();
      }),
    );
  });

  it("has room for a thousand objects, and finds the others all the same", () => {
    const store = open(":memory:");
    const ids = Array.from({ length: 2_500 }, (_, n) => `o${n}`);
    store.transaction("write", () => {
      for (const id of ids) store.insert("thing", id, { name: id });
    });
    expect(ids.filter((id) => store.get(id)?.body["name"] !== id)).toEqual([]);
    expect(ids.filter((id) => store.find(named(id)).length !== 1)).toEqual([]);
    store.close();
  });
});

it("a store in memory makes no file", () => {
  const store = open(":memory:");
  const files = store.rows("PRAGMA database_list").map(({ file }) => String(file));
  expect(files.filter((file) => file !== "" && existsSync(file))).toEqual([]);
  store.close();
});
