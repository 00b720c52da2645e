// @ts-check
/** The demo's edit of the user's program: by exact text, and taken back whatever happens to the demo. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { readJson } from "../json.mjs";

/** @typedef {import("./story.mjs").Edit} Edit */

/** @param {string} text @param {readonly Edit[]} edits @param {string} name of the program, for the message @returns {string} */
export function edited(text, edits, name) {
  return edits.reduce((current, { what, find, replace }) => {
    const found = current.split(find).length - 1;
    if (found === 1) return current.replace(find, () => replace);
    throw new Error(
      `The demo cannot make its change "${what}": ${name} holds this text ${found === 0 ? "nowhere" : `${found} times`}:\n\n${find.trimEnd()}\n\n` +
        `Put the program back (git checkout ${name}) or adapt tools/demo/story.mjs to it.`,
    );
  }, text);
}

export class Program {
  /** @param {string} root @param {string} name relative to root @param {string} folder where the original is kept meanwhile */
  constructor(root, name, folder) {
    this.name = name;
    this.file = path.join(root, name);
    this.backup = path.join(folder, "program-before-the-demo.json");
  }

  read() {
    return readFileSync(this.file, "utf8");
  }

  /** Refuses before anything is written. @param {readonly Edit[]} edits @returns {string} the text as it will be */
  planned(edits) {
    return edited(this.read(), edits, this.name);
  }

  /** @param {readonly Edit[]} edits */
  edit(edits) {
    const before = this.read();
    const after = edited(before, edits, this.name);
    mkdirSync(path.dirname(this.backup), { recursive: true });
    // The backup is complete before the program changes, so a kill at any moment leaves a way back.
    replaceFile(this.backup, JSON.stringify({ before, after }));
    replaceFile(this.file, after);
  }

  /** @returns {"nothing to do" | "restored" | "changed since"} */
  restore() {
    if (!existsSync(this.backup)) return "nothing to do";
    const { before, after } = /** @type {{ before: string, after: string }} */ (readJson(this.backup));
    const now = this.read();
    // Somebody worked on the program after a killed demo: his work is worth more than the demo's order.
    if (now !== before && now !== after) return "changed since";
    if (now === after) replaceFile(this.file, before);
    rmSync(this.backup);
    return now === after ? "restored" : "nothing to do";
  }
}

/** In one step: a reader, or a kill, meets the old text or the new one. @param {string} file @param {string} text */
function replaceFile(file, text) {
  const making = `${file}.${process.pid}.tmp`;
  writeFileSync(making, text);
  renameSync(making, file);
}
