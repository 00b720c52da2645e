import { openTenant } from "../../emulator/tenant";
import { aBlueprint, anIdentity, asker, idOf, people, refusal } from "./client";

const tenant = openTenant({ memory: true, selfCheck: true });
const ask = asker(tenant);
beforeEach(() => tenant.reset());
afterAll(() => tenant.close());

const sets = "/directory/attributeSets";
const definitions = "/directory/customSecurityAttributeDefinitions";
const definer = { permissions: ["CustomSecAttributeDefinition.ReadWrite.All"] };
const assigner = {
  permissions: ["CustomSecAttributeAssignment.ReadWrite.All", "AgentIdentity.ReadWrite.All", "Application.Read.All"],
};

const definition = (change: object = {}) => ({
  attributeSet: "Engineering",
  description: "Target completion date",
  isCollection: false,
  isSearchable: true,
  name: "ProjectDate",
  status: "Available",
  type: "String",
  usePreDefinedValuesOnly: false,
  ...change,
});

const aSet = (change: object = {}) =>
  ask(`POST ${sets}`, { id: "Engineering", description: "For engineers", maxAttributesPerSet: 25, ...change }, definer);
const define = (change: object = {}) => ask(`POST ${definitions}`, definition(change), definer);
const permission = (names: string[]) => ({ permissions: names });

describe("an attribute set", () => {
  it("is created, read, changed, and cannot be deleted", async () => {
    const made = await aSet();
    expect([made.status, made.body]).toMatchObject([201, { id: "Engineering", maxAttributesPerSet: 25 }]);
    expect((await aSet({ id: "engineering" })).status).toBe(409);
    expect((await ask(`PATCH ${sets}/Engineering`, { maxAttributesPerSet: 20 }, definer)).status).toBe(204);
    expect((await ask(`GET ${sets}/Engineering`, undefined, definer)).body).toMatchObject({
      description: "For engineers",
      maxAttributesPerSet: 20,
    });
    expect((await ask(`GET ${sets}`, undefined, definer)).body.value).toHaveLength(1);
    expect((await ask(`DELETE ${sets}/Engineering`, undefined, definer)).status).toBe(501);
  });

  it("is one of 500 of the tenant at most", async () => {
    tenant.seed({ objects: Array.from({ length: 499 }, (_, at) => ({ kind: "attributeSet", id: `Set${at}` })) });
    expect((await aSet()).status).toBe(201);
    expect((await aSet({ id: "OneMore" })).body.error.message).toBe("A tenant can have at most 500 attribute sets.");
  });

  it.each(["with space", "under_score", "1first", "x".repeat(33), ""])("cannot be called %p", async (id) => {
    expect((await aSet({ id })).status).toBe(400);
  });

  it("is for who may define: the permission, and for a person the role", async () => {
    expect((await ask(`POST ${sets}`, { id: "X" }, permission(["Directory.ReadWrite.All"]))).status).toBe(403);
    const { adele } = await people(ask);
    const roles = permission(["RoleManagement.ReadWrite.Directory"]);
    const assign = (roleDefinitionId: string) =>
      ask(
        "POST /roleManagement/directory/roleAssignments",
        { principalId: idOf(adele), roleDefinitionId, directoryScopeId: "/" },
        roles,
      );
    await assign("62e90394-69f5-4237-9190-012177145e10");
    const asAdele = { ...definer, user: "adele.vance@contoso.com" };
    expect((await ask(`POST ${sets}`, { id: "X" }, asAdele)).status).toBe(403);
    await assign("8424c6f0-a189-499e-bbd0-26c1753c96d4");
    expect((await ask(`POST ${sets}`, { id: "X" }, asAdele)).status).toBe(201);
  });
});

