// @ts-check
/** A path as a page writes it, with the type at every step. */

/**
 * @typedef {object} Step
 * @property {string} name as the page writes it
 * @property {string} type metadata type of the objects here
 * @property {boolean} collection
 * @property {string | undefined} cast
 * @property {{ property: string, text: string } | undefined} key `id` for a bare key
 *
 * @typedef {object} DocumentedPath
 * @property {readonly Step[]} steps
 * @property {string} root `identity/conditionalAccess/policies`: everything before the first key
 * @property {readonly string[]} tail what no type describes: `$ref`, `$count`, an action, a function
 * @property {string} query from the question mark on
 */

/** Collections by path, and the types of their objects. What hangs from these, metadata says. */
const roots = /** @type {const} */ ({
  applications: "application",
  serviceprincipals: "servicePrincipal",
  users: "user",
  groups: "group",
  directoryobjects: "directoryObject",
  devices: "device",
  contacts: "orgContact",
  directoryroles: "directoryRole",
  directoryroletemplates: "directoryRoleTemplate",
  domains: "domain",
  organization: "organization",
  subscribedskus: "subscribedSku",
  oauth2permissiongrants: "oAuth2PermissionGrant",
  "auditlogs/directoryaudits": "directoryAudit",
  "auditlogs/signins": "signIn",
  "directory/administrativeunits": "administrativeUnit",
  administrativeunits: "administrativeUnit",
  "directory/attributesets": "attributeSet",
  "directory/customsecurityattributedefinitions": "customSecurityAttributeDefinition",
  "directory/deleteditems": "directoryObject",
  "identity/conditionalaccess/authenticationcontextclassreferences": "authenticationContextClassReference",
  "identity/conditionalaccess/authenticationstrength/policies": "authenticationStrengthPolicy",
  "identity/conditionalaccess/deleteditems/namedlocations": "namedLocation",
  "identity/conditionalaccess/deleteditems/policies": "conditionalAccessPolicy",
  "identity/conditionalaccess/namedlocations": "namedLocation",
  "identity/conditionalaccess/policies": "conditionalAccessPolicy",
  "identity/conditionalaccess/templates": "conditionalAccessTemplate",
  "identityprotection/agentriskdetections": "agentRiskDetection",
  "identityprotection/riskyagents": "riskyAgent",
  "policies/authenticationstrengthpolicies": "authenticationStrengthPolicy",
  "rolemanagement/directory/roleassignments": "unifiedRoleAssignment",
  "rolemanagement/directory/roledefinitions": "unifiedRoleDefinition",
});

const singles = /** @type {const} */ ({ me: "user" });

/** Functions of collections that look like keys. */
const functions = ["delta", "getbyids", "validateproperties", "getavailableextensionproperties", "getuserownedobjects"];

/** @param {string} text @returns {readonly [string, string | undefined]} name and what stands in parentheses */
function inParentheses(text) {
  const [, name = text, inside] = /^([^()]*)\((.*)\)$/s.exec(text) ?? [];
  return [name, inside];
}

/** @param {string} inside @returns {{ property: string, text: string }} */
function keyOf(inside) {
  const [, property = "id", , quoted, bare = ""] = /^(?:(\w+)=)?('((?:[^']|'')*)'|.*)$/s.exec(inside) ?? [];
  return { property, text: quoted?.replaceAll("''", "'") ?? bare };
}

/** @param {string} method @param {string} name @param {boolean} final @returns {boolean} whether a word after a collection is no key */
function isOperation(method, name, final) {
  const word = name.replace(/^microsoft\.graph\./i, "");
  // Nothing is posted to an object itself, so a word there is an action.
  return (
    functions.includes(word.toLowerCase()) || (method === "POST" && final && /^[a-z]+$/i.test(word)) || word !== name
  );
}

const castForm = /^(?:microsoft\.)?graph\.([a-z]\w*)$/i;

/**
 * @param {string} method @param {string} path @param {import("./emulator.mjs").Version} version
 * @param {import("./emulator.mjs").Emulator["metadata"]} metadata @returns {DocumentedPath}
 */
export function readPath(method, path, version, metadata) {
  const [before = "", query] = path.split(/\?(.*)/s);
  const parts = before.replace(/^\/+|\/+$/g, "").split("/");
  /** @type {Step[]} */
  const steps = [];
  /** @type {string[]} */
  const root = [];
  while (parts.length > 0) {
    const part = parts[0] ?? "";
    const last = steps.at(-1);
    const cast = castForm.exec(part)?.[1];
    const [name, inside] = inParentheses(part);
    if (!last) {
      root.push(name);
      const at = root.join("/").toLowerCase();
      const type = at in roots ? roots[/** @type {keyof typeof roots} */ (at)] : undefined;
      const single = at in singles ? singles[/** @type {keyof typeof singles} */ (at)] : undefined;
      const found = type ?? single;
      const key = inside === undefined || inside === "" ? undefined : keyOf(inside);
      if (found !== undefined)
        steps.push({ name, type: found, collection: single === undefined, cast: undefined, key });
    } else if (cast !== undefined && metadata.typeNamed(version, cast) !== undefined) {
      const type = metadata.typeNamed(version, cast) ?? last.type;
      steps[steps.length - 1] = { ...last, cast: type, type };
    } else if (
      last.collection &&
      !last.key &&
      !part.startsWith("$") &&
      !isOperation(method, name, parts.length === 1)
    ) {
      steps[steps.length - 1] = { ...last, key: { property: "id", text: part } };
    } else {
      const members = [...(metadata.membersOf(version, last.type)?.values() ?? [])];
      const member = members.find((one) => one.navigation && one.name.toLowerCase() === name.toLowerCase());
      if (!member || (last.collection && !last.key)) break;
      const key = inside === undefined ? undefined : keyOf(inside);
      steps.push({ name, type: member.type, collection: member.collection, cast: undefined, key });
    }
    parts.shift();
  }
  return { steps, root: root.join("/"), tail: parts, query: query === undefined ? "" : `?${query}` };
}
