// @ts-check
/** What a release says about itself, in Markdown: the text of the release on GitHub. */

/**
 * @typedef {object} Release
 * @property {string} name
 * @property {string} version
 * @property {string} commit
 * @property {string} software what the tests ran with
 * @property {string} tests the line with which they ended
 * @property {string} [before] tag of the release before
 * @property {readonly string[]} changes subjects of the commits since then, newest first; none of a first release
 * @property {{ filename: string, integrity: string, size: number, unpackedSize: number, entryCount: number }} packed as `npm pack` says
 * @property {readonly { file: string, sha256: string, what: string }[]} files beside the package
 */

/** @param {number} bytes */
const kilobytes = (bytes) => `${Math.round(bytes / 1000).toLocaleString("en")} kB`;

/** @param {Release} release */
export function describe({ name, version, commit, software, tests, changes, before, packed, files }) {
  return [
    `# ${name} ${version}`,
    `Commit ${commit}. ${software}.`,
    `Tests (\`npm run test:all\`): ${tests}.`,
    "## What is published",
    [
      `- \`${packed.filename}\`: ${kilobytes(packed.size)}, ${packed.entryCount} files, ${kilobytes(packed.unpackedSize)} unpacked; \`${packed.integrity}\``,
      ...files.map(({ file, sha256, what }) => `- \`${file}\`: ${what}; sha256 \`${sha256}\``),
    ].join("\n"),
    `The npm registry keeps the provenance: \`npm audit signatures\` in a project that has installed it says whether this package was built from that commit.`,
    before === undefined
      ? "This is the first release."
      : `## What changed since ${before}\n\n${changes.map((change) => `- ${change}`).join("\n")}`,
  ]
    .join("\n\n")
    .concat("\n");
}
