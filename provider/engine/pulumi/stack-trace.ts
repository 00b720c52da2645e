/**
 * What a stack trace says while a resource is declared. Pulumi takes one for every resource: its first line becomes the
 * resource's source position, and the whole of it is kept in the stack's state.
 */

/** Here Pulumi takes a trace for every property of every resource, to print it when it looks for promises that never settled. */
const debugging = /[\\/]@pulumi[\\/]pulumi[\\/]runtime[\\/]debuggable\.js$/;

/** Where a program ends and what runs it begins: Node's module loader, Pulumi's own runner. */
const runner = /^node:internal\/modules\/|[\\/]@pulumi[\\/]pulumi[\\/]cmd[\\/]/;

/** V8's way to print a trace; what is set here (source maps, as a rule) goes on printing. */
type Print = (error: Error, frames: NodeJS.CallSite[]) => unknown;
const tracing: { prepareStackTrace?: Print | undefined } = Error;

/**
 * Until the returned function is called, stack traces leave out `ours`, so that the source position is the program's line,
 * and what runs the program: a dozen lines, the same for every resource, that would be a quarter of a state's bytes and of
 * the time that saving it takes (docs/decisions/0008).
 *
 * @param ours file whose frames stand between Pulumi's classes and the program
 */
export function traceProgramOnly(ours: string): () => void {
  const before = tracing.prepareStackTrace;
  const print = before ?? plainly;
  tracing.prepareStackTrace = (error, frames) => {
    // Nobody reads it then, and it would be a sixth of the time that a resource takes.
    if (!process.env["PULUMI_DEBUG_PROMISE_LEAKS"] && debugging.test(frames[0]?.getFileName() ?? ""))
      return String(error);
    const end = frames.findIndex((frame) => runner.test(frame.getFileName() ?? ""));
    const ofProgram = end === -1 ? frames : frames.slice(0, end);
    return print(
      error,
      ofProgram.filter((frame) => frame.getFileName() !== ours),
    );
  };
  return () => {
    tracing.prepareStackTrace = before;
  };
}

const plainly: Print = (error, frames) =>
  [String(error), ...frames.map((frame) => `    at ${(frame as { toString(): string }).toString()}`)].join("\n");
