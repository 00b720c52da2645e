import { agentIdentity } from "../../../provider/identities/agent-identity";
import { agentIdentityBlueprintPrincipal } from "../../../provider/identities/agent-identity-blueprint-principal";
import { microsoftGraph, permissionGrant } from "../../../provider/permissions/permission-grant";
import { aBlueprint, aTenant, type Live, type TestProcess, type TestTenant } from "../a-tenant";

type Permissions = Readonly<Record<string, unknown>>;

interface Grant {
  readonly id: string;
  readonly consentType: string;
  readonly principalId: string | null;
  readonly scope: string;
}

let tenant: TestTenant;
let run: TestProcess;
let blueprintId: string;
let principalId: string;
let agent: Live;
let graphId: string;
beforeEach(async () => {
  tenant = await aTenant();
  run = await tenant.process();
  blueprintId = await aBlueprint(run);
  ({ id: principalId } = await tenant.graph.get<{ id: string }>(
    `/servicePrincipals(appId='${blueprintId}')?$select=id`,
  ));
  agent = await anAgent("Payslip helper");
  ({ id: graphId } = await tenant.graph.get<{ id: string }>(
    `/servicePrincipals(appId='${microsoftGraph}')?$select=id`,
  ));
});
afterEach(() => tenant.emulated.close());

const anAgent = (displayName: string): Promise<Live> =>
  run.create(
    agentIdentity,
    { displayName, blueprintId, sponsors: ["diego.siciliani@contoso.com"] },
    displayName.toLowerCase().replaceAll(" ", ""),
  );

const asks = (change: object = {}) => ({
  agentId: agent.id,
  application: ["User.Read.All"],
  delegated: ["Mail.Read"],
  ...change,
});

async function userId(name: string): Promise<string> {
  return (await tenant.graph.get<{ id: string }>(`/users/${name}@contoso.com?$select=id`)).id;
}

/** One person consents for themselves, as on a consent page. */
async function consent(name: string, scope: string, clientId = agent.id): Promise<{ id: string; principalId: string }> {
  const body = { clientId, consentType: "Principal", principalId: await userId(name), resourceId: graphId, scope };
  return tenant.graph.post<{ id: string; principalId: string }>("/oauth2PermissionGrants", body);
}

const grants = (clientId = agent.id): Promise<Grant[]> =>
  tenant.graph.list<Grant>(`/oauth2PermissionGrants?$filter=${encodeURIComponent(`clientId eq '${clientId}'`)}`);
const forAll = async (): Promise<string[]> =>
  (await grants()).filter(({ consentType }) => consentType === "AllPrincipals").map(({ scope }) => scope);
const ofUsers = async (): Promise<string[]> =>
  (await grants()).filter(({ consentType }) => consentType === "Principal").map(({ scope }) => scope);

async function readAnew({ id, outputs }: Live): Promise<{ inputs: Permissions; props: Permissions }> {
  const { inputs = {}, props } = await (await tenant.process()).provider(permissionGrant).read(id, outputs);
  return { inputs, props };
}

