/**
 * The engine that started this provider process. When the CLI is killed, the operating system leaves its providers
 * running, 130 MB each, and one that goes on writing would race with the run that repairs what the killed one left: it has
 * looked for an object already and may make it a moment after that run has. So a provider ends with its engine at once;
 * what is half done then, the next run finishes.
 *
 * Pulumi loads this module at the first call. A provider whose CLI is killed in the half second between its start and that
 * call watches nothing and stays until somebody ends it. It does nothing, holds no lock and is never asked again.
 */
import { connect } from "node:net";

/** Milliseconds from the end of one connection to the next. */
const pauseMs = 100;

/**
 * Calls `gone` once, when nobody listens at the engine's address any more. Outside a dynamic provider process nothing
 * happens.
 *
 * A plain connection, and not the engine's gRPC: that one goes through a proxy of the environment, which does not know
 * the engine. The engine ends a connection that says nothing after two minutes; then the next one is made.
 */
export function whenEngineIsGone(gone: () => void, [, script, address] = process.argv): void {
  if (!script?.includes("dynamic-provider") || !address) return;
  const host = address.slice(0, address.lastIndexOf(":"));
  const port = Number(address.slice(host.length + 1));
  const watch = (): void => {
    // Only a refusal proves that nobody is there; having too many open files, for one, says nothing about the engine.
    let isRefused = false;
    connect({ host, port })
      .on("error", (error: NodeJS.ErrnoException) => (isRefused = error.code === "ECONNREFUSED"))
      .on("close", () => {
        if (isRefused) gone();
        else setTimeout(watch, pauseMs).unref();
      })
      .unref()
      // The engine greets; the end of a stream shows only once it has been read up to there.
      .resume();
  };
  watch();
}
