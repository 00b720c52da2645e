import { createPrivateKey, X509Certificate } from "node:crypto";
import { SignJWT } from "jose";
import { generate } from "selfsigned";
import { aBlueprint, anIdentity, inMemory, refusal } from "./client";

const { tenant, ask } = inMemory();
beforeEach(() => tenant.reset());
afterAll(() => tenant.close());

const writes = { permissions: ["Application.ReadWrite.All", "Application.Read.All"] };
const dayMs = 86_400_000;

interface Pair {
  readonly key: string;
  readonly certificate: X509Certificate;
  readonly private: ReturnType<typeof createPrivateKey>;
}

async function aPair(name: string): Promise<Pair> {
  const { private: pem, cert } = await generate([{ name: "commonName", value: name }], { keySize: 2048 });
  const certificate = new X509Certificate(cert);
  return { key: certificate.raw.toString("base64"), certificate, private: createPrivateKey(pem) };
}

let first: Pair;
let second: Pair;
beforeAll(async () => {
  [first, second] = await Promise.all([aPair("first"), aPair("second")]);
});

const asks = ({ key }: Pair, change: object = {}) => ({ type: "AsymmetricX509Cert", usage: "Verify", key, ...change });
const make = async (body: object = {}) =>
  (await ask("POST /applications", { displayName: "web", ...body }, writes)).body;
const read = async (id: string, query = "") => (await ask(`GET /applications/${id}${query}`)).body;

describe("a secret", () => {
  it("is shown once, by the action that creates it, and is valid for two years", async () => {
    const { id } = await make();
    const made = await ask(
      `POST /applications/${id}/addPassword`,
      { passwordCredential: { displayName: "ci" } },
      writes,
    );
    expect([made.status, made.body.displayName, made.body.hint]).toEqual([200, "ci", made.body.secretText.slice(0, 3)]);
    expect(made.body.secretText.length).toBeGreaterThanOrEqual(32);
    const start = new Date(made.body["startDateTime" as "createdDateTime"]);
    start.setUTCFullYear(start.getUTCFullYear() + 2);
    expect(Date.parse(made.body.endDateTime)).toBe(start.getTime());
    const { passwordCredentials } = await read(id);
    expect(passwordCredentials).toEqual([{ ...made.body, "@odata.context": undefined, secretText: null }]);
    expect(JSON.stringify(await read(id))).not.toContain(made.body.secretText);
  });

  it("is removed by its keyId, and an unknown keyId is a bad request", async () => {
    const { id } = await make();
    const { keyId } = (await ask(`POST /applications/${id}/addPassword`, {}, writes)).body;
    const remove = () => ask(`POST /applications/${id}/removePassword`, { keyId }, writes);
    expect((await remove()).status).toBe(204);
    expect(refusal(await remove())).toEqual([400, "Request_BadRequest", "No password credential found with keyId."]);
    expect((await read(id)).passwordCredentials).toEqual([]);
  });

  it("ends after it starts and in the future", async () => {
    const { id } = await make();
    const status = async (passwordCredential: object) =>
      (await ask(`POST /applications/${id}/addPassword`, { passwordCredential }, writes)).status;
    const at = (days: number) => new Date(tenant.now().getTime() + days * dayMs).toISOString();
    expect(await status({ startDateTime: at(2), endDateTime: at(1) })).toBe(400);
    expect(await status({ startDateTime: at(-2), endDateTime: at(-1) })).toBe(400);
    expect(await status({ startDateTime: at(1), endDateTime: at(2) })).toBe(200);
    expect(await status({ endDateTime: "tomorrow" })).toBe(400);
    expect(await status({ secretText: "mine" })).toBe(400);
  });

  it("can be created with a plain application", async () => {
    const made = await make({ passwordCredentials: [{ displayName: "ci" }] });
    expect(made.passwordCredentials).toMatchObject([
      { displayName: "ci", secretText: expect.stringMatching(/^.{32,}$/) as string },
    ]);
    expect((await read(made.id)).passwordCredentials).toMatchObject([{ displayName: "ci", secretText: null }]);
    const two = { displayName: "x", passwordCredentials: [{}, {}] };
    expect((await ask("POST /applications", two, writes)).status).toBe(400);
  });

  it("of a blueprint needs the permission for credentials", async () => {
    const { blueprint } = await aBlueprint(ask);
    const path = `/applications/${blueprint.id}/addPassword`;
    expect((await ask(`POST ${path}`, {}, writes)).status).toBe(403);
    expect((await ask(`POST ${path}`, {}, { permissions: ["AgentIdentityBlueprint.UpdateBranding.All"] })).status).toBe(
      403,
    );
    const credentials = { permissions: ["AgentIdentityBlueprint.AddRemoveCreds.All"] };
    expect((await ask(`POST ${path}`, {}, credentials)).status).toBe(200);
    expect(
      (await ask(`POST /applications/microsoft.graph.agentIdentityBlueprint/${blueprint.id}/addPassword`, {})).status,
    ).toBe(200);
  });

  it("belongs to a plain service principal too, and never to an agent's", async () => {
    const { appId } = await make();
    const { id } = (await ask("POST /servicePrincipals", { appId }, writes)).body;
    expect((await ask(`POST /servicePrincipals/${id}/addPassword`, {}, writes)).status).toBe(200);
    expect((await ask(`GET /servicePrincipals/${id}`)).body.passwordCredentials.length).toBe(1);
    const family = await aBlueprint(ask);
    const agent = (await anIdentity(ask, family)).body;
    const onAgent = () => ask(`POST /servicePrincipals/${agent.id}/addPassword`, {});
    expect(refusal(await onAgent())).toMatchObject([400, "AgentIdentity_CredentialsNotSupported", {}]);
    tenant.set({ profiles: { credentialsOnIdentityCode: "PropertyNotCompatibleWithAgentIdentity" } });
    expect((await onAgent()).body.error.code).toBe("PropertyNotCompatibleWithAgentIdentity");
    tenant.set({ profiles: { credentialsOnIdentityCode: "AgentIdentity_CredentialsNotSupported" } });
    const onPrincipal = await ask(`POST /servicePrincipals/${family.principal.id}/addPassword`, {});
    expect(onPrincipal.body.error.code).toBe("AgentBlueprintPrincipal_IncompatibleProperty");
  });
});

