import { inspect } from "node:util";
import * as identity from "@azure/identity";
import { EntraError } from "../../provider/graph/errors";
import { entraTokens, withoutSecrets } from "../../provider/graph/entra-token";
import { githubAssertion } from "../../provider/graph/github-oidc";
import { signInWay, signInWays, variablesOf } from "../../provider/graph/sign-in";
import { failureOf, json, refusalBy, Wire } from "./wire";

afterEach(() => Wire.closeAll());

const tenant = "11111111-2222-3333-4444-555555555555";
const id = { AZURE_CLIENT_ID: "22222222-2222-3333-4444-555555555555" };
const file = { AZURE_FEDERATED_TOKEN_FILE: "/var/run/token" };
const github = { ACTIONS_ID_TOKEN_REQUEST_URL: "https://github.example/?a=b", ACTIONS_ID_TOKEN_REQUEST_TOKEN: "gh" };
const certificate = { AZURE_CLIENT_CERTIFICATE_PATH: "/etc/agent.pem" };
const secret = { AZURE_CLIENT_SECRET: "canary-secret" };
const by = (name: string) => ({ ENTRA_AGENT_ID_SIGN_IN: name });

const credential = (env: NodeJS.ProcessEnv) =>
  signInWay(env).credential(identity, { tenant, variable: (name) => env[name] ?? "", prompt: () => undefined });

describe("the way to sign in", () => {
  it.each([
    [
      "a federated token file",
      { ...id, ...file, ...github, ...certificate, ...secret },
      identity.WorkloadIdentityCredential,
    ],
    ["GitHub Actions", { ...id, ...github, ...certificate, ...secret }, identity.ClientAssertionCredential],
    ["a certificate", { ...id, ...certificate, ...secret }, identity.ClientCertificateCredential],
    [
      "a certificate with a password",
      { ...id, ...certificate, AZURE_CLIENT_CERTIFICATE_PASSWORD: "x" },
      identity.ClientCertificateCredential,
    ],
    ["a secret", { ...id, ...secret }, identity.ClientSecretCredential],
    ["a secret, by name", { ...id, ...file, ...secret, ...by("secret") }, identity.ClientSecretCredential],
    [
      "GitHub Actions, by name",
      { ...id, ...github, ...secret, ...by("workload-identity") },
      identity.ClientAssertionCredential,
    ],
    ["a managed identity", by("managed-identity"), identity.ManagedIdentityCredential],
    ["a managed identity of one's own", { ...id, ...by("managed-identity") }, identity.ManagedIdentityCredential],
    ["a device code", { ...id, ...by("device-code") }, identity.DeviceCodeCredential],
    ["a browser", { ...id, ...by("browser") }, identity.InteractiveBrowserCredential],
  ])("is chosen by its variables: %s", (_, env, kind) => {
    expect(credential(env)).toBeInstanceOf(kind);
  });

  it("is never the Azure CLI, and the error gives the reason", async () => {
    expect(await refusalBy(() => signInWay({ ...id, ...secret, ...by("azure-cli") }))).toEqual({
      code: "SIGN_IN_FAILED",
      message:
        "cannot sign in with the Azure CLI: Agent ID refuses every token that carries Directory.AccessAsUser.All or " +
        "Directory.ReadWrite.All, and tokens of the Azure CLI always carry the former. Sign in through an app registration " +
        "of your own that holds only the permissions it needs",
    });
  });

  it("is listed with its variables when none is set up", async () => {
    const { code, message } = (await refusalBy(() => signInWay(id))) as { code: string; message: string };
    expect(code).toBe("SETTING_INVALID");
    expect(message).toMatchInlineSnapshot(`
     "cannot sign in to Microsoft Entra: no way to sign in is set up. Set the variables of one:
       workload identity federation with a token file (Kubernetes, Azure DevOps and others): AZURE_FEDERATED_TOKEN_FILE, AZURE_CLIENT_ID
       workload identity federation in GitHub Actions (permissions: id-token: write sets the first two): ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN, AZURE_CLIENT_ID
       certificate of an app registration (PEM file with its private key): AZURE_CLIENT_CERTIFICATE_PATH, AZURE_CLIENT_ID, [AZURE_CLIENT_CERTIFICATE_PASSWORD]
       client secret of an app registration: AZURE_CLIENT_SECRET, AZURE_CLIENT_ID
       managed identity of the Azure machine this runs on: ENTRA_AGENT_ID_SIGN_IN=managed-identity, [AZURE_CLIENT_ID]
       a person, with a code typed in on any device, through your own app registration: ENTRA_AGENT_ID_SIGN_IN=device-code, AZURE_CLIENT_ID
       a person, in the browser of this machine, through your own app registration: ENTRA_AGENT_ID_SIGN_IN=browser, AZURE_CLIENT_ID"
    `);
  });

  it("names the missing variables when it was selected", async () => {
    expect(await refusalBy(() => signInWay({ ...secret, ...by("device-code") }))).toEqual({
      code: "SETTING_INVALID",
      message:
        "cannot sign in with ENTRA_AGENT_ID_SIGN_IN=device-code: variables are missing. It needs:\n" +
        "  a person, with a code typed in on any device, through your own app registration: ENTRA_AGENT_ID_SIGN_IN=device-code, AZURE_CLIENT_ID",
    });
    expect(await refusalBy(() => signInWay(by("password")))).toEqual({
      code: "SETTING_INVALID",
      message:
        'cannot sign in with ENTRA_AGENT_ID_SIGN_IN="password": it must be one of workload-identity, certificate, secret, managed-identity, device-code, browser',
    });
  });

  it("never shows the value of a variable in its description", () => {
    expect(signInWays.map(variablesOf).join()).not.toContain("canary");
  });
});

