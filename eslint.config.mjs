// @ts-check
import { readdirSync } from "node:fs";
import tseslint from "typescript-eslint";

/** What is made of resources, and never known to them. */
const above = ["components", "cli", "access", "policies", "review", "record"].map((room) => `**/${room}/**`);

/** What engine and graph serve without knowing it: every subject of provider/, also one that is added, and what lists the kinds. */
const subjects = readdirSync(new URL("provider/", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !["engine", "graph"].includes(entry.name))
  .map(({ name }) => `**/${name}/**`);
const engineAbove = [...above, ...subjects, "**/kinds", "**/dynamic-v1", "**/emulator/**"];

/** What speaks to the engine of Pulumi, and so loads its SDK. The class that a program uses loads it only when one is made. */
const adapter = ["**/engine/pulumi/*", "!**/engine/pulumi/resource", "**/dynamic-v1"];

const oneWay = 'Imports go one way: see "Where things are" in CONTRIBUTING.md.';

/** @param {string} files @param {string[]} group @returns {import("typescript-eslint").ConfigArray[number]} */
const wall = (files, group) => ({
  files: [files],
  rules: { "no-restricted-imports": ["error", { patterns: [{ group, message: oneWay }] }] },
});

export default tseslint.config(
  {
    ignores: [
      "dist/",
      "node_modules/",
      "test/recorded/",
      ".demo/",
      ".entra-agent-id/",
      "eslint.config.mjs",
      "dependency-cruiser.config.mjs",
      "jest.config.mjs",
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { project: "tsconfig.test.json" } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true, argsIgnorePattern: "^_" }],
      "no-console": "error",
    },
  },
  { files: ["cli/**", "tools/**"], rules: { "no-console": "off" } },
  {
    // Pulumi resources declare themselves when they are constructed; nothing has to be done with the object.
    files: ["examples/**", "test/**"],
    rules: { "@typescript-eslint/no-new": "off", "@typescript-eslint/unbound-method": "off" },
  },
  // The walls of the house: imports point one way. Later rules replace earlier ones, so each names all that is shut out.
  wall("components/**", [...above.filter((room) => room !== "**/components/**"), "**/emulator/**"]),
  wall("cli/**", ["**/engine/pulumi/**", "**/dynamic-v1"]),
  wall("provider/**", [...above, "**/emulator/**", ...adapter]),
  wall("provider/dynamic-v1.ts", [...above, "**/emulator/**"]),
  wall("provider/graph/**", [...engineAbove, "**/engine/**"]),
  wall("provider/engine/*.ts", [...engineAbove, "./life/**", "./pulumi/**"]),
  wall("provider/engine/consistency/**", [...engineAbove, "../run/**", "../life/**", "../pulumi/**"]),
  wall("provider/engine/run/**", [...engineAbove, "../life/**", "../pulumi/**"]),
  wall("provider/engine/life/**", [...engineAbove, "../pulumi/**"]),
  wall("provider/engine/pulumi/**", engineAbove),
  // It stands in for Microsoft's servers: it must not know the code that it tests.
  wall("emulator/**", ["**/provider/**", ...above]),
  {
    // A run on a real tenant never loads the emulator: one place does, and only for the embedded tenant.
    files: ["provider/**", "components/**"],
    ignores: ["provider/graph/connection.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        ...["ImportExpression", "CallExpression[callee.name='require']"].map((load) => ({
          selector: `${load} > Literal[value=/\\bemulator\\b/]`,
          message: "Only provider/graph/connection.ts loads the emulator.",
        })),
      ],
    },
  },
  {
    // A life cycle must be usable without Pulumi's SDK: by the command, by another adapter. Types cost nothing.
    files: ["provider/**", "emulator/**", "cli/**"],
    ignores: ["provider/engine/pulumi/**"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["@pulumi/*"], allowTypeImports: true, message: "Only engine/pulumi and components load Pulumi." },
          ],
        },
      ],
    },
  },
);
