// @ts-check
/** Which Pulumi this repository builds and what it accepts. go.mod is the one place that names the version. */
import { readFileSync } from "node:fs";

const goMod = readFileSync(new URL("go.mod", import.meta.url), "utf8");

/** @param {RegExp} pattern */
function fromGoMod(pattern) {
  const found = pattern.exec(goMod)?.[1];
  if (found === undefined) throw new Error(`tools/pulumi-cli/go.mod has no line that matches ${pattern.source}.`);
  return found;
}

/** The version that is built, without "v". */
export const pulumiVersion = fromGoMod(/^require github\.com\/pulumi\/pulumi\/pkg\/v3 v(\S+)$/m);
/** The oldest Go that builds it. */
export const goVersion = fromGoMod(/^go (\S+)$/m);
/** As old as the oldest SDK in package.json's peerDependencies. */
export const oldestPulumi = "3.259.0";

/** @param {string} version @param {string} wanted both like 1.2.3 @returns whether version is wanted or newer, same major */
export function isAtLeast(version, wanted) {
  const [a, b] = [version, wanted].map((text) => text.split(".").map((part) => Number.parseInt(part, 10) || 0));
  if (a === undefined || b === undefined || a[0] !== b[0]) return false;
  for (let i = 1; i < b.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
