// @ts-check
/** The environment that is recommended for large stacks: what is measured here, and what docs/large-stacks.md says. */

/** Costs nothing when something crashes. @type {Readonly<Record<string, string>>} */
export const recommended = {
  // Resources in work at once, and so what a batch can hold. Pulumi's default is four for each core.
  PULUMI_PARALLEL: "64",
  // Without it the engine compares one resource after the other.
  PULUMI_PARALLEL_DIFF: "1",
};

/** The state is written once, at the end: what is made in a run that is killed has to be found again by the next. */
export const withoutCheckpoints = { ...recommended, PULUMI_SKIP_CHECKPOINTS: "true" };
