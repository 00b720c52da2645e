// @ts-check
/** Sends each documented exchange to a fresh tenant, in the state it presumes, and compares the answers. */
import { difference, differences } from "./compare.mjs";
import { reasonOf } from "./explanations.mjs";
import { preconditions } from "./preconditions.mjs";
import { prepare } from "./presume.mjs";
import { readPath } from "./path.mjs";
import { Unpresumable, userWhoAsks, World } from "./world.mjs";

/**
 * @typedef {import("./emulator.mjs").Emulator} Emulator
 * @typedef {import("./rows.mjs").Row} Row
 * @typedef {import("./compare.mjs").Difference} Difference
 *
 * @typedef {object} Replayed
 * @property {Row} row
 * @property {string} operation `GET /applications/{id}/owners`
 * @property {readonly Difference[]} differences none: the row agrees
 * @property {string | undefined} profile the choice of a profile under which it agrees
 * @property {readonly string[]} reasons of the differences, when every one is explained
 */

/** Agents refuse tokens that hold one of these, whatever else they hold. */
const refusedWithAgents = ["Directory.ReadWrite.All", "Directory.AccessAsUser.All"];

/** Requests after which a quota is taken to have no end. */
const patience = 4000;

/** @typedef {{ user: boolean, permissions: readonly string[] }} Caller */

/** Who asks: whoever may do it, applications first. @param {Row} row @param {Emulator} emulator @returns {readonly Caller[]} */
function callers(row, { permissions }) {
  const most = permissions.filter((name) => !refusedWithAgents.includes(name));
  const me = /^\/me(\/|\?|$)/i.test(row.path);
  const { caller } = preconditions(row);
  if (caller === "unpermitted") return [{ user: me, permissions: [] }];
  if (caller === "other-caller") return [{ user: true, permissions }];
  const all = [
    { user: false, permissions: most },
    { user: true, permissions: most },
    { user: false, permissions },
    { user: true, permissions },
  ];
  return all.filter(({ user }) => user || !me);
}

