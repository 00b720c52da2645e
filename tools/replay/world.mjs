// @ts-check
/** The tenant as a page presumes it: objects come into being when something names them. */
import { contained } from "./references.mjs";
import { isGuid, isObject, isPlaceholder, textOf, valueFor } from "./placeholder.mjs";
import { catalogues, moreCatalogues, recipes } from "./recipes.mjs";

/**
 * @typedef {import("./emulator.mjs").Emulator} Emulator
 * @typedef {import("./recipes.mjs").Documented} Documented
 *
 * @typedef {object} Made an object of the tenant that stands for one of the page
 * @property {string} kind
 * @property {string} id what addresses it
 * @property {string} appId empty where it has none
 * @property {string} path
 * @property {string} [nav] relation of the parent it hangs from, while children are made
 */

/** The page presumes something that the tenant cannot be brought to. */
export class Unpresumable extends Error {}

const graph = "https://graph.microsoft.com";

/** Somebody the company is seeded with. */
export const userWhoAsks = "adele.vance@contoso.com";
const agentIdDeveloper = "adb2368d-a9be-41b5-8667-d96778e081b0";
const graphAppId = "00000003-0000-0000-c000-000000000000";

export class World {
  /** What stands for the ids of the page. @type {Map<string, Made>} */
  #named = new Map();
  /** The same for app ids. @type {Map<string, Made>} */
  #applications = new Map();
  /** What the page says is not there. @type {Set<string>} kinds */
  absent = new Set();

  /**
   * @param {Emulator} emulator @param {import("./emulator.mjs").Tenant} tenant
   * @param {import("./emulator.mjs").Version} version @param {string} token of somebody who may do everything
   */
  constructor(emulator, tenant, version, token) {
    this.emulator = emulator;
    this.tenant = tenant;
    this.version = version;
    this.token = token;
  }

  /** @param {string} method @param {string} path @param {object} [body] @returns {Promise<{ status: number, body: Documented }>} */
  async ask(method, path, body) {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = {
      authorization: `Bearer ${this.token}`,
      "content-type": "application/json",
      "odata-version": "4.0",
    };
    const request = new Request(`${graph}/${this.version}${path}`, { method, headers, ...sent });
    const response = await this.tenant.handle(request);
    const text = await response.text();
    const answer = /** @type {unknown} */ (text.startsWith("{") ? JSON.parse(text) : {});
    return { status: response.status, body: isObject(answer) ? answer : {} };
  }

  /** @param {Made} made */
  url = (made) =>
    `${graph}/v1.0/${made.kind === "user" ? "users" : made.kind === "group" ? "groups" : "directoryObjects"}/${made.id}`;

  /** Who asks, when a person does. @returns {Promise<Made>} */
  async me() {
    const { body } = await this.ask("GET", `/users/${userWhoAsks}`);
    return this.#madeOf("user", body, undefined);
  }

  /** Makes who asks somebody who may make agents, and becomes their sponsor where none is named. */
  async developer() {
    const { id: principalId } = await this.me();
    const body = { principalId, roleDefinitionId: agentIdDeveloper, directoryScopeId: "/" };
    await this.ask("POST", "/roleManagement/directory/roleAssignments", body);
  }

  /** Any user of the company. @returns {Promise<Made>} */
  async somebody() {
    const { body } = await this.ask("GET", "/users?$top=1");
    return this.#madeOf("user", firstOf(body) ?? {}, undefined);
  }

  /** @param {string} type @param {string} ancestor */
  isA = (type, ancestor) => this.emulator.metadata.isA(this.version, type, ancestor);

  /** What stands for an id of the page: the same for the same GUID, another one for every placeholder. @param {string} text @param {string} kind @param {Documented} [documented] @param {Made} [parent] @returns {Promise<Made>} */
  async named(text, kind, documented = {}, parent) {
    const key = text.toLowerCase();
    const known = isPlaceholder(text) ? undefined : this.#named.get(key);
    if (known && (this.isA(known.kind, kind) || kind === "directoryObject")) {
      await this.document(known, documented);
      return known;
    }
    const there = await this.#alreadyThere(text, kind);
    const made = there ?? (await this.make(kind, documented, parent));
    if (!isPlaceholder(text)) this.#named.set(key, made);
    return made;
  }

