import type { EmulatedTenant, Fault } from "../../../emulator/tenant";
import { inMemory } from "../client";

const { tenant } = inMemory();
afterAll(() => tenant.close());

const clock = { aheadMs: 0, stoppedAt: "2030-01-01T00:00:00.000Z" };

/** What a client sees of one request: status and text, or how it failed. */
async function seen(on: EmulatedTenant, request: string, token: string, body?: object): Promise<string> {
  const [method = "", path = ""] = request.split(" ");
  const init = {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  };
  try {
    const response = await on.handle(new Request(`https://graph.microsoft.com/v1.0${path}`, init));
    return `${response.status} ${(await response.text()).replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID")}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Reads, writes and refusals that come out the same however often they are made, and whatever happened to one of them. */
const script: readonly (readonly [request: string, body?: object])[] = [
  ["GET /groups?$select=displayName"],
  ["PATCH /users/adele.vance@contoso.com", { officeLocation: "18/2111" }],
  ["GET /users/nestor.wilke@contoso.com?$select=displayName"],
  ["GET /users/nobody@contoso.com"],
  ["POST /oauth2PermissionGrants", { colour: "red" }],
  ["GET /organization?$select=displayName"],
];

async function run(): Promise<string[]> {
  const token = await tenant.token({ permissions: permissions.split(" ") });
  const results: string[] = [];
  for (const [request, body] of script) results.push(await seen(tenant, request, token, body));
  return results;
}

const permissions = "User.ReadWrite.All Group.Read.All Organization.Read.All DelegatedPermissionGrant.ReadWrite.All";

const kinds: readonly Pick<Fault, "effect" | "answer">[] = [
  { effect: "before", answer: "reset" },
  { effect: "after", answer: "reset" },
  { effect: "before", answer: { status: 503 } },
  { effect: "after", answer: { status: 504 } },
  { effect: "after", answer: "truncate" },
  { effect: "after", answer: "html" },
  { effect: "before", answer: "claims" },
  { effect: "before", answer: { stall: 0 } },
  { effect: "before", answer: { redirect: "https://graph.microsoft.com/elsewhere" } },
];

describe("a sweep", () => {
  it.each(kinds)("with %j changes the kth request and no other", async (kind) => {
    tenant.set({ clock });
    const clean = await run();
    expect(clean.map((result) => result.slice(0, 3))).toEqual(["200", "204", "200", "404", "400", "200"]);
    for (let k = 1; k <= clean.length; k += 1) {
      tenant.fail({ ...kind, nth: k });
      const swept = await run();
      expect(swept.flatMap((result, at) => (result === clean[at] ? [] : [at + 1]))).toEqual([k]);
      expect(tenant.faults()).toEqual([]);
    }
  });
});
