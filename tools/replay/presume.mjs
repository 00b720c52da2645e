// @ts-check
/** The one table that says which state an exchange presumes, and the request with the ids of that state. */
import { preconditions } from "./preconditions.mjs";
import { licences } from "./licences.mjs";
import { isIdentifier, isObject, isPlaceholder, textOf, valueFor } from "./placeholder.mjs";
import { readPath } from "./path.mjs";
import { proven } from "./proof.mjs";
import {
  applicationIds,
  contained,
  inverses,
  referenceKinds,
  relatedKinds,
  spokenKind,
  unchangeable,
} from "./references.mjs";
import { Unpresumable } from "./world.mjs";
import { wishesOf } from "./wishes.mjs";

/**
 * @typedef {import("./rows.mjs").Row} Row
 * @typedef {import("./world.mjs").World} World
 * @typedef {import("./world.mjs").Made} Made
 * @typedef {import("./recipes.mjs").Documented} Documented
 *
 * @typedef {object} Prepared
 * @property {string} path with ids of the tenant
 * @property {unknown} body
 */

/** What the answer shows: the elements of a list, or the object itself. @param {unknown} body @returns {Documented[]} */
export function shownObjects(body) {
  if (!isObject(body) || "error" in body) return [];
  const list = body["value"];
  if (!Array.isArray(list)) return [body];
  return list.filter(isObject);
}

/** Brings the tenant to the state, and says what to send. @param {Row} row @param {World} world @returns {Promise<Prepared>} */
export async function prepare(row, world) {
  const { absentLast, absentKinds } = preconditions(row);
  for (const kind of absentKinds) world.absent.add(kind);
  const address = readPath(row.method, row.path, row.version, world.emulator.metadata);
  const { steps, tail, query } = address;
  const shown = row.status < 300 ? shownObjects(row.responseBody) : [];
  const deleted = /deletedItems$/i.test(address.root);
  const texts = /** @type {Map<number, { text: string, property: string, made: Made | undefined }>} */ (new Map());
  /** @type {Made | undefined} */
  let parent = steps[0]?.name.toLowerCase() === "me" ? await world.me() : undefined;
  if (parent && steps.length === 1 && tail.length === 0) await world.document(parent, shown[0] ?? {});
  for (const [index, step] of steps.entries()) {
    const last = index === steps.length - 1;
    const relation = step.name;
    if (step.key) {
      const { text, property } = step.key;
      const absent = last && absentLast;
      const own =
        (last && (tail.length === 0 || deleted) && row.method !== "POST") || (last && tail[0] === "restore")
          ? { ...repeated(row, step.type), ...shown[0] }
          : {};
      // What is not there yet has an application all the same.
      const applied = absent && property === "appId" && step.type === "servicePrincipal";
      const made = applied
        ? await world.application(text, spokenApplication(row, step.type))
        : absent
          ? undefined
          : await keyed(world, step.type, relation, text, property, own, parent);
      texts.set(index, { text, property, made });
      if (made && deleted) await softDelete(world, made);
      if (made && parent && !contained.includes(made.kind)) {
        // What is taken away is not the last one.
        if (row.method === "DELETE" && tail[0] === "$ref")
          await relate(world, parent, relation, await world.somebody());
        await relate(world, parent, relation, made);
      }
      parent = made;
    } else if (last && step.collection && row.method === "GET") {
      await listed(world, step.type, relation, parent, shown, query, deleted);
    } else if (last && !step.collection && row.method !== "PUT" && index > 0 && parent) {
      const other = await world.make(kindOf(world, step.type, relation, shown[0], ""), shown[0] ?? {});
      await relate(world, parent, relation, other);
    }
  }
  if (/^getUserOwnedObjects$/i.test(tail[0] ?? "") && isObject(row.requestBody)) {
    const owner = await world.named(textOf(row.requestBody["userId"]), "user");
    for (const one of shown) await element(world, "directoryObject", "ownedObjects", owner, one, false);
    for (const one of shown)
      await softDelete(world, await world.named(textOf(one["id"]), kindOf(world, "directoryObject", "", one, "")));
  }
  if (/^getMember(Groups|Objects)$/i.test(tail[0] ?? "") && parent) await membership(world, parent, "{group}");
  const body = await translatedBody(world, row, row.requestBody, "", parent, steps.at(-1)?.type);
  return { path: writtenPath(world, row.path, texts), body };
}

