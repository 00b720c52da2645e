/** Every way to read and change what applications and service principals are connected to. */
import {
  aBlueprint,
  anIdentity,
  bind,
  blueprintCast,
  type Body,
  inMemory,
  identityCast,
  idOf,
  people,
  principalCast,
  refusal,
} from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());

const permissions = [
  "Application.ReadWrite.All",
  "Application.Read.All",
  "Directory.Read.All",
  "AgentIdentity.ReadWrite.All",
  "AgentIdentityBlueprint.ReadWrite.All",
  "AgentIdentityBlueprintPrincipal.ReadWrite.All",
  "AppRoleAssignment.ReadWrite.All",
  "DelegatedPermissionGrant.ReadWrite.All",
];
const asking = { permissions };
const eventual = { permissions, headers: { ConsistencyLevel: "eventual" } };

/** Paths of one object of each kind, by kind. */
let paths: Readonly<Record<"application" | "blueprint" | "servicePrincipal" | "principal" | "identity", string>>;
beforeAll(async () => {
  const application = (await ask("POST /applications", { displayName: "web" }, asking)).body;
  const plain = (await ask("POST /servicePrincipals", { appId: application.appId }, asking)).body;
  const family = await aBlueprint(ask);
  const agent = (await anIdentity(ask, family)).body;
  paths = {
    application: `/applications/${application.id}`,
    blueprint: `/applications/${family.blueprint.id}/${blueprintCast}`,
    servicePrincipal: `/servicePrincipals/${plain.id}`,
    principal: `/servicePrincipals/${family.principal.id}/${principalCast}`,
    identity: `/servicePrincipals/${agent.id}/${identityCast}`,
  };
  const { adele, group } = await people(ask);
  for (const [kind, path] of Object.entries(paths)) {
    const owners = [adele, `/servicePrincipals/${plain.id}`];
    const sponsors = kind.startsWith("application") || kind === "servicePrincipal" ? [] : [group("Finance Operations")];
    for (const owner of owners) await ask(`POST ${path}/owners/$ref`, { "@odata.id": bind(owner)[0] }, asking);
    for (const sponsor of sponsors) await ask(`POST ${path}/sponsors/$ref`, { "@odata.id": bind(sponsor)[0] }, asking);
  }
});

const list = async (path: string, how = asking): Promise<readonly Body[]> =>
  (await ask(`GET ${path}`, undefined, how)).body.value;

/** Text answers are numbers here, and parse as such. */
const count = async (path: string): Promise<unknown> => (await ask(`GET ${path}/$count`, undefined, eventual)).body;

const ends = [
  ["application", "owners", ["user", "servicePrincipal"]],
  ["blueprint", "owners", ["user", "servicePrincipal"]],
  ["blueprint", "sponsors", ["user", "servicePrincipal", "group"]],
  ["servicePrincipal", "owners", ["user", "servicePrincipal"]],
  ["principal", "owners", ["user", "servicePrincipal"]],
  ["principal", "sponsors", ["user", "servicePrincipal", "group"]],
  ["identity", "owners", ["user", "servicePrincipal"]],
  ["identity", "sponsors", ["user", "servicePrincipal", "group"]],
  ["servicePrincipal", "memberOf", ["group", "administrativeUnit"]],
  ["servicePrincipal", "transitiveMemberOf", ["group", "administrativeUnit"]],
  ["servicePrincipal", "ownedObjects", ["application", "servicePrincipal", "group"]],
  ["servicePrincipal", "createdObjects", ["application", "servicePrincipal", "group"]],
  ["servicePrincipal", "appRoleAssignments", []],
  ["servicePrincipal", "appRoleAssignedTo", []],
  ["servicePrincipal", "oauth2PermissionGrants", []],
] as const;

describe.each(ends)("of a %s, %s", (kind, relation, casts) => {
  it("are listed, counted and referred to alike, also one type at a time", async () => {
    const path = `${paths[kind]}/${relation}`;
    const all = await list(path);
    expect(await count(path)).toBe(all.length);
    const said = await ask(`GET ${path}/$ref`, undefined, asking);
    expect(said.body).toHaveProperty("value");
    const references = said.body.value as readonly object[];
    expect(references.map((reference) => idOf((reference as Record<string, string>)["@odata.id"] ?? ""))).toEqual(
      all.map(({ id }) => id),
    );
    for (const cast of casts) {
      const plain = await ask(`GET ${path}/microsoft.graph.${cast}`, undefined, asking);
      expect(refusal(plain)).toEqual([
        400,
        "Request_UnsupportedQuery",
        expect.stringMatching(/^The OData cast is not/),
      ]);
      const some = await list(`${path}/microsoft.graph.${cast}?$count=true`, eventual);
      const ids = all.filter((one) => one["@odata.type"].includes(cast)).map(({ id }) => id);
      if (cast !== "servicePrincipal" && cast !== "application") expect(some.map(({ id }) => id)).toEqual(ids);
      expect(await count(`${path}/microsoft.graph.${cast}`)).toBe(some.length);
    }
  });
});

it.each([
  ["blueprint", ["owners", "federatedIdentityCredentials"], ["sponsors", "inheritablePermissions"]],
  ["principal", ["owners", "appRoleAssignments"], ["sponsors", "oauth2PermissionGrants", "createdObjects"]],
  ["identity", ["owners", "appRoleAssignments", "sponsors"], ["oauth2PermissionGrants", "createdObjects"]],
] as const)("of a %s, only what Graph is known to expand is expanded", async (kind, known, unknown) => {
  for (const relation of known)
    expect((await ask(`GET ${paths[kind]}?$expand=${relation}`, undefined, asking)).body).toHaveProperty(relation);
  for (const relation of unknown)
    expect(refusal(await ask(`GET ${paths[kind]}?$expand=${relation}`, undefined, asking))).toEqual([
      400,
      "Request_UnsupportedQuery",
      `The relationship '${relation}' cannot be expanded.`,
    ]);
});

describe("owners and sponsors", () => {
  it.each(["application", "blueprint", "servicePrincipal", "principal", "identity"] as const)(
    "of a %s come and go",
    async (kind) => {
      const { nestor } = await people(ask);
      const relations = kind === "application" || kind === "servicePrincipal" ? ["owners"] : ["owners", "sponsors"];
      for (const relation of relations) {
        const path = `${paths[kind]}/${relation}`;
        const before = (await list(path)).length;
        expect((await ask(`POST ${path}/$ref`, { "@odata.id": bind(nestor)[0] }, asking)).status).toBe(204);
        expect(await list(path)).toHaveLength(before + 1);
        expect((await ask(`DELETE ${path}/${idOf(nestor)}/$ref`, undefined, asking)).status).toBe(204);
        expect(await list(path)).toHaveLength(before);
      }
    },
  );
});

describe("an assignment", () => {
  it("is read and taken back from the resource's end", async () => {
    const graph = (await ask("GET /servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id")).body
      .id;
    const principalId = paths.identity.split("/")[2];
    const body = { principalId, resourceId: graph, appRoleId: "810c84a8-4a9e-49e6-bf7d-12d183f40d01" };
    const path = `/servicePrincipals/${graph}/appRoleAssignedTo`;
    const { id } = (await ask(`POST ${path}`, body, asking)).body;
    expect((await ask(`GET ${path}/${id}`, undefined, asking)).body).toMatchObject({ id, ...body });
    expect((await ask(`DELETE ${path}/${id}`, undefined, asking)).status).toBe(204);
    expect((await ask(`GET ${path}/${id}`, undefined, asking)).status).toBe(404);
  });
});
