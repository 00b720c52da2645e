// Lets a child process require the TypeScript of this repository as it is: node --import this-file.
import { transformFileSync } from "@swc/core";
import Module from "node:module";

/** @typedef {(module: { _compile(code: string, file: string): void }, file: string) => void} Loader */
const { _extensions: extensions } = /** @type {{ _extensions: Record<string, Loader> }} */ (
  /** @type {unknown} */ (Module)
);

/** @type {Loader} */
const load = (module, file) => {
  const { code } = transformFileSync(file, {
    jsc: { target: "es2023", parser: { syntax: "typescript" } },
    module: { type: "commonjs" },
  });
  module._compile(code, file);
};
extensions[".ts"] = load;
