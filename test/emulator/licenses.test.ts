import { problemsOf } from "../../emulator/metadata/check";
import { aBlueprint, anIdentity, inMemory, people, refusal } from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());
beforeEach(() => tenant.reset());

const p2 = "84a661c4-e949-4bd2-a560-ed7766fcaf2b";
const copilot = "639dec6b-bb19-468b-871c-c5c441c4b0cb";
const mfa = "8a256a2b-b617-496d-b51b-e76466e88db0";
const may = { permissions: ["LicenseAssignment.ReadWrite.All"] };
const assign = (
  path: string,
  addLicenses: readonly object[],
  removeLicenses: readonly string[] = [],
  asking: object = may,
) => ask(`POST ${path}/assignLicense`, { addLicenses, removeLicenses }, asking);
const licenses = async (path: string) => {
  const { body } = await ask(
    `GET ${path}?$select=assignedLicenses,assignedPlans,licenseAssignmentStates,provisionedPlans`,
  );
  const { "@odata.context": _context, ...shown } = body;
  expect(problemsOf("v1.0", "user", shown, "answer")).toEqual([]);
  return shown as unknown as { assignedLicenses: object[]; assignedPlans: { servicePlanId: string }[] };
};

describe("assignLicense", () => {
  it("gives a licence with some plans off, changes it and takes it away", async () => {
    const { adele } = await people(ask);
    const given = await assign(adele, [{ skuId: p2, disabledPlans: [mfa] }]);
    expect(given.status).toBe(200);
    expect(given.body).toMatchObject({ userPrincipalName: "adele.vance@contoso.com" });
    expect(await licenses(adele)).toMatchObject({
      assignedLicenses: [{ skuId: p2, disabledPlans: [mfa] }],
      licenseAssignmentStates: [{ skuId: p2, state: "Active", assignedByGroup: null }],
    });
    const plans = async () => (await licenses(adele)).assignedPlans.map(({ servicePlanId }) => servicePlanId);
    expect(await plans()).toHaveLength(4);
    await assign(adele, [{ skuId: p2 }]);
    expect(await plans()).toContain(mfa);
    expect((await ask(`GET ${adele}/licenseDetails`)).body.value).toMatchObject([{ skuPartNumber: "AAD_PREMIUM_P2" }]);
    expect((await assign(adele, [], [p2])).status).toBe(200);
    expect((await licenses(adele)).assignedLicenses).toEqual([]);
  });

  it.each([
    [[{ skuId: "99999999-9999-4999-8999-999999999999" }], [], "does not correspond to a valid company License."],
    [[{ skuId: p2, disabledPlans: ["99999999-9999-4999-8999-999999999999"] }], [], "does not contain the service plan"],
    [[], [p2], "User does not have a corresponding license."],
  ])("is refused, case %#", async (add, remove, message) => {
    const { adele } = await people(ask);
    expect(refusal(await assign(adele, add, remove))).toEqual([
      400,
      "Request_BadRequest",
      expect.stringContaining(message),
    ]);
  });

  it("needs to know where the user is, and a seat", async () => {
    const { adele, user } = await people(ask);
    const body = {
      accountEnabled: true,
      displayName: "Nowhere",
      mailNickname: "nowhere",
      userPrincipalName: "nowhere@contoso.com",
      passwordProfile: { password: "xWwvJ]6NMw+bWH-d" },
    };
    const { id } = (await ask("POST /users", body, { permissions: ["User.ReadWrite.All"] })).body;
    expect((await assign(`/users/${id}`, [{ skuId: p2 }])).body.error.message).toBe(
      "License assignment cannot be done for user with invalid usage location.",
    );
    const names = ["Adele", "Alex", "Amara", "Diego", "Grady", "Henrietta", "Isaiah", "Johanna", "Lee", "Miriam"];
    for (const name of names) expect((await assign(user(name), [{ skuId: copilot }])).status).toBe(200);
    expect((await assign(user("Nestor"), [{ skuId: copilot }])).body.error.message).toMatch(/any available licenses/);
    expect((await assign(adele, [{ skuId: copilot }])).status).toBe(200);
  });

  it("serves the person who is signed in", async () => {
    const asking = { user: "adele.vance@contoso.com", permissions: ["User.ReadWrite.All"] };
    expect(
      (await ask("POST /me/assignLicense", { addLicenses: [{ skuId: p2 }], removeLicenses: [] }, asking)).status,
    ).toBe(200);
    expect((await ask("POST /me/assignLicense", { addLicenses: [], removeLicenses: [] })).status).toBe(400);
  });

  it("serves agent users too", async () => {
    const family = await aBlueprint(ask);
    const agent = {
      accountEnabled: true,
      displayName: "Sales Agent",
      mailNickname: "sales",
      userPrincipalName: "sales@contoso.com",
      usageLocation: "US",
      identityParentId: (await anIdentity(ask, family)).body.id,
    };
    const own = { app: family.blueprint.appId, permissions: ["AgentIdUser.ReadWrite.IdentityParentedBy"] };
    const { id } = (await ask("POST /users/microsoft.graph.agentUser", agent, own)).body;
    const given = await assign(`/users/${id}`, [{ skuId: copilot }], [], own);
    expect([given.status, given.body["@odata.type"]]).toEqual([200, "#microsoft.graph.agentUser"]);
    const { adele } = await people(ask);
    expect((await assign(adele, [{ skuId: copilot }], [], own)).status).toBe(403);
  });
});

describe("subscribedSkus", () => {
  const read = { permissions: ["LicenseAssignment.Read.All"] };

  it("count what was given away", async () => {
    const { adele } = await people(ask);
    const used = async () => {
      const { value } = (await ask("GET /subscribedSkus", undefined, read)).body;
      for (const sku of value) expect(problemsOf("v1.0", "subscribedSku", sku, "answer")).toEqual([]);
      return Object.fromEntries(
        (value as unknown as { skuPartNumber: string; consumedUnits: number }[]).map((sku) => [
          sku.skuPartNumber,
          sku.consumedUnits,
        ]),
      );
    };
    expect(await used()).toEqual({ AAD_PREMIUM_P2: 0, SPE_E5: 0, Microsoft_365_Copilot: 0 });
    await assign(adele, [{ skuId: copilot }]);
    expect(await used()).toEqual({ AAD_PREMIUM_P2: 0, SPE_E5: 0, Microsoft_365_Copilot: 1 });
  });

  it("are read one by one, and not filtered", async () => {
    const path = `/subscribedSkus/${tenant.id}_${p2}`;
    expect((await ask(`GET ${path}`, undefined, read)).body).toMatchObject({
      skuPartNumber: "AAD_PREMIUM_P2",
      skuId: p2,
    });
    expect((await ask("GET /subscribedSkus/nothing", undefined, read)).status).toBe(404);
    expect((await ask("GET /subscribedSkus?$filter=skuId eq 'x'", undefined, read)).status).toBe(400);
  });
});
