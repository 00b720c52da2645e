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
      get("after", "/applications/microsoft.graph.agentIdentityBlueprint", { dependsOn: ["make"] }),
      {
        id: "make",
        method: "POST",
        url: "/applications/microsoft.graph.agentIdentityBlueprint",
        headers,
        body: { displayName: "x", "sponsors@odata.bind": [sponsor] },
      },
      get("wrong", "/users/nobody"),
      get("never", "/users", { dependsOn: ["wrong"] }),
    ]);
    const part = (id: string) => only(body.responses, (one) => one.id === id);
    expect([part("make").status, part("after").body.value.length, part("never").status]).toEqual([201, 1, 424]);
    expect(tenant.requests().filter(({ path }) => path === "/v1.0/users")).toHaveLength(1);
  });

  it("goes to the version of its own address", async () => {
    const parts = [get("1", "/identity/conditionalAccess/policies")];
    expect((await batch(parts)).body.responses).toMatchObject([{ status: 501 }]);
    expect((await batch(parts, { version: "beta" })).body.responses).toMatchObject([{ status: 200 }]);
  });

  it.each([
    ["more than 20 parts", Array.from({ length: 21 }, (_, at) => get(String(at), "/users"))],
    ["an id twice", [get("1", "/users"), get("1", "/groups")]],
    ["a body without a type", [{ id: "1", method: "POST", url: "/users", body: {} }]],
    ["a dependency that is not there", [get("1", "/users", { dependsOn: ["2"] })]],
    ["a circle", [get("1", "/users", { dependsOn: ["2"] }), get("2", "/users", { dependsOn: ["1"] })]],
    ["an absolute address", [get("1", "//evil.example/users")]],
    ["a batch inside", [get("1", "/$batch")]],
    ["no part", []],
  ])("is refused whole with %s", async (_what, parts) => {
    const refused = await batch(parts);
    expect(refusal(refused).slice(0, 2)).toEqual([400, "BadRequest"]);
    expect(tenant.requests()).toHaveLength(1);
  });
});