  /** Seeded objects keep their ids: roles, templates, Microsoft's own service principals. @param {string} text @param {string} kind @returns {Promise<Made | undefined>} */
  async #alreadyThere(text, kind) {
    if (!isGuid(text)) return undefined;
    const list = kind in catalogues ? catalogues[/** @type {keyof typeof catalogues} */ (kind)] : undefined;
    const path = list === undefined ? recipes[kind]?.at({ id: text }) : `${list}/${text}`;
    if (path === undefined || contained.includes(kind)) return undefined;
    const { status, body } = await this.ask("GET", path);
    if (status === 200) return this.#madeOf(kind, body, undefined);
    for (const catalogue of moreCatalogues[kind] ?? []) {
      const found = elementsOf((await this.ask("GET", catalogue)).body).find((one) => one["id"] === text.toLowerCase());
      if (found) return this.#madeOf(kind, found, undefined);
    }
    return undefined;
  }

  /** The object that an app id of the page names. @param {unknown} text @param {string} kind @returns {Promise<Made>} */
  async application(text, kind) {
    if (typeof text !== "string" || isPlaceholder(text)) return this.make(kind, {});
    const key = `${kind === "application" || kind === "agentIdentityBlueprint" ? "a" : "p"} ${text.toLowerCase()}`;
    const known = this.#applications.get(key);
    if (known) return known;
    const { status, body } = isGuid(text)
      ? await this.ask("GET", `/servicePrincipals(appId='${text}')`)
      : { status: 404, body: {} };
    const made =
      status === 200 && kind === "servicePrincipal" ? this.#madeOf(kind, body, undefined) : await this.make(kind, {});
    this.#applications.set(key, made);
    return made;
  }

  /** An attribute set of this name. @param {string} name */
  async attributeSet(name) {
    if (!this.#named.has(`set ${name}`)) this.#named.set(`set ${name}`, await this.make("attributeSet", { id: name }));
  }

  /** @param {string} kind @param {Documented} documented what the page shows of it @param {Made} [parent] @returns {Promise<Made>} */
  async make(kind, documented, parent) {
    const recipe = recipes[kind];
    const made = recipe?.post ? await this.#created(kind, recipe, documented, parent) : await this.#found(kind);
    await this.document(made, documented);
    return made;
  }

  /** @param {string} kind @param {import("./recipes.mjs").Recipe} recipe @param {Documented} documented @param {Made | undefined} parent @returns {Promise<Made>} */
  async #created(kind, recipe, documented, parent) {
    const request = await recipe.post?.(this, documented, parent);
    if (!request) throw new Unpresumable(`nothing makes a ${kind}`);
    // The page says that this is missing; what it would hang from is there.
    if (this.absent.has(kind)) return { kind, id: "", path: "", appId: String(Object.values(request.body)[0]) };
    const { status, body } = await this.ask("POST", request.path, request.body);
    if (status > 299) {
      const error = isObject(body["error"]) ? body["error"] : {};
      throw new Unpresumable(
        `a ${kind} cannot be made: ${status} ${String(error["code"])}: ${String(error["message"])}`,
      );
    }
    return this.#madeOf(kind, request.answered ?? body, parent);
  }

  /** An object that no client makes: one the tenant has, or a planted one. @param {string} kind @returns {Promise<Made>} */
  async #found(kind) {
    if (kind in catalogues) {
      const { body } = await this.ask("GET", catalogues[/** @type {keyof typeof catalogues} */ (kind)]);
      const first = firstOf(body);
      if (first) return this.#madeOf(kind, first, undefined);
    }
    const id = crypto.randomUUID();
    const createdDateTime = "2026-01-01T00:00:00Z";
    const { metadata } = this.emulator;
    const dated = metadata.membersOf(this.version, kind)?.has("createdDateTime") ? { createdDateTime } : {};
    // The tenant may hold such objects by their derived types only.
    for (const type of metadata.descendantsOf(this.version, kind)) {
      try {
        this.tenant.plant([{ id, kind: type, body: dated }]);
        return { kind: type, id, appId: "", path: "" };
      } catch {
        // Not a kind the tenant knows.
      }
    }
    throw new Unpresumable(`a ${kind} cannot be planted: the tenant holds no such objects`);
  }

  /** @param {string} kind @param {Documented} body @param {Made | undefined} parent @returns {Made} */
  #madeOf(kind, body, parent) {
    const id = String(body[recipes[kind]?.key ?? "id"]);
    return { kind, id, appId: textOf(body["appId"]), path: recipes[kind]?.at({ id, parent }) ?? "" };
  }

  /** Gives an object what the page shows of it, where it conforms to metadata. @param {Made} made @param {Documented} documented */
  async document(made, documented) {
    const { metadata, problemsOf } = this.emulator;
    const members = metadata.membersOf(this.version, made.kind);
    /** @type {Record<string, unknown>} */
    const body = {};
    for (const [name, value] of Object.entries(documented)) {
      const member = members?.get(name);
      if (!member || value === null || name === "id") continue;
      if (made.kind in recipes && keptByTheTenant.has(name)) continue;
      if (member.navigation) await this.#relate(made, name, member.type, Array.isArray(value) ? value : [value]);
      else {
        const meant = saysNothing(value) ? undefined : this.#meant(value, member);
        if (meant !== undefined && problemsOf(this.version, made.kind, { [name]: meant }, "answer").length === 0)
          body[name] = meant;
      }
    }
    // Catalogues are the same in every tenant, and what is addressed by another key is not found by it.
    if (Object.keys(body).length === 0 || made.id === "" || made.kind in catalogues || recipes[made.kind]?.key) return;
    this.tenant.plant([{ id: made.id, kind: made.kind, body }]);
  }

  /** What the page shows, with values for its words. @param {unknown} shown @param {import("../../emulator/metadata/metadata.js").Member} member @returns {unknown} */
  #meant(shown, member) {
    const { metadata } = this.emulator;
    if (Array.isArray(shown)) return shown.map((/** @type {unknown} */ one) => this.#meant(one, member));
    if (isObject(shown)) {
      const said = /([a-z]\w*)$/i.exec(textOf(shown["@odata.type"]))?.[1];
      const type = (said === undefined ? undefined : metadataName(this, said)) ?? member.type;
      const members = metadata.membersOf(this.version, type);
      return Object.fromEntries(
        Object.entries(shown).map(([name, value]) => {
          const inner = members?.get(name);
          return [name, inner === undefined ? value : this.#meant(value, inner)];
        }),
      );
    }
    if (typeof shown !== "string" || !isPlaceholder(shown)) return shown;
    return valueFor(shown, member, metadata.enumerationOf(this.version, member.type)?.members);
  }

  /** An expanded relation of the page. @param {Made} made @param {string} relation @param {string} type @param {readonly unknown[]} others */
  async #relate(made, relation, type, others) {
    for (const other of others) {
      if (!isObject(other) || contained.includes(type) || type !== "directoryObject") continue;
      const said = /([a-z]\w*)$/i.exec(textOf(other["@odata.type"]))?.[1];
      const kind =
        (said === undefined ? undefined : metadataName(this, said)) ?? (relation === "memberOf" ? "group" : "user");
      const text = other["id"];
      await this.link(
        made,
        relation,
        typeof text === "string" ? await this.named(text, kind, other) : await this.make(kind, other),
      );
    }
  }

  /** @param {Made} from @param {string} relation @param {Made} to */
  async link(from, relation, to) {
    const body = { "@odata.id": `${graph}/v1.0/directoryObjects/${to.id}` };
    const single = this.emulator.metadata.membersOf(this.version, from.kind)?.get(relation)?.collection === false;
    await this.ask(single ? "PUT" : "POST", `${from.path}/${relation}/$ref`, body);
  }

  /** The id of an app role that `resource` publishes: the page's own where it can be so. @param {Made} resource @param {unknown} documented @returns {string} */
  role(resource, documented) {
    const none = "00000000-0000-0000-0000-000000000000";
    if (!isGuid(documented) || documented === none || resource.appId === graphAppId)
      return isGuid(documented) ? documented : none;
    const published = {
      id: documented,
      value: `Role.${documented}`,
      displayName: "A role",
      description: "A role",
      isEnabled: true,
      allowedMemberTypes: ["User", "Application"],
    };
    this.tenant.plant([{ id: resource.id, kind: resource.kind, body: { appRoles: [published] } }]);
    return documented;
  }

  /** Makes a resource publish the scopes that the page grants on it. @param {Made} resource @param {readonly string[]} scopes */
  publish(resource, scopes) {
    const oauth2PermissionScopes = scopes.map((value) => ({
      id: crypto.randomUUID(),
      value,
      type: "Admin",
      isEnabled: true,
      adminConsentDisplayName: value,
      adminConsentDescription: value,
    }));
    this.tenant.plant([{ id: resource.id, kind: resource.kind, body: { oauth2PermissionScopes } }]);
  }

  /** The API that grants are about: Microsoft Graph, unless it does not publish what the page grants. @param {unknown} scope separated by spaces @param {unknown} text of its id @returns {Promise<Made>} */
  async api(scope, text) {
    const scopes =
      typeof scope === "string" && !isPlaceholder(scope) ? scope.split(" ").filter((one) => one !== "") : [];
    if (
      scopes.every(
        (one) =>
          this.emulator.permissions.includes(one) || ["openid", "profile", "email", "offline_access"].includes(one),
      )
    ) {
      const graph = await this.application(graphAppId, "servicePrincipal");
      if (typeof text === "string") this.name(text, graph);
      return graph;
    }
    const own =
      typeof text === "string" ? await this.named(text, "servicePrincipal") : await this.make("servicePrincipal", {});
    this.publish(own, scopes);
    return own;
  }

  /** A text with the ids of the page replaced by those that stand for them. @param {string} text */
  translated(text) {
    return text.replace(
      /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi,
      (id) =>
        this.#named.get(id.toLowerCase())?.id ??
        this.#applications.get(`p ${id.toLowerCase()}`)?.appId ??
        this.#applications.get(`a ${id.toLowerCase()}`)?.appId ??
        id,
    );
  }

  /** @param {string} text of the page @param {Made} made */
  name(text, made) {
    if (!isPlaceholder(text)) this.#named.set(text.toLowerCase(), made);
  }
}

