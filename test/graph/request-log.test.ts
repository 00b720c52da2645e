import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { inspect } from "node:util";
import { pathTemplate } from "../../provider/graph/path-template";
import { requestLog } from "../../provider/graph/request-log";
import { holdTimers } from "../held-timers";
import { aToken, json, refusal, refusalBy, silence, Wire } from "./wire";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "entra-log-"));
holdTimers();
afterEach(() => Wire.closeAll());
afterAll(() => fs.rmSync(folder, { recursive: true }));

const linesOf = (file: string) =>
  fs
    .readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("the request log", () => {
  it("has a line for every attempt", async () => {
    const file = path.join(folder, "requests.jsonl");
    const wire = await Wire.open();
    wire.answers(
      refusal(504, "UnknownError", "x", { "request-id": "r-1" }),
      (response) => response.socket?.destroy(),
      json(200, {}, { "request-id": "r-3" }),
    );
    const tenant = await wire.tenant({ log: requestLog({ ENTRA_AGENT_ID_LOG: file }) });
    await tenant.get("/servicePrincipals/0b1c/owners?$select=id");
    const clientRequestId = wire.seen[0]?.headers["client-request-id"];
    const line = {
      at: expect.stringMatching(/^2026-11-21T12:0\d:.*Z$/) as string,
      method: "GET",
      path: "/v1.0/servicePrincipals/{id}/owners",
      clientRequestId,
      ms: 0,
    };
    expect(linesOf(file)).toEqual([
      { ...line, status: 504, requestId: "r-1", attempt: 1 },
      { ...line, status: 0, requestId: "", attempt: 2 },
      { ...line, status: 200, requestId: "r-3", attempt: 3 },
    ]);
  });

  it("is not written when ENTRA_AGENT_ID_LOG is not set", () => {
    expect(requestLog({})).toBeUndefined();
  });

  it("that cannot be written is an error before the first request", async () => {
    const file = path.join(folder, "missing", "requests.jsonl");
    expect(await refusalBy(() => requestLog({ ENTRA_AGENT_ID_LOG: file }))).toEqual({
      code: "SETTING_INVALID",
      message: `cannot write the request log ENTRA_AGENT_ID_LOG="${file}": ENOENT: no such file or directory, open '${file}'`,
    });
  });

  it("contains no tokens, bodies, query values or names, and neither does any error", async () => {
    const file = path.join(folder, "canaries.jsonl");
    const wire = await Wire.open();
    const token = await aToken({ canary: "canary-token" });
    const tenant = await wire.tenant(
      { log: requestLog({ ENTRA_AGENT_ID_LOG: file }), retryBudget: { failedMs: 1_000 } },
      () => Promise.resolve(token),
    );
    const replies = [
      refusal(400, "Request_BadRequest"),
      refusal(401, "InvalidAuthenticationToken"),
      refusal(504, "UnknownError"),
      refusal(302, "x", "y", { location: "https://evil.example/?canary-location" }),
      json(200, { value: [], "@odata.nextLink": "https://evil.example/canary-link?canary-link" }),
    ];
    const failures: unknown[] = [];
    for (const reply of [...replies, silence]) {
      wire.answers(reply);
      const calls = [
        tenant.post("/users/canary@contoso.com/x", { password: "canary-body" }),
        tenant.list("/users?$filter=displayName eq 'canary-query'", { headers: { Prefer: "canary-header" } }),
        tenant.patch("/applications(uniqueName='canary-name')", { passwordCredentials: "canary-body" }),
      ];
      for (const settled of await Promise.allSettled(calls))
        if (settled.status === "rejected") failures.push(settled.reason);
    }
    expect(failures.length).toBeGreaterThan(12);
    const shown = failures
      .map((failure) => inspect(failure, { depth: 20, showHidden: true }) + JSON.stringify(failure))
      .join("\n");
    for (const text of [shown, fs.readFileSync(file, "utf8")]) {
      expect(text).not.toMatch(/canary-|canary@/);
      expect(text).not.toContain(token);
      expect(text).not.toContain(token.split(".")[1]);
    }
  });
});

describe("a path in the log", () => {
  it.each([
    ["/servicePrincipals", "/servicePrincipals"],
    ["/users/alice@contoso.com?$select=id", "/users/{id}"],
    ["/users/alice", "/users/{id}"],
    ["https://graph.microsoft.com/v1.0/users/alice/manager?x=y#z", "/v1.0/users/{id}/manager"],
    [
      "/applications(uniqueName='pay%20roll%20(EU)%2Fx')/microsoft.graph.agentIdentityBlueprint",
      "/applications(uniqueName={id})/microsoft.graph.agentIdentityBlueprint",
    ],
    [
      "/applications/1/federatedIdentityCredentials(name='main')",
      "/applications/{id}/federatedIdentityCredentials(name={id})",
    ],
    ["/applications/1/federatedIdentityCredentials/main", "/applications/{id}/federatedIdentityCredentials/{id}"],
    [
      "/servicePrincipals/1/appRoleAssignedTo/41W1zT6z1U-kJxf62svfp1HFE8pMZhxDun-ThPczmJE",
      "/servicePrincipals/{id}/appRoleAssignedTo/{id}",
    ],
    ["/servicePrincipals/1/owners/2/$ref", "/servicePrincipals/{id}/owners/{id}/$ref"],
    ["/beta/identity/conditionalAccess/policies/1", "/beta/identity/conditionalAccess/policies/{id}"],
    [
      "https://graph.microsoft.com/beta/identity/conditionalAccess/policies?$filter=displayName eq 'x/y'&$top=5",
      "/beta/identity/conditionalAccess/policies",
    ],
    ["/directory/deletedItems/microsoft.graph.application", "/directory/deletedItems/microsoft.graph.application"],
    ["/directoryObjects/getByIds", "/directoryObjects/getByIds"],
    ["/oauth2PermissionGrants/x", "/oauth2PermissionGrants/{id}"],
    ["/v1.0/$batch", "/v1.0/$batch"],
    ["/reports/getX(period='D7')", "/reports/getX(period={id})"],
  ])("%s is %s", (url, template) => {
    expect(pathTemplate(url)).toBe(template);
  });
});
