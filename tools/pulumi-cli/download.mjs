// @ts-check
/** The official release, which brings its own language hosts. */
import { createWriteStream, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { lastLines, run, withProgress } from "../command.mjs";
import { pulumiVersion } from "./versions.mjs";

const connectSeconds = 10;
const stallSeconds = 30;

/** @param {NodeJS.ProcessEnv} environment */
export function releaseAddress(environment) {
  const base = environment["ENTRA_AGENT_ID_PULUMI_RELEASES"] ?? "https://get.pulumi.com/releases/sdk";
  const system = process.platform === "win32" ? "windows" : process.platform;
  const kind = process.platform === "win32" ? "zip" : "tar.gz";
  return `${base}/pulumi-v${pulumiVersion}-${system}-${process.arch}.${kind}`;
}

/**
 * @param {string} directory gets the release's executables
 * @param {{ log: (line: string) => void, environment: NodeJS.ProcessEnv }} how
 */
export async function downloadInto(directory, { log, environment }) {
  const address = releaseAddress(environment);
  const archive = path.join(directory, "release");
  const unpacked = path.join(directory, "unpacked");
  await withProgress(`downloading ${address}`, log, () => fetchTo(archive, address));
  mkdirSync(unpacked);
  const tar = await run("tar", ["-xf", archive, "-C", unpacked], { env: environment });
  if (tar.code !== 0) throw new Error(`cannot unpack ${address}: ${lastLines(tar.output, 3)}. Install tar.`);
  const executables = ["pulumi", path.join("pulumi", "bin")]
    .map((inner) => path.join(unpacked, inner))
    .findLast((inner) => readdirSync(path.dirname(inner)).includes(path.basename(inner)));
  if (executables === undefined) throw new Error(`${address} holds no folder "pulumi".`);
  for (const name of readdirSync(executables)) renameSync(path.join(executables, name), path.join(directory, name));
  for (const left of [archive, unpacked]) rmSync(left, { recursive: true });
}

/** @param {string} file @param {string} address */
async function fetchTo(file, address) {
  const abort = new AbortController();
  const patience = { timer: giveUpIn(abort, connectSeconds, `no answer within ${connectSeconds} s`) };
  try {
    const response = await fetch(address, { signal: abort.signal });
    if (!response.ok || response.body === null) throw new Error(`answered ${response.status} ${response.statusText}`);
    const watched = new Transform({
      transform(bytes, _encoding, done) {
        clearTimeout(patience.timer);
        patience.timer = giveUpIn(abort, stallSeconds, `nothing arrived for ${stallSeconds} s`);
        done(null, bytes);
      },
    });
    // One kind of stream, which the DOM's and Node's types describe differently.
    const body = /** @type {import("node:stream/web").ReadableStream} */ (/** @type {unknown} */ (response.body));
    await pipeline(Readable.fromWeb(body), watched, createWriteStream(file), { signal: abort.signal });
  } catch (error) {
    throw new Error(
      `cannot download ${address}: ${abort.signal.aborted ? String(abort.signal.reason) : reasonOf(error)}`,
      {
        cause: error,
      },
    );
  } finally {
    clearTimeout(patience.timer);
  }
}

/** @param {AbortController} abort @param {number} afterSeconds @param {string} reason */
const giveUpIn = (abort, afterSeconds, reason) => setTimeout(() => abort.abort(reason), afterSeconds * 1000);

/** fetch says "fetch failed" and hides why in the cause. @param {unknown} error */
function reasonOf(error) {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