/** Names and keys of the tenant's own, and what says who an object is: the page's would point at nothing. */
const keptByTheTenant = new Set([
  "id",
  "appId",
  "deletedDateTime",
  "agentIdentityBlueprintId",
  "identityParentId",
  "principalId",
  "resourceId",
  "clientId",
  "principalType",
  "appRoleId",
  "roleDefinitionId",
  "directoryScopeId",
  "resourceAppId",
  "administrativeUnitId",
  "roleId",
  "roleMemberInfo",
  "roleTemplateId",
  "skuId",
  "attributeSet",
  "userPrincipalName",
  "createdByAppId",
  "consentType",
]);

/** Whether a page shows nothing of an object but its type. @param {unknown} shown @returns {boolean} */
const saysNothing = (shown) =>
  Array.isArray(shown)
    ? shown.length > 0 && shown.every(saysNothing)
    : isObject(shown) && Object.keys(shown).every((name) => name.startsWith("@"));

/** @param {World} world @param {string} name @returns {string | undefined} */
const metadataName = (world, name) => world.emulator.metadata.typeNamed(world.version, name);

/** @param {Documented} list @returns {Documented | undefined} */
const firstOf = (list) => elementsOf(list)[0];

/** @param {Documented} list @returns {Documented[]} */
function elementsOf(list) {
  const value = list["value"];
  return Array.isArray(value) ? value.filter(isObject) : [];
}
