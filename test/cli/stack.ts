import { type ChildProcess } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openTenant } from "../../emulator/tenant";
import { run } from "../../tools/command.mjs";
import { pulumiEnvironment } from "../../tools/pulumi-cli/environment.mjs";
import { ensurePulumiCli } from "../../tools/pulumi-cli/pulumi-cli.mjs";
import { Backend } from "./backend";
import { type Outcome, readOutcome } from "./outcome";

const root = path.resolve(__dirname, "../..");
const home = path.join(root, "node_modules", ".cache", "pulumi-entra-agent-id", "pulumi-home");

/** A project folder whose programs find this package and Pulumi's SDK above them, as those in the repository do. */
function aProjectFolder(): string {
  const above = mkdtempSync(path.join(realpathSync(tmpdir()), "entra-agent-id-stack-"));
  symlinkSync(path.join(root, "node_modules"), path.join(above, "node_modules"), "junction");
  const directory = path.join(above, "project");
  mkdirSync(directory);
  return directory;
}

/** Text of a CommonJS program (starts faster than TypeScript), or a folder with an index.ts, relative to the repository. */
export type ProgramSource = { source: string } | { folder: string };

export interface StackOptions {
  /** Embedded tenant directory, which becomes as real as we know; without it the stack has one of its own. Give one to let two stacks share it. */
  tenant?: string;
  /** Environment variables for the CLI and everything that it starts. */
  environment?: NodeJS.ProcessEnv;
  /** As in Pulumi.yaml `options: {refresh: always}`. Our projects set it; tests that count steps may not want it. */
  refresh?: "always";
  /** A folder that brings its own node_modules; the test removes it. */
  directory?: string;
}

/** A CLI run that has begun, for tests that stop it on the way. */
export interface BegunRun {
  /** Waits until the text stands in its output. */
  says: (text: string) => Promise<void>;
  kill: (signal: NodeJS.Signals) => void;
  /** Process id of the CLI. */
  pid: number;
  outcome: Promise<Outcome>;
}

/** A project, a stack and its state, driven by the real CLI. */
export class Stack {
  readonly directory: string;
  readonly tenantDirectory: string;
  readonly backend: Backend;
  /** Variables for the next runs; tests set and delete them. */
  readonly environment: NodeJS.ProcessEnv;
  readonly #pulumi: string;
  readonly #isOurs: boolean;
  #runs = 0;

  private constructor(pulumi: { pulumi: string; directory: string; chosen: string }, options: StackOptions) {
    this.#pulumi = pulumi.pulumi;
    mkdirSync(home, { recursive: true });
    this.#isOurs = options.directory === undefined;
    this.directory = options.directory ?? aProjectFolder();
    this.tenantDirectory = options.tenant ?? path.join(this.directory, "tenant");
    const tenant = openTenant({ directory: this.tenantDirectory });
    tenant.set({ profiles: "real" });
    tenant.close();
    const state = path.join(this.directory, "state");
    mkdirSync(state);
    this.backend = new Backend(state);
    this.environment = {
      ...pulumiEnvironment(pulumi, { home, state, tenant: `local:${this.tenantDirectory}` }),
      PULUMI_STACK: "test",
      // The event log is an option for people who work on Pulumi.
      PULUMI_DEBUG_COMMANDS: "1",
      ...options.environment,
    };
  }

  /** Makes the project and its stack; nothing is deployed yet. */
  static async create(program: ProgramSource, options: StackOptions = {}): Promise<Stack> {
    const stack = new Stack(await ensurePulumiCli({ log: () => undefined }), options);
    const typescript = "folder" in program;
    const runtime = { name: "nodejs", options: { typescript } };
    const project = { name: "test", runtime, ...(options.refresh ? { options: { refresh: options.refresh } } : {}) };
    stack.write("Pulumi.yaml", JSON.stringify(project));
    stack.edit(program);
    await stack.succeed("stack", "init", "test");
    return stack;
  }

  /** Replaces the program. */
  edit(program: ProgramSource): void {
    if ("folder" in program) {
      cpSync(path.join(root, program.folder), this.directory, { recursive: true });
      return;
    }
    // Without it Node.js would take the repository's own package.json for this program's.
    this.write("package.json", JSON.stringify({ name: "program", main: "index.js" }));
    this.write("index.js", program.source);
  }

  write(name: string, text: string): void {
    const file = path.join(this.directory, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  read(name: string): string {
    return readFileSync(path.join(this.directory, name), "utf8");
  }

  up(...args: string[]): Promise<Outcome> {
    return this.begin("up", "--yes", "--skip-preview", ...args).outcome;
  }

  preview(...args: string[]): Promise<Outcome> {
    return this.begin("preview", ...args).outcome;
  }

  refresh(...args: string[]): Promise<Outcome> {
    return this.begin("refresh", "--yes", "--skip-preview", ...args).outcome;
  }

  destroy(...args: string[]): Promise<Outcome> {
    return this.begin("destroy", "--yes", "--skip-preview", ...args).outcome;
  }

  /** Takes the lock of a killed run away. */
  async cancel(): Promise<void> {
    await this.succeed("cancel", "--yes", "test");
  }

  /** Starts an operation without waiting for its end. */
  begin(operation: string, ...args: string[]): BegunRun {
    const log = path.join(this.directory, `events-${++this.#runs}.ndjson`);
    const started: { process?: ChildProcess } = {};
    const ended = this.#run([operation, ...args, "--suppress-permalink=true", "--event-log", log], (child) => {
      started.process = child;
    });
    const { process } = started;
    if (process === undefined) throw new Error("the CLI was not started");
    return {
      says: (text) => untilSaid(process, text),
      kill: (signal) => process.kill(signal),
      pid: process.pid ?? 0,
      outcome: ended.then(({ code, output }) => readOutcome(log, code, output)),
    };
  }

  /** Any other command, which must succeed. Returns what it printed. */
  async succeed(...args: string[]): Promise<string> {
    const { code, output, stdout } = await this.#run(args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${output}`);
    return stdout;
  }

  remove(): void {
    if (this.#isOurs) rmSync(path.dirname(this.directory), { recursive: true, force: true });
  }

  #run(args: readonly string[], onStart: (child: ChildProcess) => void = () => undefined) {
    const cwd = this.directory;
    return run(this.#pulumi, [...args, "--non-interactive", "--color", "never"], {
      cwd,
      env: this.environment,
      onStart,
    });
  }
}

function untilSaid(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let heard = "";
    child.stdout?.on("data", (part: string) => {
      heard += part;
      if (heard.includes(text)) resolve();
    });
    child.on("close", () => reject(new Error(`The CLI ended without saying "${text}". It said:\n${heard}`)));
  });
}

const made: Stack[] = [];

/** A stack that is removed after the tests of the file. */
export async function aStack(program: ProgramSource, options?: StackOptions): Promise<Stack> {
  const stack = await Stack.create(program, options);
  made.push(stack);
  return stack;
}

afterAll(() => made.forEach((stack) => stack.remove()));
