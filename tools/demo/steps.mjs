// @ts-check
/** The demo's steps, each with a heading, one sentence on why, and Pulumi's own output. */
import path from "node:path";
import { seconds } from "../command.mjs";
import { makeReal } from "./embedded-tenant.mjs";
import { Intruder } from "./intruder.mjs";
import { edits, intrusion } from "./story.mjs";
import { summary } from "./summary.mjs";

/** @typedef {{ stack: import("./stack.mjs").Stack, program: import("./program.mjs").Program, say: (line: string) => void }} Stage */

const quiet = ["--suppress-permalink=true", "--suppress-progress"];
const apply = ["up", "--yes", "--skip-preview", ...quiet];
const preview = ["preview", "--diff", ...quiet];
const nothingToDo = ["preview", "--expect-no-changes", ...quiet];
const lookOnly = ["refresh", "--preview-only", "--diff", ...quiet];

/** @param {Stage} stage */
export async function playStory({ stack, program, say }) {
  const began = Date.now();
  let number = 0;
  const step = (/** @type {string} */ heading, /** @type {string} */ why) =>
    say(`\n=== ${++number}. ${heading}\n    ${why}\n`);
  // Found out now and not after the first update: the story fits the program.
  program.planned(edits);
  const tenant = path.join(stack.root, ".entra-agent-id");
  makeReal(tenant);
  await clearLastRun(stack, say);
  say(
    "What Pulumi says is shown as it says it; only its long names are shortened, and lines of mere progress left out.",
  );

  step(
    "pulumi up: the fleet is created",
    `${program.name} declares a fleet of agents; Pulumi creates what the tenant lacks.`,
  );
  await stack.succeed(apply, { show: true });

  step("pulumi preview: nothing to do", "What is declared is what is there, so a second look finds no difference.");
  await stack.succeed(nothingToDo, { show: true });

  step(
    `The program is changed, and previewed`,
    "A reviewer sees what would change, property by property, before anything does:",
  );
  for (const { what } of edits) say(`    - ${what}`);
  say("");
  program.edit(edits);
  await stack.succeed(preview, { show: true });

  step("pulumi up: the change is applied", "Only the difference is sent to the tenant.");
  await stack.succeed(apply, { show: true });

  step("Somebody changes the tenant by hand", `Behind Pulumi's back, somebody ${intrusion.what}.`);
  const intruder = new Intruder(tenant);
  try {
    await intruder.act(agentIn(await stack.resources(), intrusion.agent), intrusion);
    const drift = await stack.succeed(lookOnly, { show: true });
    const unseen = intrusion.shows.filter((text) => !drift.stdout.includes(text));
    if (unseen.length > 0) throw new Error(`The refresh does not show what was changed by hand: ${unseen.join(", ")}.`);

    step(
      "pulumi up: the tenant is put right",
      "The program counts, and Pulumi.yaml says to look at the tenant before every update (refresh: always).",
    );
    await stack.succeed(apply, { show: true });
  } finally {
    intruder.close();
  }
  await stack.succeed(nothingToDo);
  program.restore();
  say(summary(await stack.resources(), stack, seconds(began)));
}

/** @param {import("./stack.mjs").Resource[]} resources @param {string} displayName @returns {string} object id */
function agentIn(resources, displayName) {
  const agent = resources.find(
    ({ type, inputs }) => type.endsWith(":AgentIdentity") && inputs?.["displayName"] === displayName,
  );
  if (agent?.id === undefined) throw new Error(`The demo's stack holds no agent identity "${displayName}".`);
  return agent.id;
}

/** The story starts with an empty stack; in the tenant the objects of the last run go to the recycle bin. @param {import("./stack.mjs").Stack} stack @param {(line: string) => void} say */
async function clearLastRun(stack, say) {
  if ((await stack.resources()).length === 0) return;
  say("\nRemoving what the last run of the demo created (pulumi destroy).");
  await stack.succeed(["destroy", "--yes", "--skip-preview"]);
}
