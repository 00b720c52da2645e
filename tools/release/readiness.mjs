// @ts-check
/** What must be true before a release is made. Each says what to do where it is not. */

/**
 * @typedef {object} Circumstances
 * @property {string} version in package.json
 * @property {string} [repository] address in package.json
 * @property {string} changed what `git status --porcelain` prints
 * @property {readonly string[]} tags of the repository
 * @property {readonly string[]} tagsHere of this commit
 * @property {readonly string[]} recorded releases whose stack is kept in test/recorded
 * @property {string} [publishing] owner/name of the GitHub repository, where a workflow publishes; undefined on a desk
 */

/** @param {string} version */
export const tagOf = (version) => `v${version}`;

/** An address as npm compares it with the provenance. @param {string} address */
const normal = (address) => address.replace(/^git\+/, "").replace(/\.git$/, "");

/** @param {Circumstances} circumstances @returns {string[]} what is missing; none when a release can be made */
export function whatIsMissing({ version, repository, changed, tags, tagsHere, recorded, publishing }) {
  const tag = tagOf(version);
  /** @type {string[]} */
  const missing = [];
  if (changed !== "") missing.push(`the working tree has changes that are not committed:\n${changed.trimEnd()}`);
  if (!recorded.includes(version))
    missing.push(`test/recorded/${version} is missing. Run npm run record and commit what it writes.`);
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
