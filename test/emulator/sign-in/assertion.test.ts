import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { aBlueprint, type Body, inMemory } from "../client";
import {
  aCertificate,
  anApplication,
  anAssertion,
  asAdministrator,
  jwtBearer,
  type Keys,
  login,
  refused,
  signer,
} from "./client";

const { tenant, ask } = inMemory();
const signIn = signer(tenant);
const administer = asAdministrator(ask);
let keys: Keys;
let others: Keys;
beforeAll(async () => {
  [keys, others] = await Promise.all([aCertificate(), aCertificate()]);
});
afterAll(() => tenant.close());

const presenting = (clientId: string, assertion: string) =>
  signIn({
    client_id: clientId,
    client_secret: undefined,
    client_assertion_type: jwtBearer,
    client_assertion: assertion,
  });

const endpoint = `${login}/${tenant.id}/oauth2/v2.0/token`;

describe("an application that signs in with a certificate", () => {
  let application: Body;
  beforeAll(async () => {
    tenant.reset();
    ({ application } = await anApplication(ask));
    const { status } = await administer(`PATCH /applications/${application.id}`, { keyCredentials: [keys.credential] });
    expect(status).toBe(204);
  });

  const present = async (change: object = {}, header: Record<string, string> = {}, by = keys) => {
    const { appId } = application;
    const claims = { iss: appId, sub: appId, aud: endpoint, ...change };
    const named = { alg: "RS256", x5t: by.sha1.toString("base64url"), ...header };
    return presenting(appId, await anAssertion(by.privateKey, named, claims, tenant.now()));
  };

  it("gets a token that says so, with either algorithm and either thumbprint", async () => {
    const { status, claims } = await present();
    expect([status, claims["appid"], claims["appidacr"]]).toEqual([200, application.appId, "2"]);
    const newer = { alg: "PS256", "x5t#S256": keys.sha256.toString("base64url") };
    expect((await present({}, newer)).status).toBe(200);
    expect((await present({}, { kid: keys.sha1.toString("hex").toUpperCase() })).status).toBe(200);
  });

  it("may aim at the endpoint by the tenant's domain, at the older one, and at the issuer", async () => {
    for (const aud of [
      `${login}/${tenant.domain}/oauth2/v2.0/token`,
      `${login}/${tenant.id}/oauth2/token`,
      `${login}/${tenant.id}/v2.0`,
    ])
      expect((await present({ aud })).status).toBe(200);
  });

  it.each<[string, () => ReturnType<typeof present>, number]>([
    ["signed with another key", () => present({}, { x5t: keys.sha1.toString("base64url") }, others), 700027],
    ["of a certificate that is not registered", () => present({}, {}, others), 700027],
    ["aimed at another endpoint", () => present({ aud: `${login}/fabrikam.com/oauth2/v2.0/token` }), 700023],
    ["in the name of another application", () => present({ sub: "somebody" }), 700021],
    ["whose time is over", () => present({ exp: Math.floor(tenant.now().getTime() / 1000) - 301 }), 700024],
    ["whose time has not come", () => present({ nbf: Math.floor(tenant.now().getTime() / 1000) + 301 }), 700024],
    ["without an end", () => present({ exp: undefined }), 700024],
  ])("is refused an assertion %s", async (_, attempt, code) => {
    expect(refused(await attempt())).toEqual([401, "invalid_client", code]);
  });

  it("says by the thumbprint which of its certificates it uses", async () => {
    const path = `/applications/${application.id}`;
    const [first] = (await administer(`GET ${path}?$select=keyCredentials`)).body.keyCredentials;
    expect((await administer(`PATCH ${path}`, { keyCredentials: [first, others.credential] })).status).toBe(204);
    expect((await present({}, {}, others)).status).toBe(200);
    expect((await present()).status).toBe(200);
    expect((await administer(`PATCH ${path}`, { keyCredentials: [first] })).status).toBe(204);
    expect(refused(await present({}, {}, others))).toEqual([401, "invalid_client", 700027]);
  });

  it("is refused what is no assertion at all", async () => {
    for (const assertion of ["x", "a.b.c", "e30.e30."]) {
      const [status, , code] = refused(await presenting(application.appId, assertion));
      expect([status, code]).toEqual(assertion === "e30.e30." ? [401, 70025] : [400, 50027]);
    }
  });

  it("is refused when the certificate has ended in the tenant's time", async () => {
    const { keyCredentials } = (await administer(`GET /applications/${application.id}`)).body;
    const [{ endDateTime }] = keyCredentials as unknown as [{ endDateTime: string }];
    tenant.advance(Date.parse(endDateTime) - tenant.now().getTime() + 1_000);
    expect(refused(await present())).toEqual([401, "invalid_client", 700027]);
    tenant.set({ clock: { aheadMs: 0, stoppedAt: null } });
  });
});

