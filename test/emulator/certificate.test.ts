import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, rootCertificates, type TLSSocket } from "node:tls";
import { serverCertificate } from "../../emulator/certificate";
import { serveTenant } from "../../emulator/server";
import { openTenant } from "../../emulator/tenant";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "certificate-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the certificate of a served tenant", () => {
  it("is good for loopback names, is no authority, and its key is private", async () => {
    const { certificate, key, file } = await serverCertificate(folder);
    const parsed = new X509Certificate(certificate);
    expect(["127.0.0.1", "::1"].map((address) => parsed.checkIP(address))).toEqual(["127.0.0.1", "::1"]);
    expect([parsed.checkHost("localhost"), parsed.checkHost("login.microsoftonline.com"), parsed.ca]).toEqual([
      "localhost",
      undefined,
      false,
    ]);
    expect(readFileSync(file, "utf8")).toBe(certificate);
    expect(statSync(join(folder, "tls", "certificate-and-key.pem")).mode & 0o777).toBe(0o600);
    expect(key).toContain("PRIVATE KEY");
    expect(readFileSync(file, "utf8")).not.toContain("PRIVATE");
    expect(readFileSync(join(folder, "tls", ".gitignore"), "utf8")).toBe("*\n");
  });

  it("stays the same from one start to the next, and is replaced when it is damaged or near its end", async () => {
    const first = await serverCertificate(folder);
    expect((await serverCertificate(folder)).certificate).toBe(first.certificate);
    const kept = join(folder, "tls", "certificate-and-key.pem");
    for (const spoilt of ["", `${rootCertificates[0] ?? ""}\n`.replace(/[A-Z]/, "!")]) {
      writeFileSync(kept, spoilt);
      const next = await serverCertificate(folder);
      expect(new X509Certificate(next.certificate).serialNumber).not.toBe(
        new X509Certificate(first.certificate).serialNumber,
      );
      expect(readFileSync(next.file, "utf8")).toBe(next.certificate);
    }
  });

  it("is one, however many processes make it at once", async () => {
    const all = await Promise.all([1, 2, 3, 4].map(() => serverCertificate(folder)));
    expect(new Set(all.map(({ key, certificate }) => key + certificate)).size).toBe(1);
  });
});

describe("one port", () => {
  it("takes HTTP and HTTPS, each answered with its own address", async () => {
    const tenant = openTenant({ memory: true });
    const served = await serveTenant(tenant, { port: 0, tls: true });
    const ca = readFileSync(served.caFile ?? "");
    const token = await tenant.token();
    const headers = { authorization: `Bearer ${token}` };
    const secure = await new Promise<{ "@odata.nextLink": string }>((resolve, reject) => {
      request(`${served.secureUrl ?? ""}/v1.0/users?$top=1`, { ca, headers }, (incoming) => {
        let text = "";
        incoming.on("data", (chunk) => (text += String(chunk)));
        incoming.on("end", () => resolve(JSON.parse(text) as { "@odata.nextLink": string }));
      })
        .on("error", reject)
        .end();
    });
    const plain = (await (await fetch(`${served.url}/v1.0/users?$top=1`, { headers })).json()) as typeof secure;
    expect(secure["@odata.nextLink"]).toMatch(new RegExp(`^${served.secureUrl ?? "?"}/v1.0/users`));
    expect(plain["@odata.nextLink"]).toMatch(new RegExp(`^${served.url}/v1.0/users`));
    await served.close();
    expect(() => statSync(served.caFile ?? "")).toThrow("ENOENT");
    tenant.close();
  });

  it("is not trusted by a client that was not configured to", async () => {
    const tenant = openTenant({ memory: true });
    const served = await serveTenant(tenant, { port: 0, tls: true });
    const { port } = new URL(served.url);
    const refused = await new Promise<NodeJS.ErrnoException>((resolve) => {
      const socket: TLSSocket = connect({ port: Number(port), host: "127.0.0.1" });
      socket.once("error", resolve);
    });
    expect(refused.code).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
    expect((await fetch(`${served.url}/_tenant`)).status).toBe(200);
    await served.close();
    tenant.close();
  });
});