describe("a certificate", () => {
  it("says when it is valid and which it is", async () => {
    const { id } = await make({ keyCredentials: [asks(first)] });
    const { keyCredentials } = await read(id);
    expect(keyCredentials).toMatchObject([
      {
        customKeyIdentifier: first.certificate.fingerprint.replaceAll(":", ""),
        displayName: "CN=first",
        startDateTime: new Date(first.certificate.validFrom).toISOString(),
        endDateTime: new Date(first.certificate.validTo).toISOString(),
        type: "AsymmetricX509Cert",
        usage: "Verify",
        key: null,
      },
    ]);
    expect((await read(id, "?$select=keyCredentials")).keyCredentials).toMatchObject([{ key: first.key }]);
    expect(
      (await ask(`GET /applications?$select=id,keyCredentials&$filter=displayName eq 'web'`)).body.value,
    ).toMatchObject([{ keyCredentials: [{ key: null }] }]);
  });

  it("stays when a PATCH names it, and goes when a PATCH leaves it out", async () => {
    const { id } = await make({ keyCredentials: [asks(first)] });
    const [kept] = (await read(id)).keyCredentials;
    const patch = async (keyCredentials: object[]) => {
      const { status } = await ask(`PATCH /applications/${id}`, { keyCredentials }, writes);
      return [status, (await read(id)).keyCredentials.map(({ displayName }) => displayName)];
    };
    expect(await patch([{ ...kept }, asks(second)])).toEqual([204, ["CN=first", "CN=second"]]);
    expect(await patch([asks(second, { keyId: kept?.keyId })])).toEqual([400, ["CN=first", "CN=second"]]);
    expect(await patch([{ keyId: kept?.keyId }])).toEqual([204, ["CN=first"]]);
    expect(await patch([])).toEqual([204, []]);
  });

  it("must be one, of a known kind, and inside its own life", async () => {
    const status = async (credential: object) =>
      (await ask("POST /applications", { displayName: "x", keyCredentials: [credential] }, writes)).status;
    expect(await status(asks(first))).toBe(201);
    expect(await status(asks(first, { key: "bm90IGEgY2VydGlmaWNhdGU=" }))).toBe(400);
    expect(await status(asks(first, { usage: "Guess" }))).toBe(400);
    expect(await status(asks(first, { usage: "Sign" }))).toBe(400);
    expect(await status(asks(first, { type: undefined }))).toBe(400);
    const after = new Date(Date.parse(first.certificate.validTo) + dayMs).toISOString();
    expect(await status(asks(first, { endDateTime: after }))).toBe(400);
    const before = new Date(Date.parse(first.certificate.validFrom) - dayMs).toISOString();
    expect(await status(asks(first, { startDateTime: before }))).toBe(400);
  });

  it("of a blueprint can be set by who may change credentials and nothing else", async () => {
    const { blueprint } = await aBlueprint(ask);
    const credentials = { permissions: ["AgentIdentityBlueprint.AddRemoveCreds.All"] };
    const patch = (body: object) => ask(`PATCH /applications/${blueprint.id}`, body, credentials);
    expect((await patch({ keyCredentials: [asks(first)] })).status).toBe(204);
    expect((await patch({ keyCredentials: [], displayName: "x" })).status).toBe(403);
  });
});

