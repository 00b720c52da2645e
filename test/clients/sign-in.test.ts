/** Microsoft's own sign-in libraries, unchanged, against a served tenant. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bind, type Body } from "../emulator/client";
import { aCertificate, anAssertion } from "../emulator/sign-in/client";
import { aServedTenant, printedBy, type Served } from "./served";
import { createPublicKey } from "node:crypto";

let served: Served;
beforeAll(async () => {
  served = await aServedTenant();
});
afterAll(() => served.close());

const claims = `const claims = ({ token }) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));`;

const permissions = ["Application.ReadWrite.All", "AgentIdentityBlueprint.ReadWrite.All", "User.Read.All"];

async function ask(method: string, path: string, body?: object): Promise<Body> {
  const headers = {
    authorization: `Bearer ${await served.tenant.token({ permissions })}`,
    "content-type": "application/json",
  };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await served.tenant.handle(
    new Request(`https://graph.microsoft.com/v1.0${path}`, { method, headers, ...sent }),
  );
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return (text === "" ? {} : JSON.parse(text)) as Body;
}

describe("@azure/identity", () => {
  const options = `{ authorityHost: process.env.ENDPOINT, disableInstanceDiscovery: true }`;
  const scope = `"https://graph.microsoft.com/.default"`;

  it("signs in with a secret, and Microsoft's Graph client pages through people with it", async () => {
    const script = `
      import { ClientSecretCredential } from "@azure/identity";
      import graph from "@microsoft/microsoft-graph-client";
      import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";
      const { TENANT_ID, CLIENT_ID, CLIENT_SECRET, ENDPOINT } = process.env;
      const credential = new ClientSecretCredential(TENANT_ID, CLIENT_ID, CLIENT_SECRET, ${options});
      const authProvider = new TokenCredentialAuthenticationProvider(credential, { scopes: [${scope}] });
      const customHosts = new Set([new URL(ENDPOINT).hostname]);
      const client = graph.Client.initWithMiddleware({ authProvider, baseUrl: ENDPOINT, customHosts });
      const names = [];
      const first = await client.api("/users").top(5).select("displayName").get();
      await new graph.PageIterator(client, first, (one) => { names.push(one.displayName); return true; }).iterate();
      const refused = await client.api("/users/nobody").get().catch(({ statusCode, code }) => [statusCode, code]);
      console.log(JSON.stringify({ people: names.length, refused }));`;
    expect(await printedBy(script, served.env)).toEqual({
      people: 12,
      refused: [404, "Request_ResourceNotFound"],
    });
  });

  it("signs in with a certificate, and with the assertion of an issuer that a blueprint trusts", async () => {
    const keys = await aCertificate();
    const folder = mkdtempSync(join(tmpdir(), "client-"));
    const certificate = join(folder, "client.pem");
    writeFileSync(certificate, keys.pem);
    const application = await ask("POST", "/applications", { displayName: "ledger" });
    await ask("POST", "/servicePrincipals", { appId: application.appId });
    await ask("PATCH", `/applications/${application.id}`, { keyCredentials: [keys.credential] });

    const { value } = await ask("GET", "/users?$top=1");
    const cast = "microsoft.graph.agentIdentityBlueprint";
    const blueprint = await ask("POST", `/applications/${cast}`, {
      displayName: "payroll",
      "sponsors@odata.bind": bind(`/users/${value[0].id}`),
    });
    const issuer = "https://token.actions.githubusercontent.com";
    const trusted = { issuer, subject: "repo:contoso/payroll", audiences: ["api://AzureADTokenExchange"] };
    await served.tenant.handle(
      new Request(`https://graph.microsoft.com/v1.0/servicePrincipals/${cast}Principal`, {
        method: "POST",
        headers: { authorization: `Bearer ${await served.tenant.token()}`, "content-type": "application/json" },
        body: JSON.stringify({ appId: blueprint.appId }),
      }),
    );
    await ask("POST", `/applications/${blueprint.id}/${cast}/federatedIdentityCredentials`, {
      name: "actions",
      ...trusted,
    });
    const jwk = createPublicKey(keys.privateKey).export({ format: "jwk" });
    served.tenant.trustIssuer({ issuer, jwks: { keys: [{ ...jwk, kty: "RSA", kid: "one" }] } });
    const signed = { iss: issuer, sub: trusted.subject, aud: trusted.audiences[0] ?? "" };
    const assertion = await anAssertion(keys.privateKey, { alg: "RS256", kid: "one" }, signed, new Date());

    const script = `
      import { ClientAssertionCredential, ClientCertificateCredential } from "@azure/identity";
      ${claims}
      const { TENANT_ID, APP_ID, CERTIFICATE, BLUEPRINT, ASSERTION } = process.env;
      const byCertificate = new ClientCertificateCredential(TENANT_ID, APP_ID, CERTIFICATE, ${options});
      const byAssertion = new ClientAssertionCredential(TENANT_ID, BLUEPRINT, async () => ASSERTION, ${options});
      const tokens = [await byCertificate.getToken(${scope}), await byAssertion.getToken(${scope})];
      console.log(JSON.stringify(tokens.map(claims).map(({ appid, appidacr }) => [appid, appidacr])));`;
    const told = {
      APP_ID: application.appId,
      CERTIFICATE: certificate,
      BLUEPRINT: blueprint.appId,
      ASSERTION: assertion,
    };
    expect(await printedBy(script, { ...served.env, ...told })).toEqual([
      [application.appId, "2"],
      [blueprint.appId, "2"],
    ]);
    rmSync(folder, { recursive: true });
  });

  it("says what Entra says when the secret is wrong", async () => {
    const script = `
      import { ClientSecretCredential } from "@azure/identity";
      const { TENANT_ID, CLIENT_ID } = process.env;
      const credential = new ClientSecretCredential(TENANT_ID, CLIENT_ID, "wrong", ${options});
      const { message } = await credential.getToken(${scope}).catch((error) => error);
      console.log(JSON.stringify(message));`;
    expect(await printedBy(script, served.env)).toContain("AADSTS7000215: Invalid client secret provided.");
  });
});

describe("@azure/msal-node", () => {
  it("signs in with a secret, caches the token, and names Entra's code when it is refused", async () => {
    const script = `
      import * as msal from "@azure/msal-node";
      ${claims}
      const { TENANT_ID, CLIENT_ID, CLIENT_SECRET, ENDPOINT, HOST } = process.env;
      const application = (clientSecret) => new msal.ConfidentialClientApplication({
        auth: { clientId: CLIENT_ID, clientSecret, authority: ENDPOINT + "/" + TENANT_ID, knownAuthorities: [HOST] },
      });
      const asked = { scopes: ["https://graph.microsoft.com/.default"] };
      const app = application(CLIENT_SECRET);
      const first = await app.acquireTokenByClientCredential(asked);
      const second = await app.acquireTokenByClientCredential(asked);
      const refused = await application("wrong").acquireTokenByClientCredential(asked).catch((error) => error);
      const { appid, idtyp } = claims({ token: first.accessToken });
      console.log(JSON.stringify({ appid, idtyp, cached: second.fromCache, refused: [refused.errorCode, refused.errorNo] }));`;
    expect(await printedBy(script, served.env)).toEqual({
      appid: served.env["CLIENT_ID"],
      idtyp: "app",
      cached: true,
      refused: ["invalid_client", 7000215],
    });
  });
});