describe("what single users have consented to", () => {
  it("is shown beside what is declared, is no drift of it, and is warned about once", async () => {
    const made = await run.create(permissionGrant, asks());
    expect(tenant.warnings).toEqual([]);
    const { principalId: adele } = await consent("adele.vance", "Mail.Send Files.Read");
    const { inputs, props } = await readAnew(made);
    expect(inputs).toEqual(made.inputs);
    expect(props["consentedByUsers"]).toEqual([{ principalId: adele, delegated: ["Files.Read", "Mail.Send"] }]);
    expect(tenant.warnings).toEqual([
      `permission grant "Microsoft Graph for ${agent.id}": a user has consented (${adele} to Files.Read Mail.Send) at Microsoft Graph for this agent, ` +
        `beside what is declared. To withdraw it, declare userConsents: "withdraw"; to see it, ` +
        `GET https://graph.microsoft.com/v1.0/servicePrincipals/${agent.id}/oauth2PermissionGrants`,
    ]);
    const process = await tenant.process();
    for (let times = 0; times < 2; times += 1) await process.provider(permissionGrant).read(made.id, props);
    expect(tenant.warnings).toHaveLength(2);
  });

  it("names five users at most, and counts the others", async () => {
    const made = await run.create(permissionGrant, asks());
    const { value } = await tenant.graph.get<{ value: { id: string }[] }>("/users?$select=id&$top=7");
    for (const { id } of value)
      await tenant.graph.post("/oauth2PermissionGrants", {
        clientId: agent.id,
        consentType: "Principal",
        principalId: id,
        resourceId: graphId,
        scope: "Mail.Send",
      });
    const { props } = await readAnew(made);
    expect(props["consentedByUsers"]).toEqual(
      value
        .map(({ id }) => ({ principalId: id, delegated: ["Mail.Send"] }))
        .sort((a, b) => (a.principalId < b.principalId ? -1 : 1)),
    );
    expect(tenant.warnings).toEqual([
      expect.stringMatching(/: 7 users have consented \(.*, and 2 more\) at Microsoft Graph/),
    ]);
    expect(tenant.warnings[0]?.match(/ to Mail\.Send/g)).toHaveLength(5);
  });

  it.each(["before", "after"])("stays as it is when the grant is made and changed (it came %s)", async (when) => {
    if (when === "before") await consent("adele.vance", "Mail.Send");
    const made = await run.create(permissionGrant, asks());
    if (when === "after") await consent("adele.vance", "Mail.Send");
    for (const delegated of [["Calendars.Read", "Mail.Read"], [], ["Files.Read"]]) {
      const news = { ...made.inputs, delegated };
      await (await tenant.process()).provider(permissionGrant).update(made.id, made.outputs, news);
      expect([await forAll(), await ofUsers()]).toEqual([
        delegated.length === 0 ? [] : [delegated.join(" ")],
        ["Mail.Send"],
      ]);
    }
  });

  it("is not taken for a grant: one that is gone is gone, and can be made again", async () => {
    await consent("adele.vance", "Mail.Read");
    const made = await run.create(permissionGrant, asks({ application: [] }));
    expect(await forAll()).toEqual(["Mail.Read"]);
    for (const { id, consentType } of await grants())
      if (consentType === "AllPrincipals") await tenant.graph.delete(`/oauth2PermissionGrants/${id}`);
    expect(await (await tenant.process()).provider(permissionGrant).read(made.id, made.outputs)).toEqual({
      id: "",
      props: {},
    });
    await (await tenant.process()).create(permissionGrant, asks({ application: [] }));
    expect([await forAll(), await ofUsers()]).toEqual([["Mail.Read"], ["Mail.Read"]]);
  });

  it("stays when the grant is deleted, and the run says whose it is and how to withdraw it", async () => {
    const made = await run.create(permissionGrant, asks());
    const { id, principalId: adele } = await consent("adele.vance", "Mail.Send");
    await (await tenant.process()).provider(permissionGrant).delete(made.id, made.outputs);
    expect([await forAll(), await ofUsers()]).toEqual([[], ["Mail.Send"]]);
    expect(tenant.warnings).toEqual([
      `permission grant "Microsoft Graph for ${agent.id}" was deleted, and a user has consented (${adele} to Mail.Send) at Microsoft Graph for this agent: ` +
        `that stays while the agent exists. To withdraw it, DELETE https://graph.microsoft.com/v1.0/oauth2PermissionGrants/${id}`,
    ]);
  });

  it("at another API is no concern of the grant", async () => {
    const made = await run.create(permissionGrant, asks({ userConsents: "withdraw" }));
    const exchange = "00000002-0000-0ff1-ce00-000000000000";
    const { id: resourceId, oauth2PermissionScopes } = await tenant.graph.get<{
      id: string;
      oauth2PermissionScopes: { value: string }[];
    }>(`/servicePrincipals(appId='${exchange}')?$select=id,oauth2PermissionScopes`);
    await tenant.graph.post("/oauth2PermissionGrants", {
      clientId: agent.id,
      consentType: "Principal",
      principalId: await userId("adele.vance"),
      resourceId,
      scope: oauth2PermissionScopes[0]?.value,
    });
    expect((await readAnew(made)).props["consentedByUsers"]).toEqual([]);
    await (await tenant.process()).provider(permissionGrant).delete(made.id, made.outputs);
    expect([await ofUsers(), tenant.warnings]).toEqual([[oauth2PermissionScopes[0]?.value], []]);
  });

  describe('with `userConsents: "withdraw"`', () => {
    const withdrawing = () => asks({ userConsents: "withdraw" });

    it("is removed when the grant is made", async () => {
      await consent("adele.vance", "Mail.Send");
      const made = await run.create(permissionGrant, withdrawing());
      expect([await forAll(), await ofUsers()]).toEqual([["Mail.Read"], []]);
      expect(made.outputs).toMatchObject({ userConsents: "withdraw", consentedByUsers: [] });
      expect(tenant.warnings).toEqual([]);
    });

    it("is drift, and the next update removes it and nothing else", async () => {
      const made = await run.create(permissionGrant, withdrawing());
      await consent("adele.vance", "Mail.Send");
      await consent("diego.siciliani", "Mail.Read");
      const { inputs, props } = await readAnew(made);
      expect(inputs).toEqual({ ...made.inputs, userConsents: "report" });
      const { outs } = await (await tenant.process()).provider(permissionGrant).update(made.id, props, made.inputs);
      expect([await forAll(), await ofUsers(), outs["consentedByUsers"]]).toEqual([["Mail.Read"], [], []]);
      expect(await tenant.graph.list(`/servicePrincipals/${agent.id}/appRoleAssignments`)).toHaveLength(1);
    });

    it("is removed with the grant", async () => {
      const made = await run.create(permissionGrant, withdrawing());
      await consent("adele.vance", "Mail.Send");
      await (await tenant.process()).provider(permissionGrant).delete(made.id, made.outputs);
      expect([await grants(), tenant.warnings]).toEqual([[], []]);
    });

    it("is reported again as soon as that is declared, and not removed any more", async () => {
      const made = await run.create(permissionGrant, withdrawing());
      await consent("adele.vance", "Mail.Send");
      const news = { ...made.inputs, userConsents: "report" };
      const { outs } = await (await tenant.process()).provider(permissionGrant).update(made.id, made.outputs, news);
      expect([await ofUsers(), outs["userConsents"]]).toEqual([["Mail.Send"], "report"]);
      expect(tenant.warnings).toHaveLength(1);
    });
  });
});

