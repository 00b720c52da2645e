import { traceProgramOnly } from "../../../../provider/engine/pulumi/stack-trace";

const traceHere = (): string => new Error("here").stack ?? "";

describe("the stack trace of a declared resource", () => {
  afterEach(() => {
    expect(traceHere()).toContain(__filename);
  });

  it("leaves out the files that stand between Pulumi and the program, and only while it is asked for", () => {
    const traceAll = traceProgramOnly(__filename);
    const trace = traceHere();
    traceAll();
    expect(trace).toMatch(/^Error: here\n\s+at /);
    expect(trace).not.toContain(__filename);
  });

  it("ends where the program does", () => {
    const frame = (file: string) => ({ getFileName: () => file, toString: () => file }) as unknown as NodeJS.CallSite;
    const program = ["/p/node_modules/@pulumi/pulumi/resource.js", "/p/component.ts", "/p/index.ts"];
    const runner = ["node:internal/modules/cjs/loader", "/p/node_modules/ts-node/src/index.ts"];
    const runners = [runner, ["/p/node_modules/@pulumi/pulumi/cmd/run/run.js", "node:internal/process/task_queues"]];
    for (const frames of runners) {
      const traceAll = traceProgramOnly("/p/ours.ts");
      const printed = String(Error.prepareStackTrace(new Error("x"), [...program, ...frames].map(frame)));
      traceAll();
      for (const file of program) expect(printed).toContain(file);
      for (const file of frames) expect(printed).not.toContain(file);
    }
  });

  it("is one line where Pulumi keeps it to look for leaked promises, unless it does", () => {
    const frame = (file: string) => ({ getFileName: () => file, toString: () => file }) as unknown as NodeJS.CallSite;
    const frames = ["/p/node_modules/@pulumi/pulumi/runtime/debuggable.js", "/p/index.ts"].map(frame);
    const traceAll = traceProgramOnly("/p/ours.ts");
    expect(Error.prepareStackTrace(new Error("x"), frames)).toBe("Error: x");
    process.env["PULUMI_DEBUG_PROMISE_LEAKS"] = "1";
    expect(Error.prepareStackTrace(new Error("x"), frames)).toContain("/p/index.ts");
    delete process.env["PULUMI_DEBUG_PROMISE_LEAKS"];
    traceAll();
  });

  it("is printed by whoever printed it before", () => {
    const before = Error.prepareStackTrace;
    Error.prepareStackTrace = (_error, frames) => `printed ${frames.length > 0}`;
    const traceAll = traceProgramOnly("elsewhere");
    const trace = traceHere();
    traceAll();
    Error.prepareStackTrace = before;
    expect(trace).toBe("printed true");
  });
});
