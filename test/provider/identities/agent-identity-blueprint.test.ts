import { randomUUID, X509Certificate } from "node:crypto";
import { generate } from "selfsigned";
import { agentIdentity } from "../../../provider/identities/agent-identity";
import { agentIdentityBlueprint } from "../../../provider/identities/agent-identity-blueprint";
import { agentIdentityBlueprintPrincipal } from "../../../provider/identities/agent-identity-blueprint-principal";
import { restoredCredentials } from "../../../provider/credentials/restored-credentials";
import { automation } from "../../kinds/people";
import { aTenant, markerOfTests, Refused, type TestProcess, type TestTenant } from "../a-tenant";

interface Application {
  readonly createdDateTime?: string;
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly tags: string[];
  readonly uniqueName: string | null;
}

const collection = "/applications/microsoft.graph.agentIdentityBlueprint";
const path = (objectId: unknown): string => `/applications/${String(objectId)}/microsoft.graph.agentIdentityBlueprint`;
const asks = (change: object = {}) => ({
  displayName: "Payroll agents",
  sponsors: ["diego.siciliani@contoso.com"],
  ...change,
});

async function aCertificate(): Promise<object> {
  const { cert } = await generate([{ name: "commonName", value: "ci" }], { keySize: 2048 });
  return { type: "AsymmetricX509Cert", usage: "Verify", key: new X509Certificate(cert).raw.toString("base64") };
}

