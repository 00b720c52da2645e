import { routes } from "../../../emulator/routes";
import { countsOf } from "../../../emulator/routes/counts";
import { openTenant } from "../../../emulator/tenant";
import { graph, witnessed } from "../client";

const tenant = openTenant({ memory: true, selfCheck: true });
afterAll(() => tenant.close());

const lists = routes.filter(({ path, method }) => method === "GET" && path.endsWith("/$count") && !path.includes("{"));

describe("a count of the directory", () => {
  it("stands below every list that can be counted", () => {
    expect(countsOf(routes)).toEqual([]);
    expect(lists.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["/users/$count", "/groups/$count", "/applications/$count", "/servicePrincipals/$count"]),
    );
  });

  it.each(lists.map((route) => [route.path, route] as const))("%s says how many the list has", async (path, route) => {
    const delegated = path.startsWith("/me/");
    const { permissions: all } = route;
    const [way] = "application" in all ? all[delegated ? "delegated" : "application"] : all;
    const permissions = typeof way === "string" ? [way] : [];
    const token = await tenant.token({ permissions, ...(delegated ? { user: "adele.vance@contoso.com" } : {}) });
    const version = route.versions?.[0] ?? "v1.0";
    const get = (address: string) =>
      tenant.handle(
        new Request(`${graph}/${version}${address}`, {
          headers: { authorization: `Bearer ${token}`, consistencylevel: "eventual" },
        }),
      );
    const counted = await get(path);
    witnessed(counted);
    const listed = (await (await get(`${path.slice(0, -"/$count".length)}?$top=1&$count=true`)).json()) as object;
    expect([counted.status, counted.headers.get("content-type")]).toEqual([200, "text/plain"]);
    expect(listed).toMatchObject({ "@odata.count": Number(await counted.text()) });
  });
});
