/** Sign-in libraries and the Graph SDK in Python, Go and Java, unchanged, against a served tenant. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt } from "jose";
import { asker } from "../emulator/client";
import { aCertificate, anApplication } from "../emulator/sign-in/client";
import { brought, printedByProgram } from "./brought";
import { aServedTenant, type Served } from "./served";

let served: Served;
let env: Readonly<Record<string, string>>;
let appId: string;
beforeAll(async () => {
  served = await aServedTenant();
  served.tenant.grant(["User.Read.All", "Group.Read.All"]);
  const keys = await aCertificate();
  const ask = asker(served.tenant);
  const { application } = await anApplication(ask);
  ({ appId } = application);
  const change = { keyCredentials: [keys.credential] };
  const permissions = ["Application.ReadWrite.All"];
  expect((await ask(`PATCH /applications/${application.id}`, change, { permissions })).status).toBe(204);
  env = {
    ...served.env,
    APP_ID: appId,
    CERTIFICATE: keys.pem,
    THUMBPRINT: keys.sha1.toString("hex"),
    SSL_CERT_FILE: served.caFile,
    REQUESTS_CA_BUNDLE: served.caFile,
  };
});
afterAll(() => served.close());

/** Whose token it is. */
const client = (token: unknown) => decodeJwt(String(token))["appid"];

const python = brought("python");
python.whereBrought(`Python${python.note}`, () => {
  it("signs in by MSAL and azure-identity, and Microsoft's Graph SDK sends a batch", async () => {
    const program = join(python.folder, "venv", "bin", "python");
    const printed = (await printedByProgram(program, [join(python.folder, "main.py")], env)) as {
      readonly secret: { readonly token: string; readonly cached: boolean };
      readonly certificate: { readonly token: string; readonly cached: boolean };
      readonly identity: string;
      readonly sdk: object;
    };
    const { secret, certificate, identity, sdk } = printed;
    expect([client(secret.token), secret.cached]).toEqual([env["CLIENT_ID"], true]);
    expect([client(certificate.token), certificate.cached]).toEqual([appId, true]);
    expect(client(identity)).toBe(appId);
    expect(sdk).toEqual({ people: 12, batch: [200, 200] });
  });
});

const go = brought("go");
go.whereBrought(`Go${go.note}`, () => {
  it("signs in by MSAL with a secret, and by azidentity with a secret and a certificate", async () => {
    const printed = (await printedByProgram(join(go.folder, "client"), [], env)) as Readonly<Record<string, unknown>>;
    expect([client(printed["msal"]), printed["cached"]]).toEqual([env["CLIENT_ID"], true]);
    expect([client(printed["secret"]), client(printed["certificate"])]).toEqual([env["CLIENT_ID"], appId]);
  });
});

const java = brought("java");
java.whereBrought(`Java${java.note}`, () => {
  it("signs in by MSAL4J, which reads what it trusts from a key store", async () => {
    const folder = mkdtempSync(join(tmpdir(), "java-"));
    try {
      const trust = join(folder, "trust.p12");
      const store = ["-keystore", trust, "-storetype", "PKCS12", "-storepass", "changeit"];
      execFileSync("keytool", ["-importcert", "-noprompt", "-alias", "emulated", "-file", served.caFile, ...store], {
        stdio: "ignore",
      });
      const trusting = [`-Djavax.net.ssl.trustStore=${trust}`, "-Djavax.net.ssl.trustStorePassword=changeit"];
      const classes = ["-cp", `${join(java.folder, "lib")}/*:${java.folder}`];
      const printed = (await printedByProgram("java", [...trusting, ...classes, "SignIn"], env)) as Readonly<
        Record<string, unknown>
      >;
      expect(client(printed["msal4j"])).toBe(env["CLIENT_ID"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