describe("an agent identity blueprint", () => {
  let tenant: TestTenant;
  let run: TestProcess;

  beforeEach(async () => {
    tenant = await aTenant();
    run = await tenant.process();
  });
  afterEach(() => tenant.emulated.close());

  it("lives: is created, changed in place, read and deleted", async () => {
    const made = await run.create(
      agentIdentityBlueprint,
      asks({ description: "Answers payslip questions", tags: ["payroll"] }),
    );
    expect(made.inputs).toEqual({
      displayName: "Payroll agents",
      sponsors: ["diego.siciliani@contoso.com"],
      description: "Answers payslip questions",
      signInAudience: "AzureADMyOrg",
      tags: ["payroll"],
      uniqueName: `agentid-${markerOfTests}`,
      marker: markerOfTests,
    });
    const application = await tenant.graph.get<Application>(path(made.outputs["objectId"]));
    expect(application).toMatchObject({
      appId: made.id,
      displayName: "Payroll agents",
      uniqueName: `agentid-${markerOfTests}`,
    });
    expect(made.outputs).toEqual({
      ...made.inputs,
      createdDateTime: application.createdDateTime,
      creatorOwner: automation,
      objectId: application.id,
      tenantId: tenant.emulated.id,
      writtenAt: "1970-01-01T00:00:00.000Z",
    });

    const news = {
      ...made.inputs,
      displayName: "Payroll",
      tags: ["hr", "payroll"],
      owners: ["johanna.lorenz@contoso.com"],
    };
    const { outs } = await run.provider(agentIdentityBlueprint).update(made.id, made.outputs, news);
    expect(await run.provider(agentIdentityBlueprint).read(made.id, outs)).toEqual({
      id: made.id,
      props: outs,
      inputs: news,
    });

    const later = await tenant.process();
    await later.provider(agentIdentityBlueprint).delete(made.id, outs);
    expect(await later.provider(agentIdentityBlueprint).read(made.id, outs)).toEqual({ id: "", props: {} });
  });

  it("never loses its marker when its tags change, and never shows it", async () => {
    const made = await run.create(agentIdentityBlueprint, asks({ tags: ["a"] }));
    await run.provider(agentIdentityBlueprint).update(made.id, made.outputs, { ...made.inputs, tags: [] });
    const { tags } = await tenant.graph.get<Application>(path(made.outputs["objectId"]));
    expect(tags).toEqual([`pulumi-entra-agent-id:AgentIdentityBlueprint:${markerOfTests}`]);
  });

  it("shows that its marker was taken away by hand, and gets it back", async () => {
    const made = await run.create(agentIdentityBlueprint, asks());
    await tenant.graph.patch(path(made.outputs["objectId"]), { tags: [] });
    const provider = run.provider(agentIdentityBlueprint);
    expect((await provider.read(made.id, made.outputs)).inputs).toEqual({ ...made.inputs, marker: "" });
    await provider.update(made.id, made.outputs, made.inputs);
    expect((await provider.read(made.id, made.outputs)).inputs).toEqual(made.inputs);
  });

  it("leaves tags alone that the program does not manage", async () => {
    const made = await run.create(agentIdentityBlueprint, asks());
    const { tags } = await tenant.graph.get<Application>(path(made.outputs["objectId"]));
    await tenant.graph.patch(path(made.outputs["objectId"]), { tags: [...tags, "from-portal"] });
    await run
      .provider(agentIdentityBlueprint)
      .update(made.id, made.outputs, { ...made.inputs, displayName: "Payroll" });
    expect((await tenant.graph.get<Application>(path(made.outputs["objectId"]))).tags).toContain("from-portal");
  });

  it("is opened to other tenants and closed again in place", async () => {
    const made = await run.create(agentIdentityBlueprint, asks({ signInAudience: "AzureADMultipleOrgs" }));
    const at = path(made.outputs["objectId"]);
    const audience = async () => (await tenant.graph.get<{ signInAudience: string }>(at)).signInAudience;
    expect(await audience()).toBe("AzureADMultipleOrgs");
    const provider = run.provider(agentIdentityBlueprint);
    const closed = { ...made.inputs, signInAudience: "AzureADMyOrg" };
    const { outs } = await provider.update(made.id, made.outputs, closed);
    expect(await audience()).toBe("AzureADMyOrg");
    expect((await provider.diff(made.id, outs, made.inputs)).replaces).toEqual([]);
    await provider.update(made.id, outs, made.inputs);
    expect(await audience()).toBe("AzureADMultipleOrgs");
  });

  it("is replaced when its uniqueName changes", async () => {
    const made = await run.create(agentIdentityBlueprint, asks());
    const { replaces } = await run
      .provider(agentIdentityBlueprint)
      .diff(made.id, made.outputs, { ...made.inputs, uniqueName: "payroll" });
    expect(replaces).toEqual(["uniqueName"]);
  });

  it("is restored, not made anew, while its uniqueName is reserved by its deleted self", async () => {
    const made = await run.create(agentIdentityBlueprint, asks());
    await (await tenant.process()).provider(agentIdentityBlueprint).delete(made.id, made.outputs);
    const again = await (
      await tenant.process()
    ).create(agentIdentityBlueprint, asks({ displayName: "Payroll, again" }));
    expect(again.id).toBe(made.id);
    expect(await tenant.graph.list<Application>(collection)).toMatchObject([
      { appId: made.id, displayName: "Payroll, again" },
    ]);
    expect(await tenant.graph.list("/directory/deletedItems/microsoft.graph.application")).toEqual([]);
  });

  it.each(["reset", { status: 504 }] as const)("is restored once when the answer is lost: %j", async (answer) => {
    const made = await run.create(agentIdentityBlueprint, asks());
    await (await tenant.process()).provider(agentIdentityBlueprint).delete(made.id, made.outputs);
    tenant.emulated.fail({ method: "POST", path: "/restore$", effect: "after", answer });
    expect((await (await tenant.process()).create(agentIdentityBlueprint, asks())).id).toBe(made.id);
  });

  it("is not taken for restored when it was purged meanwhile", async () => {
    const made = await run.create(agentIdentityBlueprint, asks());
    await (await tenant.process()).provider(agentIdentityBlueprint).delete(made.id, made.outputs);
    const gone = { status: 404, body: { error: { code: "Request_ResourceNotFound", message: "Not here." } } };
    tenant.emulated.fail({ method: "POST", path: "/restore$", effect: "before", answer: gone });
    const again = (await tenant.process()).create(agentIdentityBlueprint, asks());
    await expect(again).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("says of a uniqueName that two resources of one program have that the program has it twice, and blames nobody else", async () => {
    await run.create(agentIdentityBlueprint, asks({ uniqueName: "payroll" }));
    const second = run.create(agentIdentityBlueprint, asks({ uniqueName: "payroll" }), "eeeeffffgggghhhh");
    await expect(second).rejects.toMatchObject({
      code: "OWNERSHIP_UNCLEAR",
      message: expect.stringContaining("another resource of this program already manages") as string,
    });
  });

  it.each(["active", "deleted"] as const)(
    "is refused at preview when somebody else made the one with its uniqueName: %s",
    async (state) => {
      const made = await run.create(agentIdentityBlueprint, asks({ uniqueName: "payroll" }));
      const later = await tenant.process();
      if (state === "deleted") await later.provider(agentIdentityBlueprint).delete(made.id, made.outputs);
      const other = (await tenant.process()).create(
        agentIdentityBlueprint,
        asks({ uniqueName: "payroll" }),
        "eeeeffffgggghhhh",
      );
      await expect(other).rejects.toThrow(
        state === "active"
          ? `uniqueName must be a name that no other application has: application "Payroll agents" (appId ${made.id}) has "payroll". Declare another one`
          : `uniqueName must be a name that no other application has: the deleted application "Payroll agents" (appId ${made.id}) has "payroll" for 30 days after it was deleted. Declare another one`,
      );
      await expect(other).rejects.toBeInstanceOf(Refused);
    },
  );

  it("is not recovered when somebody else made the one with its uniqueName since preview", async () => {
    const other = (await tenant.process()).provider(agentIdentityBlueprint);
    const { inputs } = await other.check({}, { ...asks({ uniqueName: "payroll" }), marker: "eeeeffffgggghhhh" });
    await run.create(agentIdentityBlueprint, asks({ uniqueName: "payroll" }));
    await expect(other.create(inputs)).rejects.toMatchObject({
      code: "OWNERSHIP_UNCLEAR",
      message: expect.stringMatching(
        /^cannot create agent identity blueprint "Payroll agents": blueprint "Payroll agents" \(appId .*, uniqueName payroll\) exists already: it does not have this resource's marker, so somebody else made it\. Declare another uniqueName, or delete that blueprint\.$/,
      ) as string,
    });
  });

  it("is refused at preview a uniqueName that a plain application has, and one that another blueprint has before a replacement", async () => {
    const first = await run.create(agentIdentityBlueprint, asks({ uniqueName: "first" }));
    const second = await run.create(agentIdentityBlueprint, asks({ uniqueName: "second" }), "bbbbccccddddeeee");
    const body = { displayName: "A web shop", uniqueName: "web-shop" };
    tenant.emulated.plant([{ id: randomUUID(), kind: "application", body: { ...body, appId: randomUUID() } }]);
    const preview = (await tenant.process()).provider(agentIdentityBlueprint);
    const refusals = async ({ inputs }: { inputs: object }, uniqueName: string) =>
      (await preview.check({ ...inputs }, { ...inputs, uniqueName })).failures.map(({ reason }) => reason);
    // Two that swap their names.
    expect(await refusals(first, "second")).toEqual([expect.stringContaining(`(appId ${second.id}) has "second"`)]);
    expect(await refusals(second, "first")).toEqual([expect.stringContaining(`(appId ${first.id}) has "first"`)]);
    expect(await refusals(first, "web-shop")).toEqual([expect.stringContaining('application "A web shop"')]);
    expect(await refusals(first, "free")).toEqual([]);
  });

  it("comes back with its id when a replacement was refused and the program goes back", async () => {
    const made = await run.create(agentIdentityBlueprint, asks({ uniqueName: "first" }));
    const later = await tenant.process();
    const provider = later.provider(agentIdentityBlueprint);
    const news = { ...made.inputs, uniqueName: "second" };
    expect((await provider.diff(made.id, made.outputs, news)).replaces).toEqual(["uniqueName"]);
    await provider.delete(made.id, made.outputs);
    const answer = { status: 400, body: { error: { code: "Request_BadRequest", message: "No." } } };
    tenant.emulated.fail({ method: "PATCH", path: "uniqueName=", effect: "before", answer });
    await expect(provider.create(news)).rejects.toMatchObject({ code: "REFUSED" });
    const back = await (await tenant.process()).create(agentIdentityBlueprint, asks({ uniqueName: "first" }));
    expect(back.id).toBe(made.id);
  });

  it("is never recovered from a stack that made its uniqueName after this run had looked", async () => {
    await run.create(agentIdentityBlueprint, asks({ uniqueName: "payroll-first" }));
    const ours = asks({ displayName: "Ours now", uniqueName: "shared" });
    const { inputs } = await run.provider(agentIdentityBlueprint).check({}, { ...ours, marker: "cccccccccccccccc" });
    const others = await tenant.process();
    const theirs = await others.create(agentIdentityBlueprint, asks({ uniqueName: "shared" }), "bbbbbbbbbbbbbbbb");
    await expect(run.provider(agentIdentityBlueprint).create(inputs)).rejects.toMatchObject({
      code: "OWNERSHIP_UNCLEAR",
      message: expect.stringContaining("it does not have this resource's marker") as string,
    });
    expect(await tenant.graph.get(`/applications(appId='${theirs.id}')`)).toMatchObject({
      displayName: "Payroll agents",
    });
  });

  it("that a stale list does not show is found all the same, with what hangs from it: one of each", async () => {
    const sponsors = ["diego.siciliani@contoso.com"];
    const agent = { displayName: "Payslip helper", sponsors };
    const makeAll = async (process: TestProcess) => {
      const blueprint = await process.create(agentIdentityBlueprint, asks());
      const principal = await process.create(agentIdentityBlueprintPrincipal, { blueprintId: blueprint.id });
      const identity = await process.create(agentIdentity, { ...agent, blueprintId: blueprint.id });
      return [blueprint.id, principal.id, identity.id];
    };
    const made = await makeAll(run);
    const path = "/applications/microsoft.graph.agentIdentityBlueprint$";
    tenant.emulated.fail({ method: "GET", path, effect: "before", answer: { status: 200, body: { value: [] } } });
    expect(await makeAll(await tenant.process())).toEqual(made);
    expect(await tenant.graph.list("/servicePrincipals/microsoft.graph.agentIdentity")).toHaveLength(1);
  });

  it("is looked for in the same two lists when ten are replaced at once", async () => {
    const markers = Array.from({ length: 10 }, (_, index) => `${index}`.repeat(16));
    const made = await Promise.all(markers.map((marker) => run.create(agentIdentityBlueprint, asks(), marker)));
    const later = await tenant.process();
    tenant.requestsSince();
    const again = await Promise.all(
      made.map(async ({ id, outputs }, index) => {
        await later.provider(agentIdentityBlueprint).delete(id, outputs);
        return later.create(agentIdentityBlueprint, asks({ tags: ["again"] }), markers[index]);
      }),
    );
    expect(again.map(({ id }) => id)).toEqual(made.map(({ id }) => id));
    const deletedItems = "/directory/deletedItems/microsoft.graph.application";
    const lists = [`GET /v1.0${collection}`, `GET /v1.0${deletedItems}`];
    expect(tenant.requestsSince().filter((request) => lists.includes(request))).toEqual(lists);
  });

  it.each(["GET", "POST"])(
    "is restored by the run that deleted it when a replica does not know that yet: %s",
    async (method) => {
      const made = await run.create(agentIdentityBlueprint, asks());
      const later = await tenant.process();
      await later.create(agentIdentityBlueprint, asks(), "bbbbbbbbbbbbbbbb");
      await later.provider(agentIdentityBlueprint).delete(made.id, made.outputs);
      const answer = { status: 404, body: { error: { code: "Request_ResourceNotFound", message: "Not here." } } };
      const path = `deletedItems/${String(made.outputs["objectId"])}`;
      tenant.emulated.fail({ method, path, effect: "before", answer, times: 2 });
      expect((await later.create(agentIdentityBlueprint, asks())).id).toBe(made.id);
    },
  );

  it("comes back with the secrets and certificates it had, and that is reported: ids, until when, and how to remove them", async () => {
    const made = await run.create(agentIdentityBlueprint, asks());
    const at = path(made.outputs["objectId"]);
    const secret = (endDateTime: string) =>
      tenant.graph.post<{ keyId: string; secretText: string }>(`${at}/addPassword`, {
        passwordCredential: { displayName: "ci", endDateTime },
      });
    const kept = await secret("2199-12-31T00:00:00Z");
    await tenant.graph.patch(at, { keyCredentials: [await aCertificate()] });
    const { keyCredentials } = await tenant.graph.get<{ keyCredentials: { keyId: string; endDateTime: string }[] }>(at);
    await (await tenant.process()).provider(agentIdentityBlueprint).delete(made.id, made.outputs);
    await (await tenant.process()).create(agentIdentityBlueprint, asks());
    const [certificate] = keyCredentials;
    const [warning = "", ...others] = tenant.warnings;
    expect(others).toEqual([]);
    expect(warning).toBe(
      `restoring blueprint "Payroll agents" (appId ${made.id}, uniqueName agentid-${markerOfTests}) also restored 1 secret and ` +
        "1 certificate that no program declares, and whoever has one can sign in as the blueprint: " +
        `secret ${kept.keyId} until 2199-12-31, certificate ${certificate?.keyId} until ${certificate?.endDateTime.slice(0, 10)}. ` +
        `Remove a secret with POST ${tenant.graph.url(at)}/removePassword {"keyId":"…"}, ` +
        `all certificates with PATCH ${tenant.graph.url(at)} {"keyCredentials":[]}`,
    );
    expect(warning).not.toContain(kept.secretText);
  });

  it("comes back with the federated credentials it had, and that is reported: a program may not declare them any more", async () => {
    const made = await run.create(agentIdentityBlueprint, asks());
    const federated = `${path(made.outputs["objectId"])}/federatedIdentityCredentials`;
    const trust = { issuer: "https://token.actions.githubusercontent.com", audiences: ["api://AzureADTokenExchange"] };
    const body = { name: "by-hand", subject: "repo:somebody/else:ref:refs/heads/main", ...trust };
    const { id } = await tenant.graph.post<{ id: string }>(federated, body);
    await (await tenant.process()).provider(agentIdentityBlueprint).delete(made.id, made.outputs);
    await (await tenant.process()).create(agentIdentityBlueprint, asks());
    expect(tenant.warnings).toEqual([
      `restoring blueprint "Payroll agents" (appId ${made.id}, uniqueName agentid-${markerOfTests}) also restored 1 federated ` +
        `credential: "by-hand" (${id}). They work again, also those that no program declares. ` +
        `Remove these with DELETE ${tenant.graph.url(federated)}/{id}`,
    ]);
  });

  it("comes back although its federated credentials cannot be read: the warning says where to look", async () => {
    const made = await run.create(agentIdentityBlueprint, asks());
    await (await tenant.process()).provider(agentIdentityBlueprint).delete(made.id, made.outputs);
    tenant.emulated.fail({
      method: "GET",
      path: "federatedIdentityCredentials$",
      effect: "before",
      answer: { status: 403 },
    });
    expect((await (await tenant.process()).create(agentIdentityBlueprint, asks())).id).toBe(made.id);
    const federated = `${path(made.outputs["objectId"])}/federatedIdentityCredentials`;
    expect(tenant.warnings).toEqual([
      expect.stringContaining(
        "also restored perhaps federated credentials that no program declares: they could not be read (FORBIDDEN). " +
          `Have somebody who may look at GET ${tenant.graph.url(federated)}`,
      ),
    ]);
  });

  it("that had no credentials comes back without a warning, and expired ones are none", async () => {
    const expired = { keyId: "5f1b1c7e-0a53-4f7e-9b5f-0f3a7e5f2d11", endDateTime: "2020-07-01T00:00:00Z" };
    const blueprint = { id: "0c0f7c55-1c5a-4a8e-9d5e-3f1a6a0f2b11", passwordCredentials: [expired] };
    expect(await restoredCredentials(tenant.graph, blueprint)).toBeUndefined();
    const made = await run.create(agentIdentityBlueprint, asks());
    await (await tenant.process()).provider(agentIdentityBlueprint).delete(made.id, made.outputs);
    await (await tenant.process()).create(agentIdentityBlueprint, asks());
    expect(tenant.warnings).toEqual([]);
  });

  it("is never a plain application that happens to have its uniqueName", async () => {
    tenant.emulated.grant(["Application.Read.All", "AgentIdentityBlueprint.ReadWrite.All", "User.Read.All"]);
    const other = await tenant.process();
    const plain = {
      status: 200,
      body: {
        "@odata.type": "#microsoft.graph.application",
        id: "1",
        appId: "2",
        displayName: "Plain",
        tags: [],
        uniqueName: "payroll",
      },
    };
    tenant.emulated.fail({ method: "PATCH", path: "uniqueName", effect: "before", answer: plain });
    await expect(other.create(agentIdentityBlueprint, asks({ uniqueName: "payroll" }))).rejects.toMatchObject({
      code: "UNEXPECTED_ANSWER",
      message: expect.stringContaining("is a plain application, not a blueprint. Declare another uniqueName") as string,
    });
  });

  it("keeps its uniqueName when its resource is renamed", async () => {
    const made = await run.create(agentIdentityBlueprint, asks());
    const { uniqueName, ...others } = made.inputs;
    const { inputs } = await run
      .provider(agentIdentityBlueprint)
      .check(made.inputs, { ...others, marker: "eeeeffffgggghhhh" });
    expect(inputs).toEqual({ ...made.inputs, uniqueName, marker: "eeeeffffgggghhhh" });
  });

  it("exists once when the answer to its creation is lost", async () => {
    tenant.emulated.fail({ method: "PATCH", path: "uniqueName", effect: "after", answer: "reset" });
    const made = await run.create(agentIdentityBlueprint, asks());
    expect((await tenant.graph.list<Application>(collection)).map(({ appId }) => appId)).toEqual([made.id]);
  });

  it.each([
    ["a tag with a space", { tags: ["two words"] }, "tags[0]", "must be 1 to 256 characters without spaces"],
    [
      "a tag that would pass for a marker",
      { tags: ["pulumi-entra-agent-id:x"] },
      "tags[0]",
      'must not start with "pulumi-entra-agent-id:", which marks what Pulumi manages',
    ],
    [
      "an audience of personal accounts",
      { signInAudience: "AzureADandPersonalMicrosoftAccount" },
      "signInAudience",
      'must be "AzureADMyOrg" or "AzureADMultipleOrgs"',
    ],
    [
      "an owner nobody knows",
      { owners: ["nobody@contoso.com"] },
      "owners",
      'must name somebody of this tenant: there is no "nobody@contoso.com" in the test tenant',
    ],
  ])("is refused at preview: %s", async (_title, change, property, reason) => {
    await expect(run.create(agentIdentityBlueprint, asks(change))).rejects.toEqual(new Refused([{ property, reason }]));
  });

  describe.each(["only AgentIdentityBlueprint.Create is granted", "the tenant takes no sponsors in an upsert"])(
    "where %s",
    (where) => {
      beforeEach(async () => {
        const reads = ["Application.Read.All", "AgentIdentityBlueprint.Read.All", "User.Read.All", "Group.Read.All"];
        const writes = ["AgentIdentityBlueprint.Create", "AgentIdentityBlueprint.DeleteRestore.All"];
        if (where.startsWith("only")) tenant.emulated.grant([...reads, ...writes]);
        else tenant.emulated.set({ profiles: { upsertWithPeople: "refused" } });
        run = await tenant.process();
      });

      it("is created without a uniqueName, found by its tag, and never drifts for that", async () => {
        const made = await run.create(agentIdentityBlueprint, asks());
        const [there, ...more] = await tenant.graph.list<Application>(collection);
        expect([there?.appId, there?.uniqueName, more]).toEqual([made.id, null, []]);
        expect(tenant.warnings).toEqual([
          expect.stringMatching(
            /^agent identity blueprint "Payroll agents" was created without a uniqueName, because Graph refused it: .+\. No action is needed: later runs find the blueprint by its tag\. Do not remove that tag$/,
          ),
        ]);
        const provider = (await tenant.process()).provider(agentIdentityBlueprint);
        expect(await provider.read(made.id, made.outputs)).toEqual({
          id: made.id,
          props: made.outputs,
          inputs: made.inputs,
        });
        const found = await (await tenant.process()).create(agentIdentityBlueprint, asks());
        expect(found).toEqual(made);
        expect(await tenant.graph.list(collection)).toHaveLength(1);
      });

      it("is restored, not made anew, when it was deleted", async () => {
        const made = await run.create(agentIdentityBlueprint, asks());
        await (await tenant.process()).provider(agentIdentityBlueprint).delete(made.id, made.outputs);
        expect(await tenant.graph.list(collection)).toEqual([]);
        expect((await (await tenant.process()).create(agentIdentityBlueprint, asks())).id).toBe(made.id);
      });

      it("asks in vain once in a run for a missing permission, and twice for each blueprint for what may be about it alone", async () => {
        tenant.requestsSince();
        for (const marker of ["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "cccccccccccccccc"])
          await run.create(agentIdentityBlueprint, asks(), marker);
        const writes = tenant.requestsSince().filter((request) => !request.startsWith("GET "));
        const refusedTwice = ["PATCH", "PATCH", "POST"];
        expect(writes.map((request) => request.split(" ")[0])).toEqual(
          where.startsWith("only")
            ? ["PATCH", "POST", "POST", "POST"]
            : [...refusedTwice, ...refusedTwice, ...refusedTwice],
        );
      });

      it.each(["after", "before"] as const)(
        "exists once when the answer to its creation is lost %s it took effect",
        async (effect) => {
          tenant.emulated.fail({ method: "POST", path: `${collection}$`, effect, answer: "reset" });
          await run.create(agentIdentityBlueprint, asks());
          expect(await tenant.graph.list(collection)).toHaveLength(1);
        },
      );

      it("is refused where it has a uniqueName of its own: nothing but an upsert sets one", async () => {
        await expect(run.create(agentIdentityBlueprint, asks({ uniqueName: "payroll" }))).rejects.toMatchObject({
          message: expect.stringContaining(
            where.startsWith("only") ? "Grant AgentIdentityBlueprint.ReadWrite.All" : "Binding",
          ) as string,
        });
        expect(await tenant.graph.list(collection)).toEqual([]);
      });

      it("is another one when the program gives it a uniqueName of its own later", async () => {
        const made = await run.create(agentIdentityBlueprint, asks());
        const news = { ...made.inputs, uniqueName: "payroll" };
        const provider = (await tenant.process()).provider(agentIdentityBlueprint);
        expect((await provider.diff(made.id, made.outputs, news)).replaces).toEqual(["uniqueName"]);
        await provider.delete(made.id, made.outputs);
        tenant.emulated.set({ profiles: { upsertWithPeople: "made" } });
        tenant.emulated.grant(["AgentIdentityBlueprint.ReadWrite.All", "Application.Read.All", "User.Read.All"]);
        const next = await (await tenant.process()).create(agentIdentityBlueprint, asks({ uniqueName: "payroll" }));
        expect(next.id).not.toBe(made.id);
      });
    },
  );

  it("says what to grant where neither way to create it is permitted", async () => {
    tenant.emulated.grant([
      "Application.Read.All",
      "AgentIdentityBlueprint.Read.All",
      "User.Read.All",
      "Group.Read.All",
    ]);
    run = await tenant.process();
    await expect(run.create(agentIdentityBlueprint, asks())).rejects.toMatchObject({
      code: "FORBIDDEN",
      message: expect.stringContaining("Grant AgentIdentityBlueprint.ReadWrite.All to the application") as string,
    });
  });

  it("is not made in the other way when its uniqueName is taken, or a sponsor is refused", async () => {
    const taken = "Another object with the same value for property uniqueName already exists.";
    const answer = { status: 400, body: { error: { code: "Request_BadRequest", message: taken } } };
    tenant.emulated.fail({ method: "PATCH", path: "uniqueName", effect: "before", answer });
    await expect(run.create(agentIdentityBlueprint, asks())).rejects.toMatchObject({ code: "REFUSED" });
    expect(await tenant.graph.list(collection)).toEqual([]);
  });

  it("is not made in the other way when the application has as many blueprints as it may", async () => {
    const error = { code: "Directory_QuotaExceeded", message: "The limit is reached." };
    tenant.emulated.fail({
      method: "PATCH",
      path: "uniqueName",
      effect: "before",
      answer: { status: 403, body: { error } },
    });
    await expect(run.create(agentIdentityBlueprint, asks())).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await tenant.graph.list(collection)).toEqual([]);
  });
});
