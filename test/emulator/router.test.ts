import { entityOf } from "../../emulator/entities";
import { GraphRefusal } from "../../emulator/refusal";
import type { Method, Route } from "../../emulator/route";
import { Router } from "../../emulator/router";
import { SqliteStore } from "../../emulator/state/sqlite-store";

const store = new SqliteStore(":memory:", (kind) => entityOf(kind).indexed);
afterAll(() => {
  store.close();
});
const idOf = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
beforeAll(() => {
  store.transaction("write", () => {
    store.insert("application", idOf(1), { appId: idOf(2), uniqueName: "it's one" });
    store.insert("agentIdentityBlueprint", idOf(3), { appId: idOf(4) });
    store.insert("user", idOf(5), { userPrincipalName: "adele@contoso.com" });
    store.insert("agentUser", idOf(6), { userPrincipalName: "agent@contoso.com" });
  });
});

const declare = (method: Method, path: string, more: Partial<Route> = {}): Route => ({
  method,
  path,
  permissions: [],
  basis: "inferred",
  source: "a test",
  answer: () => ({ status: 204 }),
  ...more,
});
const router = new Router([
  declare("GET", "/applications/{id}"),
  declare("GET", "/applications/{id}/microsoft.graph.agentIdentityBlueprint"),
  declare("GET", "/applications/{id}/owners", { anyKind: true }),
  declare("GET", "/applications/{id}/extensions"),
  declare("PATCH", "/applications/{id}", { makesMissing: true }),
  declare("GET", "/applications/delta"),
  declare("GET", "/users/{id}", { anyKind: true }),
  declare("GET", "/users/{id}/microsoft.graph.agentUser/sponsors", { versions: ["beta"] }),
  declare("PUT", "/users/{id}/manager/$ref"),
]);
const find = (method: string, path: string, version = "v1.0") =>
  router.find(method, router.parse(`/${version}${path}`), store, undefined, new Headers());
const found = (method: string, path: string) =>
  find(method, path).map(({ route, target, missing }) => [route.path, target?.id ?? missing]);
const refused = (method: string, path: string): [number, string] => {
  try {
    find(method, path);
  } catch (error) {
    if (error instanceof GraphRefusal) return [error.status, error.message];
  }
  throw new Error("not refused");
};

describe("the router", () => {
  it("finds an object by id, by every alternate key its entity declares, and a user by name alone", () => {
    const one = [["/applications/{id}", idOf(1)]];
    for (const key of [`/${idOf(1)}`, `('${idOf(1)}')`, `(appId='${idOf(2)}')`, "(UNIQUENAME='It''s one')"])
      expect(found("GET", `/applications${key}`)).toEqual(one);
    for (const key of ["/Adele@contoso.com", "(userPrincipalName='adele@contoso.com')", "('adele@contoso.com')"])
      expect(found("GET", `/users${key}`)).toEqual([["/users/{id}", idOf(5)]]);
    expect(refused("GET", "/applications(name='x')")).toEqual([
      400,
      "Resource not found for the segment 'applications': 'name' is not a key.",
    ]);
  });

  it("implies the cast by the object, the very type before the one it derives from", () => {
    const blueprint = "/applications/{id}/microsoft.graph.agentIdentityBlueprint";
    expect(found("GET", `/applications/${idOf(3)}`)).toEqual([[blueprint, idOf(3)]]);
    expect(found("GET", `/applications/microsoft.graph.agentIdentityBlueprint/${idOf(3)}`)).toEqual([
      [blueprint, idOf(3)],
    ]);
    expect(found("GET", `/applications/${idOf(1)}/microsoft.graph.agentIdentityBlueprint`)).toEqual([
      [blueprint, undefined],
    ]);
    expect(found("GET", `/users/${idOf(6)}`)).toEqual([["/users/{id}", idOf(6)]]);
  });

  it("serves derived types by the base type's routes only where these say so", () => {
    expect(found("GET", `/applications/${idOf(3)}/owners`)).toEqual([["/applications/{id}/owners", idOf(3)]]);
    expect(refused("GET", `/applications/${idOf(3)}/extensions`)).toEqual([
      501,
      "Cannot answer GET /v1.0/applications/{key}/extensions: it is not emulated for an object of type agentIdentityBlueprint.",
    ]);
  });

  it("names what is missing, except to a route that makes it", () => {
    expect(found("GET", `/applications/${idOf(9)}`).map(([, missing]) => missing)).toEqual([idOf(9), idOf(9)]);
    expect(found("GET", `/users/${idOf(1)}`)).toEqual([["/users/{id}", idOf(1)]]);
    expect(found("PATCH", "/applications(uniqueName='new')")).toEqual([["/applications/{id}", undefined]]);
  });

  it("distinguishes functions, versions and methods", () => {
    expect(found("GET", "/applications/DELTA")).toEqual([["/applications/delta", undefined]]);
    expect(found("PUT", `/users/${idOf(5)}/manager/$ref`)).toEqual([["/users/{id}/manager/$ref", idOf(5)]]);
    expect(refused("GET", `/users/${idOf(6)}/sponsors`)[1]).toContain("it is only emulated on beta");
    for (const method of ["HEAD", "OPTIONS", "TRACE"])
      expect(refused(method, "/applications")).toEqual([
        405,
        "Specified HTTP method is not allowed for the request target.",
      ]);
    expect(refused("DELETE", `/applications/${idOf(1)}`)[0]).toBe(501);
  });
});
