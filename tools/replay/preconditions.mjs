// @ts-check
/** What the status of an answer, and the message of a refusal, say of the state before. */
import { isObject } from "./placeholder.mjs";

/**
 * @typedef {object} Preconditions
 * @property {boolean} absentLast the object that the path names last is not there
 * @property {readonly string[]} absentKinds objects the others would hang from
 * @property {"once" | "until-refused" | undefined} sentBefore the same request went before
 * @property {boolean} quotas throttling is on
 * @property {"unpermitted" | "other-caller" | undefined} caller who asks is refused
 */

/** Refusals whose message names the object that is missing. */
const missing = /** @type {readonly (readonly [RegExp, string])[]} */ ([
  [/blueprint principal\b.*\bdoes not exist/i, "agentIdentityBlueprintPrincipal"],
  [/service principal\b.*\bdoes not exist/i, "servicePrincipal"],
]);

/** @param {import("./rows.mjs").Row} row @returns {{ code: string | undefined, message: string }} */
export function refusalOf({ responseBody }) {
  const error = isObject(responseBody) && isObject(responseBody["error"]) ? responseBody["error"] : {};
  const { code, message } = error;
  return { code: typeof code === "string" ? code : undefined, message: typeof message === "string" ? message : "" };
}

/** @param {import("./rows.mjs").Row} row @returns {Preconditions} */
export function preconditions(row) {
  const { code = "", message } = refusalOf(row);
  const { status, method } = row;
  const refused = status >= 400;
  return {
    absentLast: status === 404 || (method === "PATCH" && status === 201),
    absentKinds: refused ? missing.filter(([form]) => form.test(message)).map(([, kind]) => kind) : [],
    sentBefore:
      status === 409 || (refused && /already exist|same (key )?value/i.test(message))
        ? "once"
        : status === 429 || (refused && /Limit|Quota/.test(code))
          ? "until-refused"
          : undefined,
    quotas: status === 429,
    caller:
      status !== 403 || /Limit|Quota/.test(code)
        ? undefined
        : /calling identity type|caller/i.test(message)
          ? "other-caller"
          : "unpermitted",
  };
}