describe("a custom security attribute definition", () => {
  it("is named after its set, as in the documented example", async () => {
    await aSet();
    const { "@odata.context": _context, ...shown } = (await define()).body;
    expect(shown).toEqual({ id: "Engineering_ProjectDate", ...definition() });
    const found = await ask(
      `GET ${definitions}?$filter=name eq 'ProjectDate' and status eq 'Available'`,
      undefined,
      definer,
    );
    expect(found.body.value.map(({ id }) => id)).toEqual(["Engineering_ProjectDate"]);
  });

  it.each([
    ["a set that is not there", { attributeSet: "Marketing" }],
    ["a collection of booleans", { type: "Boolean", isCollection: true }],
    ["predefined booleans", { type: "Boolean", usePreDefinedValuesOnly: true }],
    ["a predefined integer that is none", { type: "Integer", allowedValues: [{ id: "seven", isActive: true }] }],
    [
      "101 predefined values",
      { allowedValues: Array.from({ length: 101 }, (_, at) => ({ id: `v${at}`, isActive: true })) },
    ],
    ["a description that is too long", { description: "x".repeat(129) }],
  ])("is refused with %s", async (_case, change) => {
    await aSet();
    expect((await define(change)).status).toBe(400);
  });

  it("is one of 500 active ones of the tenant at most", async () => {
    await aSet({ maxAttributesPerSet: null });
    const kind = "customSecurityAttributeDefinition";
    const others = Array.from({ length: 499 }, (_, at) =>
      definition({ attributeSet: "Other", name: `Attribute${at}` }),
    );
    tenant.seed({ objects: others.map((properties) => ({ kind, id: `Other_${properties.name}`, properties })) });
    expect((await define()).status).toBe(201);
    expect((await define({ name: "OneMore" })).body.error.message).toMatch(/^A tenant can have at most 500 active/);
    expect((await define({ name: "OneMore", status: "Deprecated" })).status).toBe(201);
    const retired = await ask(`PATCH ${definitions}/Other_Attribute0`, { status: "Deprecated" }, definer);
    expect(retired.status).toBe(204);
    expect((await ask(`PATCH ${definitions}/Engineering_OneMore`, { status: "Available" }, definer)).status).toBe(204);
  });

  it("keeps its name and type; predefined values only can be let go, not begun", async () => {
    await aSet();
    await define({ usePreDefinedValuesOnly: true });
    const one = `${definitions}/Engineering_ProjectDate`;
    expect((await ask(`PATCH ${one}`, { type: "Integer" }, definer)).status).toBe(400);
    expect((await ask(`PATCH ${one}`, { usePreDefinedValuesOnly: false, status: "Deprecated" }, definer)).status).toBe(
      204,
    );
    expect((await ask(`PATCH ${one}`, { usePreDefinedValuesOnly: true }, definer)).status).toBe(400);
    expect((await ask(`GET ${one}`, undefined, definer)).body).toMatchObject({ status: "Deprecated" });
  });

  it("takes predefined values one by one, or as a delta under OData 4.01", async () => {
    await aSet();
    await define();
    const one = `${definitions}/Engineering_ProjectDate`;
    expect((await ask(`POST ${one}/allowedValues`, { id: "Baker", isActive: true }, definer)).status).toBe(201);
    expect((await ask(`POST ${one}/allowedValues`, { id: "Baker", isActive: true }, definer)).status).toBe(409);
    const delta = {
      "allowedValues@delta": [
        { id: "Baker", isActive: false },
        { id: "Skagit", isActive: true },
      ],
    };
    expect((await ask(`PATCH ${one}`, delta, definer)).status).toBe(400);
    expect((await ask(`PATCH ${one}`, delta, { ...definer, headers: { "OData-Version": "4.01" } })).status).toBe(204);
    expect((await ask(`PATCH ${one}/allowedValues/Skagit`, { isActive: false }, definer)).status).toBe(204);
    expect((await ask(`GET ${one}/allowedValues`, undefined, definer)).body.value).toEqual([
      { id: "Baker", isActive: false },
      { id: "Skagit", isActive: false },
    ]);
  });

  it("is limited by its set, and deprecated ones make room", async () => {
    await aSet({ maxAttributesPerSet: 1 });
    await define();
    expect((await define({ name: "Other" })).status).toBe(400);
    await ask(`PATCH ${definitions}/Engineering_ProjectDate`, { status: "Deprecated" }, definer);
    expect((await define({ name: "Other" })).status).toBe(201);
    const back = await ask(`PATCH ${definitions}/Engineering_ProjectDate`, { status: "Available" }, definer);
    expect(back.status).toBe(400);
  });
});

