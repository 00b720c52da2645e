// @ts-check
import tseslint from "typescript-eslint";

/** What is made of resources, and never known to them. */
const above = ["components", "cli", "access", "policies", "review", "record"].map((room) => `**/${room}/**`);

/** @param {string} files @param {string[]} group */
const wall = (files, group) => ({ files: [files], rules: { "no-restricted-imports": ["error", { patterns: group }] } });

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
  wall("provider/**", above),
  wall("provider/graph/**", [...above, "**/engine/**"]),
  wall("provider/engine/*.ts", [...above, "./life/**", "./pulumi/**"]),
  wall("provider/engine/consistency/**", [...above, "../run/**", "../life/**", "../pulumi/**"]),
  wall("provider/engine/run/**", [...above, "../life/**", "../pulumi/**"]),
  wall("provider/engine/life/**", [...above, "../pulumi/**"]),
  // It stands in for Microsoft's servers: it must not know the code that it tests.
  wall("emulator/**", ["**/provider/**", ...above]),
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
