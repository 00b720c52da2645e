// @ts-check
import tseslint from "typescript-eslint";

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
  {
    // The emulator stands in for Microsoft's servers: it must not know the code that it tests.
    files: ["emulator/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: ["**/provider/**", "**/components/**", "**/cli/**", "@pulumi/*"] },
      ],
    },
  },
  {
    files: ["provider/graph/**"],
    rules: {
      "no-restricted-imports": ["error", { patterns: ["**/engine/**", "**/components/**", "**/cli/**", "@pulumi/*"] }],
    },
  },
);
