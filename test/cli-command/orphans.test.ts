import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { orphansHelp } from "../../cli/orphans-help";
import type { OrphansReport } from "../../cli/orphans-lines";
import { serveTenant } from "../../emulator/server";
import { type EmulatedTenant, openTenant } from "../../emulator/tenant";
import { permissionsToList, tenantInventory } from "../../provider/engine/run/tenant-inventory";
import { markerOf } from "../../provider/engine/marker";
import { embeddedConnection } from "../../provider/graph/connection";
import { kinds } from "../../provider/kinds";
import { type Ask, asker, bind, blueprintCast, identityCast, only, people, principalCast } from "../emulator/client";
import { type Declaration, emptyState, type Program, type StackState, up } from "../miniature-engine/engine";
import { aProcess } from "../miniature-engine/process";
import { specimenOf, specimens } from "../kinds";
import { command as commandIn } from "./project";
import { writeExport } from "./stack-export";

const sponsors = ["diego.siciliani@contoso.com"];
const microsoftGraph = "00000003-0000-0000-c000-000000000000";

const blueprint: Declaration = {
  name: "payroll",
  kind: "AgentIdentityBlueprint",
  inputs: () => ({ displayName: "Payroll agents", sponsors }),
};
const principal: Declaration = {
  name: "principal",
  kind: "AgentIdentityBlueprintPrincipal",
  needs: ["payroll"],
  inputs: (of) => ({ blueprintId: of("payroll").id }),
};
const agent = (name: string): Declaration => ({
  name,
  kind: "AgentIdentity",
  needs: ["principal"],
  inputs: (of) => ({
    displayName: `Agent ${name}`,
    blueprintId: of("principal").outputs["blueprintId"],
    sponsors,
  }),
});
const credential: Declaration = {
  name: "github",
  kind: "FederatedIdentityCredential",
  needs: ["payroll"],
  inputs: (of) => ({
    blueprintId: of("payroll").id,
    name: "github",
    issuer: "https://token.actions.githubusercontent.com",
    subject: "repo:contoso/payroll:ref:refs/heads/main",
  }),
};
const grant: Declaration = {
  name: "grant",
  kind: "PermissionGrant",
  needs: ["helper"],
  inputs: (of) => ({
    agentId: of("helper").id,
    api: microsoftGraph,
    application: ["User.Read.All"],
    delegated: ["Mail.Read"],
  }),
};
const policy: Declaration = {
  name: "block",
  kind: "ConditionalAccessPolicy",
  needs: ["principal"],
  inputs: (of) => ({
    displayName: "Block risky agents",
    conditions: {
      clientApplications: { includeAgentIdServicePrincipals: [of("principal").id] },
      applications: { includeApplications: ["All"] },
      agentIdRiskLevels: ["high"],
    },
  }),
};
/** What the tests tell their stories with. */
const story: Program = [blueprint, principal, agent("helper"), credential, grant, policy];
const nameOf = (kind: string): string =>
  story.find((declaration) => declaration.kind === kind)?.name ?? specimenOf(kind).called;
/** And every other kind, with the least that must be said. */
const others: Program = specimens
  .filter(({ kind }) => !story.some((declaration) => declaration.kind === kind))
  .map(({ kind, called, parents, least, args }) => ({
    name: called,
    kind,
    needs: parents.map(nameOf),
    inputs: (of) => args(called, least, (parent) => of(nameOf(parent))),
  }));
const everything: Program = [...story, ...others];
/** Kinds whose objects have a marker, in the order in which they are listed. */
const marked = kinds.filter(({ inventory }) => inventory.marker !== "none").map(({ kind }) => kind);

let project: string;
let directory: string;
let tenant: EmulatedTenant;
let ask: Ask;
beforeEach(() => {
  project = mkdtempSync(path.join(tmpdir(), "project-"));
  directory = path.join(project, ".entra-agent-id");
  writeFileSync(path.join(project, "Pulumi.yaml"), "name: payroll\nruntime: nodejs\n");
  tenant = openTenant({ directory });
  ask = asker(tenant);
});
afterEach(() => {
  tenant.close();
  rmSync(project, { recursive: true });
});

const command = (line: string, env: NodeJS.ProcessEnv = {}) => commandIn(project, line, { env });

async function reported(line: string): Promise<OrphansReport & { code: number }> {
  const { code, out, error } = await command(`${line} --json`);
  expect(error).toBe("");
  return { code, ...(JSON.parse(out) as OrphansReport) };
}

async function applied(program: Program, state: StackState = emptyState): Promise<StackState> {
  const { state: after, failures } = await up(state, program, await aProcess(tenant));
  expect(failures).toEqual([]);
  return after;
}

/** What the state of a run says that was killed after it had made this resource's object. */
async function killedAfter(name: string, program: Program, state: StackState): Promise<StackState> {
  let last = state;
  const saved = (now: StackState): void => {
    // From here on nothing is written any more.
    if (!last.pendingCreates.includes(name)) last = now;
  };
  expect((await up(state, program, await aProcess(tenant), { saved, parallel: 1 })).failures).toEqual([]);
  expect(last.pendingCreates).toContain(name);
  return last;
}

