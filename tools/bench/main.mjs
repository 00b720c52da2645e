// @ts-check
/** `npm run bench`: how long the real CLI takes and how often it asks, against a tenant 50 ms away. */
import { fleetOf } from "./fleet.mjs";
import { Workspace } from "./workspace.mjs";

/** @typedef {import("./workspace.mjs").Measured} Measured */

/** Milliseconds a round trip takes. What the peer was measured with. */
const delay = 50;

/** @param {number} seconds */
const rounded = (seconds) => seconds.toFixed(1);

/** @param {number} count @param {NodeJS.ProcessEnv} [environment] */
async function fleet(count, environment) {
  const workspace = await Workspace.open({
    program: fleetOf(count),
    delay,
    ...(environment === undefined ? {} : { environment }),
  });
  try {
    const apply = await workspace.measure("up", "--yes", "--skip-preview");
    const stateBytes = workspace.stateBytes();
    const preview = await workspace.measure("preview", "--expect-no-changes");
    const refresh = await workspace.measure("refresh", "--yes", "--skip-preview", "--expect-no-changes");
    const destroy = await workspace.measure("destroy", "--yes", "--skip-preview");
    return { apply, preview, refresh, destroy, stateBytes };
  } finally {
    workspace.close();
  }
}

/** @param {Awaited<ReturnType<typeof fleet>>} measured */
const closing = ({ apply, preview, refresh, destroy }) =>
  `apply ${rounded(apply.seconds)} s ${apply.roundTrips} round trips · preview ${rounded(preview.seconds)} s ${preview.roundTrips} · ` +
  `refresh ${rounded(refresh.seconds)} s ${refresh.roundTrips} · destroy ${rounded(destroy.seconds)} s ${destroy.roundTrips}`;

/** @type {Readonly<Record<string, () => Promise<void>>>} */
const benchmarks = {
  async fleet100() {
    console.log(closing(await fleet(100)));
  },
};

const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(benchmarks)) {
  const benchmark = benchmarks[name];
  if (!benchmark) {
    console.error(`There is no benchmark "${name}". There are: ${Object.keys(benchmarks).join(", ")}.`);
    process.exitCode = 2;
    break;
  }
  await benchmark();
}
