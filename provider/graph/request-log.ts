/** One line of JSON for every attempt, when ENTRA_AGENT_ID_LOG names a file. No bodies, no tokens, no query values. */
import * as fs from "node:fs";
import { NoAnswer } from "./answer";
import type { Clock } from "./clock";
import { EntraError, messageOf } from "./errors";
import type { Layer } from "./layer";
import { pathTemplate } from "./path-template";

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
  /** Made by this package: the same for all attempts of a request. */
  readonly clientRequestId: string;
  /** Milliseconds from sending to the last byte of the answer. */
  readonly ms: number;
  /** 1 for the first attempt of a request. */
  readonly attempt: number;
}

export type RequestLog = (entry: LogEntry) => void;

/**
 * The log that ENTRA_AGENT_ID_LOG names; undefined when it is not set.
 * @throws EntraError SETTING_INVALID when the file cannot be written: known before the first change
 */
export function requestLog(env: NodeJS.ProcessEnv): RequestLog | undefined {
  const file = env["ENTRA_AGENT_ID_LOG"];
  if (!file) return undefined;
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
      // The request that this line is about has taken effect: its answer must not be lost because a disk is full.
      process.emitWarning(`the request log ${file} is incomplete: ${messageOf(error)}`);
    }
  };
}

/** The layer that writes a line for each attempt. */
export function logged(log: RequestLog, clock: Clock): Layer {
  return async (request, next) => {
    const sentAt = clock.now();
    const attempt = ++request.attempts;
    const write = (status: number, requestId: string) =>
      log({
        at: new Date(sentAt).toISOString(),
        method: request.method,
        path: pathTemplate(request.url),
        status,
        requestId,
        clientRequestId: request.clientRequestId,
        ms: Math.round(clock.now() - sentAt),
        attempt,
      });
    try {
      const answer = await next();
      write(answer.status, answer.headers.get("request-id") ?? "");
      return answer;
    } catch (error) {
      if (error instanceof NoAnswer) write(0, "");
      throw error;
    }
  };
}
