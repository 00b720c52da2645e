import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { automationAppId } from "../../../emulator/seed";
import { graph, inMemory } from "../client";
import { login, signer } from "./client";

const { tenant } = inMemory();
const signIn = signer(tenant);
afterAll(() => tenant.close());

describe("what clients read before they sign in", () => {
  const get = async (address: string) => {
    const response = await tenant.handle(new Request(address));
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it("names the endpoints and the issuer of the tokens, in both versions", async () => {
    const { body } = await get(`${login}/${tenant.domain}/v2.0/.well-known/openid-configuration`);
    expect(body).toMatchObject({
      issuer: `${login}/${tenant.id}/v2.0`,
      token_endpoint: `${login}/${tenant.id}/oauth2/v2.0/token`,
      jwks_uri: `${login}/${tenant.id}/discovery/v2.0/keys`,
    });
    const older = await get(`${login}/${tenant.id}/.well-known/openid-configuration`);
    expect(older.body).toMatchObject({
      issuer: `https://sts.windows.net/${tenant.id}/`,
      token_endpoint: `${login}/${tenant.id}/oauth2/token`,
    });
    const any = await get(`${login}/organizations/v2.0/.well-known/openid-configuration`);
    expect(any.body).toMatchObject({ issuer: `${login}/{tenantid}/v2.0` });
  });

  it("has the public key that checks the tokens, and nothing private", async () => {
    const { body } = await get(`${login}/${tenant.id}/discovery/v2.0/keys`);
    const [key] = body["keys"] as Record<string, unknown>[];
    expect(Object.keys(key ?? {}).sort()).toEqual(["e", "issuer", "kid", "kty", "n", "use"]);
    const { body: signed } = await signIn();
    const local = createLocalJWKSet(body as unknown as JSONWebKeySet);
    expect((await jwtVerify(signed.access_token, local, { audience: graph })).payload["appid"]).toBe(automationAppId);
  });

  it("says which hosts are the same authority", async () => {
    const asked = new URLSearchParams({
      "api-version": "1.1",
      authorization_endpoint: `${login}/${tenant.id}/oauth2/v2.0/authorize`,
    });
    expect((await get(`${login}/common/discovery/instance?${asked.toString()}`)).body).toEqual({
      tenant_discovery_endpoint: `${login}/${tenant.id}/v2.0/.well-known/openid-configuration`,
      "api-version": "1.1",
      metadata: [
        {
          preferred_network: "login.microsoftonline.com",
          preferred_cache: "login.microsoftonline.com",
          aliases: ["login.microsoftonline.com"],
        },
      ],
    });
  });

  it("is not served where people sign in", async () => {
    for (const path of ["/oauth2/v2.0/authorize", "/oauth2/v2.0/logout", "/anything/else"]) {
      expect((await get(`${login}/${tenant.id}${path}`)).status).toBe(501);
    }
  });
});