const without = (state: StackState, ...names: string[]): StackState => ({
  ...state,
  resources: state.resources.filter(({ name }) => !names.includes(name)),
});

const storedOf = (state: StackState, name: string) => {
  const stored = state.resources.find((resource) => resource.name === name);
  if (!stored) throw new Error(`there is no ${name} in the state`);
  return stored;
};

describe("orphans of an interrupted run", () => {
  it("finds what was made by a run that was killed, and whose resource was then taken out of the program", async () => {
    const before = await applied([blueprint, principal]);
    const killed = await killedAfter("helper", [blueprint, principal, agent("helper")], before);
    const after = await applied([blueprint, principal], { ...killed, pendingCreates: [] });
    writeExport(project, "prod", after);

    const { code, out, error } = await command("orphans prod.json");
    const { id } = (await ask(`GET /servicePrincipals/${identityCast}`)).body.value[0];
    expect([code, error]).toEqual([1, ""]);
    expect(
      out
        .replaceAll(id, "AGENT")
        .replaceAll(tenant.id, "TENANT")
        .replaceAll(directory, "DIRECTORY")
        .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, "TIME"),
    ).toMatchInlineSnapshot(`
     "Found 1 orphan, 0 undeclared and 0 missing objects.
     Tenant: the embedded tenant in DIRECTORY (TENANT)

     Compared with 1 stack:
       payroll/prod  from prod.json, 2 resources of this package, last changed TIME
     WHAT ANY OTHER STACK MADE IN THIS TENANT IS LISTED AS AN ORPHAN. Delete nothing before every stack is in this list.

     ORPHANS have a marker of this package and are in none of these stacks. Where the last run of a stack failed or was killed,
     run "pulumi up" and export again first: it recovers what that run made.

     Agent identity "Agent helper"
       id      AGENT
       marker  nbv6e66dhkdpyhtw
       created TIME
       next    if another stack has it: look again with that stack's file as well
               if its program should have kept it: declare it again under the same name, and "pulumi up" recovers it
               if nobody needs it: DELETE /v1.0/servicePrincipals/AGENT/microsoft.graph.agentIdentity (needs AgentIdentity.DeleteRestore.All)"
    `);
  });

  it("says of a pending create which resource asked for the object, and that `pulumi up` recovers it", async () => {
    const before = await applied([blueprint, principal]);
    const program = [blueprint, principal, agent("helper")];
    const killed = await killedAfter("helper", program, before);
    writeExport(project, "prod", killed, program);

    const { code, orphans } = await reported("orphans prod.json");
    expect([code, orphans]).toMatchObject([
      1,
      [{ kind: "AgentIdentity", displayName: "Agent helper", madeFor: { stack: "payroll/prod", name: "helper" } }],
    ]);
    expect(orphans[0]?.next[0]).toBe(
      'run "pulumi up" in payroll/prod: while the program declares "helper", it recovers the object',
    );
    // Pulumi keeps a pending create until `pulumi refresh --clear-pending-creates`.
    const after = await applied(program, killed);
    expect(after.pendingCreates).toEqual(["helper"]);
    writeExport(project, "prod", after, program);
    expect(await reported("orphans prod.json")).toMatchObject({ code: 0, pending: [], orphans: [], missing: [] });
  });

  it.each([
    ["PermissionGrant", "grant"],
    ["FederatedIdentityCredential", "github"],
    ["AgentIdentityBlueprintPrincipal", "principal"],
  ])("knows what a pending create made also where it has no marker: %s", async (kind, name) => {
    const program = everything.slice(0, everything.findIndex((declaration) => declaration.name === name) + 1);
    const killed = await killedAfter(name, program, await applied(program.slice(0, -1)));
    if (kind === "AgentIdentityBlueprintPrincipal") {
      const { id } = (await ask(`GET /servicePrincipals/${principalCast}`)).body.value[0];
      await ask(`PATCH /servicePrincipals/${id}/${principalCast}`, { tags: [] });
    }
    writeExport(project, "prod", killed, program);
    const { code, undeclared } = await reported("orphans prod.json");
    expect([code, undeclared]).toMatchObject([1, [{ kind, madeFor: { stack: "payroll/prod", name } }]]);
    expect(undeclared[0]?.next[0]).toContain(`while the program declares "${name}", it recovers the object`);
  });

  it("promises no adoption of an identity that somebody made by hand while another one was pending beside it", async () => {
    const program = [blueprint, principal, agent("helper")];
    const before = await applied([blueprint, principal]);
    const killed = await killedAfter("helper", program, before);
    const byHand = await ask(`POST /servicePrincipals/${identityCast}`, {
      displayName: "Made by hand",
      agentIdentityBlueprintId: storedOf(before, "payroll").id,
      "sponsors@odata.bind": bind((await people(ask)).adele),
    });
    writeExport(project, "prod", killed, program);
    const { undeclared } = await reported("orphans prod.json");
    const found = undeclared.filter(({ displayName }) => displayName === "Made by hand");
    await applied(program, killed);
    const { body } = await ask(`GET /servicePrincipals/${identityCast}`);
    // The run has found its own, and left this one alone.
    expect(body.value).toHaveLength(2);
    expect(found.map(({ id, madeFor }) => ({ id, madeFor }))).toEqual([{ id: byHand.body.id, madeFor: undefined }]);
  });

  it("begins with the creates that are pending: the list is not to be believed before a run has ended them", async () => {
    const before = await applied([blueprint, principal]);
    const program = [blueprint, principal, agent("helper")];
    writeExport(project, "prod", await killedAfter("helper", program, before), program);
    const { code, out } = await command("orphans prod.json");
    expect([code, out.slice(0, out.indexOf("Tenant:"))]).toMatchInlineSnapshot(`
     [
       1,
       "DELETE NOTHING YET. A run of payroll/prod was killed, or is still active: 1 create is pending, and what it created is not in its state.
       "helper"
     "pulumi up" recovers the objects that exist; until then they are listed below. With the program as it was:
       pulumi cancel        only if that run is not active any more
       pulumi up
       pulumi refresh --clear-pending-creates
     Then export this stack again, and look again.

     Found 1 orphan, 0 undeclared and 0 missing objects.
     ",
     ]
    `);

    // Nothing else is found, and it is a finding all the same: the create may take effect still.
    const { id } = (await ask(`GET /servicePrincipals/${identityCast}`)).body.value[0];
    await ask(`DELETE /servicePrincipals/${id}`);
    expect(await reported("orphans prod.json")).toMatchObject({
      code: 1,
      pending: [{ stack: "payroll/prod", kind: "AgentIdentity", name: "helper" }],
      orphans: [],
      undeclared: [],
      missing: [],
    });
  });

  it("says of a second object of a resource which one its stack has", async () => {
    const state = await applied(everything);
    const { blueprintId } = storedOf(state, "helper").outputs as { blueprintId: string };
    const second = await ask(`POST /servicePrincipals/${identityCast}`, {
      displayName: "Agent helper",
      agentIdentityBlueprintId: blueprintId,
      tags: [`pulumi-entra-agent-id:AgentIdentity:${markerOf("urn:helper", "")}`],
      "sponsors@odata.bind": bind((await people(ask)).adele),
    });
    expect(second.status).toBe(201);
    writeExport(project, "prod", state);

    const { orphans } = await reported("orphans prod.json");
    expect(orphans).toMatchObject([{ id: second.body.id, madeFor: { stack: "payroll/prod", name: "helper" } }]);
    expect(orphans[0]?.next[0]).toContain(`payroll/prod has ${storedOf(state, "helper").id} as "helper"`);
  });

  it("says that an object is younger than the states: a run that is not in them may have made it", async () => {
    const state = await applied([blueprint, principal]);
    writeExport(project, "prod", state);
    expect((await reported("orphans prod.json")).orphans).toEqual([]);
    await applied([blueprint, principal, agent("helper")], state);
    const { orphans } = await reported("orphans prod.json");
    expect(orphans).toMatchObject([{ displayName: "Agent helper", afterStates: true }]);
    expect((await command("orphans prod.json")).out).toContain(
      "UTC, after the last change of these stacks: a run that",
    );
    writeExport(project, "staging", { ...state, resources: [] });
    expect((await reported("orphans prod.json staging.json")).orphans).toMatchObject([{ afterStates: false }]);
  });

  it("warns of deleting a blueprint or principal that agents of the stacks hang from", async () => {
    const state = await applied(everything);
    const left = state.resources.filter(({ name }) => name === "helper");
    writeExport(project, "prod", { ...state, resources: left });

    const { orphans } = await reported("orphans prod.json");
    expect(
      orphans.map(({ kind, dependents, next }) => [kind, dependents, next[0]?.startsWith("do not delete it")]),
    ).toEqual([
      [
        "AgentIdentityBlueprint",
        { AgentIdentity: 1, AgentIdentityBlueprintPrincipal: 1, FederatedIdentityCredential: 1 },
        true,
      ],
      ["AgentIdentityBlueprintPrincipal", { AgentIdentity: 1 }, true],
      ...marked.filter((kind) => !kind.startsWith("AgentIdentity")).map((kind) => [kind, {}, false]),
    ]);
  });

  it("deletes nothing, and every request it names deletes the object it names", async () => {
    await applied(everything);
    writeExport(project, "prod", emptyState);
    const found = await reported("orphans prod.json");
    expect(found.orphans.map(({ kind }) => kind).sort()).toEqual([...marked].sort());
    // What hangs from others goes first.
    for (const { deletedBy } of [...found.orphans].reverse()) {
      for (const request of deletedBy) {
        const [, version, rest = ""] = /^DELETE \/(v1\.0|beta)(.*)$/.exec(request) ?? [];
        expect((await ask(`DELETE ${rest}`, undefined, { version: version as "beta" })).status).toBe(204);
      }
    }
    expect(await reported("orphans prod.json")).toMatchObject({ code: 0, orphans: [] });
  });
});

