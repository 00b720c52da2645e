import { inMemory, only, refusal } from "./client";

const { tenant, ask } = inMemory();
beforeEach(() => tenant.reset());
afterAll(() => tenant.close());

const batch = (requests: object[], asking: object = {}) => ask("POST /$batch", { requests }, asking);
const get = (id: string, url: string, more: object = {}) => ({ id, method: "GET", url, ...more });

describe("a batch", () => {
  it("is answered part by part, each with its own status, headers and line in the log", async () => {
    const { status, body } = await batch([
      get("1", "/users?$top=1&$select=id"),
      get("2", "/users/nobody"),
      get("3", "groups"),
    ]);
    const part = (id: string) => only(body.responses, (one) => one.id === id);
    expect([status, part("1").status, part("2").status, part("3").status]).toEqual([200, 200, 404, 200]);
    expect(part("1").body.value).toHaveLength(1);
    expect(part("2").body.error.innerError["request-id"]).toBe(part("2").headers["request-id"]);
    expect(tenant.requests().map(({ path, status, batch }) => [path, status, batch])).toEqual([
      ["/v1.0/users", 200, true],
      ["/v1.0/users/nobody", 404, true],
      ["/v1.0/groups", 200, true],
      ["/v1.0/$batch", 200, undefined],
    ]);
  });

  it("promises no order: match parts by id", async () => {
    const { body } = await batch([get("1", "/users"), get("2", "/groups")]);
    expect(body.responses.map((part) => part.id)).toEqual(["2", "1"]);
  });

  it("takes parts in the order of their dependencies, and 424 when one failed", async () => {
    const headers = { "Content-Type": "application/json" };
    const { value } = (await ask("GET /users?$top=1&$select=id")).body;
    const sponsor = `https://graph.microsoft.com/v1.0/users/${value[0].id}`;
    const { body } = await batch([
      {
        id: "make",
        method: "POST",
        url: "/applications/microsoft.graph.agentIdentityBlueprint",
        headers,
        body: { displayName: "x", "sponsors@odata.bind": [sponsor] },
      },
      get("after", "/applications/microsoft.graph.agentIdentityBlueprint", { dependsOn: ["MAKE"] }),
      get("wrong", "/users/nobody"),
      get("never", "/users", { dependsOn: ["wrong"] }),
      get("neither", "/users", { dependsOn: ["never"] }),
    ]);
    const part = (id: string) => only(body.responses, (one) => one.id === id);
    expect([part("make").status, part("after").body.value.length]).toEqual([201, 1]);
    expect([part("never").status, part("neither").status]).toEqual([424, 424]);
    expect(part("never").body.error.code).toBe("FailedDependency");
    expect(tenant.requests().filter(({ path }) => path === "/v1.0/users")).toHaveLength(1);
  });

  it("goes to the version of its own address", async () => {
    const parts = [get("1", "/users?$select=id&$top=1")];
    const context = async (asking: object) =>
      (await batch(parts, asking)).body.responses.map(({ status, body }) => [status, body["@odata.context"]]);
    const of = (version: string) => [[200, `https://graph.microsoft.com/${version}/$metadata#users(id)`]];
    expect([await context({}), await context({ version: "beta" })]).toEqual([of("v1.0"), of("beta")]);
  });

  it("speaks for its parts: token and switches are theirs, unless they say otherwise", async () => {
    const headers = { "x-emulated-switches": '{"quotas":{}}' };
    const none = { headers: { authorization: "Bearer x.y.z", "x-emulated-switches": "{}" } };
    const { body } = await batch([get("1", "/users"), get("2", "/users", none)], { headers });
    const part = (id: string) => only(body.responses, (one) => one.id === id);
    expect([part("1").status, part("2").status]).toEqual([200, 401]);
    expect([part("1").headers["x-ms-resource-unit"], part("2").headers["x-ms-resource-unit"]]).toEqual([
      "2",
      undefined,
    ]);
  });

  it("gives each part its own context, headers and consistency level", async () => {
    const eventual = { headers: { ConsistencyLevel: "eventual" } };
    const url = "/users?$count=true&$top=1&$select=id";
    const { body } = await batch([get("1", url, eventual), get("2", url)]);
    const part = (id: string) => only(body.responses, (one) => one.id === id);
    expect(part("1").body["@odata.count"]).toBeGreaterThan(1);
    expect(part("2").body).not.toHaveProperty("@odata.count");
    expect(part("2").body["@odata.context"]).toBe("https://graph.microsoft.com/v1.0/$metadata#users(id)");
    expect(part("1").headers).toMatchObject({
      "Content-Type": expect.stringContaining("application/json") as unknown,
      "OData-Version": "4.0",
    });
  });

  it("takes nothing but POST", async () => {
    const refused = await ask("GET /$batch");
    expect(refusal(refused)).toEqual([
      405,
      "Request_BadRequest",
      "Specified HTTP method is not allowed for the request target.",
    ]);
  });

  it.each([
    ["more than 20 parts", Array.from({ length: 21 }, (_, at) => get(String(at), "/users"))],
    ["an id twice", [get("a", "/users"), get("A", "/groups")]],
    ["no id", [{ method: "GET", url: "/users" }]],
    ["a method that nobody knows", [{ id: "1", method: "HEAD", url: "/users" }]],
    [
      "a type without a body",
      [{ id: "1", method: "PATCH", url: "/users/x", headers: { "Content-Type": "application/json" } }],
    ],
    ["a body to read with", [get("1", "/users", { body: {}, headers: { "Content-Type": "application/json" } })]],
    ["a body without a type", [{ id: "1", method: "POST", url: "/users", body: {} }]],
    ["a dependency that is not there", [get("1", "/users", { dependsOn: ["2"] })]],
    ["a circle", [get("1", "/users", { dependsOn: ["2"] }), get("2", "/users", { dependsOn: ["1"] })]],
    ["a part before the one it depends on", [get("1", "/users", { dependsOn: ["2"] }), get("2", "/users")]],
    ["an address of another host", [get("1", "//evil.example/users")]],
    ["an absolute address", [get("1", "https://graph.microsoft.com/v1.0/users")]],
    ["an address that leaves its version", [get("1", "/../beta/users")]],
    ["an address that hides that it leaves", [get("1", "/users/%2e%2e/..%2f/../../_tenant")]],
    ["a property that nobody knows", [get("1", "/users", { priority: 1 })]],
    ["a batch inside", [get("1", "/$batch")]],
    ["no part", []],
  ])("is refused whole with %s", async (_what, parts) => {
    const refused = await batch(parts);
    expect(refusal(refused).slice(0, 2)).toEqual([400, "BadRequest"]);
    expect(tenant.requests()).toHaveLength(1);
  });
});
