import { profileChoices, profileSets, realProfiles } from "../../../emulator/switches/profiles";
import { inMemory } from "../client";

const { tenant } = inMemory();
afterAll(() => tenant.close());

describe("the switches of a tenant", () => {
  it("hold the documented limits where nobody says otherwise, and nothing goes wrong by itself", () => {
    expect(tenant.switches()).toMatchObject({
      clock: { aheadMs: 0, stoppedAt: null },
      lag: null,
      permissionsLagMs: 0,
      quotas: null,
      limits: {
        agentIdentityBlueprints: 250,
        agentIdentitiesOfABlueprint: 250,
        conditionalAccessPolicies: 195,
        directoryObjects: 300_000,
        owners: 100,
        sponsors: 100,
        appRoleAssignments: 1_500,
      },
    });
  });

  it.each([
    { limits: { blueprints: 3 } },
    { lag: { ms: 1, share: 2 } },
    { clocks: {} },
    { profiles: { lastSponsor: 1 } },
    { profiles: "reel" },
  ])("are refused where there is no such switch or value: %j", (changes) => {
    const before = tenant.switches();
    expect(() => tenant.set(changes as object)).toThrow("cannot set the switches of the emulated tenant");
    expect(tenant.switches()).toEqual(before);
  });

  it("chooses for all questions at once by the name of a set, and others one by one", () => {
    tenant.set({ profiles: "real" });
    expect(tenant.switches().profiles).toEqual(realProfiles);
    tenant.set({ profiles: { lastSponsor: "kept" } });
    expect(tenant.switches().profiles).toEqual({ ...realProfiles, lastSponsor: "kept" });
    tenant.set({ profiles: "default" });
    expect(tenant.switches().profiles).toEqual(profileSets.default);
  });

  it("has a real choice for every question, which is one of its choices", () => {
    for (const [name, { choices, real }] of Object.entries(profileChoices)) {
      expect(choices).toContain(real);
      expect(realProfiles).toHaveProperty(name, real);
    }
  });
});
