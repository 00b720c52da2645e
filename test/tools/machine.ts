import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const made: string[] = [];
afterAll(() => made.forEach((directory) => rmSync(directory, { recursive: true, force: true })));

export function aFolder(): string {
  const directory = mkdtempSync(path.join(tmpdir(), "entra-agent-id-test-"));
  made.push(directory);
  return directory;
}

/** A machine with exactly the programs that a test puts on it. */
export class Machine {
  readonly folder = aFolder();
  readonly path: string[] = [];
  readonly said: string[] = [];

  readonly log = (line: string): void => void this.said.push(line);

  get environment(): NodeJS.ProcessEnv {
    return {
      PATH: this.path.join(path.delimiter),
      HOME: this.folder,
      XDG_CACHE_HOME: path.join(this.folder, "cache"),
    };
  }

  /** Puts a shell script on PATH, in a folder that other programs of the same name share. Returns its path. */
  has(name: string, script: string, folder = "bin"): string {
    const directory = path.join(this.folder, folder);
    if (!this.path.includes(directory)) this.path.push(directory);
    return executable(path.join(directory, name), script);
  }

  /** A program of the real machine. */
  borrows(name: string, from: string): void {
    const directory = path.join(this.folder, "borrowed");
    if (!this.path.includes(directory)) this.path.push(directory);
    mkdirSync(directory, { recursive: true });
    symlinkSync(from, path.join(directory, name));
  }
}

export function executable(file: string, script: string): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}