/** @param {Row} row @param {string} type @returns {string} kind of the application that a missing principal belongs to */
const spokenApplication = ({ path, requestBody }, type) =>
  /blueprint/i.test(`${path} ${type} ${isObject(requestBody) ? textOf(requestBody["@odata.type"]) : ""}`)
    ? "agentIdentityBlueprint"
    : "application";

/** @param {World} world @param {string} type @param {string} relation @param {string} text @param {string} property @param {Documented} own @param {Made | undefined} parent @returns {Promise<Made>} */
async function keyed(world, type, relation, text, property, own, parent) {
  const kind = kindOf(world, type, relation, own, text);
  if (contained.includes(kind)) {
    const hints =
      kind === "inheritablePermission" && isIdentifier(text)
        ? { resourceAppId: text }
        : property === "id"
          ? {}
          : { [property]: text };
    const made = await world.make(kind, { ...hints, ...own }, parent && { ...parent, nav: relation });
    world.name(text, made);
    return made;
  }
  if (property === "appId") return world.application(text, kind);
  if (kind === "attributeSet" || kind === "customSecurityAttributeDefinition") {
    return world.make(kind, isPlaceholder(text) ? own : { ...own, id: text });
  }
  if (property !== "id") {
    const made = await world.make(kind, own);
    world.tenant.plant([{ id: made.id, kind: made.kind, body: { [property]: text } }]);
    return made;
  }
  return world.named(text, kind, own);
}

/** The kind of an object: what the page says, what its properties say, what the id's place says. @param {World} world @param {string} type @param {string} relation @param {Documented | undefined} documented @param {string} text @returns {string} */
export function kindOf(world, type, relation, documented, text) {
  const said = /^#?(?:microsoft\.)?graph\.(\w+)$/i.exec(textOf(documented?.["@odata.type"]))?.[1];
  const named = said === undefined ? undefined : world.emulator.metadata.typeNamed(world.version, said);
  if (named !== undefined && world.isA(named, type)) return named;
  const byWord = spokenKind(text, type, relation, world.isA);
  const names = Object.keys(documented ?? {}).filter((name) => !name.includes("@"));
  const kinds =
    type === "directoryObject"
      ? ["user", "group", "application", "servicePrincipal", "administrativeUnit", "device", "directoryRole"]
      : type === "namedLocation"
        ? ["ipNamedLocation", "countryNamedLocation"]
        : [byWord];
  const unknown = (/** @type {string} */ kind) =>
    names.filter((name) => !world.emulator.metadata.membersOf(world.version, kind)?.has(name)).length;
  const [best = byWord] = [byWord, ...kinds].sort((a, b) => unknown(a) - unknown(b));
  return unknown(best) < unknown(byWord) ? best : byWord;
}

/** What a change says again. @param {Row} row @param {string} type @returns {Documented} */
function repeated({ method, requestBody }, type) {
  const names = ["@odata.type", ...(unchangeable[type] ?? [])];
  if (method !== "PATCH" || !isObject(requestBody)) return {};
  return Object.fromEntries(Object.entries(requestBody).filter(([name]) => names.includes(name)));
}

/** @param {World} world @param {Made} made */
async function softDelete(world, made) {
  await world.ask("DELETE", made.path);
}

/** @param {World} world @param {Made} parent @param {string} relation @param {Made} other */
async function relate(world, parent, relation, other) {
  const inverse = inverses[relation.toLowerCase()];
  if (inverse === undefined) await world.link(parent, relation, other);
  else if (inverse === "") await world.link(parent, relation.replace(/^transitiveM/, "m"), other);
  else await world.link(other, inverse, parent);
}

/** @param {unknown} url of a reference @returns {string | undefined} */
const idOf = (url) => /\/([^/()]+)$/.exec(textOf(url))?.[1];

/** The elements of a list. @param {World} world @param {string} type @param {string} relation @param {Made | undefined} parent @param {readonly Documented[]} shown @param {string} query @param {boolean} deleted */
async function listed(world, type, relation, parent, shown, query, deleted) {
  const wishes = wishesOf(query);
  const documented = shown.length > 0 ? shown.slice(0, 5) : [{}];
  for (const one of documented) await element(world, type, relation, parent, one, deleted);
  if (Object.keys(wishes).length === 0) return;
  try {
    // What the page shows need not be what its query asks for.
    await element(world, type, relation, parent, { ...documented[0], ...wishes, id: undefined }, deleted);
  } catch (error) {
    if (!(error instanceof Unpresumable)) throw error;
  }
}