/** @param {Emulator} emulator @param {(answer: import("./compare.mjs").Answered) => import("./compare.mjs").Answered} [harm] what tests do to an answer before it is compared */
export function replayer(emulator, harm = (answer) => answer) {
  const tenant = emulator.openTenant({ memory: true, selfCheck: true });
  const untouched = tenant.switches();

  /** @param {Caller} caller */
  const tokenOf = ({ user, permissions }) => tenant.token(user ? { permissions, user: userWhoAsks } : { permissions });

  /** @param {Row} row @param {Caller} caller @param {object} profiles @returns {Promise<Difference[]>} */
  async function attempt(row, caller, profiles) {
    tenant.reset();
    const stoppedAt = timeOf(row);
    const clock = stoppedAt === undefined ? untouched.clock : { ...untouched.clock, stoppedAt };
    tenant.set({ ...untouched, clock, profiles: { ...untouched.profiles, ...profiles } });
    const might = {
      user: caller.user,
      permissions: caller.permissions.length > 0 ? caller.permissions : emulator.permissions,
    };
    const world = new World(emulator, tenant, row.version, await tokenOf({ ...might, user: false }));
    if (caller.user) await world.developer();
    try {
      const { path, body } = await prepare(row, world);
      return differences(row, harm(await answered(row, path, body, await tokenOf(caller))), emulator);
    } catch (error) {
      if (error instanceof Unpresumable) return [difference("state", "", error.message)];
      throw error;
    }
  }

  /** @param {Row} row @param {string} path @param {unknown} body @param {string} token */
  async function answered(row, path, body, token) {
    const { sentBefore, quotas } = preconditions(row);
    if (quotas) tenant.set({ quotas: {}, clock: { stoppedAt: new Date().toISOString() } });
    let answer = await send(row, path, body, token);
    if (sentBefore === "once") answer = await send(row, path, body, token);
    for (let sent = 1; sentBefore === "until-refused" && answer.status !== row.status && sent < patience; sent++) {
      answer = await send(row, path, body, token);
      if (answer.status >= 400) break;
    }
    return answer;
  }

  /** @param {Row} row @param {string} path @param {unknown} body @param {string} token @returns {Promise<import("./compare.mjs").Answered>} */
  async function send(row, path, body, token) {
    const own = Object.entries(row.requestHeaders ?? {}).filter(
      ([name]) => !/^(authorization|content-length|host|content-type|accept)$/i.test(name),
    );
    const headers = {
      ...(own.length === 0 ? { "OData-Version": "4.0" } : {}),
      // Pages that record no headers leave this one out too, and nothing but it makes such a query be answered.
      ...(own.length === 0 && row.status < 300 && /[?&/]\$(search|count)\b/.test(row.path)
        ? { ConsistencyLevel: "eventual" }
        : {}),
      // Nothing but this header makes a change create.
      ...(row.method === "PATCH" && row.status === 201 ? { Prefer: "create-if-missing" } : {}),
      ...Object.fromEntries(own),
      "content-type": "application/json",
      authorization: `Bearer ${token}`,
    };
    const sent =
      body === undefined || row.method === "GET"
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) };
    const request = new Request(`https://graph.microsoft.com/${row.version}${path}`, {
      method: row.method,
      headers,
      ...sent,
    });
    const response = await tenant.handle(request);
    const text = await response.text();
    const type = response.headers.get("x-emulated-type") ?? undefined;
    return { status: response.status, type, body: text === "" ? undefined : read(text) };
  }

  /** @param {Row} row @param {object} [profiles] @returns {Promise<readonly Difference[]>} of the first caller, unless another one agrees */
  async function asked(row, profiles = {}) {
    /** @type {readonly Difference[] | undefined} */
    let first;
    for (const caller of callers(row, emulator)) {
      const found = await attempt(row, caller, profiles);
      if (found.length === 0) return found;
      first ??= found;
      // Another caller changes what may be done, not what is answered.
      if (!found.some(({ kind }) => kind === "status" || kind === "state")) break;
    }
    return first ?? [];
  }

  /** @param {Row} row @returns {Promise<Replayed>} */
  async function replay(row) {
    const operation = operationOf(row, emulator);
    const found = await asked(row);
    const same = { row, operation, profile: undefined, reasons: [] };
    if (found.length === 0) return { ...same, differences: [] };
    const emulated = !found.some(({ kind }) => kind === "not-emulated");
    for (const [question, { choices }] of emulated ? Object.entries(emulator.profileChoices) : []) {
      for (const choice of choices.slice(1)) {
        if ((await asked(row, { [question]: choice })).length === 0)
          return { ...same, differences: [], profile: `${question}: ${choice}` };
      }
    }
    const reasons = found.map((one) => reasonOf(operation, one));
    const known = reasons.filter((reason) => reason !== undefined);
    return { ...same, differences: found, reasons: known.length === found.length ? [...new Set(known)] : [] };
  }

  return { replay, asked, close: () => tenant.close() };
}

/** A request was sent before the times it speaks of as ends. @param {Row} row @returns {string | undefined} undefined: any time will do */
function timeOf({ requestBody }) {
  const ends = [...JSON.stringify(requestBody ?? null).matchAll(/"(?:end|expir)\w*DateTime":"(\d[^"]*)"/gi)];
  const times = ends.map(([, text = ""]) => Date.parse(text)).filter((time) => time < Date.now() + 86_400_000);
  return times.length === 0 ? undefined : new Date(Math.min(...times) - 86_400_000).toISOString();
}

/** @param {string} text @returns {unknown} */
function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** @param {Row} row @param {Emulator} emulator @returns {string} */
export function operationOf({ method, path, version }, { metadata }) {
  const { steps, root, tail } = readPath(method, path, version, metadata);
  const [first, ...rest] = steps.map(({ name, key, cast }, index) => {
    const own = index === 0 ? root.replace(/\(.*/s, "") : name;
    return `${own}${key ? `/{${key.property}}` : ""}${cast === undefined ? "" : `/microsoft.graph.${cast}`}`;
  });
  return `${method} /${[first ?? root, ...rest, ...tail].join("/")}`;
}
