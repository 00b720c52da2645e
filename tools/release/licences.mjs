// @ts-check
/** Under which licences the packages stand that come with this one, and whether they may. */

/**
 * SPDX ids that a user of this package may be given: each permits use, change and redistribution in closed products, and asks
 * for no more than that its notice stays. A new one is a decision: add it here, and say why in the commit.
 */
export const allowedLicences = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "ISC", "MIT"];

/**
 * @param {string} expression SPDX: ids with AND and OR, of which AND binds closer. Anything else is not allowed: brackets
 *   inside of it, WITH, "SEE LICENSE IN …"
 */
export function isAllowed(expression) {
  const whole = /^\([^()]*\)$/.test(expression) ? expression.slice(1, -1) : expression;
  return whole.split(" OR ").some((every) => every.split(" AND ").every((id) => allowedLicences.includes(id)));
}

/** @typedef {{ name: string, version: string, license: string }} Licensed */

/**
 * @param {readonly Licensed[]} packages
 * @returns {string} one line a package
 * @throws an error that names every package whose licence is not allowed
 */
export function licenceList(packages) {
  const refused = packages.filter(({ license }) => !isAllowed(license));
  if (refused.length > 0) {
    const lines = refused.map(({ name, version, license }) => `  ${name} ${version}: ${license || "none"}`);
    throw new Error(
      `cannot release with these licences:\n${lines.join("\n")}\n` +
        `Take another package, or allow the licence in tools/release/licences.mjs. Allowed: ${allowedLicences.join(", ")}.`,
    );
  }
  const widest = Math.max(0, ...packages.map(({ name, version }) => name.length + version.length + 1));
  return packages.map(({ name, version, license }) => `${`${name} ${version}`.padEnd(widest)}  ${license}\n`).join("");
}
