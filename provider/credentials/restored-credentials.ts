/** Credentials that come back with a restored blueprint, and open doors again that nobody asked for. */
import { type Blueprint, blueprintPath, type Credential } from "../identities/blueprint-application";
import { restoredWith } from "../directory/deleted-items";
import { undefinedWhenGone } from "../graph/errors";
import type { Tenant } from "../graph/tenant";

type Credentialed = Pick<Blueprint, "id" | "passwordCredentials" | "keyCredentials">;

/**
 * Which ones, until when they are valid, and how to remove them: a phrase; undefined when there are none. Ids, never values.
 *
 * @param blueprint as it was while it was deleted
 */
export async function restoredCredentials(tenant: Tenant, blueprint: Credentialed): Promise<string | undefined> {
  const phrases = [
    await restoredFederatedCredentials(tenant, blueprint),
    restoredSecretsAndCertificates(tenant, blueprint),
  ].filter(Boolean);
  return phrases.length > 0 ? phrases.join("; and ") : undefined;
}

/** Whether the program declares them is not known here. */
function restoredFederatedCredentials(tenant: Tenant, { id }: Credentialed): Promise<string | undefined> {
  const path = `${blueprintPath(id)}/federatedIdentityCredentials`;
  return restoredWith(tenant, "federated credentials", [path], () => trustedAt(tenant, path));
}

async function trustedAt(tenant: Tenant, path: string): Promise<string | undefined> {
  // Where a replica does not know yet that the blueprint is back there is nothing to tell.
  const found = (await tenant.list<{ id: string; name: string }>(path).catch(undefinedWhenGone)) ?? [];
  if (found.length === 0) return undefined;
  const names = found.map(({ id: credentialId, name }) => `"${name}" (${credentialId})`).join(", ");
  return (
    `${counted(found.length, "federated credential")}: ${names}. They work again, also those that no ` +
    `program declares. Remove these with DELETE ${tenant.url(path)}/{id}`
  );
}

/** Those that are valid still: programs declare none. */
function restoredSecretsAndCertificates(tenant: Tenant, blueprint: Credentialed): string | undefined {
  const [secrets, certificates] = [valid(blueprint.passwordCredentials), valid(blueprint.keyCredentials)];
  if (secrets.length + certificates.length === 0) return undefined;
  const url = tenant.url(blueprintPath(blueprint.id));
  const [counts, removals] = [[] as string[], [] as string[]];
  if (secrets.length > 0) {
    counts.push(counted(secrets.length, "secret"));
    removals.push(`a secret with POST ${url}/removePassword {"keyId":"…"}`);
  }
  if (certificates.length > 0) {
    counts.push(counted(certificates.length, "certificate"));
    removals.push(`all certificates with PATCH ${url} {"keyCredentials":[]}`);
  }
  const each = [...secrets.map(named("secret")), ...certificates.map(named("certificate"))];
  return (
    `${counts.join(" and ")} that no program declares, and whoever has one can sign in as the blueprint: ` +
    `${each.join(", ")}. Remove ${removals.join(", ")}`
  );
}

const valid = (credentials: readonly Credential[] = []): readonly Credential[] =>
  credentials.filter(({ endDateTime }) => Date.parse(endDateTime) > Date.now());

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

const named =
  (noun: string) =>
  ({ keyId, endDateTime }: Credential): string =>
    `${noun} ${keyId} until ${endDateTime.slice(0, 10)}`;
