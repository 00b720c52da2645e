/** Programs that the documentation shows. */
import * as path from "node:path";
import * as ts from "typescript";
import { root, textOf } from "./pages";

/** The first program on a page. */
export function programOn(page: string): string {
  const [, program] = /```ts\n(?:\/\/ index\.ts\n)?([^]*?)```/.exec(textOf(page)) ?? [];
  if (program === undefined) throw new Error(`${page} shows no program`);
  return program;
}

/** What the compiler says of a program that stands beside the quickstart's. The package must be built. */
export function complaints(program: string): string[] {
  const file = path.join(root, "examples/quickstart/documented.ts");
  const options = ts.convertCompilerOptionsFromJson(
    { module: "nodenext", strict: true, noEmit: true, skipLibCheck: true, types: [] },
    root,
  ).options;
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, program, ts.ScriptTarget.ES2023) : read(name, ...rest);
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram([file], options, host));
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}
