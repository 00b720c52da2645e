import { AddressGrammar } from "../../../emulator/odata/address";
import { costOf, quotaTable } from "../../../emulator/switches/quota-table";
import { routes } from "../../../emulator/routes";

const grammar = new AddressGrammar([
  ...routes.map(({ path }) => path),
  "/directoryObjects/getByIds",
  "/me/checkMemberGroups",
  "/users/{id}/memberOf",
]);

function cost(request: string) {
  const [method = "", target = ""] = request.split(" ");
  const url = new URL(`https://graph.microsoft.com/v1.0${target}`);
  return costOf(method, grammar.parse(url.pathname), url.searchParams);
}

describe("the cost of a request", () => {
  it.each([
    ["GET /users", 2],
    ["GET /Users?$select=id", 1],
    ["GET /users?$expand=manager", 3],
    ["GET /users?$top=19", 1],
    ["GET /users?$top=20", 2],
    ["GET /users?$select=id&$top=5", 1],
    ["GET /users?$select=id&$expand=manager&$top=5", 1],
    ["GET /users/x", 1],
    ["GET /users/x/memberOf", 2],
    ["GET /me/memberOf", 2],
    ["GET /applications", 2],
    ["GET /applications/microsoft.graph.agentIdentityBlueprint", 2],
    ["GET /applications/x", 1],
    ["GET /oauth2PermissionGrants", 2],
    ["GET /oauth2PermissionGrants/x", 2],
    ["GET /servicePrincipals/x/appRoleAssignments", 2],
    ["GET /servicePrincipals(appId='x')/appRoleAssignments?$select=id", 1],
    ["GET /servicePrincipals", 1],
    ["GET /groups/x/members", 3],
  ])("%s is %d resource units and no write", (request, units) => {
    expect(cost(request)).toEqual({ workload: "identityAndAccess", units, writes: 0 });
  });

  it.each(["POST /applications", "PATCH /users/x", "DELETE /groups/x/members/y/$ref", "PUT /organization/x"])(
    "%s is one unit and one write",
    (request) => {
      expect(cost(request)).toEqual({ workload: "identityAndAccess", units: 1, writes: 1 });
    },
  );

  it("of a question in a POST is no write", () => {
    expect(cost("POST /directoryObjects/getByIds")).toMatchObject({ units: 5, writes: 0 });
    expect(cost("POST /directoryObjects/getByIds?$select=id")).toMatchObject({ units: 2, writes: 0 });
    expect(cost("POST /me/checkMemberGroups")).toMatchObject({ units: 4, writes: 0 });
  });

  it.each([
    ["GET /identity/conditionalAccess/policies", "conditionalAccess"],
    ["GET /identity/conditionalAccess/namedLocations/x", "conditionalAccess"],
    ["GET /identityProtection/riskyAgents", "conditionalAccess"],
    ["GET /auditLogs/signIns", "reports"],
    ["GET /directory/deletedItems/x", "identityAndAccess"],
    ["POST /$batch", undefined],
  ])("%s is for %s", (request, workload) => {
    expect(cost(request).workload).toBe(workload);
  });
});

describe("the table of quotas", () => {
  it("says what is documented", () => {
    const rows = quotaTable.map(({ name, of, counts, most, seconds }) => [name, of, counts, most, seconds]);
    expect(rows).toEqual([
      ["global", "application", "requests", 130_000, 10],
      ["units", "applicationInTenant", "units", { S: 3_500, M: 5_000, L: 8_000 }, 10],
      ["unitsOfApplication", "application", "units", 150_000, 20],
      ["writes", "applicationInTenant", "writes", 3_000, 150],
      ["writesOfApplication", "application", "writes", 35_000, 300],
      ["writesOfTenant", "tenant", "writes", 18_000, 300],
      ["personalAccountApplications", "applicationInTenant", "writes", 60, 60],
      ["conditionalAccess", "tenant", "requests", 1, 1],
      ["reports", "applicationInTenant", "requests", 5, 10],
    ]);
  });
});