describe("permissions that no program declares", () => {
  const program: Program = [blueprint, principal, agent("helper"), grant];
  let state: StackState;
  let graphId: string;
  let agentId: string;
  let principalId: string;
  beforeEach(async () => {
    state = await applied(program);
    writeExport(project, "prod", state);
    graphId = (await ask(`GET /servicePrincipals(appId='${microsoftGraph}')?$select=id`)).body.id;
    agentId = storedOf(state, "helper").id;
    principalId = storedOf(state, "principal").id;
  });

  const grantTo = (clientId: string, scope: string, principalId?: string) =>
    ask("POST /oauth2PermissionGrants", {
      clientId,
      resourceId: graphId,
      scope,
      ...(principalId === undefined ? { consentType: "AllPrincipals" } : { consentType: "Principal", principalId }),
    });

  /** Sends what the report names, after which it finds nothing. */
  async function deleteAsTold(requests: readonly string[]): Promise<void> {
    for (const request of requests) {
      const [, path = ""] = /^DELETE \/v1\.0(.*)$/.exec(request) ?? [];
      expect((await ask(`DELETE ${path}`)).status).toBe(204);
    }
    expect(await reported("orphans prod.json")).toMatchObject({ code: 0, undeclared: [], missing: [] });
  }

  it("are found where one person has consented beside our grant, apart from it", async () => {
    const adele = (await people(ask)).adele.split("/").at(-1) ?? "";
    const { id } = (await grantTo(agentId, "Mail.Send Files.Read", adele)).body;
    const { code, undeclared, missing } = await reported("orphans prod.json");
    expect([code, missing, undeclared]).toMatchObject([
      1,
      [],
      [
        {
          kind: "PermissionGrant",
          id: `${agentId}/${microsoftGraph}/${adele}`,
          displayName: "Microsoft Graph for Agent helper, consented to by one user",
          gives: `allows Mail.Send, Files.Read for user ${adele} alone`,
          belongsTo: agentId,
          deletedBy: [`DELETE /v1.0/oauth2PermissionGrants/${id}`],
          next: [
            "if it is wanted: do nothing (a program cannot declare the consent of one user)",
            expect.stringMatching(/^if not: DELETE .*DelegatedPermissionGrant\.ReadWrite\.All\)$/),
          ],
        },
      ],
    ]);
    await deleteAsTold(undeclared[0]?.deletedBy ?? []);
  });

  it("are found where only one person's consent is left of a grant: the grant is missing", async () => {
    const adele = (await people(ask)).adele.split("/").at(-1) ?? "";
    await grantTo(agentId, "Mail.Read", adele);
    const forAll = encodeURIComponent("consentType eq 'AllPrincipals'");
    for (const { id } of (await ask(`GET /oauth2PermissionGrants?$filter=${forAll}`)).body.value)
      await ask(`DELETE /oauth2PermissionGrants/${id}`);
    const held = `/servicePrincipals/${agentId}/appRoleAssignments`;
    for (const { id } of (await ask(`GET ${held}`)).body.value) await ask(`DELETE ${held}/${id}`);
    expect(await reported("orphans prod.json")).toMatchObject({
      code: 1,
      undeclared: [{ id: `${agentId}/${microsoftGraph}/${adele}` }],
      missing: [{ kind: "PermissionGrant", name: "grant" }],
    });
  });

  it("are found on a blueprint principal", async () => {
    await grantTo(principalId, "Mail.Send");
    const { appRoles } = (await ask(`GET /servicePrincipals/${graphId}?$select=appRoles`)).body;
    const appRoleId = only(appRoles, ({ displayName }) => displayName === "Group.Read.All").id;
    const assigned = { principalId, resourceId: graphId, appRoleId };
    await ask(`POST /servicePrincipals/${principalId}/appRoleAssignments`, assigned);
    const { undeclared } = await reported("orphans prod.json");
    expect(undeclared).toMatchObject([
      {
        kind: "PermissionGrant",
        id: `${principalId}/${microsoftGraph}`,
        gives: "allows Group.Read.All (application), Mail.Send (delegated)",
        belongsTo: principalId,
      },
    ]);
    expect(undeclared[0]?.deletedBy).toHaveLength(2);
    await deleteAsTold(undeclared[0]?.deletedBy ?? []);
  });

  it("are found once for all agents that inherit them, with the request that ends it", async () => {
    state = await applied([...program, agent("checker")], state);
    writeExport(project, "prod", state);
    await grantTo(principalId, "Mail.Send");
    const { objectId } = storedOf(state, "payroll").outputs;
    const path = `/applications/${String(objectId)}/${blueprintCast}/inheritablePermissions`;
    const inheritableScopes = { "@odata.type": "#microsoft.graph.allAllowedScopes" };
    expect((await ask(`POST ${path}`, { resourceAppId: microsoftGraph, inheritableScopes })).status).toBe(201);
    const { undeclared } = await reported("orphans prod.json");
    expect(undeclared.map(({ id }) => id)).toEqual([
      `${principalId}/${microsoftGraph}`,
      `${principalId}/${microsoftGraph}/inheritable`,
    ]);
    expect(undeclared[1]).toMatchObject({
      displayName: "Microsoft Graph for the agents of Payroll agents, inherited",
      gives: "lets the agents of the blueprint inherit Mail.Send (delegated)",
      deletedBy: [`DELETE /v1.0${path}/${microsoftGraph}`],
      next: [
        "if it is wanted: do nothing (a program cannot declare what a blueprint lets its agents inherit)",
        expect.stringContaining("(needs AgentIdentityBlueprint.ReadWrite.All)"),
      ],
    });
    await deleteAsTold(undeclared.flatMap(({ deletedBy }) => deletedBy));
  });
});