describe("an application that signs in with another issuer's assertion", () => {
  const issuer = "https://token.actions.githubusercontent.com";
  const subject = "repo:contoso/payroll:ref:refs/heads/main";
  const audience = "api://AzureADTokenExchange";
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwks = {
    keys: [
      { ...createPublicKey(privateKey).export({ format: "jwk" }), kty: "RSA", kid: "one", use: "sig", alg: "RS256" },
    ],
  };
  let blueprint: { id: string; appId: string };

  const trust = (change: object = {}) =>
    ask(`POST /applications/${blueprint.id}/microsoft.graph.agentIdentityBlueprint/federatedIdentityCredentials`, {
      name: "github",
      issuer,
      subject,
      audiences: [audience],
      ...change,
    });

  const present = async (change: object = {}, kid = "one") =>
    presenting(
      blueprint.appId,
      await anAssertion(
        privateKey,
        { alg: "RS256", kid },
        { iss: issuer, sub: subject, aud: audience, ...change },
        tenant.now(),
      ),
    );

  beforeEach(async () => {
    tenant.reset();
    ({ blueprint } = await aBlueprint(ask));
  });

  it("gets a token when issuer, subject and audience are trusted and the signature is the issuer's", async () => {
    expect((await trust()).status).toBe(201);
    tenant.trustIssuer({ issuer, jwks });
    const { status, claims } = await present();
    expect([status, claims["appid"], claims["appidacr"]]).toEqual([200, blueprint.appId, "2"]);
    expect(refused(await present({}, "two"))).toEqual([401, "invalid_client", 700027]);
  });

  it("gets a token when an expression over its claims fits, all of it", async () => {
    const value = "claims['sub'] matches 'repo:contoso/*:ref:refs/heads/mai?' and claims['repository_id'] eq '456789'";
    const claimsMatchingExpression = { value, languageVersion: 1 };
    const path = `/applications/${blueprint.id}/microsoft.graph.agentIdentityBlueprint/federatedIdentityCredentials`;
    const body = { name: "github", issuer, audiences: [audience], claimsMatchingExpression };
    expect((await ask(`POST ${path}`, body, { version: "beta" })).status).toBe(201);
    tenant.trustIssuer({ issuer, jwks });
    expect((await present({ repository_id: "456789" })).status).toBe(200);
    expect(refused(await present({ repository_id: "456780" }))[2]).toBe(700213);
    expect(refused(await present({}))[2]).toBe(700213);
    const other = { sub: "repo:contoso/payroll:ref:refs/heads/mainX", repository_id: "456789" };
    expect(refused(await present(other))[2]).toBe(700213);
    expect(
      refused(await present({ sub: "xrepo:contoso/payroll:ref:refs/heads/main", repository_id: "456789" }))[2],
    ).toBe(700213);
  });

  it("is refused with what does not match", async () => {
    expect(refused(await present())[2]).toBe(70025);
    await trust();
    tenant.trustIssuer({ issuer, jwks });
    expect(refused(await present({ iss: "https://evil.example" }))[2]).toBe(700211);
    expect(refused(await present({ sub: "repo:contoso/other:ref:refs/heads/main" }))[2]).toBe(700213);
    expect(refused(await present({ sub: subject.toUpperCase() }))[2]).toBe(7002138);
    expect(refused(await present({ aud: "api://elsewhere" }))[2]).toBe(700212);
    expect(refused(await present({ exp: 1 }))[2]).toBe(700024);
  });

  it("is refused honestly where nobody handed over the issuer's keys: nothing is fetched from the internet", async () => {
    const unknown = "https://oidc.example.com";
    await trust({ issuer: unknown });
    const { status, body } = await present({ iss: unknown });
    expect([status, body.error_description]).toEqual([
      501,
      expect.stringContaining(`fetches no keys from ${unknown}`) as unknown,
    ]);
  });

  it("is believed when the issuer on this machine publishes its keys, and not when it does not", async () => {
    const server = createServer((incoming, outgoing) => {
      const origin = `http://${incoming.headers.host ?? ""}`;
      const answers: Record<string, object> = {
        "/ok/.well-known/openid-configuration": { issuer: `${origin}/ok`, jwks_uri: `${origin}/keys` },
        "/away/.well-known/openid-configuration": { jwks_uri: "https://evil.example/keys" },
        "/keys": jwks,
      };
      const answer = answers[incoming.url ?? ""];
      outgoing.writeHead(answer ? 200 : 404).end(JSON.stringify(answer ?? {}));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // Microsoft Graph takes https issuers only: these are planted.
    tenant.plant(
      ["ok", "away", "gone"].map((name, at) => ({
        kind: "federatedIdentityCredential",
        id: `00000000-0000-4000-8000-00000000000${at}`,
        body: { name, issuer: `${origin}/${name}`, subject, audiences: [audience], application: blueprint.id },
      })),
    );
    expect((await present({ iss: `${origin}/ok` })).status).toBe(200);
    for (const name of ["away", "gone"]) expect(refused(await present({ iss: `${origin}/${name}` }))[2]).toBe(50166);
    server.closeAllConnections();
    server.close();
  });

  it("may be an application of this tenant itself", async () => {
    const { claims, body } = await signIn();
    await trust({ name: "automation", issuer: claims.iss, subject: claims.sub, audiences: [String(claims.aud)] });
    expect((await presenting(blueprint.appId, body.access_token)).status).toBe(200);
  });
});
