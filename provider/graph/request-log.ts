/** One line of JSON for every attempt, when ENTRA_AGENT_ID_LOG names a file. No bodies, no tokens, no query values. */
import * as fs from "node:fs";
import { EntraError, messageOf } from "./errors";

export interface LogEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly method: string;
  /** Path with its version, keys replaced by `{id}`. */
  readonly path: string;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** Graph's `request-id`; empty when no answer came. */
  readonly requestId: string;
  /** Ours: the same for all attempts of a call. */
  readonly clientRequestId: string;
  /** Milliseconds from sending to the last byte of the answer. */
  readonly ms: number;
  /** 1 for the first attempt of a call. */
  readonly attempt: number;
}

export type RequestLog = (entry: LogEntry) => void;

/**
 * The log that the environment asks for.
 * @throws EntraError SETTING_INVALID when the file cannot be written: better now than after the first change
 */
export function requestLog(env: NodeJS.ProcessEnv): RequestLog {
  const file = env["ENTRA_AGENT_ID_LOG"];
  if (!file) return () => undefined;
  try {
    fs.appendFileSync(file, "");
  } catch (error) {
    throw new EntraError(
      "SETTING_INVALID",
      `cannot write the request log ENTRA_AGENT_ID_LOG="${file}": ${messageOf(error)}`,
      { cause: error },
    );
  }
  return (entry) => {
    try {
      fs.appendFileSync(file, `${JSON.stringify(entry)}\n`);
    } catch (error) {
      // The write that this line is about has taken effect: its answer must not get lost over a full disk.
      process.emitWarning(`the request log ${file} is incomplete: ${messageOf(error)}`);
    }
  };
}