describe("what the stacks are", () => {
  it("takes a stack as Pulumi recorded it, and finds nothing in its tenant that is not in it", async () => {
    tenant.close();
    const recorded = path.join(__dirname, "../recorded/0.1.0");
    rmSync(directory, { recursive: true });
    mkdirSync(directory);
    copyFileSync(path.join(recorded, "tenant.sqlite"), path.join(directory, "tenant.sqlite"));
    tenant = openTenant({ directory });

    const { code, out } = await command(`orphans ${path.join(recorded, "stack.json")}`);
    expect([code, out.split("\n")[0]]).toEqual([0, "Found 0 orphans, 0 undeclared and 0 missing objects."]);
    expect(out).toContain("test/test  from ");
    expect(out).toContain("6 resources of this package, last changed 2026-11-21 11:43 UTC");
  });

  it("takes what another stack made for orphans until that stack is named, and says so", async () => {
    writeExport(project, "prod", await applied(everything));
    const other = ["tax", "tax principal"];
    const staging: Program = [
      { ...blueprint, name: "tax" },
      { ...principal, name: "tax principal", needs: ["tax"], inputs: (of) => ({ blueprintId: of("tax").id }) },
    ];
    const state = await applied(staging);
    writeExport(project, "staging", {
      ...state,
      resources: state.resources.filter(({ name }) => other.includes(name)),
    });

    const alone = await command("orphans prod.json");
    expect([alone.code, alone.out.split("\n")[0]]).toEqual([1, "Found 2 orphans, 0 undeclared and 0 missing objects."]);
    expect(alone.out).toContain("WHAT ANY OTHER STACK MADE IN THIS TENANT IS LISTED AS AN ORPHAN.");
    expect(await reported("orphans prod.json staging.json")).toMatchObject({
      code: 0,
      orphans: [],
      stacks: [
        { stack: "payroll/prod", file: "prod.json", resources: everything.length },
        { stack: "payroll/staging", file: "staging.json", resources: 2 },
      ],
    });
  });

  it("asks for the states when none is named, rather than look for them", async () => {
    const { code, out, error } = await command("orphans");
    expect([code, out]).toEqual([2, ""]);
    expect(error).toMatch(/^cannot look for orphans without the states of stacks: name a file for every stack/);
  });

  it.each([
    ["gone.json", undefined, "no such file"],
    ["text.json", "not JSON", "it is not JSON"],
    ["other.json", '{"version": 3, "checkpoint": {}}', 'deployment is not what "pulumi stack export" writes'],
  ])("refuses what is no export: %s", async (file, content, why) => {
    if (content !== undefined) writeFileSync(path.join(project, file), content);
    const { code, out, error } = await command(`orphans ${file}`);
    expect([code, out]).toEqual([2, ""]);
    expect(error).toContain(`cannot read a stack from ${file}`);
    expect(error).toContain(why);
    const json = await command(`orphans ${file} --json`);
    expect([json.code, json.error, JSON.parse(json.out)]).toMatchObject([2, "", { error: { message: error } }]);
  });

  it("says of every file at once why it cannot be taken", async () => {
    writeExport(project, "prod", await applied([blueprint]));
    writeFileSync(path.join(project, "text.json"), "not JSON");
    const { code, out, error } = await command("orphans gone.json prod.json text.json prod.json");
    expect([code, out]).toEqual([2, ""]);
    expect(error.split("\n").map((line) => line.replace(/:.*/, ""))).toEqual([
      "cannot read a stack from gone.json",
      "cannot read a stack from text.json",
      "cannot compare with both prod.json and prod.json",
    ]);
  });

  it("refuses two files of one stack, for the stack that was meant would look orphaned", async () => {
    const state = await applied([blueprint, principal]);
    writeExport(project, "prod", state);
    copyFileSync(path.join(project, "prod.json"), path.join(project, "staging.json"));
    writeExport(project, "prod", await applied([blueprint, principal, agent("helper")], state));
    expect(await command("orphans prod.json staging.json")).toEqual({
      code: 2,
      out: "",
      error:
        "cannot compare with both prod.json and staging.json: they are both of the stack payroll/prod. " +
        "Name a file for every stack, and each once.",
    });
    expect((await command("orphans prod.json ./prod.json")).error).toContain(
      "both prod.json and ./prod.json: they are the same file",
    );
    expect(JSON.parse((await command("orphans prod.json staging.json --json")).out)).toMatchObject({
      error: { code: "INPUT_INVALID" },
    });
  });

  it("takes two stacks of one name, which different backends may have", async () => {
    const both: Program = [blueprint, { ...blueprint, name: "tax" }];
    const state = await applied(both);
    writeExport(project, "prod", without(state, "tax"));
    mkdirSync(path.join(project, "other"));
    writeExport(path.join(project, "other"), "prod", without(state, "payroll"));
    expect(await reported("orphans prod.json other/prod.json")).toMatchObject({ code: 0, orphans: [] });
  });

  it("refuses state of another tenant, and names both, for every file", async () => {
    const state = await applied([blueprint]);
    const elsewhere = "11111111-2222-3333-4444-555555555555";
    const resources = state.resources.map((one) => ({ ...one, outputs: { ...one.outputs, tenantId: elsewhere } }));
    for (const stack of ["prod", "staging"]) writeExport(project, stack, { ...state, resources });

    const { code, out } = await command("orphans prod.json staging.json --json");
    const { error } = JSON.parse(out) as { error: { code: string; message: string } };
    expect([code, error.code]).toEqual([2, "WRONG_TENANT"]);
    const lines = error.message.split("\n");
    expect(lines.map((line) => line.slice(0, 30))).toEqual([
      "cannot compare prod.json: its ",
      "cannot compare staging.json: i",
    ]);
    for (const line of lines) {
      expect(line).toContain(elsewhere);
      expect(line).toContain(tenant.id);
    }
  });

  it("makes no tenant where there is none", async () => {
    tenant.close();
    tenant = openTenant({ memory: true });
    rmSync(directory, { recursive: true });
    writeExport(project, "prod", emptyState);
    expect(await command("orphans prod.json")).toEqual({
      code: 2,
      out: "",
      error: `There is no emulated tenant in ${directory}.`,
    });
    expect(existsSync(directory)).toBe(false);
  });
});

