// @ts-check
/** What must be true before a release is made. Each says what to do where it is not. */

/**
 * @typedef {object} Circumstances
 * @property {string} version in package.json
 * @property {string} [repository] address in package.json
 * @property {string} changed what `git status --porcelain` prints
 * @property {readonly string[]} tags of the repository
 * @property {readonly string[]} tagsHere of this commit
 * @property {readonly string[]} types the type token of every kind that can be declared
 * @property {readonly string[]} [recorded] types of the resources in the recorded stack of this version; undefined where there is none
 * @property {string} [publishing] owner/name of the GitHub repository, where a workflow publishes; undefined on a desk
 */

/** @param {string} version */
export const tagOf = (version) => `v${version}`;

/** The last part of a type token. @param {string} type */
const kindOf = (type) => type.slice(type.lastIndexOf(":") + 1);

/** An address as npm compares it with the provenance. @param {string} address */
const normal = (address) => address.replace(/^git\+/, "").replace(/\.git$/, "");

/** @param {Circumstances} circumstances @returns {string[]} what is missing; none when a release can be made */
export function whatIsMissing({ version, repository, changed, tags, tagsHere, types, recorded, publishing }) {
  const tag = tagOf(version);
  /** @type {string[]} */
  const missing = [];
  if (changed !== "") missing.push(`the working tree has changes that are not committed:\n${changed.trimEnd()}`);
  if (recorded === undefined)
    missing.push(`test/recorded/${version} is missing. Run npm run record and commit what it writes.`);
  const unrecorded = types.filter((type) => recorded !== undefined && !recorded.includes(type)).map(kindOf);
  if (unrecorded.length > 0)
    missing.push(
      `the recorded stack in test/recorded/${version} has no ${unrecorded.join(", no ")}. If this version was never published, delete the folder, run npm run record and commit what it writes; else change the version.`,
    );
  if (tags.includes(tag) && !tagsHere.includes(tag))
    missing.push(`${tag} is the tag of another commit. Change the version in package.json, or check out ${tag}.`);
  if (publishing === undefined) return missing;
  if (!tagsHere.includes(tag)) missing.push(`this commit has no tag ${tag}. Tag it with the version of package.json.`);
  const address = `https://github.com/${publishing}`;
  if (repository === undefined || normal(repository) !== address)
    missing.push(
      `"repository" in package.json is ${repository ?? "missing"}, and npm compares it with the provenance. Set it to ${address}.`,
    );
  return missing;
}
