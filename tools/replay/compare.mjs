// @ts-check
/** The documented answer beside the tenant's. */
import { isObject, isPlaceholder } from "./placeholder.mjs";
import { refusalOf } from "./preconditions.mjs";

/**
 * @typedef {object} Difference
 * @property {Kind} kind
 * @property {string} property path in the answer, without the indexes of lists; empty for the whole answer
 * @property {string} text for people
 *
 * `blank`: the page shows a value, the tenant none though it was told one; `status`; `not-emulated`; `state`: the presumed state cannot be made; `code`: of a refusal; `body`: one has a body and
 * the other has none; `empty`: a documented list is empty; `missing`: the tenant does not answer this property; `type`: it
 * answers another JSON type; `unknown`: neither metadata nor overlay knows this documented property; `documented-type`:
 * the page shows another type than metadata says.
 * @typedef {"blank" | "status" | "not-emulated" | "state" | "code" | "body" | "empty" | "missing" | "type" | "unknown" | "documented-type"} Kind
 *
 * @typedef {object} Answered
 * @property {number} status
 * @property {string | undefined} type metadata type that the tenant says its answer has
 * @property {unknown} body undefined: none
 */

/** @param {Kind} kind @param {string} property @param {string} text @returns {Difference} */
export const difference = (kind, property, text) => ({ kind, property, text });

/** @param {import("./rows.mjs").Row} row @param {Answered} answered @param {import("./emulator.mjs").Emulator} emulator @returns {Difference[]} */
export function differences(row, answered, emulator) {
  const own = refusalOf({ ...row, responseBody: answered.body });
  if (answered.status === 501) return [difference("not-emulated", "", `501 ${own.message}`)];
  if (answered.status !== row.status) {
    return [
      difference(
        "status",
        "",
        `documented ${row.status}, answered ${answered.status} ${own.code ?? ""}: ${own.message}`,
      ),
    ];
  }
  if (row.responseBody === undefined) return [];
  const { code } = refusalOf(row);
  if (row.status >= 400) return ofRefusal(row, code, own.code);
  if (answered.body === undefined) return [difference("body", "", "documented with a body, answered without")];
  if (!isObject(row.responseBody) || !isObject(answered.body)) {
    return sameType(row.responseBody, answered.body)
      ? []
      : [difference("type", "", "the answers are of different types")];
  }
  return ofBodies(row, row.responseBody, answered.body, answered.type, emulator).filter(
    ({ kind, property }) => kind !== "blank" || wasTold(row, property),
  );
}

/** What every object has, whatever a request says. */
const always = ["id", "appId"];

/**
 * Whether the tenant must have a value for this property: it is read, and the state was made of what the page shows; or it
 * stands in the request. Other values of a new object are Graph's own making, and pages show those of another tenant.
 *
 * @param {import("./rows.mjs").Row} row @param {string} property
 */
