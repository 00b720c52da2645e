/** Queries that Microsoft's documentation shows, as it writes them: rows of graph-examples.jsonl, made to find something. */
import { openTenant } from "../../../emulator/tenant";
import { asker, type Asking } from "../client";

const tenant = openTenant({ memory: true });
const ask = asker(tenant);
afterAll(() => tenant.close());

const eventual: Asking = { headers: { ConsistencyLevel: "eventual" } };
const beta: Asking = { version: "beta" };
const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const names = async (path: string, asking: Asking = {}) => {
  const { status, body } = await ask(`GET ${path}`, undefined, asking);
  expect([status, body.error]).toEqual([200, undefined]);
  return body.value.map(({ displayName }) => displayName);
};
const refusal = async (path: string, asking: Asking = {}) => {
  const { status, body } = await ask(`GET ${path}`, undefined, asking);
  return [status, body.error.code, body.error.message];
};

const policy = { state: "enabled", grantControls: null, sessionControls: null };
const date = "2026-01-02T03:04:05Z";

beforeAll(() => {
  tenant.plant([
    {
      kind: "conditionalAccessPolicy",
      id: idOf(1),
      body: { ...policy, displayName: "agent users", conditions: { users: { includeUsers: ["AllAgentIdUsers"] } } },
    },
    {
      kind: "conditionalAccessPolicy",
      id: idOf(2),
      body: { ...policy, displayName: "people", conditions: { users: { includeUsers: ["All"] } } },
    },
    {
      kind: "countryNamedLocation",
      id: idOf(3),
      body: { displayName: "Canada", countriesAndRegions: ["US", "CA"], createdDateTime: date },
    },
    {
      kind: "ipNamedLocation",
      id: idOf(4),
      body: { displayName: "Office", ipRanges: [], isTrusted: false, createdDateTime: "2018-01-01T00:00:00Z" },
    },
    { kind: "application", id: idOf(5), body: { displayName: "a Browser app", appId: idOf(50) } },
    { kind: "application", id: idOf(6), body: { displayName: "a Web app", appId: idOf(60) } },
    {
      kind: "signIn",
      id: idOf(8),
      body: {
        appDisplayName: "Graph Explorer",
        createdDateTime: date,
        isInteractive: true,
        signInEventTypes: ["interactiveUser"],
      },
    },
    {
      kind: "signIn",
      id: idOf(7),
      body: {
        appDisplayName: "Graph Explorer",
        createdDateTime: date,
        signInEventTypes: ["servicePrincipal"],
        agent: { agentType: "AgentIdentity" },
      },
    },
  ]);
});

describe("a documented query", () => {
  it("finds policies that concern agents, by lambdas, null and an enumeration", async () => {
    const filter =
      "state eq 'enabled' and (conditions/clientApplications/includeAgentIdServicePrincipals/any() or " +
      "conditions/clientApplications/excludeAgentIdServicePrincipals/any() or " +
      "conditions/clientApplications/agentIdServicePrincipalFilter ne null or " +
      "conditions/users/includeUsers/any(includeUsers:includeUsers in ('AllAgentIdUsers')))";
    expect(await names(`/identity/conditionalAccess/policies?$count=true&$filter=${filter}`, beta)).toEqual([
      "agent users",
    ]);
  });

  it("finds named locations by type, date and behind a cast", async () => {
    const all = "/identity/conditionalAccess/namedLocations?$filter=";
    expect(await names(`${all}isof('microsoft.graph.ipNamedLocation')`)).toEqual(["Office"]);
    expect(await names(`${all}createdDateTime ge 2019-09-01T00:00:00Z`)).toEqual(["Canada"]);
    expect(await names(`${all}microsoft.graph.countryNamedLocation/countriesAndRegions/any(c: c eq 'CA')`)).toEqual([
      "Canada",
    ]);
  });

  it("sorts and searches applications", async () => {
    const sorted = "/applications?$filter=startswith(displayName, 'a')&$count=true&$top=1&$orderby=displayName";
    const first = (await ask(`GET ${sorted}`, undefined, eventual)).body;
    expect([first["@odata.count"], first.value.map(({ displayName }) => displayName)]).toEqual([2, ["a Browser app"]]);
    expect(await names('/applications?$search="displayName:Web"&$count=true', eventual)).toEqual(["a Web app"]);
  });

  it("is refused as documented without what it needs", async () => {
    expect(await refusal("/users/$count")).toEqual([400, "Request_BadRequest", "$count is not currently supported."]);
    expect(await refusal('/applications?$search="displayName:Browser"')).toEqual([
      400,
      "Request_UnsupportedQuery",
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    ]);
    expect(await refusal("/users?$filter=endsWith(userPrincipalName,'%23EXT%23@contoso.com')")).toEqual([
      400,
      "Request_UnsupportedQuery",
      "Operator 'endsWith' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information",
    ]);
    expect(await refusal("/users?$filter=endsWith(mail,'x')&$count=true&$expand=manager", eventual)).toEqual([
      400,
      "Request_UnsupportedQuery",
      "$expand is not supported with advanced queries.",
    ]);
    expect(await refusal('/users?$search="createdDateTime:2026"', eventual)).toEqual([
      400,
      "Request_UnsupportedQuery",
      "Property 'createdDateTime' is not searchable.",
    ]);
    expect(await refusal("/groups?$filter=resourceBehaviorOptions ge 'x'&$count=true", eventual)).toEqual([
      400,
      "Request_UnsupportedQuery",
      "Unsupported or invalid query filter clause specified for property 'resourceBehaviorOptions' of resource 'Group'.",
    ]);
  });

  it("reads the logs, with an option that lacks its dollar sign and an ampersand too many", async () => {
    const all = "/auditLogs/signIns?";
    const ids = async (query: string, asking: Asking = {}) =>
      (await ask(`GET ${all}${query}`, undefined, { permissions: ["AuditLog.Read.All"], ...asking })).body.value.map(
        ({ id }) => id,
      );
    expect(await ids("&$filter=startsWith(appDisplayName,'Graph')&top=10")).toEqual([idOf(8)]);
    const agents = "$filter=signInEventTypes/any(t: t eq 'servicePrincipal') and agent/agentType eq 'AgentIdentity'";
    expect(await ids(agents, beta)).toEqual([idOf(7)]);
  });

  it("reads role assignments, with blanks around the option, and what they refer to", async () => {
    const path = "/roleManagement/directory/roleAssignments";
    const owner = (await ask("GET /users?$top=1&$select=id")).body.value[0].id;
    const role = {
      principalId: owner,
      roleDefinitionId: "62e90394-69f5-4237-9190-012177145e10",
      directoryScopeId: "/",
    };
    const made = await ask(`POST ${path}`, role, { permissions: ["RoleManagement.ReadWrite.Directory"] });
    expect(made.status).toBe(201);
    const found = await ask(`GET ${path}?$filter = principalId eq '${owner}'`);
    expect(found.body.value.map(({ id }) => id)).toContain(made.body.id);
    const expanded = await ask(
      `GET ${path}/${made.body.id}?$expand=roleDefinition,principal,directoryScope`,
      undefined,
      beta,
    );
    expect([expanded.status, expanded.body]).toMatchObject([200, { principal: { id: owner } }]);
  });
});
