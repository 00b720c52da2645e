import * as fc from "fast-check";
import { openTenant } from "../../../emulator/tenant";
import { asker, type Reply } from "../client";

const tenant = openTenant({ memory: true });
const ask = asker(tenant);
let token = "";
beforeAll(async () => {
  token = await tenant.token({ permissions: ["Group.ReadWrite.All", "User.Read.All"] });
});
afterAll(() => tenant.close());

const eventual = { ConsistencyLevel: "eventual" };
const get = (path: string, headers: Record<string, string> = {}): Promise<Reply> =>
  ask(`GET ${path}`, undefined, { token, headers });
const namesOf = ({ body }: Reply) => body.value.map(({ displayName }) => displayName);

const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const plant = (n: number, displayName: string) =>
  tenant.plant([{ kind: "group", id: idOf(n), body: { displayName, groupTypes: [], securityEnabled: true } }]);

/** Follows the pages, and lets something happen between them. */
async function follow(first: string, between: (page: number) => Promise<void> | void = () => undefined) {
  const seen: { id: string; displayName: string }[] = [];
  let pages = 0;
  for (let path: string | undefined = first; path !== undefined; pages += 1) {
    const reply: Reply = await get(path, eventual);
    expect(reply.status).toBe(200);
    seen.push(...reply.body.value.map(({ id, displayName }) => ({ id, displayName })));
    path = (reply.body as Partial<typeof reply.body>)["@odata.nextLink"];
    await between(pages);
  }
  return { seen, pages };
}