describe("rolling a key", () => {
  const seconds = () => Math.floor(tenant.now().getTime() / 1000);
  const proofOf = (
    id: string,
    { private: key }: Pair,
    { aud = "00000002-0000-0000-c000-000000000000", from = 0, life = 600 } = {},
  ) =>
    new SignJWT()
      .setProtectedHeader({ alg: "RS256" })
      .setAudience(aud)
      .setIssuer(id)
      .setNotBefore(seconds() + from)
      .setExpirationTime(seconds() + from + life)
      .sign(key);

  it("needs proof of a certificate that is there, made for this object and these ten minutes", async () => {
    const { id } = await make({ keyCredentials: [asks(first)] });
    const other = await make();
    const add = async (proof: string) =>
      ask(`POST /applications/${id}/addKey`, { keyCredential: asks(second), passwordCredential: null, proof }, writes);
    const bad = [
      "no.token",
      await proofOf(id, second),
      await proofOf(other.id, first),
      await proofOf(id, first, { aud: "https://graph.microsoft.com" }),
      await proofOf(id, first, { life: 601 }),
      await proofOf(id, first, { from: -700 }),
      await proofOf(id, first, { from: 60 }),
    ];
    for (const proof of bad)
      expect(refusal(await add(proof))).toEqual([
        401,
        "Authentication_MissingOrMalformed",
        "Access Token missing or malformed.",
      ]);
    const made = await add(await proofOf(id, first));
    expect([made.status, made.body]).toMatchObject([200, { displayName: "CN=second", key: null }]);
    expect((await read(id)).keyCredentials.length).toBe(2);
    const newer = await add(await proofOf(id, second, { aud: "00000003-0000-0000-c000-000000000000" }));
    expect(newer.status).toBe(200);
  });

  it("removes a key by its keyId", async () => {
    const { id } = await make({ keyCredentials: [asks(first), asks(second)] });
    const [old] = (await read(id)).keyCredentials;
    const remove = async (keyId: string | undefined) =>
      ask(`POST /applications/${id}/removeKey`, { keyId, proof: await proofOf(id, second) }, writes);
    expect((await remove(old?.keyId)).status).toBe(204);
    expect((await read(id)).keyCredentials.map(({ displayName }) => displayName)).toEqual(["CN=second"]);
    expect((await remove(old?.keyId)).status).toBe(400);
  });

  it("needs no permission for one's own, and the usual one for another's", async () => {
    const { id, appId } = await make({ keyCredentials: [asks(first)] });
    await ask("POST /servicePrincipals", { appId }, writes);
    const body = async () => ({ keyCredential: asks(second), proof: await proofOf(id, first) });
    expect((await ask(`POST /applications/${id}/addKey`, await body(), { permissions: [] })).status).toBe(403);
    expect((await ask(`POST /applications/${id}/addKey`, await body(), { app: appId })).status).toBe(200);
  });

  it("works for service principals alike", async () => {
    const { appId } = await make();
    const { id } = (await ask("POST /servicePrincipals", { appId, keyCredentials: [asks(first)] }, writes)).body;
    const path = `/servicePrincipals/${id}`;
    const proof = await proofOf(id, first);
    const added = await ask(`POST ${path}/addKey`, { keyCredential: asks(second), proof }, writes);
    expect([added.status, added.body.displayName]).toEqual([200, "CN=second"]);
    const removed = await ask(`POST ${path}/removeKey`, { keyId: added.body.keyId, proof }, writes);
    expect(removed.status).toBe(204);
    const { keyId } = (await ask(`POST ${path}/addPassword`, {}, writes)).body;
    expect((await ask(`POST ${path}/removePassword`, { keyId }, writes)).status).toBe(204);
    expect((await ask(`GET ${path}`)).body).toMatchObject({
      passwordCredentials: [],
      keyCredentials: [{ displayName: "CN=first" }],
    });
    expect((await ask(`GET ${path}?$select=keyCredentials`)).body.keyCredentials).toMatchObject([{ key: first.key }]);
  });

  it("of type X509CertAndPassword says its password, and no other does", async () => {
    const { id } = await make({ keyCredentials: [asks(first)] });
    const add = async (keyCredential: object, passwordCredential: object | null) => {
      const body = { keyCredential, passwordCredential, proof: await proofOf(id, first) };
      return (await ask(`POST /applications/${id}/addKey`, body, writes)).status;
    };
    const signing = asks(second, { type: "X509CertAndPassword", usage: "Sign" });
    expect(await add(signing, null)).toBe(400);
    expect(await add(asks(second), { secretText: "word" })).toBe(400);
    expect(await add(signing, { secretText: "word" })).toBe(200);
  });

  it("is no way to the first key", async () => {
    const { id } = await make();
    const body = { keyCredential: asks(first), proof: await proofOf(id, first) };
    expect((await ask(`POST /applications/${id}/addKey`, body, writes)).status).toBe(401);
  });
});
