// @ts-check
/** Counts what reaches a tenant, at its door: parts of a batch count as the requests they are. */
import { parseJson } from "../json.mjs";

/**
 * @typedef {object} Counted
 * @property {number} roundTrips HTTP requests; a batch is one
 * @property {number} requests parts of batches and requests outside of batches
 * @property {number} writes of those requests; what quotas count as one
 * @property {number} conditionalAccess of those requests; they have a quota of their own
 * @property {number} throttled answered with 429
 * @property {number} mostAtOnce round trips that were under way together
 * @property {Record<string, number>} kinds requests by method and path, without the ids in it
 */

/** @typedef {{ method: string, path: string }} Part */
/** @typedef {Pick<import("../../emulator/exchange.js").TenantRequest, "method" | "url" | "text">} Asked its text can be read twice */
/** @typedef {Pick<import("../../emulator/exchange.js").TenantAnswer, "status" | "body">} Answered */

/** POSTs that ask. */
const asking = /\/(getByIds|getMemberGroups|getMemberObjects|checkMemberGroups|checkMemberObjects)$/i;
const conditionalAccess = /^\/identity\/conditionalAccess\//i;
/** Keys in brackets, GUIDs, and the longer ids of grants and assignments. */
const ids = /\([^)]*\)|(?<=\/)([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\w-]{43,})(?=\/|$)/gi;

export class Traffic {
  /** @type {Counted} */
  #counted = nothing();
  #underWay = 0;

  /** @returns {Counted} */
  get counted() {
    return this.#counted;
  }

  reset() {
    this.#counted = nothing();
  }

  /** @template {Answered} Answer @param {Asked} request @param {() => Promise<Answer>} answer @returns {Promise<Answer>} */
  async count(request, answer) {
    const { pathname } = new URL(request.url);
    const batch = pathname.endsWith("/$batch");
    this.#counted.roundTrips++;
    for (const asked of batch ? await partsOf(request) : [{ method: request.method, path: pathname }])
      this.#note(asked);
    this.#underWay++;
    this.#counted.mostAtOnce = Math.max(this.#counted.mostAtOnce, this.#underWay);
    try {
      const response = await answer();
      this.#counted.throttled += batch ? throttledIn(response) : Number(response.status === 429);
      return response;
    } finally {
      this.#underWay--;
    }
  }

  /** @param {Part} asked `path` begins with the version */
  #note({ method, path }) {
    const counted = this.#counted;
    const below = path.replace(/^\/(v1\.0|beta)(?=\/)/, "");
    const kind = `${method} ${below.replaceAll(ids, "{id}")}`;
    counted.requests++;
    counted.writes += Number(method !== "GET" && !asking.test(below) && !conditionalAccess.test(below));
    counted.conditionalAccess += Number(conditionalAccess.test(below));
    counted.kinds[kind] = (counted.kinds[kind] ?? 0) + 1;
  }
}

/** @returns {Counted} */
const nothing = () => ({
  roundTrips: 0,
  requests: 0,
  writes: 0,
  conditionalAccess: 0,
  throttled: 0,
  mostAtOnce: 0,
  kinds: {},
});

/** @param {Asked} batch @returns {Promise<Part[]>} */
async function partsOf(batch) {
  const { requests } = /** @type {{ requests: { method: string, url: string }[] }} */ (parseJson(await batch.text()));
  return requests.map(({ method, url }) => ({ method, path: new URL(url, "https://batch").pathname }));
}

/** @param {Answered} answer to a batch */
function throttledIn(answer) {
  if (answer.status !== 200) return Number(answer.status === 429);
  const { responses } = /** @type {{ responses: { status: number }[] }} */ (
    parseJson(typeof answer.body === "string" ? answer.body : "")
  );
  return responses.filter(({ status }) => status === 429).length;
}
