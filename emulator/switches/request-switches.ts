/** Switches and faults that one request brings along in its headers. They hold for this request only. */
import { z } from "zod";
import { type Mishap, mishapSchema } from "./fault";
import { changed, type Switches } from "./switches";

export const switchesHeader = "x-emulated-switches";
export const faultHeader = "x-emulated-fault";

/** @throws {TypeError} naming the header and what is wrong in it */
export function switchesFor(headers: Headers, switches: Switches): Switches {
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

/** @throws {TypeError} naming the header and what is wrong in it */
export function mishapFor(headers: Headers): Mishap | undefined {
  const given = jsonIn(headers, faultHeader);
  if (given === undefined) return undefined;
  const result = mishapSchema.safeParse(given);
  if (result.success) return result.data;
  throw new TypeError(`${faultHeader}: not a fault: ${z.prettifyError(result.error)}`);
}

function jsonIn(headers: Headers, name: string): unknown {
  const text = headers.get(name);
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError(`${name} is no JSON.`);
  }
}
