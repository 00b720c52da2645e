/** APIs of the tenant's own, with permissions that a test decides. */
import { randomUUID } from "node:crypto";
import { defaultPermissions } from "../../../emulator/seed";
import { embeddedConnection } from "../../../provider/graph/connection";
import type { Tenant } from "../../../provider/graph/tenant";
import type { TestTenant } from "../a-tenant";

interface Published {
  readonly value: string | null;
  readonly isEnabled?: boolean;
  readonly allowedMemberTypes?: readonly string[];
}

export interface OwnApi {
  /** A connection that may make applications. */
  readonly graph: Tenant;
  readonly appId: string;
  /** Publishes these instead of those before; what has the same name keeps its id. */
  publish(roles: readonly Published[], scopes?: readonly string[], disabledScopes?: readonly string[]): Promise<void>;
  /** Object id of its service principal, which is made where there is none. */
  principalId(): Promise<string>;
  roleId(value: string): string;
}

interface Manifest {
  readonly appRoles: readonly object[];
  readonly scopes: readonly object[];
}

const disabled = ({ appRoles, scopes }: Manifest): Manifest => ({
  appRoles: appRoles.map((role) => ({ ...role, isEnabled: false })),
  scopes: scopes.map((scope) => ({ ...scope, isEnabled: false })),
});

export async function anApi({ emulated }: Pick<TestTenant, "emulated">): Promise<OwnApi> {
  emulated.grant([...defaultPermissions, "Application.ReadWrite.All"]);
  const graph = await embeddedConnection(emulated, "the publisher's tenant");
  const ids = new Map<string, string>();
  const idOf = (value: string): string => {
    const id = ids.get(value) ?? randomUUID();
    ids.set(value, id);
    return id;
  };
  const { id, appId } = await graph.post<{ id: string; appId: string }>("/applications", {
    displayName: "Payroll API",
  });
  let last: Manifest = { appRoles: [], scopes: [] };
  let principalId: Promise<string> | undefined;
  return {
    graph,
    appId,
    async publish(roles, scopes = [], disabledScopes = []) {
      const role = ({ value, isEnabled = true, allowedMemberTypes = ["Application"] }: Published) => {
        const name = value ?? "Without a name";
        return { id: idOf(name), value, isEnabled, allowedMemberTypes, displayName: name, description: name };
      };
      const scope = (value: string) => ({
        id: idOf(value),
        value,
        isEnabled: !disabledScopes.includes(value),
        type: "Admin",
        adminConsentDisplayName: value,
        adminConsentDescription: value,
      });
      const next = { appRoles: roles.map(role), scopes: scopes.map(scope) };
      // Graph lets nothing go that is not disabled.
      for (const { appRoles, scopes: shown } of [disabled(last), next])
        await graph.patch(`/applications/${id}`, { appRoles, api: { oauth2PermissionScopes: shown } });
      last = next;
    },
    principalId() {
      principalId ??= graph.post<{ id: string }>("/servicePrincipals", { appId }).then((made) => made.id);
      return principalId;
    },
    roleId: idOf,
  };
}