/** @param {World} world @param {string} type @param {string} relation @param {Made | undefined} parent @param {Documented} one @param {boolean} deleted */
async function element(world, type, relation, parent, one, deleted) {
  const kind = kindOf(world, type, relation, one, "");
  const before =
    deleted && kind === "group" ? { groupTypes: ["Unified"], mailEnabled: true, securityEnabled: false, ...one } : one;
  if (contained.includes(kind)) {
    await world.make(kind, before, parent && { ...parent, nav: relation });
    return;
  }
  const text = one["id"] ?? idOf(one["@odata.id"]);
  const made = isIdentifier(text) ? await world.named(text, kind, before) : await world.make(kind, before);
  if (deleted) await softDelete(world, made);
  if (parent) await relate(world, parent, relation, made);
}

/** @param {World} world @param {Row} row @param {unknown} value @param {string} name property it stands at @param {Made | undefined} target of the request @param {string | undefined} type of the object that has the property @returns {Promise<unknown>} */
async function translatedBody(world, row, value, name, target, type) {
  if (Array.isArray(value)) {
    const all = [];
    for (const one of value) all.push(await translatedBody(world, row, one, name, target, type));
    return all;
  }
  if (isObject(value)) {
    if ("proof" in value && target) return proven(world, target, value);
    if ("addLicenses" in value && target) return licences(world, target, value);
    if (name === "customSecurityAttributes") await assignable(world, value);
    // What is granted must be published before it is.
    if ("scope" in value && "resourceId" in value) await world.api(value["scope"], value["resourceId"]);
    /** @type {Record<string, unknown>} */
    const made = {};
    for (const [key, one] of Object.entries(value)) {
      const inner = isObject(one) || Array.isArray(one) ? memberType(world, type, key) : type;
      made[key] = await translatedBody(world, row, one, key === "id" ? `${name}.id` : key, target, inner);
    }
    return tied(row, made, target, world, value);
  }
  if (typeof value !== "string") return value;
  const lower = name.toLowerCase();
  if (lower === "scope" && isPlaceholder(value)) return "User.Read";
  if (lower === "attributeset") await world.attributeSet(value);
  if (lower === "@odata.id" || lower.endsWith("@odata.bind")) return translatedUrl(world, row, value, lower);
  if (lower === "url" && row.path.startsWith("/$batch")) return value;
  if (isIdentifier(value)) {
    if (lower === "keyid" && target) return keyOf(world, target, value);
    if (lower === "appid" && target === undefined)
      return (
        await world.application(value, /blueprintprincipal/i.test(row.path) ? "agentIdentityBlueprint" : "application")
      ).appId;
    if (lower === "principalid") return (await world.named(value, principalKind(row, target))).id;
    if (lower === "rolememberinfo.id") return (await world.named(value, "user")).id;
    const app = applicationIds[lower];
    if (app !== undefined) return (await world.application(value, app)).appId;
    const kind = referenceKinds[lower];
    if (lower === "groupids" && target) return membership(world, target, value);
    if (kind !== undefined) return (await world.named(value, kindOf(world, kind, "", {}, value))).id;
  }
  if (lower === "directoryscopeid") return scope(world, value);
  const member = type === undefined ? undefined : world.emulator.metadata.membersOf(world.version, type)?.get(name);
  if (member && isPlaceholder(value))
    return valueFor(value, member, world.emulator.metadata.enumerationOf(world.version, member.type)?.members);
  return value;
}

/** Sets and attributes that are assigned have been defined. @param {World} world @param {Documented} assigned */
async function assignable(world, assigned) {
  for (const [set, values] of Object.entries(assigned)) {
    for (const [name, value] of isObject(values) ? Object.entries(values) : []) {
      if (name.includes("@")) continue;
      const [sample] = Array.isArray(value) ? /** @type {unknown[]} */ (value) : [value];
      const type = typeof sample === "number" ? "Integer" : typeof sample === "boolean" ? "Boolean" : "String";
      const isCollection = Array.isArray(value);
      await world.make("customSecurityAttributeDefinition", { attributeSet: set, name, type, isCollection });
    }
  }
}

