/** Secrets and certificates that come back with a restored blueprint: programs declare none, and they open doors again. */
import { type Blueprint, blueprintPath, type Credential } from "./blueprint-application";
import type { Tenant } from "./graph/tenant";

type Credentialed = Pick<Blueprint, "id" | "passwordCredentials" | "keyCredentials">;

/** Those that are valid still, until when, and how to remove them; undefined when there are none. Ids, never values. */
export function credentialsOf(tenant: Tenant, blueprint: Credentialed): string | undefined {
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
