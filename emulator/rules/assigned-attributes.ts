/** Custom security attributes in the body of a service principal. */
import type { Context } from "../route";
import type { Json } from "../state/store";
import { assignAttributes } from "./custom-security-attributes";

/** What a body sets, with the attributes as they are kept. */
export function keptWith(context: Context, before: Json, given: Json): Json {
  const property = "customSecurityAttributes";
  if (given[property] === undefined) return given;
  return { ...given, [property]: assignAttributes(context, before[property], given[property]) };
}
