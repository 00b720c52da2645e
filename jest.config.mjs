/** One transform for every test; jose and commander are published as ES modules only, so they are compiled too. */
const shared = {
  testEnvironment: "node",
  transform: {
    "^.+\\.(ts|js|mjs)$": [
      "@swc/jest",
      { jsc: { target: "es2023", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
  transformIgnorePatterns: ["/node_modules/(?!(jose|commander)/)"],
  modulePathIgnorePatterns: ["<rootDir>/dist", "<rootDir>/.demo", "<rootDir>/test/.work"],
};

export default {
  // Of a busy machine's time: what hangs ends all the same.
  testTimeout: 600_000,
  testSequencer: "<rootDir>/tools/longest-first.mjs",
  projects: [
    // Milliseconds each: rules, the emulated tenant, every resource through the real Graph client, components with mocks.
    {
      ...shared,
      displayName: "rules",
      testMatch: ["<rootDir>/test/**/*.test.ts"],
      testPathIgnorePatterns: ["<rootDir>/test/cli/"],
    },
    // Seconds each: the real Pulumi CLI.
    { ...shared, displayName: "cli", testMatch: ["<rootDir>/test/cli/**/*.test.ts"] },
  ],
};
