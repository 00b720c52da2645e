import { problemsOf } from "../../emulator/metadata/check";
import { aBlueprint, anIdentity, idOf, inMemory, people, refusal } from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());
beforeEach(() => tenant.reset());

describe("the organization", () => {
  it("is one, with verified domains and its plans", async () => {
    const { value } = (await ask("GET /organization")).body;
    expect(value).toHaveLength(1);
    expect(problemsOf("v1.0", "organization", value[0], "answer")).toEqual([]);
    expect(value[0]).toMatchObject({
      id: tenant.id,
      displayName: tenant.name,
      directorySizeQuota: { total: 300_000 },
      verifiedDomains: [
        { name: "contoso.com", isDefault: true, isInitial: false },
        { name: "contoso.onmicrosoft.com", isDefault: false, isInitial: true },
      ],
    });
    expect((await ask(`GET /organization/${tenant.id}?$select=displayName`)).body.displayName).toBe(tenant.name);
    const user = { user: "adele.vance@contoso.com", permissions: ["User.Read"] };
    expect((await ask("GET /organization", undefined, user)).status).toBe(200);
  });

  it("keeps what may be changed of it, and refuses the rest", async () => {
    const write = { permissions: ["Organization.ReadWrite.All"] };
    const change = {
      marketingNotificationEmails: ["marketing@contoso.com"],
      privacyProfile: { contactEmail: "alice@contoso.com", statementUrl: "https://contoso.com/privacy" },
      securityComplianceNotificationPhones: ["(123) 456-7890"],
      technicalNotificationMails: ["tech@contoso.com"],
    };
    expect((await ask(`PATCH /organization/${tenant.id}`, change, write)).status).toBe(204);
    expect((await ask(`GET /organization/${tenant.id}`)).body).toMatchObject(change);
    expect((await ask(`PATCH /organization/${tenant.id}`, { city: "Munich" }, write)).status).toBe(400);
    expect((await ask(`PATCH /organization/${tenant.id}`, change, { permissions: ["User.Read.All"] })).status).toBe(
      403,
    );
  });

  it("has domains that are named by their name", async () => {
    const read = { permissions: ["Domain.Read.All"] };
    const { value } = (await ask("GET /domains", undefined, read)).body;
    expect(value.map(({ id }) => id)).toEqual(["contoso.com", "contoso.onmicrosoft.com"]);
    for (const domain of value) expect(problemsOf("v1.0", "domain", domain, "answer")).toEqual([]);
    expect((await ask("GET /domains/contoso.com", undefined, read)).body).toMatchObject({ id: "contoso.com" });
    expect((await ask("GET /domains/fabrikam.com", undefined, read)).status).toBe(404);
  });
});

describe("directory objects", () => {
  const read = { permissions: ["Directory.Read.All"] };

  it("are read whatever their type, with it", async () => {
    const { adele, group } = await people(ask);
    for (const [path, type] of [
      [adele, "user"],
      [group("Office Munich"), "group"],
    ] as const) {
      const { body } = await ask(`GET /directoryObjects/${idOf(path)}`, undefined, read);
      expect(body).toMatchObject({ id: idOf(path), "@odata.type": `#microsoft.graph.${type}` });
    }
    expect((await ask("GET /directoryObjects/contoso.com", undefined, read)).status).toBe(404);
  });

  it("are found by ids and types", async () => {
    const { adele, group } = await people(ask);
    const family = await aBlueprint(ask);
    const ids = [idOf(adele), idOf(group("Office Munich")), family.principal.id, "nobody"];
    const find = async (types?: readonly string[]) => {
      const reply = await ask("POST /directoryObjects/getByIds", { ids, ...(types ? { types } : {}) }, read);
      expect(reply.status).toBe(200);
      return reply.body.value.map((object) => object["@odata.type"].replace("#microsoft.graph.", ""));
    };
    expect(await find()).toEqual(["user", "group", "agentIdentityBlueprintPrincipal"]);
    expect(await find(["USER"])).toEqual(["user"]);
    expect(await find(["servicePrincipal"])).toEqual(["agentIdentityBlueprintPrincipal"]);
    expect(await find(["directoryObject"])).toHaveLength(3);
    const whole = await ask("POST /directoryObjects/getByIds", { ids: [idOf(adele)] }, read);
    expect(whole.body.value).toMatchObject([{ accountEnabled: true, usageLocation: "DE" }]);
    const many = Array.from({ length: 1001 }, (_, at) => String(at));
    expect((await ask("POST /directoryObjects/getByIds", { ids: many }, read)).status).toBe(400);
  });

  it("show who manages an agent when that is asked for, on v1.0 as on beta", async () => {
    const family = await aBlueprint(ask);
    const { id } = (await anIdentity(ask, family)).body;
    for (const version of ["v1.0", "beta"] as const) {
      const found = await ask(
        "POST /directoryObjects/getByIds",
        { ids: [id, family.principal.id] },
        { ...read, version },
      );
      expect(found.body.value.map((object) => [object.id, object["@odata.type"]]).sort()).toEqual(
        [
          [id, "#microsoft.graph.agentIdentity"],
          [family.principal.id, "#microsoft.graph.agentIdentityBlueprintPrincipal"],
        ].sort(),
      );
      for (const agent of [id, family.principal.id]) {
        const { status, body } = await ask(`GET /servicePrincipals/${agent}?$select=managerApplications`, undefined, {
          version,
        });
        expect([status, body]).toMatchObject([200, { managerApplications: [] }]);
      }
    }
  });

  it("are deleted by whoever may delete their kind", async () => {
    const { adele, group } = await people(ask);
    const del = async (path: string, permission: string) =>
      (await ask(`DELETE /directoryObjects/${idOf(path)}`, undefined, { permissions: [permission] })).status;
    expect(await del(adele, "Group.ReadWrite.All")).toBe(403);
    expect(await del(adele, "User.ReadWrite.All")).toBe(204);
    expect(await del(group("Office Munich"), "Group.ReadWrite.All")).toBe(204);
    expect(await del(group("Directory Operators"), "Group.ReadWrite.All")).toBe(403);
  });

  it("validate names of groups that are to be", async () => {
    const check = (body: object) => ask("POST /directoryObjects/validateProperties", body, read);
    expect((await check({ entityType: "Group", displayName: "x", mailNickname: "free" })).status).toBe(204);
    expect(refusal(await check({ entityType: "Group", mailNickname: "office-munich" }))).toEqual([
      422,
      "Request_UnprocessableEntity",
      "The values provided contain one or more validation errors.",
    ]);
    expect((await check({ entityType: "Group" })).status).toBe(400);
    expect((await check({ entityType: "User", displayName: "x" })).status).toBe(400);
  });
});
