/**
 * A process that writes to a store until it is killed, and says what was acknowledged:
 * node --import ./typescript.mjs store-writer.ts FILE NAME [STATEMENT]
 *
 * With STATEMENT it kills itself, at the tenth write, after so many statements of that write's transaction.
 */
import { writeSync } from "node:fs";
import { SqliteStore } from "../../../emulator/state/sqlite-store";

const [file = "", name = "", statement] = process.argv.slice(2);
const store = new SqliteStore(file, () => ["name"]);
for (let count = 0; ; count += 1) {
  const key = `${name}-${count}`;
  let done = 0;
  const step = () => {
    done += 1;
    if (count === 10 && done === Number(statement)) process.kill(process.pid, "SIGKILL");
  };
  store.transaction("write", () => {
    const made = store.insert("user", `u-${key}`, { name: key });
    step();
    store.insert("group", `g-${key}`, { name: key });
    step();
    store.link("members", `g-${key}`, `u-${key}`);
    step();
    store.replace(made, { name: key, changed: true });
    step();
  });
  step();
  // Synchronous: what is on the pipe was acknowledged, whenever the process dies.
  writeSync(1, `${key}\n`);
}
