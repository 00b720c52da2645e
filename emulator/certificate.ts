/** The certificate a served tenant shows to TLS clients: made here, good for loopback names only. */
import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

export interface ServerCertificate {
  /** PEM. */
  readonly key: string;
  /** PEM. */
  readonly certificate: string;
  /** File with the certificate alone, for NODE_EXTRA_CA_CERTS, SSL_CERT_FILE and the like. */
  readonly file: string;
  /** Removes what was only for this process. */
  readonly forget: () => void;
}

const dayMs = 86_400_000;
const lifeMs = 365 * dayMs;

/** A certificate that is valid for less than this is replaced. */
const renewalMs = 30 * dayMs;

/** Both halves in one file, so that two processes never mix them. */
const privateName = "certificate-and-key.pem";
const publicName = "certificate.pem";

/**
 * It is self-signed and no certificate authority: whoever trusts it trusts this tenant and nothing else, even where its
 * key gets known.
 *
 * @param where folder of the tenant, which keeps it; in `"memory"` it is made anew each time
 */
export async function serverCertificate(where: string): Promise<ServerCertificate> {
  const temporary = where === "memory";
  const folder = temporary ? fs.mkdtempSync(path.join(tmpdir(), "emulated-tenant-")) : path.join(where, "tls");
  fs.mkdirSync(folder, { recursive: true });
  if (!temporary) fs.writeFileSync(path.join(folder, ".gitignore"), "*\n");
  const kept = path.join(folder, privateName);
  const pem = usable(kept) ?? (await made(kept));
  const file = path.join(folder, publicName);
  const certificate = part(pem, "CERTIFICATE");
  if (readable(file) !== certificate) fs.writeFileSync(file, certificate);
  const forget = () => (temporary ? fs.rmSync(folder, { recursive: true, force: true }) : undefined);
  return { key: part(pem, "PRIVATE KEY"), certificate, file, forget };
}

function part(pem: string, name: string): string {
  const [found] = new RegExp(`-----BEGIN ${name}-----[^-]+-----END ${name}-----`).exec(pem) ?? [""];
  return `${found}\n`;
}

function readable(file: string): string | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
}

/** The stored one, unless it is damaged or expires soon. TLS clients go by the machine's clock, not by the tenant's. */
function usable(file: string): string | undefined {
  const pem = readable(file);
  if (pem === undefined) return undefined;
  try {
    const { validTo } = new X509Certificate(part(pem, "CERTIFICATE"));
    return Date.parse(validTo) - Date.now() > renewalMs ? pem : undefined;
  } catch {
    return undefined;
  }
}

async function made(file: string): Promise<string> {
  const now = Date.now();
  // A third of what a served tenant loads, and of use to few starts.
  const { generate } = await import("selfsigned");
  const pems = await generate([{ name: "commonName", value: "Emulated Microsoft Entra tenant" }], {
    keyType: "ec",
    algorithm: "sha256",
    // A clock that was set back a little still finds it valid.
    notBeforeDate: new Date(now - dayMs),
    notAfterDate: new Date(now + lifeMs),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
          { type: 7, ip: "::1" },
        ],
      },
    ],
  });
  const own = `${file}.${process.pid}`;
  fs.writeFileSync(own, `${pems.cert}\n${pems.private}\n`, { mode: 0o600 });
  try {
    // Of two processes that make the first one at once, one wins and both use its.
    if (usable(file) === undefined) {
      fs.rmSync(file, { force: true });
      fs.linkSync(own, file);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    fs.rmSync(own, { force: true });
  }
  return fs.readFileSync(file, "utf8");
}
