// @ts-check
/** What a user's npm installs with this package, as package-lock.json has it: the versions that the tests ran with. */

/**
 * @typedef {object} Locked an entry of package-lock.json, as far as it is needed here
 * @property {string} [name] where it differs from the folder's
 * @property {string} [version]
 * @property {string} [license] SPDX expression
 * @property {string} [integrity]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [optionalDependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {string[]} [workspaces]
 * @typedef {{ packages: Record<string, Locked> } & Record<string, unknown>} LockFile
 */

/** Where Node.js finds a package that is required from this path. @param {LockFile["packages"]} packages @param {string} from @param {string} name */
function found(packages, from, name) {
  for (let above = from; ; above = above.slice(0, Math.max(0, above.lastIndexOf("/node_modules/")))) {
    const where = `${above === "" ? "" : `${above}/`}node_modules/${name}`;
    if (packages[where] !== undefined) return where;
    if (above === "") return undefined;
  }
}

/**
 * @param {LockFile} lock
 * @returns {LockFile} with this package and what its dependencies need; no workspaces, nothing that only the repository
 *   needs, and not Pulumi's SDK, which users choose (it is a peer)
 */
export function shipped(lock) {
  const { devDependencies: _, workspaces: _2, peerDependencies: _3, ...root } = lock.packages[""] ?? {};
  /** @type {LockFile["packages"]} */
  const packages = { "": root };
  const left = [""];
  for (let where = left.pop(); where !== undefined; where = left.pop()) {
    const { dependencies, optionalDependencies } = packages[where] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const there = found(lock.packages, where, name);
      const isOptional = optionalDependencies?.[name] !== undefined;
      if (there === undefined && isOptional) continue;
      const entry = there === undefined ? undefined : lock.packages[there];
      if (there === undefined || entry === undefined)
        throw new Error(
          `cannot find ${name}, which ${where || "this package"} needs, in package-lock.json. Run npm install.`,
        );
      if (packages[there] !== undefined) continue;
      packages[there] = entry;
      left.push(there);
    }
  }
  return { ...lock, packages };
}

/** @param {LockFile} lock of {@link shipped} @returns {{ name: string, version: string, license: string }[]} by name, without this package */
export const packagesOf = ({ packages }) =>
  Object.entries(packages)
    .filter(([where]) => where !== "")
    .map(([where, { name, version = "", license = "" }]) => ({
      name: name ?? where.slice(where.lastIndexOf("node_modules/") + "node_modules/".length),
      version,
      license,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1));
