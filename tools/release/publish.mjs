// @ts-check
/**
 * Publishes what `npm run release:prepare` wrote: on npm, then on GitHub. It can be repeated: what was published before is
 * compared, and not published again. Built-ins only: where it runs, nothing is installed.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { lastLines, run } from "../command.mjs";
import { parseJson } from "../json.mjs";
import { tagOf } from "./readiness.mjs";

/**
 * @typedef {object} Publication
 * @property {string} name in package.json
 * @property {string} version in package.json
 * @property {string} folder what `npm run release:prepare` wrote
 * @property {string} registry address of the npm registry
 * @property {NodeJS.ProcessEnv} env where npm and gh are found, and what they sign in with
 * @property {(text: string) => void} show gets what it does, as it happens
 */

const answerTimeoutMs = 60_000;

/** @param {Publication} publication @returns {Promise<void>} */
export async function publish({ name, version, folder, registry, env, show }) {
  /** @param {string} file @param {string[]} args */
  const must = async (file, ...args) => {
    const { code, output } = await run(file, args, { env, show });
    if (code !== 0) throw new Error(`${file} ${args.join(" ")} ended with ${code}:\n${lastLines(output, 20)}`);
  };

  const files = readdirSync(folder).sort();
  const [packed, ...others] = files.filter((file) => file.endsWith(".tgz"));
  if (packed === undefined || others.length > 0) throw new Error(`cannot publish: ${folder} must have one *.tgz`);
  const file = path.join(folder, packed);
  const integrity = `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
  const published = await integrityOf(`${registry}/${name}/${version}`);
  if (published === undefined) await must("npm", "publish", file);
  else if (published === integrity) show(`npm has ${name} ${version} already.\n`);
  else
    throw new Error(
      `cannot publish ${name} ${version}: npm has it with other content (${published}, and not ${integrity}). Run again only the job that failed, which publishes the same files; or change the version.`,
    );

  const tag = tagOf(version);
  const released = await run("gh", ["release", "view", tag, "--json", "isDraft", "--jq", ".isDraft"], { env });
  if (released.code === 0 && released.stdout.trim() === "true")
    throw new Error(
      `cannot release ${tag} on GitHub: it has a draft, without all files. Delete the draft; run this again.`,
    );
  if (released.code === 0) {
    show(`GitHub has the release ${tag} already.\n`);
    return;
  }
  // Where gh failed for another reason than that there is none, this fails for the same reason.
  const description = path.join(folder, "description.md");
  const attached = files.map((one) => path.join(folder, one)).filter((one) => one !== description);
  await must("gh", "release", "create", tag, "--verify-tag", "--notes-file", description, ...attached);
}

/** @param {string} url of one version in the registry @returns {Promise<string | undefined>} undefined where it was not published */
async function integrityOf(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(answerTimeoutMs) });
  const text = await response.text();
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`cannot ask the registry whether ${url} is published: ${response.status} ${text}`);
  return /** @type {{ dist: { integrity: string } }} */ (parseJson(text)).dist.integrity;
}
