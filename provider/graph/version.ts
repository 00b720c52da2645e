/** The version of this package. */
import * as fs from "node:fs";
import * as path from "node:path";
import { EntraError } from "./errors";

const packageName = "pulumi-entra-agent-id";

/** `pulumi-entra-agent-id/<version>`, as in Graph's own logs. */
export const userAgent = (): string => `${packageName}/${packageVersion()}`;

/** From this package's package.json, searched upwards: this file runs from the sources and from dist/. */
export function packageVersion(): string {
  for (let folder = __dirname; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const file = path.join(folder, "package.json");
    if (!fs.existsSync(file)) continue;
    const found = JSON.parse(fs.readFileSync(file, "utf8")) as { name?: string; version?: string };
    if (found.name === packageName && found.version !== undefined) return found.version;
  }
  throw new EntraError(
    "SETTING_INVALID",
    `cannot find the package.json of ${packageName} above ${__dirname}: install the package again`,
  );
}
