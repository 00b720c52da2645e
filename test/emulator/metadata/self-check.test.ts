import { violationsOf } from "../../../emulator/metadata/self-check";
import { routes } from "../../../emulator/routes";
import { asker } from "../client";
import { openTenant } from "../../../emulator/tenant";

const violations = (answers: string | undefined, body: object, status = 200) =>
  violationsOf(answers === undefined ? {} : { answers }, "v1.0", { status, body });

describe("the tenant's own answers", () => {
  test("are what their route says, the object itself or each element of a list", () => {
    expect(violations("user", { "@odata.context": "x", id: "1", displayName: "Adele" })).toEqual([]);
    expect(violations("user", { "@odata.context": "x", value: [{ id: "1" }, { id: "2" }] })).toEqual([]);
    expect(violations("user", { id: "1", displayNme: "Adele" })).toEqual(["user displayNme: unknown"]);
    expect(violations("user", { value: [{ id: "1" }, { id: 2 }] })).toEqual(["user id: value, expected Edm.String"]);
  });

  test("are checked down into relations that were expanded", () => {
    const manager = { "@odata.type": "#microsoft.graph.user", id: "1", displayNme: "x" };
    expect(violations("user", { id: "2", manager })).toEqual(["user manager.displayNme: unknown"]);
  });

  test("may be plain values, and values of types that have a member called value", () => {
    expect(violations("Edm.Boolean", { "@odata.context": "x", value: true })).toEqual([]);
    expect(violations("Edm.String", { "@odata.context": "x", value: ["a"] })).toEqual([]);
    expect(violations("Edm.String", { "@odata.context": "x", value: [5] })).toEqual([
      "Edm.String the answer: value, expected Edm.String",
    ]);
  });

  test("may not leave their type open; refusals and empty answers have none", () => {
    expect(violations(undefined, { id: "1" })).toEqual(["it answers a body and does not say of which type"]);
    expect(violations(undefined, { error: {} }, 404)).toEqual([]);
    expect(violationsOf({}, "v1.0", { status: 204 })).toEqual([]);
  });

  test("say their type when the tenant checks itself, and only then", async () => {
    for (const [selfCheck, type] of [
      [true, "user"],
      [false, null],
    ] as const) {
      const tenant = openTenant({ memory: true, selfCheck });
      const { status, headers } = await asker(tenant)("GET /users");
      expect([status, headers.get("x-emulated-type")]).toEqual([200, type]);
      tenant.close();
    }
  });

  test("fail the request that would send one of another form", async () => {
    const tenant = openTenant({ memory: true, selfCheck: true });
    const ask = asker(tenant);
    const { body } = await ask("GET /groups?$top=1");
    tenant.plant([{ id: body.value[0].id, kind: "group", body: { description: 5 } }]);
    const refused = await ask("GET /groups?$top=1");
    expect([refused.status, refused.body.error.code]).toEqual([500, "SelfCheckFailed"]);
    expect(refused.body.error.message).toContain("GET /groups on v1.0: group description: value, expected Edm.String");
    tenant.close();
  });

  test("have a type on every route that reads; counts are plain text", () => {
    const open = routes.filter(
      ({ method, path, answers }) => method === "GET" && !answers && !path.endsWith("/$count"),
    );
    expect(open.map(({ path }) => path)).toEqual([]);
  });
});
