/** Requests that are under way at the same time. */
import type { Reply } from "../client";
import { aBlueprint, anIdentity, type Ask, bind, blueprintCast, inMemory, people } from "../client";

const { tenant, ask: askWithToken } = inMemory();
let token: string;
beforeAll(async () => {
  token = await tenant.token();
});
beforeEach(() => tenant.reset());
afterAll(() => tenant.close());

/** With a token that is there already: what is asked together arrives together, however slow this machine is. */
const ask: Ask = (request, body, asking) => askWithToken(request, body, { token, ...asking });

/** Any at all: what arrived together stays under way together. */
const latencyMs = 1;

const credential = (name: string) => ({
  name,
  issuer: "https://token.actions.githubusercontent.com",
  subject: `repo:contoso/${name}`,
  audiences: ["api://AzureADTokenExchange"],
});

const statuses = (replies: readonly Reply[]): number[] => replies.map(({ status }) => status).sort();

/** Writes to one blueprint, by what they write to. */
async function writes(): Promise<{ readonly path: string; readonly each: readonly (() => Promise<Reply>)[] }> {
  const { blueprint } = await aBlueprint(ask);
  const path = `/applications/${blueprint.id}/${blueprintCast}`;
  const { adele, nestor } = await people(ask);
  const trust = (name: string) => () => ask(`POST ${path}/federatedIdentityCredentials`, credential(name));
  const each = [
    trust("one"),
    trust("two"),
    () => ask(`POST ${path}/addPassword`, { passwordCredential: { displayName: "x" } }),
    () => ask(`POST ${path}/owners/$ref`, { "@odata.id": bind(nestor)[0] }),
    () => ask(`POST ${path}/sponsors/$ref`, { "@odata.id": bind(nestor)[0] }),
    () => ask(`DELETE ${path}/sponsors/${adele.split("/").at(-1)}/$ref`),
    () => ask(`PATCH /applications(appId='${blueprint.appId}')/${blueprintCast}`, { displayName: "Other" }),
    () =>
      ask(`POST ${path}/inheritablePermissions`, {
        resourceAppId: "00000003-0000-0000-c000-000000000000",
        inheritableScopes: { "@odata.type": "#microsoft.graph.allAllowedScopes" },
      }),
  ];
  return { path, each };
}

describe("two writes to one application", () => {
  it("are both done where requests take no time", async () => {
    const { each } = await writes();
    expect(statuses(await Promise.all(each.map((write) => write())))).not.toContain(409);
  });

  it("that overlap are refused but for the first, whatever of it they write, and done one after the other", async () => {
    tenant.set({ latencyMs });
    const { path, each } = await writes();
    const replies = await Promise.all(each.map((write) => write()));
    expect(statuses(replies).filter((status) => status === 409)).toHaveLength(each.length - 1);
    expect(replies.find(({ status }) => status === 409)?.body.error).toMatchObject({
      code: "Directory_ConcurrencyViolation",
      message: "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
    });
    // What was refused had no effect, and stands in nobody's way.
    const [done] = replies.flatMap(({ status }, index) => (status === 409 ? [] : [index]));
    const again = each.filter((_, index) => index !== done);
    for (const write of again) expect((await write()).status).toBeLessThan(300);
    expect((await ask(`GET ${path}/federatedIdentityCredentials`)).body.value).toHaveLength(2);
  });

  it("overlap as parts of a batch, unless one waits for the other", async () => {
    tenant.set({ latencyMs });
    const { path } = await writes();
    const part = (id: string, dependsOn?: readonly string[]) => ({
      ...{ id, method: "POST", url: `${path}/federatedIdentityCredentials`, body: credential(`part-${id}`) },
      ...{ headers: { "content-type": "application/json" }, ...(dependsOn && { dependsOn }) },
    });
    const serial = await ask("POST /$batch", { requests: [part("1"), part("2", ["1"]), part("3", ["2"])] });
    expect(serial.body.responses.map(({ status }) => status)).toEqual([201, 201, 201]);
    const parallel = await ask("POST /$batch", { requests: [part("4"), part("5")] });
    expect(parallel.body.responses.map(({ status }) => status).sort()).toEqual([201, 409]);
  });
});

it("writes to several applications, reads, and agents made of one blueprint never conflict", async () => {
  tenant.set({ latencyMs });
  const family = await aBlueprint(ask);
  const families = [family, await aBlueprint(ask)];
  const replies = await Promise.all([
    ...families.map(({ blueprint: { id } }) => ask(`PATCH /applications/${id}`, { displayName: "Other" })),
    ask(`GET /applications/${family.blueprint.id}`),
    ...[1, 2, 3].map(() => anIdentity(ask, family)),
  ]);
  expect(statuses(replies)).toEqual([200, 201, 201, 201, 204, 204]);
});

it("a request is over when its client gives up", async () => {
  tenant.set({ latencyMs: 60_000 });
  const client = new AbortController();
  const asked = tenant.handle(new Request("https://graph.microsoft.com/v1.0/users", { signal: client.signal }));
  client.abort(new Error("enough"));
  await expect(asked).rejects.toThrow("enough");
});
