/** Switches and faults that one request brings along in its headers. They hold for this request only. */
import { z } from "zod";
import type { RequestHeaders } from "../exchange";
import { type Mishap, mishapSchema } from "./fault";
import { parseFault } from "./fault-wording";
import { changed } from "./switches";
import type { Switches } from "./values";

export const switchesHeader = "x-emulated-switches";
export const faultHeader = "x-emulated-fault";

/** @throws {TypeError} naming the header and what is wrong in it */
export function switchesFor(headers: RequestHeaders, switches: Switches): Switches {
  const given = jsonIn(headers, switchesHeader);
  if (given === undefined) return switches;
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new TypeError(`${switchesHeader} is no JSON object.`);
  try {
    return changed(switches, given);
  } catch (error) {
    throw new TypeError(`${switchesHeader}: ${(error as Error).message}`, { cause: error });
  }
}

/** Headers of a request that only looks: it meets no latency, fault, lag or quota, and uses none up. */
export const undisturbed = { [faultHeader]: "none", [switchesHeader]: '{"latencyMs":0,"lag":null,"quotas":null}' };

/**
 * What is to happen to this request: as JSON, or in the words of fault-wording.ts (`after 504`). `none`: nothing,
 * whatever is planned.
 *
 * @throws {TypeError} naming the header and what is wrong in it
 */
export function mishapFor(headers: RequestHeaders): Mishap | "none" | undefined {
  const text = headers.get(faultHeader)?.trim();
  if (text === undefined || text === "none") return text;
  const given = text.startsWith("{") ? jsonIn(headers, faultHeader) : worded(text);
  const result = mishapSchema.safeParse(given);
  if (result.success) return result.data;
  throw new TypeError(`${faultHeader}: not a fault: ${z.prettifyError(result.error)}`);
}

function worded(text: string): unknown {
  try {
    return parseFault(text);
  } catch (error) {
    throw new TypeError(`${faultHeader}: ${(error as Error).message}`, { cause: error });
  }
}

function jsonIn(headers: RequestHeaders, name: string): unknown {
  const text = headers.get(name);
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError(`${name} is no JSON.`);
  }
}
