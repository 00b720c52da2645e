import {
  aBlueprint,
  anIdentity,
  bind,
  inMemory,
  blueprintCast,
  type Family,
  graph,
  identityCast,
  idOf,
  people,
  principalCast,
  refusal,
} from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());

let family: Family;
let sponsors: string;
beforeEach(async () => {
  tenant.reset();
  family = await aBlueprint(ask);
  sponsors = `/applications/${family.blueprint.id}/${blueprintCast}/sponsors`;
});

const url = (path: string) => ({ "@odata.id": `${graph}/v1.0${path}` });
const cannot = (id: string) =>
  `Object '${id}' cannot be a sponsor: only users, Microsoft 365 groups and groups with dynamic membership can, unless they are role-assignable.`;

describe("sponsors", () => {
  it("are added, listed and removed by reference", async () => {
    const { nestor } = await people(ask);
    expect((await ask(`POST ${sponsors}/$ref`, url(nestor))).status).toBe(204);
    expect(refusal(await ask(`POST ${sponsors}/$ref`, url(nestor)))).toEqual([
      400,
      "Request_BadRequest",
      "One or more added object references already exist for the following modified properties: 'sponsors'.",
    ]);
    const { value } = (await ask(`GET ${sponsors}?$select=id,userPrincipalName`)).body;
    expect(value.map((user) => user.id).sort()).toEqual([idOf(nestor), idOf(family.sponsor)].sort());
    expect((await ask(`DELETE ${sponsors}/${idOf(nestor)}/$ref`)).status).toBe(204);
    expect((await ask(`DELETE ${sponsors}/${idOf(nestor)}/$ref`)).status).toBe(404);
  });

  it("of a blueprint are only there on the cast path", async () => {
    expect(refusal(await ask(`GET /applications/${family.blueprint.id}/sponsors`))).toEqual([
      400,
      "BadRequest",
      "Resource not found for the segment 'sponsors'.",
    ]);
  });

  it("can be Microsoft 365 and dynamic groups, and no other groups or service principals", async () => {
    const { group } = await people(ask);
    for (const name of ["Finance Operations", "All Engineering"]) {
      expect((await ask(`POST ${sponsors}/$ref`, url(group(name)))).status).toBe(204);
    }
    for (const path of [
      group("Office Munich"),
      group("Directory Operators"),
      `/servicePrincipals/${family.principal.id}`,
    ]) {
      expect(refusal(await ask(`POST ${sponsors}/$ref`, url(path)))).toEqual([
        400,
        "Request_BadRequest",
        cannot(idOf(path)),
      ]);
      expect((await anIdentity(ask, family, { "sponsors@odata.bind": bind(path) })).status).toBe(400);
    }
  });

  it("that do not exist are 400 in a body and 404 in a reference", async () => {
    const id = "99999999-9999-4999-8999-999999999999";
    const made = await anIdentity(ask, family, { "sponsors@odata.bind": bind(`/users/${id}`) });
    expect(refusal(made)).toEqual([400, "Request_BadRequest", `Object with id ${id} not found.`]);
    expect((await ask(`POST ${sponsors}/$ref`, url(`/users/${id}`))).status).toBe(404);
    for (const reference of [
      "adele.vance@contoso.com",
      "https://evil.example/v1.0/users/x",
      `${graph}/v1.0/users/adele`,
    ]) {
      expect((await ask(`POST ${sponsors}/$ref`, { "@odata.id": reference })).status).toBe(400);
    }
  });

  it("are named in the collection they belong to", async () => {
    const { nestor, group } = await people(ask);
    const wrong = [`/groups/${idOf(nestor)}`, `/users/${idOf(group("Finance Operations"))}`];
    for (const path of wrong) {
      expect((await ask(`POST ${sponsors}/$ref`, url(path))).status).toBe(404);
      expect((await anIdentity(ask, family, { "sponsors@odata.bind": bind(path) })).status).toBe(400);
    }
    expect((await ask(`POST ${sponsors}/$ref`, url(`/directoryObjects/${idOf(nestor)}`))).status).toBe(204);
  });

  it("are as many as the limit, of them at most five groups, and never agent users", async () => {
    const { nestor } = await people(ask);
    tenant.set({ limits: { sponsors: 1 } });
    const refused = await ask(`POST ${sponsors}/$ref`, url(nestor));
    tenant.set({ limits: { sponsors: 100 } });
    expect(refused.status).toBe(400);
    const groups = Array.from({ length: 6 }, (_, number) => ({
      id: `00000000-0000-4000-8000-00000000000${number}`,
      kind: "group",
      body: { displayName: `group ${number}`, groupTypes: ["Unified"] },
    }));
    const agent = { id: "00000000-0000-4000-8000-0000000000ff", kind: "agentUser", body: { displayName: "agent" } };
    tenant.plant([...groups, agent]);
    const added = [];
    for (const { id } of groups) added.push((await ask(`POST ${sponsors}/$ref`, url(`/groups/${id}`))).status);
    expect(added).toEqual([204, 204, 204, 204, 204, 400]);
    expect((await ask(`POST ${sponsors}/$ref`, url(`/users/${agent.id}`))).status).toBe(400);
  });

  it("keep the last one where the profile says so", async () => {
    tenant.set({ profiles: { lastSponsor: "kept" } });
    const refused = await ask(`DELETE ${sponsors}/${idOf(family.sponsor)}/$ref`);
    tenant.set({ profiles: { lastSponsor: "removed" } });
    expect(refusal(refused)[2]).toBe("No sponsor specified. Please provide at least one sponsor.");
    expect((await ask(`GET ${sponsors}`)).body.value.map((one) => one.id)).toEqual([idOf(family.sponsor)]);
  });

  it("may all go: whether Graph keeps the last one is not documented", async () => {
    expect((await ask(`DELETE ${sponsors}/${idOf(family.sponsor)}/$ref`)).status).toBe(204);
    expect((await ask(`GET ${sponsors}`)).body.value).toEqual([]);
  });

  it("of an agent identity need UpdateSponsors and answer with and without the cast", async () => {
    const { nestor } = await people(ask);
    const { id } = (await anIdentity(ask, family)).body;
    const least = { permissions: ["AgentIdentity.UpdateSponsors.All"] };
    const paths = [`/servicePrincipals/${id}/sponsors`, `/servicePrincipals/${identityCast}/${id}/sponsors`];
    expect((await ask(`POST ${paths[0]}/$ref`, url(nestor), least)).status).toBe(204);
    expect((await ask(`GET ${paths[1]}`)).body.value).toHaveLength(2);
    expect((await ask(`GET ${paths[1]}`, undefined, least)).status).toBe(403);
  });
});

describe("owners", () => {
  it("are users and service principals, and whoever made a blueprint or principal, of blueprints, principals and identities", async () => {
    const { nestor, group } = await people(ask);
    const { id } = (await anIdentity(ask, family, { "owners@odata.bind": bind(nestor) })).body;
    expect((await ask(`GET /servicePrincipals/${id}/owners`)).body.value).toMatchObject([{ id: idOf(nestor) }]);
    for (const path of [
      `/applications/${family.blueprint.id}/${blueprintCast}/owners`,
      `/servicePrincipals/${family.principal.id}/${principalCast}/owners`,
    ]) {
      expect((await ask(`POST ${path}/$ref`, url(nestor))).status).toBe(204);
      expect((await ask(`POST ${path}/$ref`, url(`/servicePrincipals/${family.principal.id}`))).status).toBe(204);
      expect((await ask(`POST ${path}/$ref`, url(group("Finance Operations")))).status).toBe(400);
      expect((await ask(`POST ${path}/$ref`, url(`/servicePrincipals/${id}`))).status).toBe(204);
      expect((await ask(`GET ${path}`)).body.value).toHaveLength(4);
    }
  });
});