describe("an assigned custom security attribute", () => {
  const type = { "@odata.type": "#microsoft.graph.customSecurityAttributeValue" };
  const strings = "#Collection(String)";
  let identity: string;
  beforeEach(async () => {
    await aSet();
    await define();
    await define({ name: "Cost", type: "Integer" });
    await define({ name: "Approved", type: "Boolean" });
    const allowedValues = [{ id: "Alpine" }, { id: "Baker" }, { id: "Retired", isActive: false }];
    await define({ name: "Project", isCollection: true, usePreDefinedValuesOnly: true, allowedValues });
    identity = `/servicePrincipals/${(await anIdentity(ask, await aBlueprint(ask))).body.id}/microsoft.graph.agentIdentity`;
  });

  const assign = (engineering: object, asking = assigner) =>
    ask(`PATCH ${identity}`, { customSecurityAttributes: { Engineering: { ...type, ...engineering } } }, asking);
  const assigned = async () =>
    (await ask(`GET ${identity}?$select=id,customSecurityAttributes`, undefined, assigner)).body
      .customSecurityAttributes;
  const every = {
    ProjectDate: "2026-12-01",
    "Cost@odata.type": "#Int32",
    Cost: 1001,
    Approved: true,
    "Project@odata.type": strings,
    Project: ["Alpine", "Baker"],
  };

  it("of each type is read back where it is selected, and nowhere else", async () => {
    expect((await assign(every)).status).toBe(204);
    expect(await assigned()).toEqual({ Engineering: { ...type, ...every } });
    expect((await ask(`GET ${identity}`)).body).not.toHaveProperty("customSecurityAttributes");
  });

  it("changes alone; null and an empty collection take it away, and the set with its last one", async () => {
    await assign(every);
    await assign({ ProjectDate: "2027-01-01", Cost: null });
    expect(await assigned()).toMatchObject({
      Engineering: { ProjectDate: "2027-01-01", Project: ["Alpine", "Baker"] },
    });
    await assign({ ProjectDate: null, Approved: null, Project: [] });
    expect(await assigned()).toEqual({});
  });

  it.each([
    ["an unknown attribute", { Nothing: "x" }],
    ["a value of another type", { ProjectDate: 7 }],
    ["an integer whose type is not said", { Cost: 7 }],
    ["an integer of more than 32 bits", { "Cost@odata.type": "#Int32", Cost: 2 ** 31 }],
    ["a collection whose type is not said", { Project: ["Alpine"] }],
    ["a value that is not predefined", { "Project@odata.type": strings, Project: ["Everest"] }],
    ["a predefined value that is not active", { "Project@odata.type": strings, Project: ["Retired"] }],
    ["the same value twice", { "Project@odata.type": strings, Project: ["Alpine", "Alpine"] }],
    ["more than 64 characters", { ProjectDate: "x".repeat(65) }],
  ])("is refused with %s", async (_case, engineering) => {
    expect((await assign(engineering)).status).toBe(400);
  });

  it("is refused once its definition is deactivated, and can still be taken away", async () => {
    await assign(every);
    await ask(`PATCH ${definitions}/Engineering_ProjectDate`, { status: "Deprecated" }, definer);
    expect(refusal(await assign({ ProjectDate: "x" }))).toEqual([
      400,
      "Request_BadRequest",
      "The custom security attribute 'Engineering_ProjectDate' is deactivated.",
    ]);
    expect((await assign({ ProjectDate: null })).status).toBe(204);
  });

  it("has at most 50 values on one object", async () => {
    await define({ name: "Many", isCollection: true });
    const many = (count: number) => ({
      "Many@odata.type": strings,
      Many: Array.from({ length: count }, (_, at) => `value ${at}`),
    });
    expect((await assign(many(50))).status).toBe(204);
    expect((await assign({ ProjectDate: "one more" })).status).toBe(400);
  });

  it("is for who may assign and who may read attributes, whatever else they may", async () => {
    const without = permission(["AgentIdentity.ReadWrite.All", "Application.Read.All"]);
    expect((await assign(every, without)).status).toBe(403);
    await assign(every);
    const path = `GET ${identity}?$select=customSecurityAttributes`;
    expect((await ask(path, undefined, without)).status).toBe(403);
    const reader = permission(["AgentIdentity.Read.All", "CustomSecAttributeAssignment.Read.All"]);
    expect((await ask(path, undefined, reader)).status).toBe(200);
  });
});
