import { type EmulatedTenant } from "../../emulator/tenant";
import { type Ask, idOf, inMemory, people } from "./client";

let tenant: EmulatedTenant;
let ask: Ask;
beforeEach(() => ({ tenant, ask } = inMemory()));
afterEach(() => tenant.close());

const assignments = "/roleManagement/entitlementManagement/roleAssignments";
const catalogOwner = "ae79f266-94d4-4dab-b730-feca7e132178";
const appScopeId = "/AccessPackageCatalog/beedadfe-01d5-4025-910b-84abb9369997";
const write = { version: "beta", permissions: ["EntitlementManagement.ReadWrite.All"] } as const;

describe("roles of other services", () => {
  it("are listed with what they allow, on beta only", async () => {
    const read = { version: "beta", permissions: ["CloudPC.Read.All"] } as const;
    const { body } = await ask("GET /roleManagement/cloudPC/roleDefinitions", undefined, read);
    expect(body.value.map(({ displayName }) => displayName)).toEqual(["Cloud PC Administrator", "Cloud PC Reader"]);
    const filtered = "GET /roleManagement/entitlementManagement/roleDefinitions?$filter=displayName eq 'Catalog owner'";
    expect((await ask(filtered, undefined, write)).body.value).toMatchObject([{ id: catalogOwner, isBuiltIn: true }]);
    const old = { permissions: ["CloudPC.Read.All"] };
    expect((await ask("GET /roleManagement/cloudPC/roleDefinitions", undefined, old)).status).toBe(501);
  });

  it("of entitlement management are assigned, found, and taken away; none of it is a directory role", async () => {
    const principalId = idOf((await people(ask)).adele);
    const wanted = { principalId, roleDefinitionId: catalogOwner, appScopeId };
    const made = await ask(`POST ${assignments}`, wanted, write);
    expect([made.status, made.body]).toMatchObject([201, wanted]);
    const found = await ask(`GET ${assignments}?$filter=principalId eq '${principalId}'`, undefined, write);
    expect(found.body.value).toMatchObject([{ id: made.body.id, ...wanted }]);
    expect((await ask(`GET ${assignments}/${made.body.id}`, undefined, write)).body).toMatchObject(wanted);
    expect((await ask("GET /roleManagement/directory/roleAssignments")).body.value).toEqual([]);
    expect((await ask(`POST ${assignments}`, wanted, write)).status).toBe(400);
    expect((await ask(`DELETE ${assignments}/${made.body.id}`, undefined, write)).status).toBe(204);
    expect((await ask(`GET ${assignments}/${made.body.id}`, undefined, write)).status).toBe(404);
  });

  it.each([
    ["a principal that is not there", { principalId: "00000000-0000-0000-0000-000000000001" }, 404],
    ["a role of the directory", { roleDefinitionId: "62e90394-69f5-4237-9190-012177145e10" }, 404],
    ["a scope that is no catalog", { appScopeId: "/somewhere" }, 400],
  ])("refuse %s", async (_what, change, status) => {
    const principalId = idOf((await people(ask)).adele);
    const wanted = { principalId, roleDefinitionId: catalogOwner, appScopeId, ...change };
    expect((await ask(`POST ${assignments}`, wanted, write)).status).toBe(status);
  });
});
