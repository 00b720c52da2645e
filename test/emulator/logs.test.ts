/** Logs hold the newest entries, whatever else the tenant is doing. */
import { entityOf } from "../../emulator/entities";
import { mostLogEntries, writeLog } from "../../emulator/rules/logs";
import { SqliteStore } from "../../emulator/state/sqlite-store";

const open = (file = ":memory:") => new SqliteStore(file, (kind) => entityOf(kind).indexed);
const kinds = ["directoryAudit"];

describe("a log", () => {
  it.each([1, 2, 4])("is bounded when each entry comes with %i other objects", (others) => {
    const store = open();
    store.transaction("write", () => {
      const old = Array.from({ length: mostLogEntries }, (_, n) => ({
        kind: "directoryAudit",
        id: `old ${n}`,
        body: {},
      }));
      store.insertMany(old);
      for (let n = 1; n <= 250; n += 1) {
        for (let other = 0; other < others; other += 1) store.insert("group", `group ${n} ${other}`, {});
        writeLog(store, "directoryAudit", `new ${n}`, {});
      }
    });
    expect(store.count({ kinds })).toBeGreaterThanOrEqual(mostLogEntries);
    expect(store.count({ kinds })).toBeLessThan(mostLogEntries + 100);
    expect([store.get("old 0"), store.get("new 250")?.kind]).toEqual([undefined, "directoryAudit"]);
    store.close();
  });

  it("is also bounded by a process that writes little", () => {
    const store = open();
    store.transaction("write", () => {
      const old = Array.from({ length: mostLogEntries + 7 }, (_, n) => ({ kind: "signIn", id: `old ${n}`, body: {} }));
      store.insertMany(old);
      writeLog(store, "signIn", "new", {});
    });
    expect(store.count({ kinds: ["signIn"] })).toBe(mostLogEntries);
    store.close();
  });
});