describe("what has no marker", () => {
  it("lists credentials and permissions on objects of the stacks that no program declares", async () => {
    const state = await applied(everything);
    writeExport(project, "prod", without(state, "github", "grant"));

    const { code, undeclared } = await reported("orphans prod.json");
    const helper = storedOf(state, "helper").id;
    expect([code, undeclared.map(({ id, gives }) => [id, gives])]).toEqual([
      1,
      [
        [
          storedOf(state, "github").id,
          'lets repo:contoso/payroll:ref:refs/heads/main of https://token.actions.githubusercontent.com sign in as "Payroll agents"',
        ],
        [`${helper}/${microsoftGraph}`, "allows User.Read.All (application), Mail.Read (delegated)"],
      ],
    ]);
    // An interrupted run left them; declared again, they are recovered as they are.
    writeExport(project, "prod", await applied(everything, without(state, "github", "grant")));
    expect(await reported("orphans prod.json")).toMatchObject({ code: 0, undeclared: [] });
  });

  it("names every permission of an agent that holds many", async () => {
    const state = await applied([blueprint, principal, agent("helper")]);
    writeExport(project, "prod", state);
    const { id } = storedOf(state, "helper");
    const api = (await ask(`GET /servicePrincipals(appId='${microsoftGraph}')`)).body;
    let granted = 0;
    for (const { id: appRoleId } of api.appRoles) {
      if (granted === 21) break;
      const assignment = { principalId: id, resourceId: api.id, appRoleId };
      // Some are refused to agents.
      if ((await ask(`POST /servicePrincipals/${id}/appRoleAssignments`, assignment)).status === 201) granted++;
    }
    const { undeclared } = await reported("orphans prod.json");
    expect(undeclared.map(({ deletedBy }) => deletedBy.length)).toEqual([21]);
  });

  it("deletes a credential and a permission by the requests it names", async () => {
    const state = await applied(everything);
    writeExport(project, "prod", without(state, "github", "grant"));
    const { undeclared } = await reported("orphans prod.json");
    for (const request of undeclared.flatMap(({ deletedBy }) => deletedBy))
      expect((await ask(request.replace("/v1.0", ""))).status).toBe(204);
    expect(await reported("orphans prod.json")).toMatchObject({ code: 0 });
  });

  it("lists a blueprint principal whose run was interrupted before it got its marker", async () => {
    const state = await applied([blueprint]);
    const made = await ask(`POST /servicePrincipals/${principalCast}`, { appId: storedOf(state, "payroll").id });
    writeExport(project, "prod", state);
    const line = await reported("orphans prod.json --marked-only");
    expect(line).toMatchObject({
      code: 1,
      orphans: [],
      undeclared: [{ kind: "AgentIdentityBlueprintPrincipal", id: made.body.id }],
    });
    expect(line.undeclared[0]?.marker).toBeUndefined();
  });

  it("leaves credentials and permissions out with --marked-only, and does not ask for them", async () => {
    const state = await applied(everything);
    writeExport(project, "prod", without(state, "github", "grant"));
    const first = tenant.requests().length;
    expect(await reported("orphans prod.json --marked-only")).toMatchObject({
      code: 0,
      markedOnly: true,
      undeclared: [],
    });
    const asked = tenant
      .requests()
      .slice(first)
      .map(({ path: to }) => to);
    expect(asked).not.toContain("/v1.0/oauth2PermissionGrants");
    writeExport(project, "prod", state);
    const second = tenant.requests().length;
    expect(await reported("orphans prod.json --marked-only")).toMatchObject({ code: 0, missing: [] });
    // Those in the state are not asked for either.
    expect(tenant.requests().length - second).toBe(asked.length);
  });

  it("has nothing to say about what hangs from objects of others", async () => {
    const foreign = await ask(
      "PATCH /applications(uniqueName='theirs')/microsoft.graph.agentIdentityBlueprint",
      {
        displayName: "Theirs",
        "sponsors@odata.bind": bind((await people(ask)).adele),
      },
      { headers: { Prefer: "create-if-missing" } },
    );
    await ask(`POST /applications/${foreign.body.id}/${blueprintCast}/federatedIdentityCredentials`, {
      name: "theirs",
      issuer: "https://token.actions.githubusercontent.com",
      subject: "repo:contoso/theirs",
      audiences: ["api://AzureADTokenExchange"],
    });
    await ask(`POST /servicePrincipals/${principalCast}`, { appId: foreign.body.appId });
    writeExport(project, "prod", await applied(everything));
    expect(await reported("orphans prod.json")).toMatchObject({ code: 0 });
  });
});

