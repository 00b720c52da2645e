/** What every relation of every kind has in common: list, references, counts and casts say the same. */
import { isA } from "../../emulator/metadata/metadata";
import { apis } from "../../emulator/permissions";
import { routes } from "../../emulator/routes";
import type { EmulatedTenant } from "../../emulator/tenant";
import { aBlueprint, anIdentity, type Ask, bind, graph, idOf, inMemory, people, witnessed } from "./client";

let tenant: EmulatedTenant;
let ask: Ask;
/** Object that the first key of an address names, by what stands before it. */
const objects = new Map<string, string>();

const tooMighty = /^Directory\.(ReadWrite|AccessAsUser)\.All$/;
const [graphApi] = apis;
const all = {
  application: graphApi?.appRoles.map(({ value }) => value).filter((name) => !tooMighty.test(name)) ?? [],
  delegated: graphApi?.oauth2PermissionScopes.map(({ value }) => value).filter((name) => !tooMighty.test(name)) ?? [],
};
const upn = "adele.vance@contoso.com";
const asking = (path: string) =>
  path.startsWith("/me") ? { permissions: all.delegated, user: upn } : { permissions: all.application };

beforeAll(async () => {
  ({ tenant, ask } = inMemory());
  const { user, group, adele, nestor } = await people(ask);
  const mighty = { permissions: all.application };
  const family = await aBlueprint(ask, { "owners@odata.bind": bind(adele) });
  const identity = (await anIdentity(ask, family, { "owners@odata.bind": bind(adele) })).body.id;
  const munich = group("Office Munich");
  for (const member of [adele, nestor, `/servicePrincipals/${identity}`]) {
    await ask(
      `POST ${munich}/members/$ref`,
      { "@odata.id": `${graph}/v1.0${member.replace("servicePrincipals", "directoryObjects")}` },
      mighty,
    );
  }
  await ask(`POST ${munich}/owners/$ref`, { "@odata.id": `${graph}/v1.0${adele}` }, mighty);
  await ask(`PUT ${adele}/manager/$ref`, { "@odata.id": `${graph}/v1.0${nestor}` }, mighty);
  await ask(`PUT ${user("Diego")}/manager/$ref`, { "@odata.id": `${graph}/v1.0${adele}` }, mighty);
  await ask(`POST ${adele}/sponsors/$ref`, { "@odata.id": `${graph}/v1.0${nestor}` }, mighty);
  const unit = (await ask("POST /directory/administrativeUnits", { displayName: "Munich" }, mighty)).body.id;
  for (const member of [adele, munich]) {
    await ask(
      `POST /directory/administrativeUnits/${unit}/members/$ref`,
      { "@odata.id": `${graph}/v1.0${member}` },
      mighty,
    );
  }
  const reader = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b";
  const role = (await ask("POST /directoryRoles", { roleTemplateId: reader }, mighty)).body.id;
  await ask(
    "POST /roleManagement/directory/roleAssignments",
    { principalId: idOf(adele), roleDefinitionId: reader, directoryScopeId: "/" },
    mighty,
  );
  const resource = (await ask("GET /servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id")).body
    .id;
  await ask(
    `POST /servicePrincipals/${identity}/appRoleAssignments`,
    { principalId: identity, resourceId: resource, appRoleId: "810c84a8-4a9e-49e6-bf7d-12d183f40d01" },
    mighty,
  );
  await ask(
    "POST /oauth2PermissionGrants",
    {
      clientId: identity,
      consentType: "Principal",
      principalId: idOf(adele),
      resourceId: resource,
      scope: "User.Read",
    },
    mighty,
  );
  for (const [before, id] of [
    ["/users", idOf(adele)],
    ["/groups", idOf(munich)],
    ["/applications", family.blueprint.id],
    ["/servicePrincipals", identity],
    ["/directory/administrativeUnits", unit],
    ["/administrativeUnits", unit],
    ["/directoryRoles", role],
    ["/directoryObjects", idOf(adele)],
  ] as const)
    objects.set(before, id);
  objects.set("/servicePrincipals principal", family.principal.id);
});
afterAll(() => tenant.close());