describe("pages of a list", () => {
  beforeEach(() => tenant.reset());

  const change = fc.record({
    /** Between which pages. */
    page: fc.integer({ min: 0, max: 4 }),
    n: fc.integer({ min: 0, max: 30 }),
    what: fc.constantFrom("add" as const, "delete" as const),
  });
  const names = fc.array(fc.constantFrom("a", "B", "b", "c", "D", "é"), { minLength: 1, maxLength: 12 });
  const order = fc.constantFrom("", "&$orderby=displayName", "&$orderby=displayName desc");

  it("repeat nothing and lose nothing that stays, whatever is added and deleted between them", async () => {
    await fc.assert(
      fc.asyncProperty(
        names,
        order,
        fc.integer({ min: 1, max: 4 }),
        fc.array(change, { maxLength: 6 }),
        async (all, sort, top, changes) => {
          tenant.reset();
          const seeded = new Set((await follow("/groups?$select=id,displayName")).seen.map(({ id }) => id));
          const stays = new Set(all.map((_, n) => idOf(n)));
          all.forEach((name, n) => {
            plant(n, name);
          });
          const { seen } = await follow(`/groups?$top=${top}&$select=id,displayName${sort}`, async (page) => {
            for (const { n, what } of changes.filter((one) => one.page === page)) {
              if (what === "add") plant(100 + n, "bb");
              else {
                stays.delete(idOf(n));
                await ask(`DELETE /groups/${idOf(n)}`, undefined, { token });
              }
            }
          });
          const ids = seen.map(({ id }) => id);
          expect(new Set(ids).size).toBe(ids.length);
          for (const id of [...stays, ...seeded]) expect(ids).toContain(id);
          if (sort !== "") {
            const folded = seen.map(({ displayName }) => displayName.toLowerCase());
            const sorted = [...folded].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
            expect(folded).toEqual(sort.endsWith("desc") ? sorted.reverse() : sorted);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it("are as long as $top says, 100 otherwise, and carry the options on", async () => {
    for (let n = 0; n < 120; n += 1) plant(n, `team ${n}`);
    const first = (await get("/groups?$filter=startswith(displayName,'team')&$select=displayName")).body;
    expect(first.value).toHaveLength(100);
    expect(first["@odata.nextLink"]).toMatch(
      /^https:\/\/graph\.microsoft\.com\/v1\.0\/groups\?\$filter=startswith.*&\$select=displayName&\$skiptoken=[\w-]+$/,
    );
    const second = (await get(first["@odata.nextLink"])).body;
    expect(second.value).toHaveLength(20);
    expect(second).not.toHaveProperty("@odata.nextLink");
    expect(second.value[0]).toEqual({ displayName: "team 100" });
  });

  it("say the count on the first page alone", async () => {
    for (let n = 0; n < 5; n += 1) plant(n, `team ${n}`);
    const path = "/groups?$count=true&$top=2&$filter=startswith(displayName,'team')";
    const first = (await get(path, eventual)).body;
    expect(first["@odata.count"]).toBe(5);
    expect((await get(first["@odata.nextLink"], eventual)).body).not.toHaveProperty("@odata.count");
    expect((await get(path)).body).not.toHaveProperty("@odata.count");
  });

  it("are had only with the token of this list", async () => {
    for (let n = 0; n < 5; n += 1) plant(n, `team ${n}`);
    const { body } = await get("/groups?$top=2&$orderby=displayName");
    const url = new URL(body["@odata.nextLink"]);
    const token = url.searchParams.get("$skiptoken") ?? "";
    const tampered = `${token.slice(0, -2)}${token.endsWith("AA") ? "BB" : "AA"}`;
    for (const path of [
      `/groups?$top=2&$orderby=displayName&$skiptoken=${tampered}`,
      `/groups?$top=2&$skiptoken=${token}`,
      `/users?$top=2&$orderby=displayName&$skiptoken=${token}`,
      "/groups?$skiptoken=x",
      "/groups?$skiptoken=",
    ]) {
      expect((await get(path)).body.error).toMatchObject({ code: "Request_UnsupportedQuery" });
    }
    expect((await get(`/groups?$top=3&$orderby=displayName&$skiptoken=${token}`)).body.value).toHaveLength(3);
  });
});

describe("query options", () => {
  beforeAll(() => {
    tenant.reset();
    plant(1, "OneVideo team");
    plant(2, "one video-drive");
    plant(3, "Video2go");
  });
  const codeOf = async (path: string, headers?: Record<string, string>) => (await get(path, headers)).body.error.code;

  it("search word by word, in any order and letter case, from the beginning of words", async () => {
    const found = async (search: string) =>
      namesOf(await get(`/groups?$search=${encodeURIComponent(search)}`, eventual));
    expect(await found('"displayName:video one"')).toEqual(["OneVideo team", "one video-drive"]);
    expect(await found('"displayName:vid"')).toHaveLength(3);
    expect(await found('"displayName:videodrive"')).toEqual(["one video-drive"]);
    expect(await found('"displayName:ideo"')).toEqual([]);
    expect(await found('"displayName:team" OR "displayName:2"')).toEqual(["OneVideo team", "Video2go"]);
    expect(await found('"displayName:video" AND ("displayName:go" OR "displayName:drive")')).toEqual([
      "one video-drive",
      "Video2go",
    ]);
    expect((await get('/groups?$search="displayName:one"')).body.error).toMatchObject({
      code: "Request_UnsupportedQuery",
      message:
        "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    });
    for (const wrong of [
      "one",
      '"one"',
      '"displayName:one',
      '"displayName:"',
      '"x:y"',
      '"displayName:a" or "displayName:b"',
    ])
      expect((await get(`/groups?$search=${encodeURIComponent(wrong)}`, eventual)).status).toBe(400);
  });

  it("of an advanced query need the header and the count", async () => {
    const message =
      "Operator 'endsWith' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information";
    const path = "/users?$filter=endsWith(userPrincipalName,'@contoso.com')";
    for (const [asked, headers] of [
      [path, {}],
      [path, eventual],
      [`${path}&$count=true`, {}],
    ] as const)
      expect((await get(asked, headers)).body.error).toMatchObject({ code: "Request_UnsupportedQuery", message });
    expect((await get(`${path}&$count=true`, eventual)).body["@odata.count"]).toBe(12);
    const both = "/groups?$filter=startswith(displayName,'v')&$orderby=displayName";
    expect((await get(both)).body.error.message).toBe("Sorting not supported for current query.");
    expect(namesOf(await get(`${both}&$count=true`, eventual))).toEqual(["Video2go"]);
  });

  it("count objects for those who set the header, as plain text", async () => {
    const counted = (path: string, headers: Record<string, string>) =>
      tenant.handle(
        new Request(`https://graph.microsoft.com/v1.0${path}`, {
          headers: { authorization: `Bearer ${token}`, ...headers },
        }),
      );
    const answer = await counted("/groups/$count?$filter=startswith(displayName,'o')", eventual);
    expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([200, "text/plain", "3"]);
    expect((await get("/groups/$count")).body.error).toMatchObject({
      code: "Request_BadRequest",
      message: "$count is not currently supported.",
    });
  });

  it("may lack the dollar sign on beta alone, and may be padded", async () => {
    const size = async (path: string, version: "v1.0" | "beta") =>
      (await ask(`GET ${path}`, undefined, { token, version })).body;
    expect((await size("/groups?&top=2", "beta")).value).toHaveLength(2);
    expect((await size("/groups?top=2", "v1.0")).error.code).toBe("Request_UnsupportedQuery");
    expect((await size("/groups?$top = 2&$format=json", "v1.0")).value).toHaveLength(2);
  });

  it("are refused where they mean nothing", async () => {
    for (const wrong of [
      "$skip=2",
      "$format=xml",
      "$compute=a",
      "$top=1&$top=2",
      "$count=maybe",
      "$orderby=mail,",
      "$top=0",
    ])
      expect((await get(`/groups?${wrong}`)).status).toBe(400);
    expect(await codeOf("/groups?$orderby=securityEnabled")).toBe("Request_UnsupportedQuery");
    expect(await codeOf("/groups?$top=1000")).toBe("Request_UnsupportedQuery");
  });

  it("select properties, and say which in the context", async () => {
    const { body } = await get(`/groups/${idOf(1)}?$select=ID,displayName`);
    expect(body).toEqual({
      "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#groups(ID,displayName)/$entity",
      id: idOf(1),
      displayName: "OneVideo team",
    });
    const message =
      "Parsing OData Select and Expand failed: Could not find a property named 'colour' on type 'microsoft.graph.group'.";
    expect((await get("/groups?$select=colour")).body.error).toMatchObject({ code: "BadRequest", message });
    const nobody = "/groups?$select=colour&$filter=displayName eq 'nobody'";
    expect((await get(nobody)).body.error).toMatchObject({ code: "BadRequest", message });
  });

  it.each([
    ["/applications?$select=id,nonsense", "application"],
    ["/servicePrincipals?$select=nonsense", "servicePrincipal"],
    ["/groups?$expand=owners($select=nonsense)", "directoryObject"],
    ["/groups?$expand=members/microsoft.graph.user($select=nonsense)", "user"],
  ])("select nothing that no type of the objects has: %s", async (path, type) => {
    const asking = { permissions: ["Application.Read.All", "Group.ReadWrite.All", "User.Read.All"] };
    const { status, body } = await ask(`GET ${path}`, undefined, asking);
    const message = `Parsing OData Select and Expand failed: Could not find a property named 'nonsense' on type 'microsoft.graph.${type}'.`;
    expect([status, body.error.code, body.error.message]).toEqual([400, "BadRequest", message]);
  });

  it("select of a list of several types what one of them has", async () => {
    const asking = { permissions: ["Application.Read.All"] };
    const path = "GET /servicePrincipals?$select=id,agentIdentityBlueprintId";
    expect((await ask(path, undefined, asking)).status).toBe(200);
  });

  it("use an advanced operator within $expand only in an advanced query", async () => {
    const path = "/groups?$expand=members($filter=displayName eq 'x')";
    expect((await get(path)).body.error.message).toContain("Operator 'eq' is not supported because");
    expect((await get(`${path}&$count=true`, eventual)).status).toBe(200);
  });

  it("expand one relation of directory objects, at most 20 objects of it", async () => {
    const link = async (n: number, member: string) =>
      (
        await ask(
          `POST /groups/${idOf(n)}/members/$ref`,
          { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${member}` },
          { token },
        )
      ).status;
    for (let n = 10; n < 35; n += 1) {
      plant(n, `inner ${n}`);
      expect(await link(1, idOf(n))).toBe(204);
    }
    const { body } = await get(`/groups/${idOf(1)}?$select=id&$expand=members($select=id,displayName)`);
    const { members } = body as typeof body & { members: object[] };
    expect(body["@odata.context"]).toBe(
      "https://graph.microsoft.com/v1.0/$metadata#groups(id,members(id,displayName))/$entity",
    );
    expect(members).toHaveLength(20);
    expect(members[0]).toEqual({ "@odata.type": "#microsoft.graph.group", id: idOf(10), displayName: "inner 10" });
    expect(body).not.toHaveProperty("displayName");
    const all = await get(`/groups/${idOf(1)}/members?$top=999`);
    expect(all.body.value).toHaveLength(25);
    for (const wrong of [
      "members,owners",
      "displayName",
      "colour",
      "members(",
      "members($levels=2)",
      "members($skip=1)",
    ])
      expect((await get(`/groups/${idOf(1)}?$expand=${wrong}`)).status).toBe(400);
  });
});
