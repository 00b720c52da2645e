// @ts-check
/** Imports never go round in a circle, types included: whoever opens a file has to know what is below it, and no more. */

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "import-circle",
      severity: "error",
      comment: "Move what both need into a file of its own, or pass it in.",
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    // Before compilation imports of types alone are still there.
    tsPreCompilationDeps: true,
    exclude: { path: ["(^|/)node_modules/", "^dist/", "^\\.demo/", "^test/(\\.work|recorded)/"] },
  },
};