describe("a managed identity", () => {
  it("needs the tenant's GUID, because it always signs in to its own tenant", async () => {
    expect(await refusalBy(() => entraTokens(by("managed-identity"), "contoso.com", () => undefined))).toEqual({
      code: "SETTING_INVALID",
      message: 'cannot use ENTRA_AGENT_ID_TENANT="contoso.com" with managed-identity: give the tenant\'s GUID',
    });
  });
});

describe("a token that was refused", () => {
  it("is not replaced from the credential's cache: a new credential is used, or the same one with claims", async () => {
    const asked: { by: unknown; claims: string | undefined }[] = [];
    jest.spyOn(identity.ClientSecretCredential.prototype, "getToken").mockImplementation(function (
      this: unknown,
      _,
      options,
    ) {
      asked.push({ by: this, claims: options?.claims });
      return Promise.resolve({ token: "t", expiresOnTimestamp: 0 });
    });
    const issue = entraTokens({ ...id, ...secret }, tenant, () => undefined);
    await issue({ renew: false, claims: undefined });
    await issue({ renew: false, claims: undefined });
    await issue({ renew: true, claims: undefined });
    await issue({ renew: true, claims: "{}" });
    jest.restoreAllMocks();
    const credentials = [...new Set(asked.map(({ by: one }) => one))];
    expect(asked.map(({ by: one, claims }) => [credentials.indexOf(one), claims])).toEqual([
      [0, undefined],
      [0, undefined],
      [1, undefined],
      [1, "{}"],
    ]);
  });
});

describe("GitHub Actions", () => {
  it("is asked for a token for Microsoft Entra", async () => {
    const wire = await Wire.open();
    wire.answers(json(200, { value: "the-assertion" }));
    expect(await githubAssertion(`${wire.origin}/token?api-version=2`, "gh-canary")).toBe("the-assertion");
    expect(wire.seen[0]).toMatchObject({
      path: "/token?api-version=2&audience=api%3A%2F%2FAzureADTokenExchange",
      headers: { authorization: "Bearer gh-canary" },
    });
  });

  it("is named with its status when it refuses, and its answer is never quoted", async () => {
    const wire = await Wire.open();
    wire.answers(json(403, { message: "gh-canary" }));
    expect(await failureOf(githubAssertion(wire.origin, "gh-canary"))).toEqual({
      code: "SIGN_IN_FAILED",
      message: "GitHub Actions answered 403 when asked for an identity token",
    });
  });
});

describe("the message of a failed sign-in", () => {
  it("contains neither secrets nor tokens", () => {
    const env = { AZURE_CLIENT_SECRET: "canary+secret.$&", AZURE_CLIENT_CERTIFICATE_PASSWORD: "canary password" };
    const said =
      "AADSTS7000215: Invalid client secret canary+secret.$& (canary password) assertion eyJhbGciOi.eyJ0aWQ.c2ln refused";
    expect(withoutSecrets(said, env)).toBe(
      "AADSTS7000215: Invalid client secret [secret] ([secret]) assertion [token] refused",
    );
  });

  it("is a sentence of this package around the credential's message", async () => {
    const env = { ...id, AZURE_FEDERATED_TOKEN_FILE: "/nowhere/token" };
    const failure = await failureOf(entraTokens(env, tenant, () => undefined)({ renew: false, claims: undefined }));
    expect(failure).toMatchObject({
      code: "SIGN_IN_FAILED",
      message: expect.stringMatching(
        /^cannot sign in to tenant 11111111-2222-3333-4444-555555555555 with workload-identity: .*\/nowhere\/token/s,
      ) as string,
    });
  });

  it("is all that is kept: the credential's error may hold the request, and with it the secret or a token", async () => {
    const request = "client_id=22222222&client_secret=secret-canary&client_assertion=eyJhbGciOi.eyJ0aWQ.c2ln";
    const refused = Object.assign(new Error("AADSTS7000215: Invalid client secret"), { request: { body: request } });
    jest.spyOn(identity.ClientSecretCredential.prototype, "getToken").mockRejectedValue(refused);
    const issued = entraTokens({ ...id, ...secret }, tenant, () => undefined)({ renew: false, claims: undefined });
    const failure = await issued.catch((error: unknown) => error);
    jest.restoreAllMocks();
    expect(failure).toBeInstanceOf(EntraError);
    expect((failure as EntraError).cause).toBeUndefined();
    const everything = inspect(failure, { depth: null, showHidden: true });
    expect(everything).toContain("AADSTS7000215");
    expect(everything).not.toMatch(/client_secret|client_assertion|canary|eyJ/);
  });
});