describe("Conditional Access policies", () => {
  const body = (displayName: string) => ({
    displayName,
    state: "disabled",
    conditions: {
      clientApplications: { includeAgentIdServicePrincipals: ["All"] },
      applications: { includeApplications: ["All"] },
    },
    grantControls: { operator: "OR", builtInControls: ["block"] },
  });

  it("finds one by the end of its name, and says that a name is all there is", async () => {
    const state = await applied(everything);
    writeExport(project, "prod", without(state, "block"));
    for (const name of ["Somebody's [disabled]", "Nobody's [Disabled]", "Nobody's [v2]", "Nobody's[disabled]"])
      expect((await ask("POST /identity/conditionalAccess/policies", body(name), { version: "beta" })).status).toBe(
        201,
      );

    const { orphans } = await reported("orphans prod.json");
    expect(orphans.map(({ displayName }) => displayName).sort()).toEqual([
      `Block risky agents [${markerOf("urn:block", "").slice(0, 8)}]`,
      "Somebody's [disabled]",
    ]);
    expect(orphans.every(({ next }) => next[0]?.startsWith("only the end of its name"))).toBe(true);
  });
});

describe("missing objects", () => {
  it("lists what was deleted behind Pulumi's back, and what refresh and up make of it", async () => {
    const state = await applied(everything);
    writeExport(project, "prod", state);
    await ask(`DELETE /servicePrincipals/${storedOf(state, "helper").id}`);
    await ask(`DELETE /identity/conditionalAccess/policies/${storedOf(state, "block").id}`, undefined, {
      version: "beta",
    });
    const { objectId, credentialId } = {
      ...storedOf(state, "payroll").outputs,
      ...storedOf(state, "github").outputs,
    } as unknown as Record<string, string>;
    await ask(`DELETE /applications/${objectId}/${blueprintCast}/federatedIdentityCredentials/${credentialId}`);

    const { code, missing, orphans } = await reported("orphans prod.json");
    expect([code, orphans]).toEqual([1, []]);
    const expectedNext = (then: string) => [
      `"pulumi refresh" takes it out of the state, and the next "pulumi up" creates a new one${then}`,
      "if it is meant to be gone: remove it from the program first",
    ];
    const helper = storedOf(state, "helper").id;
    const byName = new Map(missing.map((one) => [one.name, one]));
    expect([...byName.keys()].sort()).toEqual(["block", "github", "grant", "helper"]);
    expect(byName.get("helper")).toMatchObject({
      id: helper,
      stack: "payroll/prod",
      next: expectedNext(", with another id"),
    });
    expect(byName.get("github")).toMatchObject({ displayName: "github", next: expectedNext("") });
    expect(byName.get("grant")).toMatchObject({
      displayName: "Microsoft Graph for Agent helper",
      next: expectedNext(""),
    });
    expect(byName.get("block")).toMatchObject({
      displayName: "Block risky agents",
      next: expectedNext(", with another id"),
    });
    expect(
      [...byName]
        .filter(([, { deleted }]) => deleted !== undefined)
        .map(([name]) => name)
        .sort(),
    ).toEqual(["block", "helper"]);
    expect((await command("orphans prod.json")).out).toContain('Agent identity "Agent helper"');
  });

  it("says of a blueprint that lies in the deleted items that `pulumi up` brings it back", async () => {
    const state = await applied([blueprint]);
    writeExport(project, "prod", state);
    await ask(`DELETE /applications/${String(storedOf(state, "payroll").outputs["objectId"])}/${blueprintCast}`);
    const { missing } = await reported("orphans prod.json");
    expect(missing).toMatchObject([{ name: "payroll" }]);
    expect(missing[0]?.next[0]).toContain('the next "pulumi up" restores it from the deleted items');
  });

  it("does not miss an object that only lost its marker, nor one that the next run deletes", async () => {
    const state = await applied([blueprint, principal, agent("helper"), agent("other")]);
    const resources = state.resources.map((one) =>
      one.name === "other" ? { ...one, pendingReplacement: true as const } : one,
    );
    writeExport(project, "prod", { ...state, resources });
    await ask(`PATCH /servicePrincipals/${storedOf(state, "helper").id}/${identityCast}`, { tags: [] });
    await ask(`PATCH /applications/${String(storedOf(state, "payroll").outputs["objectId"])}/${blueprintCast}`, {
      tags: [],
    });
    await ask(`DELETE /servicePrincipals/${storedOf(state, "other").id}`);
    expect(await reported("orphans prod.json")).toMatchObject({ code: 0, missing: [], orphans: [] });
  });
});

