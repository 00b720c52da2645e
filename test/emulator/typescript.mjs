// Lets a child process require the TypeScript of this repository as it is: node --import this-file.
import { transformFileSync } from "@swc/core";
import Module from "node:module";

/** @type {Record<string, (module: { _compile(code: string, file: string): void }, file: string) => void>} */
const extensions = /** @type {any} */ (Module)._extensions;

extensions[".ts"] = (module, file) => {
  const { code } = transformFileSync(file, {
    jsc: { target: "es2023", parser: { syntax: "typescript" } },
    module: { type: "commonjs" },
  });
  module._compile(code, file);
};
