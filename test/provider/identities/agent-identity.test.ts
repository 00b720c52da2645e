import { agentIdentity } from "../../../provider/identities/agent-identity";
import { agentIdentityBlueprint } from "../../../provider/identities/agent-identity-blueprint";
import { UNKNOWN } from "../../../provider/engine/unknown";
import { aBlueprint, aTenant, markerOfTests, Refused, type TestProcess, type TestTenant } from "../a-tenant";

interface Identity {
  readonly createdDateTime?: string;
  readonly id: string;
  readonly displayName: string;
  readonly accountEnabled: boolean;
  readonly tags: string[];
}

const path = (id: string): string => `/servicePrincipals/${id}/microsoft.graph.agentIdentity`;
const collection = "/servicePrincipals/microsoft.graph.agentIdentity";

describe("an agent identity", () => {
  let tenant: TestTenant;
  let run: TestProcess;
  let blueprintId: string;

  beforeEach(async () => {
    tenant = await aTenant();
    run = await tenant.process();
    blueprintId = await aBlueprint(run);
  });
  afterEach(() => tenant.emulated.close());

  /** Inputs that are right; each test changes one thing. */
  const asks = (change: object = {}) => ({
    displayName: "Payslip helper",
    blueprintId,
    sponsors: ["diego.siciliani@contoso.com"],
    ...change,
  });
  const names = async (id: string): Promise<string[]> =>
    (await tenant.graph.list<{ userPrincipalName: string }>(`${path(id)}/sponsors`))
      .map(({ userPrincipalName }) => userPrincipalName)
      .sort();

  it("lives: is created, changed in place, read and deleted", async () => {
    const made = await run.create(agentIdentity, asks());
    const identity = await tenant.graph.get<Identity>(path(made.id));
    expect(made.outputs).toEqual({
      ...made.inputs,
      createdDateTime: identity.createdDateTime,
      tenantId: tenant.emulated.id,
      writtenAt: "1970-01-01T00:00:00.000Z",
    });
    expect(identity).toMatchObject({
      displayName: "Payslip helper",
      accountEnabled: true,
    });

    const provider = run.provider(agentIdentity);
    const news = {
      ...made.inputs,
      displayName: "Payslip assistant",
      enabled: false,
      sponsors: ["johanna.lorenz@contoso.com"],
    };
    expect(await provider.diff(made.id, made.outputs, news)).toEqual({ replaces: [], deleteBeforeReplace: true });
    const { outs } = await provider.update(made.id, made.outputs, news);
    expect(await tenant.graph.get<Identity>(path(made.id))).toMatchObject({
      displayName: "Payslip assistant",
      accountEnabled: false,
    });
    expect(await names(made.id)).toEqual(["johanna.lorenz@contoso.com"]);
    expect(await provider.read(made.id, outs)).toEqual({ id: made.id, props: outs, inputs: news });

    const later = await tenant.process();
    await later.provider(agentIdentity).delete(made.id, outs);
    expect(await later.provider(agentIdentity).read(made.id, outs)).toEqual({ id: "", props: {} });
    const deleted = await tenant.graph.list<Identity>("/directory/deletedItems/microsoft.graph.servicePrincipal");
    expect(deleted.map(({ id }) => id)).toEqual([made.id]);
  });

  it("sends nothing but what differs", async () => {
    const made = await run.create(agentIdentity, asks());
    tenant.requestsSince();
    await run.provider(agentIdentity).update(made.id, made.outputs, { ...made.inputs, displayName: "Other" });
    expect(tenant.requestsSince().filter((request) => !request.startsWith("GET"))).toEqual([
      `PATCH /v1.0${path(made.id)}`,
    ]);
    const other = { ...made.inputs, displayName: "Other", sponsors: ["johanna.lorenz@contoso.com"] };
    await run.provider(agentIdentity).update(made.id, { ...made.outputs, displayName: "Other" }, other);
    const writes = tenant.requestsSince().filter((request) => !request.startsWith("GET"));
    expect(writes.map((request) => request.split(" ")[0])).toEqual(["POST", "DELETE"]);
  });

  it("is replaced when its blueprint changes", async () => {
    const made = await run.create(agentIdentity, asks());
    const other = { ...made.inputs, blueprintId: "5f1b1c7e-0a53-4f7e-9b5f-0f3a7e5f2d11" };
    expect(await run.provider(agentIdentity).diff(made.id, made.outputs, other)).toEqual({
      replaces: ["blueprintId"],
      deleteBeforeReplace: true,
    });
  });

  it("shows by property what was changed behind Pulumi's back", async () => {
    const made = await run.create(agentIdentity, asks());
    await tenant.graph.patch(path(made.id), { displayName: "Renamed", accountEnabled: false });
    const carol = (await tenant.graph.get<{ id: string }>("/users/johanna.lorenz@contoso.com")).id;
    await tenant.graph.post(`${path(made.id)}/sponsors/$ref`, { "@odata.id": tenant.graph.url(`/users/${carol}`) });
    const { inputs } = await run.provider(agentIdentity).read(made.id, made.outputs);
    expect(inputs).toEqual({
      ...made.inputs,
      displayName: "Renamed",
      enabled: false,
      sponsors: ["diego.siciliani@contoso.com", "johanna.lorenz@contoso.com"],
    });
  });

  it("is gone only when several reads agree: one replica's 404 does not make Pulumi forget it", async () => {
    const made = await run.create(agentIdentity, asks());
    const answer = { status: 404, body: { error: { code: "Request_ResourceNotFound", message: "Not here." } } };
    tenant.emulated.fail({ method: "GET", path: `${made.id}/microsoft`, effect: "before", answer, times: 4 });
    expect((await run.provider(agentIdentity).read(made.id, made.outputs)).inputs).toEqual(made.inputs);
  });

  it("keeps the way the program names its sponsors, by principal name or by object id", async () => {
    const { id: ada } = await tenant.graph.get<{ id: string }>("/users/diego.siciliani@contoso.com");
    const made = await run.create(agentIdentity, asks({ sponsors: [ada] }));
    expect((await run.provider(agentIdentity).read(made.id, made.outputs)).inputs).toEqual(made.inputs);
  });

  it("has owners only where the program says so", async () => {
    const without = await run.create(agentIdentity, asks());
    expect(without.outputs).not.toHaveProperty("owners");
    const made = await run.create(agentIdentity, asks({ owners: ["johanna.lorenz@contoso.com"] }), "eeeeffffgggghhhh");
    const { inputs } = await run.provider(agentIdentity).read(made.id, made.outputs);
    expect(inputs).toMatchObject({ owners: ["johanna.lorenz@contoso.com"] });
  });

  it("is found again when an earlier run was killed after making it, and brought to what is wanted", async () => {
    const killed = await run.create(agentIdentity, asks({ displayName: "Half a name" }));
    const later = await (await tenant.process()).create(agentIdentity, asks());
    expect(later.id).toBe(killed.id);
    const all = await tenant.graph.list<Identity>(collection);
    expect(all.map(({ displayName }) => displayName)).toEqual(["Payslip helper"]);
  });

  it("exists once when the answer to its creation is lost, whether or not it had taken effect", async () => {
    for (const effect of ["after", "before"] as const) {
      const marker = `${effect}${"x".repeat(16 - effect.length)}`;
      tenant.emulated.fail({
        method: "POST",
        path: `${collection.replaceAll(".", "\\.")}$`,
        effect,
        answer: { status: 504 },
      });
      const made = await run.create(agentIdentity, asks({ displayName: effect }), marker);
      const all = await tenant.graph.list<Identity>(collection);
      expect(all.filter(({ displayName }) => displayName === effect).map(({ id }) => id)).toEqual([made.id]);
    }
  });

  it("is looked for in the same list when ten creations are not answered", async () => {
    const later = await tenant.process();
    const effect = "after";
    tenant.emulated.fail({ method: "POST", path: "agentIdentity$", effect, answer: { status: 504 }, times: 10 });
    tenant.requestsSince();
    const markers = Array.from({ length: 10 }, (_, index) => `${index}`.repeat(16));
    const made = await Promise.all(markers.map((marker) => later.create(agentIdentity, asks(), marker)));
    // One before all creations, one after them.
    expect(tenant.requestsSince().filter((request) => request === `GET /v1.0${collection}`)).toHaveLength(2);
    const all = await tenant.graph.list<Identity>(collection);
    expect(all.map(({ id }) => id).sort()).toEqual(made.map(({ id }) => id).sort());
  });

  it("waits for the blueprint it was made from moments ago to reach every replica", async () => {
    const message = `Object with id ${blueprintId} not found.`;
    const answer = { status: 400, body: { error: { code: "Request_BadRequest", message } } };
    tenant.emulated.fail({ method: "POST", path: "agentIdentity$", effect: "before", answer, times: 3 });
    await expect(run.create(agentIdentity, asks())).resolves.toMatchObject({
      inputs: { displayName: "Payslip helper" },
    });
  });

  it("does not wait for a blueprint that somebody else made: what is refused then is refused", async () => {
    const answer = {
      status: 400,
      body: { error: { code: "Request_BadRequest", message: "Object with id x not found." } },
    };
    tenant.emulated.fail({ method: "POST", path: "agentIdentity$", effect: "before", answer });
    await expect((await tenant.process()).create(agentIdentity, asks())).rejects.toMatchObject({ code: "REFUSED" });
  });

  it("is not taken for another resource's object that merely has the same name", async () => {
    const one = await run.create(agentIdentity, asks());
    const two = await run.create(agentIdentity, asks(), "eeeeffffgggghhhh");
    expect(two.id).not.toBe(one.id);
  });

  it("is refused when two objects have its marker, and both are named", async () => {
    const made = await run.create(agentIdentity, asks());
    const { tags } = await tenant.graph.get<Identity>(path(made.id));
    const duplicate = await run.create(agentIdentity, asks({ displayName: "Duplicate" }), "eeeeffffgggghhhh");
    await tenant.graph.patch(path(duplicate.id), {
      tags: tags.filter((tag) => tag.endsWith(markerOfTests) && tag.includes(":AgentIdentity:")),
    });
    const later = await tenant.process();
    await expect(later.create(agentIdentity, asks())).rejects.toMatchObject({
      code: "OWNERSHIP_UNCLEAR",
      message:
        'cannot create agent identity "Payslip helper": two objects match: ' +
        `agent identity "Payslip helper" (${made.id}) and agent identity "Duplicate" (${duplicate.id}). Delete the one that is not wanted.`,
    });
  });

  it("stays when the engine deletes what a new resource has recovered in the same update", async () => {
    const made = await run.create(agentIdentity, asks());
    await run.provider(agentIdentity).delete(made.id, made.outputs);
    expect(await tenant.graph.get<Identity>(path(made.id))).toMatchObject({ id: made.id });
    expect(tenant.warnings).toEqual([
      `left agent identity "Payslip helper" (${made.id}) in place: another resource of this update has it now`,
    ]);
  });

  it("can be deleted twice", async () => {
    const made = await run.create(agentIdentity, asks());
    for (let time = 0; time < 2; time++) {
      const later = await tenant.process();
      await later.provider(agentIdentity).delete(made.id, made.outputs);
    }
    expect(await tenant.graph.list(collection)).toEqual([]);
  });

  it("is refused at preview when nobody in the tenant has a sponsor's name", async () => {
    await expect(
      run.create(agentIdentity, asks({ sponsors: ["nobody@contoso.com", "diego.siciliani@contoso.com"] })),
    ).rejects.toEqual(
      new Refused([
        {
          property: "sponsors",
          reason: 'must name somebody of this tenant: there is no "nobody@contoso.com" in the test tenant',
        },
      ]),
    );
  });

  it("says which permission is missing", async () => {
    tenant.emulated.grant(["AgentIdentity.Read.All", "User.Read.All", "Group.Read.All", "Application.Read.All"]);
    const other = await tenant.process();
    await expect(other.create(agentIdentity, asks())).rejects.toMatchObject({
      code: "FORBIDDEN",
      message: expect.stringMatching(
        /^cannot create agent identity "Payslip helper": Insufficient privileges to complete the operation\. Grant AgentIdentity\.Create\.All to the application Pulumi signs in as, with admin consent\. A consent of the last two minutes may not be in force yet\. \[403 Authorization_RequestDenied, request [0-9a-f-]{36}\]$/,
      ) as string,
    });
  });

  it("is refused when the state belongs to another tenant, before anything is sent", async () => {
    const made = await run.create(agentIdentity, asks());
    const elsewhere = { ...made.outputs, tenantId: "99999999-9999-4999-8999-999999999999" };
    tenant.requestsSince();
    const provider = run.provider(agentIdentity);
    const refusal = {
      code: "WRONG_TENANT",
      message: expect.stringContaining("99999999-9999-4999-8999-999999999999") as string,
    };
    await expect(provider.diff(made.id, elsewhere, made.inputs)).rejects.toMatchObject(refusal);
    await expect(provider.read(made.id, elsewhere)).rejects.toMatchObject(refusal);
    await expect(provider.update(made.id, elsewhere, made.inputs)).rejects.toMatchObject(refusal);
    await expect(provider.delete(made.id, elsewhere)).rejects.toMatchObject(refusal);
    expect(tenant.requestsSince()).toEqual([]);
  });

  it("gets the marker of its new name when its resource is renamed, and is kept apart from what takes the old name", async () => {
    const made = await run.create(agentIdentity, asks());
    const later = await tenant.process();
    const renamed = { ...made.inputs, marker: "eeeeffffgggghhhh" };
    await later.provider(agentIdentity).update(made.id, made.outputs, renamed);
    expect((await tenant.graph.get<Identity>(path(made.id))).tags).toContain(
      "pulumi-entra-agent-id:AgentIdentity:eeeeffffgggghhhh",
    );
    const another = await (await tenant.process()).create(agentIdentity, asks());
    expect(another.id).not.toBe(made.id);
  });

  it("shows that its marker was taken away by hand, and gets it back", async () => {
    const made = await run.create(agentIdentity, asks());
    await tenant.graph.patch(path(made.id), { tags: [] });
    const { inputs } = await run.provider(agentIdentity).read(made.id, made.outputs);
    expect(inputs).toEqual({ ...made.inputs, marker: "" });
    await run.provider(agentIdentity).update(made.id, made.outputs, made.inputs);
    expect((await run.provider(agentIdentity).read(made.id, made.outputs)).inputs).toEqual(made.inputs);
  });

  it("is never deleted by an older resource once its own resource has been seen unchanged", async () => {
    const made = await run.create(agentIdentity, asks());
    const later = (await tenant.process()).provider(agentIdentity);
    await later.check(made.inputs, made.inputs);
    await later.diff(made.id, made.outputs, made.inputs);
    await later.delete(made.id, made.outputs);
    expect(await tenant.graph.get<Identity>(path(made.id))).toMatchObject({ id: made.id });
  });

  it("is deleted by a run without a program, which asks for differences too when it refreshes", async () => {
    const made = await run.create(agentIdentity, asks());
    const destroy = (await tenant.process()).provider(agentIdentity);
    await destroy.diff(made.id, made.outputs, made.inputs);
    await destroy.delete(made.id, made.outputs);
    expect(await tenant.graph.list(collection)).toEqual([]);
  });

  it("says that owners who are taken out of the program stay: they are not managed any more", async () => {
    const made = await run.create(agentIdentity, asks({ owners: ["johanna.lorenz@contoso.com"] }));
    const { owners, ...without } = made.inputs;
    await run.provider(agentIdentity).update(made.id, made.outputs, without);
    expect(owners).toEqual(["johanna.lorenz@contoso.com"]);
    expect(tenant.warnings).toEqual([
      'agent identity "Payslip helper": owners is not declared any more, so it is not managed and stays in the tenant as it is. To empty it, declare it empty',
    ]);
  });

  it("belongs to one resource: a second one that would take it over in the same run is refused", async () => {
    const made = await run.create(agentIdentity, asks());
    const later = (await tenant.process()).provider(agentIdentity);
    const renamed = { ...made.inputs, marker: "eeeeffffgggghhhh" };
    await later.check(made.inputs, renamed);
    await later.diff(made.id, made.outputs, renamed);
    await expect(later.create(made.inputs)).rejects.toMatchObject({
      code: "OWNERSHIP_UNCLEAR",
      message: expect.stringContaining("another resource of this program already manages") as string,
    });
  });

  it("warns when it was recovered, and with the first one why that may be", async () => {
    const first = await run.create(agentIdentity, asks());
    const second = await run.create(agentIdentity, asks(), "eeeeffffgggghhhh");
    const later = await tenant.process();
    await later.create(agentIdentity, asks());
    await later.create(agentIdentity, asks(), "eeeeffffgggghhhh");
    expect(tenant.warnings).toEqual([
      `recovered agent identity "Payslip helper" (${first.id}). What is recovered is this stack's own by its unique name, its ` +
        "marker or what it is made of, as after an interrupted run or when the state was lost. If another stack declares it too, " +
        "give one of the stacks an owner of its own: `pulumi config set entra-agent-id:owner NAME`",
      `recovered agent identity "Payslip helper" (${second.id})`,
    ]);
  });

  it("is no surprise to the run that asked for it and was not answered", async () => {
    tenant.emulated.fail({ method: "POST", path: "agentIdentity$", effect: "after", answer: { status: 504 } });
    await run.create(agentIdentity, asks());
    expect(await tenant.graph.list(collection)).toHaveLength(1);
    expect(tenant.warnings).toEqual([]);
  });

  it("is made anew by the run that deleted it, whatever an earlier list of that run still shows", async () => {
    const made = await run.create(agentIdentity, asks());
    const later = await tenant.process();
    await later.create(agentIdentity, asks({ displayName: "Other" }), "eeeeffffgggghhhh");
    await later.provider(agentIdentity).delete(made.id, made.outputs);
    const again = await later.create(agentIdentity, asks());
    expect(again.id).not.toBe(made.id);
    expect((await tenant.graph.list<Identity>(collection)).map(({ displayName }) => displayName).sort()).toEqual([
      "Other",
      "Payslip helper",
    ]);
  });

  it("is refused at preview when one sponsor is named twice, by name and by id", async () => {
    const { id } = await tenant.graph.get<{ id: string }>("/users/diego.siciliani@contoso.com");
    await expect(
      run.create(agentIdentity, asks({ sponsors: ["diego.siciliani@contoso.com", id] })),
    ).rejects.toMatchObject({
      findings: [{ property: "sponsors", reason: expect.stringContaining("names the same object twice") as string }],
    });
  });

  it("is refused at preview a move to a blueprint that does not exist, and not one to a blueprint that this program makes", async () => {
    const made = await run.create(agentIdentity, asks());
    const provider = (await tenant.process()).provider(agentIdentity);
    const elsewhere = "5f1b1c7e-0a53-4f7e-9b5f-0f3a7e5f2d11";
    const { failures } = await provider.check(made.inputs, { ...made.inputs, blueprintId: elsewhere });
    expect(failures).toEqual([
      {
        property: "blueprintId",
        reason:
          `must be the appId of a blueprint: there is no application "${elsewhere}" in the test tenant. ` +
          "Correct the id. If a resource of this program makes it and somebody deleted it, run `pulumi refresh`",
      },
    ]);
    const unknown = await provider.check(made.inputs, { ...made.inputs, blueprintId: UNKNOWN });
    expect(unknown.failures).toEqual([]);
    // A replica may not know what this run has made a moment ago.
    const answer = { status: 404, body: { error: { code: "Request_ResourceNotFound", message: "Not here." } } };
    const other = await run.create(
      agentIdentityBlueprint,
      { displayName: "Others", sponsors: ["diego.siciliani@contoso.com"] },
      "bbbbccccddddeeee",
    );
    tenant.emulated.fail({ method: "GET", path: "appId='", effect: "before", answer, times: 2 });
    const news = { ...made.inputs, blueprintId: other.id };
    expect((await run.provider(agentIdentity).check(made.inputs, news)).failures).toEqual([]);
  });
});
