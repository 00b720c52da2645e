import type { JWTPayload } from "jose";
import { serveTenant, type ServedTenant } from "../../../emulator/server";
import { openTenant } from "../../../emulator/tenant";
import { inMemory } from "../client";
import { refused, signer } from "./client";

const tenant = openTenant({ memory: true });
let served: ServedTenant;
beforeAll(async () => {
  served = await serveTenant(tenant, { port: 0 });
});
afterAll(async () => {
  await served.close();
  tenant.close();
});

interface Cloud {
  readonly name: string;
  readonly authentication: { readonly loginEndpoint: string; readonly tenant: string; readonly audiences: string[] };
  readonly resourceManager: string;
  readonly microsoftGraphResourceId: string;
  readonly suffixes: object;
}

async function cloud(apiVersion: string): Promise<unknown> {
  return (await fetch(`${served.url}/metadata/endpoints?api-version=${apiVersion}`)).json();
}

describe("the metadata document of a cloud", () => {
  it("names what Terraform's azuread needs, at the served address", async () => {
    const { name, authentication, resourceManager, microsoftGraphResourceId } = (await cloud("2022-09-01")) as Cloud;
    expect([name, authentication.loginEndpoint, authentication.tenant]).toEqual([
      "EntraEmulated",
      served.url,
      "common",
    ]);
    expect(microsoftGraphResourceId).toBe(`${served.url}/`);
    expect(`${authentication.loginEndpoint}/${tenant.id}/oauth2/v2.0/token`).not.toMatch(/[^:]\/\//);
    expect(resourceManager).toBe(`${served.url.replace("127.0.0.1", "localhost")}/`);
  });

  it("is a list of clouds in the older form, which the Azure CLI reads: there the login endpoint ends in a slash", async () => {
    const newer = (await cloud("2022-09-01")) as Cloud;
    const authentication = { ...newer.authentication, loginEndpoint: `${served.url}/` };
    expect(await cloud("2019-05-01")).toEqual([{ ...newer, authentication }]);
  });

  it("has Azure Resource Manager at another origin than Graph, so that nobody takes its token to Graph", async () => {
    const { resourceManager } = (await cloud("2022-09-01")) as Cloud;
    expect(resourceManager.startsWith(served.url)).toBe(false);
    const byTheOtherName = await fetch(`${resourceManager}metadata/endpoints?api-version=2022-09-01`);
    expect(((await byTheOtherName.json()) as Cloud).resourceManager).toBe(`${served.url}/`);
    expect(await (await fetch(`${resourceManager}subscriptions?api-version=2022-12-01`)).json()).toEqual({ value: [] });
  });

  it("makes clients ask for Graph by the served address: they get Graph's token", async () => {
    const asked = {
      client_id: "",
      client_secret: tenant.credentials().clientSecret,
      grant_type: "client_credentials",
      scope: `${served.url}/.default`,
    };
    const { client_id } = (await (
      await fetch(`${served.url}/_tenant/automation-secret`, { method: "POST" })
    ).json()) as { client_id: string };
    const answer = await fetch(`${served.url}/${tenant.domain}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({ ...asked, client_id }),
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as JWTPayload;
    expect(claims.aud).toBe("https://graph.microsoft.com");
    const users = await fetch(`${served.url}/v1.0/users?$top=1`, { headers: { authorization: `Bearer ${token}` } });
    expect(users.status).toBe(200);
  });

  it("does not make the served address another name of Graph for anybody else", async () => {
    const { tenant: other } = inMemory();
    expect(refused(await signer(other)({ scope: `${served.url}/.default` }))).toEqual([
      400,
      "invalid_resource",
      500011,
    ]);
    other.close();
  });
});