function wasTold({ method, requestBody }, property) {
  if (method === "GET" || always.includes(property)) return true;
  /** @type {unknown} */
  let value = requestBody;
  for (const name of property.split(".")) value = isObject(value) ? value[name] : undefined;
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

/** @param {import("./rows.mjs").Row} row @param {string | undefined} code @param {string | undefined} own @returns {Difference[]} */
function ofRefusal({ responseBody }, code, own) {
  if (!isObject(responseBody) || !("error" in responseBody))
    return [difference("unknown", "", "not a refusal as Graph writes it")];
  const strange = Object.keys(responseBody).find((name) => name !== "error");
  if (strange !== undefined) return [difference("unknown", strange, `${strange} stands beside the error`)];
  const { error } = responseBody;
  if (!isObject(error)) return [difference("documented-type", "error", "error is not an object")];
  for (const [name, value] of Object.entries(error)) {
    const form = {
      code: "string",
      message: "string",
      target: "string",
      innerError: "object",
      innererror: "object",
      details: "object",
    }[name];
    if (form === undefined) return [difference("unknown", `error.${name}`, `error.${name} is not known`)];
    if (value !== null && typeof value !== form)
      return [difference("documented-type", `error.${name}`, `error.${name} is not a ${form}`)];
  }
  return code === undefined || code === "" || code === own
    ? []
    : [difference("code", "error.code", `documented ${code}, answered ${own ?? "none"}`)];
}

/** @param {import("./rows.mjs").Row} row @param {Record<string, unknown>} documented @param {Record<string, unknown>} answered @param {string | undefined} type @param {import("./emulator.mjs").Emulator} emulator @returns {Difference[]} */
function ofBodies({ version }, documented, answered, type, emulator) {
  const list = documented["value"];
  const own = answered["value"];
  const hasValue = type !== undefined && emulator.metadata.membersOf(version, type)?.has("value") === true;
  const isList = Array.isArray(list) && !hasValue;
  if (!isList) {
    // The one object of a list, shown by itself.
    const shown = Array.isArray(own) && !hasValue && !("value" in documented);
    const first = shown ? /** @type {unknown} */ (own[0]) : undefined;
    return [...ofMetadata(documented, type, version, emulator), ...ofValues(documented, first ?? answered, "")];
  }
  if (!Array.isArray(own)) {
    const one = /** @type {unknown} */ (list[0]);
    if (list.length > 1 || !isObject(one) || !("id" in answered))
      return [difference("missing", "value", "no list is answered")];
    // One object, shown as a list.
    return [...ofMetadata(one, type, version, emulator), ...ofValues(one, answered, "")];
  }
  const beside = Object.keys(documented).filter((name) => name !== "value" && !name.startsWith("@"));
  return [
    ...beside.map((name) => difference("unknown", name, `${name} stands beside a list`)),
    ...("@odata.count" in documented && !("@odata.count" in answered)
      ? [difference("missing", "@odata.count", "@odata.count is not answered")]
      : []),
    ...list.flatMap((one) => ofMetadata(one, type, version, emulator)),
    ...(list.length > 0 && own.length === 0
      ? [difference("empty", "", "the documented list has elements, the answered one has none")]
      : ofLists(list, own, "")),
  ];
}

/** What the page shows against metadata: names, and JSON types. @param {unknown} documented @param {string | undefined} declared @param {import("./emulator.mjs").Version} version @param {import("./emulator.mjs").Emulator} emulator @returns {Difference[]} */
function ofMetadata(documented, declared, version, emulator) {
  // A value of such a type is answered within an object.
  if (declared === undefined || declared.startsWith("Edm.")) return [];
  return problemsOfBest(documented, declared, version, emulator).map(({ path, kind, expected }) => {
    const property = withoutIndexes(path);
    return kind === "unknown" || kind === "relation"
      ? difference("unknown", property, `${property} is in neither metadata nor overlay of ${declared}`)
      : difference(
          "documented-type",
          property,
          `${property} is documented as ${JSON.stringify(at(documented, path))}, metadata says ${expected}`,
        );
  });
}

/** Pages seldom say which derived type an object has: the one is taken that knows most of what is shown. @param {unknown} documented @param {string} declared @param {import("./emulator.mjs").Version} version @param {import("./emulator.mjs").Emulator} emulator @returns {import("../../emulator/metadata/check.js").Problem[]} */
function problemsOfBest(documented, declared, version, emulator) {
  const { metadata, problemsOf } = emulator;
  if (!isObject(documented) || metadata.membersOf(version, declared) === undefined) {
    return problemsOf(version, declared, documented, "answer").filter((one) => isWrong(documented, one));
  }
  const judged = metadata.descendantsOf(version, declared).map((type) => {
    const relations = [...(metadata.membersOf(version, type)?.values() ?? [])].filter(
      ({ name, navigation }) => navigation && name in documented,
    );
    const names = relations.map(({ name }) => name);
    const own = Object.fromEntries(Object.entries(documented).filter(([name]) => !names.includes(name)));
    const related = relations.flatMap(({ name, type: of }) => {
      const value = documented[name];
      const all = Array.isArray(value) ? /** @type {unknown[]} */ (value) : value === null ? [] : [value];
      return all.flatMap((one) =>
        problemsOfBest(one, of, version, emulator).map((problem) => ({
          ...problem,
          path: problem.path === "" ? name : `${name}.${problem.path}`,
        })),
      );
    });
    return [...problemsOf(version, type, own, "answer").filter((one) => isWrong(own, one)), ...related];
  });
  const [best = []] = judged.sort((a, b) => a.length - b.length);
  return best;
}

/** Whether a problem is more than a word in place of a value. @param {unknown} documented @param {import("../../emulator/metadata/check.js").Problem} problem @returns {boolean} */
function isWrong(documented, { path, kind, expected }) {
  if (kind === "null") return false;
  const value = at(documented, path);
  return kind !== "value" || !(isPlaceholder(value) || (typeof value === "string" && writtenAsText.has(expected)));
}

/** Types whose values are text in JSON: pages abbreviate the text. */
const writtenAsText = new Set([
  "Edm.Guid",
  "Edm.DateTimeOffset",
  "Edm.Date",
  "Edm.TimeOfDay",
  "Edm.Duration",
  "Edm.Binary",
]);

/** @param {unknown} documented @param {unknown} answered @param {string} path @returns {Difference[]} */
function ofValues(documented, answered, path) {
  if (documented === null || isPlaceholder(documented)) return [];
  if (answered === null) return [difference("blank", path, `${path} is documented with a value, answered as null`)];
  if (!sameType(documented, answered))
    return [
      difference("type", path, `${path} is documented as ${jsonType(documented)}, answered as ${jsonType(answered)}`),
    ];
  if (Array.isArray(documented) && Array.isArray(answered)) return ofLists(documented, answered, path);
  if (!isObject(documented) || !isObject(answered)) return [];
  return Object.entries(documented).flatMap(([name, value]) => {
    if (name.includes("@")) return [];
    const here = path === "" ? name : `${path}.${name}`;
    return name in answered
      ? ofValues(value, answered[name], here)
      : [difference("missing", here, `${here} is not answered`)];
  });
}

/** Elements have no counterparts: each documented one is held against the answered one that is most like it. @param {readonly unknown[]} documented @param {readonly unknown[]} answered @param {string} path @returns {Difference[]} */
function ofLists(documented, answered, path) {
  if (answered.length === 0 && documented.length > 0)
    return [difference("blank", path, `${path} is documented with elements, answered without any`)];
  const found = documented.flatMap((one) => {
    const [best = []] = answered.map((other) => ofValues(one, other, path)).sort((a, b) => a.length - b.length);
    return best;
  });
  return found.filter(
    (one, index) => found.findIndex(({ kind, property }) => kind === one.kind && property === one.property) === index,
  );
}

/** @param {unknown} value */
const jsonType = (value) => (Array.isArray(value) ? "array" : typeof value);

/** @param {unknown} a @param {unknown} b */
const sameType = (a, b) => jsonType(a) === jsonType(b);

/** @param {string} path */
const withoutIndexes = (path) => path.replace(/(^|\.)\d+(?=\.|$)/g, "");

/** @param {unknown} value @param {string} path @returns {unknown} */
function at(value, path) {
  if (path === "") return value;
  const [name = "", rest = ""] = path.split(/\.(.*)/s);
  // Annotations have dots in their names.
  if (isObject(value) && path in value) return value[path];
  if (Array.isArray(value)) return at(value[Number(name)], rest);
  return isObject(value) ? at(value[name], rest) : undefined;
}