describe("what an agent inherits from its blueprint", () => {
  const type = (name: string) => ({ "@odata.type": `#microsoft.graph.${name}` });
  const everything = { inheritableScopes: type("allAllowedScopes"), inheritableRoles: type("allAllowedRoles") };

  async function inheritable(patterns: object, resourceAppId = microsoftGraph): Promise<void> {
    const { id } = await tenant.graph.get<{ id: string }>(`/applications(appId='${blueprintId}')?$select=id`);
    const path = `/applications/${id}/microsoft.graph.agentIdentityBlueprint/inheritablePermissions`;
    await tenant.graph.post(path, { resourceAppId, ...patterns });
  }
  const givePrincipal = (change: object = {}, process = run) =>
    process.create(
      permissionGrant,
      { agentId: principalId, application: ["Group.Read.All"], delegated: ["Mail.Send", "Files.Read"], ...change },
      "ofprincipal",
    );
  const inherited = async (made: Live) => (await readAnew(made)).props["inherited"];

  it("is shown beside what is declared, is no drift of it, and is warned about in the same words for all its agents", async () => {
    const made = await run.create(permissionGrant, asks());
    const other = await anAgent("Expense checker");
    const second = await run.create(permissionGrant, asks({ agentId: other.id }));
    await givePrincipal();
    await inheritable(everything);
    expect(tenant.warnings).toEqual([]);
    const process = await tenant.process();
    for (const { id, inputs, outputs } of [made, second]) {
      const read = await process.provider(permissionGrant).read(id, outputs);
      expect(read.inputs).toEqual({ ...inputs, __provider: undefined });
      expect(read.props["inherited"]).toEqual({
        application: ["Group.Read.All"],
        delegated: ["Files.Read", "Mail.Send"],
        blueprintId,
      });
    }
    expect(tenant.warnings).toEqual([
      `agents of blueprint ${blueprintId} inherit Group.Read.All (application), Files.Read (delegated), Mail.Send (delegated) at Microsoft Graph, ` +
        "which is not declared for them. To end it, remove the permission from the blueprint's principal, or DELETE " +
        `https://graph.microsoft.com/v1.0/applications(appId='${blueprintId}')/microsoft.graph.agentIdentityBlueprint/inheritablePermissions/${microsoftGraph}`,
    ]);
  });

  it("is not warned about where it is declared for the agent too", async () => {
    await givePrincipal();
    await inheritable(everything);
    const args = asks({ application: ["Group.Read.All"], delegated: ["Files.Read", "Mail.Send"] });
    const { outputs } = await run.create(permissionGrant, args);
    expect(outputs["inherited"]).toMatchObject({
      application: ["Group.Read.All"],
      delegated: ["Files.Read", "Mail.Send"],
    });
    expect(tenant.warnings).toEqual([]);
  });

  it.each([
    [
      "scopes that are enumerated",
      { inheritableScopes: { ...type("enumeratedScopes"), scopes: ["Files.Read", "User.Read"] } },
      [],
      ["Files.Read"],
    ],
    [
      "roles alone",
      { inheritableScopes: type("noScopes"), inheritableRoles: type("allAllowedRoles") },
      ["Group.Read.All"],
      [],
    ],
    ["neither", { inheritableScopes: type("noScopes"), inheritableRoles: type("noRoles") }, [], []],
  ])("is what the blueprint lets through: %s", async (_which, patterns, application, delegated) => {
    await givePrincipal();
    await inheritable(patterns);
    expect(await inherited(await run.create(permissionGrant, asks()))).toEqual({ application, delegated, blueprintId });
  });

  it("is nothing where the principal holds nothing at that API, or passes on another API only", async () => {
    const made = await run.create(permissionGrant, asks());
    await inheritable(everything);
    await consent("adele.vance", "Mail.Send", principalId);
    expect(await inherited(made)).toEqual({ application: [], delegated: [], blueprintId });
    await givePrincipal();
    const { id } = await tenant.graph.get<{ id: string }>(`/applications(appId='${blueprintId}')?$select=id`);
    const path = `/applications/${id}/microsoft.graph.agentIdentityBlueprint/inheritablePermissions`;
    await tenant.graph.delete(`${path}/${microsoftGraph}`);
    await inheritable(everything, "00000002-0000-0ff1-ce00-000000000000");
    expect(await inherited(made)).toEqual({ application: [], delegated: [], blueprintId });
  });

  it("is nothing for a blueprint principal, which costs no request to know", async () => {
    await inheritable(everything);
    const { outputs, id } = await givePrincipal();
    expect(outputs["inherited"]).toEqual({ application: [], delegated: [] });
    const process = await tenant.process();
    tenant.requestsSince();
    await process.provider(permissionGrant).read(id, outputs);
    expect(tenant.requestsSince()).toHaveLength(3);
  });

  it("is asked for once for all agents of a blueprint, and again when the run has changed what its principal holds", async () => {
    await givePrincipal();
    await inheritable(everything);
    const grantsMade = [];
    for (const name of ["One", "Two", "Three"])
      grantsMade.push(await run.create(permissionGrant, asks({ agentId: (await anAgent(name)).id })));
    const process = await tenant.process();
    tenant.requestsSince();
    for (const { id, outputs } of grantsMade) await process.provider(permissionGrant).read(id, outputs);
    const asked = tenant.requestsSince();
    expect(asked.filter((request) => request.includes("inheritablePermissions"))).toHaveLength(1);
    expect(asked.filter((request) => request.includes(blueprintId))).toHaveLength(2);

    const principal = await givePrincipal({}, process);
    const news = { ...principal.inputs, delegated: ["Files.Read", "User.Read"] };
    await process.provider(permissionGrant).update(principal.id, principal.outputs, news);
    const [first] = grantsMade;
    const { props } = await process.provider(permissionGrant).read(first?.id ?? "", first?.outputs ?? {});
    expect(props["inherited"]).toMatchObject({ delegated: ["Files.Read", "User.Read"] });
  });

  it("is read on beta where v1.0 leaves the roles out", async () => {
    tenant.emulated.set({ profiles: { inheritableRolesOnBlueprint: "left out" } });
    await givePrincipal();
    await inheritable(everything);
    const made = await run.create(permissionGrant, asks());
    expect(await inherited(made)).toEqual({
      application: ["Group.Read.All"],
      delegated: ["Files.Read", "Mail.Send"],
      blueprintId,
    });
    tenant.requestsSince();
    await readAnew(made);
    expect(tenant.requestsSince().filter((request) => request.includes("inheritedAppRoleAssignments"))).toHaveLength(1);
  });

  it("is unknown, and never nothing, where neither version shows it", async () => {
    tenant.emulated.set({ profiles: { inheritableRolesOnBlueprint: "left out", inheritedCollections: "missing" } });
    await givePrincipal();
    await inheritable({ inheritableScopes: type("noScopes"), inheritableRoles: type("allAllowedRoles") });
    expect(await inherited(await run.create(permissionGrant, asks()))).toEqual({
      application: "unknown",
      delegated: [],
      blueprintId,
    });
    expect(tenant.warnings.slice(0, 1)).toEqual([
      `cannot read which permissions agents of blueprint ${blueprintId} inherit at Microsoft Graph. ` +
        "Grant AgentIdentityBlueprint.Read.All to the application Pulumi signs in as, with admin consent. " +
        "If it is granted already, this tenant does not show them: check the permissions of the blueprint principal by hand",
    ]);
  });

  it("is read on beta, or is unknown, where the permission to read the blueprint is missing", async () => {
    await givePrincipal();
    await inheritable(everything);
    const made = await run.create(permissionGrant, asks());
    tenant.emulated.grant(["Application.Read.All", "DelegatedPermissionGrant.Read.All"]);
    const known = { application: ["Group.Read.All"], delegated: ["Files.Read", "Mail.Send"], blueprintId };
    expect(await inherited(made)).toEqual(known);
    tenant.emulated.set({ profiles: { inheritedCollections: "missing" } });
    expect(await inherited(made)).toEqual({ application: "unknown", delegated: "unknown", blueprintId });
    // What does not pass is known without: the principal holds no application permission at all.
    const [role] = await tenant.graph.list<{ id: string }>(`/servicePrincipals/${principalId}/appRoleAssignments`);
    tenant.emulated.grant([
      "Application.Read.All",
      "DelegatedPermissionGrant.Read.All",
      "AppRoleAssignment.ReadWrite.All",
    ]);
    await tenant.graph.delete(`/servicePrincipals/${principalId}/appRoleAssignments/${role?.id ?? ""}`);
    expect(await inherited(made)).toEqual({ application: [], delegated: "unknown", blueprintId });
  });

  it("fails the read where Graph's answer makes no sense, rather than pass for unknown", async () => {
    await givePrincipal();
    await inheritable(everything);
    const made = await run.create(permissionGrant, asks());
    const answer = { status: 200, body: {} };
    tenant.emulated.fail({ method: "GET", path: "inheritablePermissions$", effect: "before", answer, times: 99 });
    await expect(readAnew(made)).rejects.toMatchObject({ code: "UNEXPECTED_ANSWER" });
  });

  it("is named when a grant is deleted: the agents go on to hold it", async () => {
    await givePrincipal();
    await inheritable(everything);
    const made = await run.create(permissionGrant, asks());
    tenant.warnings.length = 0;
    await (await tenant.process()).provider(permissionGrant).delete(made.id, made.outputs);
    expect(tenant.warnings).toEqual([
      expect.stringMatching(
        `^permission grants at Microsoft Graph were deleted, and agents of blueprint ${blueprintId} inherit Group\\.Read\\.All \\(application\\), Files\\.Read \\(delegated\\), Mail\\.Send \\(delegated\\) there: that stays`,
      ),
    ]);
  });

  it("is not taken from a principal that is not there", async () => {
    const made = await run.create(permissionGrant, asks());
    await run.provider(agentIdentityBlueprintPrincipal).delete(principalId, {});
    expect(await inherited(made)).toEqual({ application: [], delegated: [], blueprintId });
  });
});