describe("deleted items", () => {
  it("are counted by kind, listed when asked for, and no finding", async () => {
    const program = [blueprint, principal, agent("helper"), agent("other"), policy];
    const state = await applied(program);
    writeExport(project, "prod", await applied([blueprint, principal, agent("helper")], state));

    const { code, out } = await command("orphans prod.json");
    expect(code).toBe(0);
    expect(out).toContain(
      "Deleted items that have a marker: 1 agent identity, 1 Conditional Access policy. They count",
    );
    expect(out).toContain("--deleted lists them");
    const listed = await command("orphans prod.json --deleted");
    expect(listed.out).toContain(`  Agent identity "Agent other", ${storedOf(state, "other").id}, deleted `);
    expect((await reported("orphans prod.json")).deleted).toEqual({
      count: { AgentIdentity: 1, ConditionalAccessPolicy: 1 },
    });
    expect((await reported("orphans prod.json --deleted")).deleted.objects).toHaveLength(2);
  });
});

describe("what it asks", () => {
  it("asks one list per kind, in pages, however many agents there are", async () => {
    const state = await applied([blueprint, principal]);
    const token = await tenant.token({});
    const sponsor = bind((await people(ask)).adele);
    const made = Array.from({ length: 101 }, (_, index) => ({
      displayName: `Agent ${index}`,
      agentIdentityBlueprintId: storedOf(state, "payroll").id,
      tags: [`pulumi-entra-agent-id:AgentIdentity:${markerOf(`urn:${index}`, "")}`],
      "sponsors@odata.bind": sponsor,
    }));
    for (const body of made) await ask(`POST /servicePrincipals/${identityCast}`, body, { token });
    writeExport(project, "prod", state);
    const first = tenant.requests().length;
    expect((await reported("orphans prod.json")).orphans).toHaveLength(101);
    const asked = tenant
      .requests()
      .slice(first)
      .map(({ method, path: to }) => `${method} ${to.split("?")[0] ?? ""}`);
    const lists = kinds.flatMap(({ inventory: { lists, deleted } }) => [...lists, ...(deleted ? [deleted.list] : [])]);
    const collections = lists.map(({ version = "v1.0", collection }) => `GET /${version}${collection}`);
    // Agents fill two pages; what several kinds list is asked for once.
    const agents = "GET /v1.0/servicePrincipals/microsoft.graph.agentIdentity";
    // Delegated grants are one list too, after the first agents, which were asked for alone.
    const grants = "GET /v1.0/oauth2PermissionGrants";
    expect(asked.sort()).toEqual([...new Set(collections), agents, grants, grants, grants].sort());
  });

  it("looks into a served tenant as well", async () => {
    writeExport(project, "prod", await applied(everything));
    const { url, close } = await serveTenant(tenant, { port: 0 });
    const { code, out } = await command("orphans prod.json", { ENTRA_AGENT_ID_TENANT: url });
    await close();
    expect([code, out.split("\n").slice(0, 2)]).toEqual([
      0,
      ["Found 0 orphans, 0 undeclared and 0 missing objects.", `Tenant: ${url} (${tenant.id})`],
    ]);
  });

  it("needs no other permissions than its help names", async () => {
    const named = [...orphansHelp.matchAll(/\w+(?:\.\w+)+\.All\b/g)].map(([permission]) => permission);
    expect(named).toEqual(permissionsToList(kinds));
    const state = await applied(everything);
    const token = () => tenant.token({ permissions: named });
    const graph = await embeddedConnection({ handle: (request) => tenant.handle(request), token }, "the test tenant");
    const { objects } = await tenantInventory(graph, kinds, { onlyMarked: true });
    const found = objects.map(({ kind, id }) => `${kind} ${id}`);
    expect(found.sort()).toEqual(state.resources.map(({ kind, id }) => `${kind} ${id}`).sort());
  });

  it("says which permission is missing", async () => {
    const token = () => tenant.token({ permissions: ["AgentIdentityBlueprint.Read.All"] });
    const graph = await embeddedConnection({ handle: (request) => tenant.handle(request), token }, "the test tenant");
    await expect(tenantInventory(graph, kinds)).rejects.toThrow(
      /^cannot list agent identity blueprint principals.* Grant AgentIdentityBlueprintPrincipal\.Read\.All to the application you sign in as, with admin/,
    );
  });
});