/** An address with the ids of furnished objects; undefined where it has a second key. */
function addressOf(path: string): string | undefined {
  const [before = "", after] = path.split(/\/\{[^}]+\}/);
  if (after === undefined) return path;
  const id = objects.get(/BlueprintPrincipal/.test(after) ? `${before} principal` : before);
  return id === undefined ? undefined : path.replace(/\{[^}]+\}/, id);
}

async function get(path: string, version: string): Promise<{ status: number; text: string }> {
  const token = await tenant.token(asking(path));
  const headers = { authorization: `Bearer ${token}`, consistencylevel: "eventual" };
  const response = await tenant.handle(new Request(`${graph}/${version}${path}`, { headers }));
  witnessed(response);
  return { status: response.status, text: await response.text() };
}

interface Shown {
  readonly id: string;
  readonly "@odata.type"?: string;
  readonly "@odata.id"?: string;
}

async function list(path: string, version: string): Promise<readonly Shown[]> {
  const { status, text } = await get(path, version);
  expect([path, status, status === 200 ? "" : text]).toEqual([path, 200, ""]);
  const body = JSON.parse(text) as { value?: readonly Shown[] } & Shown;
  return body.value ?? [body];
}

const ids = (shown: readonly Shown[]) => shown.map(({ id }) => id).sort();

const derived = routes
  .filter(({ method, path }) => method === "GET" && /\/(\$count|\$ref|microsoft\.graph\.\w+)$/.test(path))
  .filter(({ path }) => path.split("{").length <= 2 && /\/(?:\{[^}]+\}|me)\//.test(path))
  .map(({ path, versions }) => [path, versions?.[0] ?? "v1.0"] as const);

describe("an address that is derived from a list", () => {
  it("there are many of", () => expect(derived.length).toBeGreaterThan(100));

  it.each(derived)("GET %s (%s) says what the list says", async (path, version) => {
    const address = addressOf(path);
    if (address === undefined) throw new Error(`nothing is furnished for ${path}`);
    const [, whole = "", end = ""] = /^(.*)\/([^/]+)$/.exec(address) ?? [];
    const cast = /^microsoft\.graph\.(\w+)$/.exec(end)?.[1];
    if (cast !== undefined && !/\/[a-z]\w*$/i.test(whole)) {
      await list(address, version);
      return;
    }
    const shown = await list(whole, version);
    if (end === "$count") {
      expect(await get(address, version)).toEqual({ status: 200, text: String(shown.length) });
    } else if (end === "$ref") {
      const named = (await list(address, version)).map(
        (one) => /([0-9a-zA-Z_-]+)(?:\/Microsoft[^/]*)?$/.exec(one["@odata.id"] ?? "")?.[1],
      );
      expect(named.sort()).toEqual(ids(shown));
    } else {
      const typed = shown.filter((one) =>
        isA("beta", one["@odata.type"]?.slice("#microsoft.graph.".length) ?? "", cast ?? ""),
      );
      expect(ids(await list(address, version))).toEqual(ids(typed));
    }
  });
});

const lists = routes
  .filter(({ method, path }) => method === "GET" && /^\/(?:(?:users|groups)\/\{id\}|me)\/[a-zA-Z0-9]+$/.test(path))
  .map(({ path, versions }) => [path, versions?.[0] ?? "v1.0"] as const);

describe("a relation", () => {
  it.each(lists)("GET %s (%s) answers who is connected, each with an id", async (path, version) => {
    for (const one of await list(addressOf(path) ?? "", version)) expect(one.id).toMatch(/./);
  });

  it.each(lists.filter(([path]) => path.startsWith("/me/")))(
    "GET %s (%s) is that of the person who asks",
    async (path, version) => {
      const own = await list(path, version);
      const same = await list(path.replace("/me", `/users/${objects.get("/users") ?? ""}`), version);
      expect(ids(own)).toEqual(ids(same));
    },
  );
});