/** @param {World} world @param {string | undefined} type @param {string} name */
const memberType = (world, type, name) =>
  type === undefined ? undefined : world.emulator.metadata.membersOf(world.version, type)?.get(name)?.type;

/** @param {Row} row @param {Made | undefined} target @returns {string} */
function principalKind(row, target) {
  const [shown] = shownObjects(row.responseBody);
  const said = { User: "user", Group: "group", ServicePrincipal: "servicePrincipal" }[String(shown?.["principalType"])];
  if (said !== undefined) return said;
  if (target && /appRoleAssignments$/i.test(row.path.split("?")[0] ?? "")) return target.kind;
  return /appRoleAssign/i.test(row.path) ? "servicePrincipal" : "user";
}

/** An assignment hangs from the object whose collection it is sent to, and its role is one the resource publishes. @param {Row} row @param {Record<string, unknown>} body @param {Made | undefined} target @param {World} world @param {Documented} documented */
function tied(row, body, target, world, documented) {
  if (!("appRoleId" in body) || !target || row.method !== "POST") return body;
  const path = row.path.split("?")[0] ?? "";
  const toTarget = /appRoleAssignedTo$/i.test(path) ? "resourceId" : "principalId";
  if (isPlaceholder(documented[toTarget])) body[toTarget] = target.id;
  const resource = { id: String(body["resourceId"]), kind: "servicePrincipal", appId: "", path: "" };
  body["appRoleId"] = world.role(resource, documented["appRoleId"]);
  return body;
}

/** @param {World} world @param {Row} row @param {string} url @param {string} name */
async function translatedUrl(world, row, url, name) {
  const relation = name === "@odata.id" ? relationOf(row.path) : name.replace(/@odata\.bind$/, "");
  const path = readPath(
    "GET",
    url.replace(/^https:\/\/graph\.microsoft\.com\/(v1\.0|beta)/, ""),
    row.version,
    world.emulator.metadata,
  );
  const step = path.steps.at(-1);
  if (!step?.key) return world.translated(url);
  const kind = kindOf(world, step.type, relation, {}, step.key.text);
  // Not every group can be a sponsor.
  const shape =
    kind === "group" && relation === "sponsors"
      ? { groupTypes: ["Unified"], mailEnabled: true, securityEnabled: false }
      : {};
  const made = await world.named(step.key.text, kind, shape);
  return url.replace(step.key.text, () => made.id);
}

/** @param {string} path @returns {string} relation before `$ref` */
const relationOf = (path) =>
  /\/(\w+)(\/[^/]+)?\/\$ref$/.exec(path.split("?")[0] ?? "")?.[1] ?? relatedKinds[path] ?? "";

/** @param {World} world @param {Made} target @param {string} text @returns {Promise<string>} */
async function keyOf(world, target, text) {
  const { body } = await world.ask("POST", `${target.path}/addPassword`, {
    passwordCredential: { displayName: "secret" },
  });
  return textOf(body["keyId"], text);
}

/** A group that the object is a member of. @param {World} world @param {Made} object @param {string} text @returns {Promise<string>} */
async function membership(world, object, text) {
  const group = await world.named(text, "group");
  await world.link(group, "members", object);
  return group.id;
}

/** @param {World} world @param {string} text `/`, `/administrativeUnits/{id}` or `/{id}` @returns {Promise<string>} */
async function scope(world, text) {
  const [, folder, id] = /^\/(?:(administrativeUnits)\/)?([^/]+)$/i.exec(text) ?? [];
  if (id === undefined) return text;
  const made = await world.named(id, folder === undefined ? "application" : "administrativeUnit");
  return folder === undefined ? `/${made.id}` : `/${folder}/${made.id}`;
}

/** @param {World} world @param {string} path @param {ReadonlyMap<number, { text: string, property: string, made: Made | undefined }>} texts in order */
function writtenPath(world, path, texts) {
  const [before = "", query] = path.split(/\?(.*)/s);
  let at = 0;
  let written = "";
  for (const { text, property, made } of texts.values()) {
    const found = before.indexOf(text, at);
    written += before.slice(at, found);
    at = found + text.length;
    const value = property === "appId" ? made?.appId : property === "id" ? made?.id : undefined;
    written += value === undefined || value === "" ? (isPlaceholder(text) ? crypto.randomUUID() : text) : value;
  }
  const full = written + before.slice(at);
  return query === undefined ? full : `${full}?${world.translated(query)}`;
}
