/** An application of its own in an emulated tenant, with the permissions that an administrator granted it. */
import { apiOf, microsoftGraphAppId } from "../../emulator/permissions";
import type { EmulatedTenant } from "../../emulator/tenant";
import { asker } from "../emulator/client";
import { anApplication } from "../emulator/sign-in/client";

const administrator = { permissions: ["Application.Read.All", "AppRoleAssignment.ReadWrite.All"] };

export interface ClientApplication {
  readonly appId: string;
  /** Object id of its service principal. */
  readonly principalId: string;
  /** Grants application permissions of an API at the tenant's present time. @param api appId, by default Microsoft Graph's */
  consent(permissions: readonly string[], api?: string): Promise<void>;
}

export async function aClientApplication(emulated: EmulatedTenant): Promise<ClientApplication> {
  const ask = asker(emulated);
  const { principal } = await anApplication(ask);
  return {
    appId: principal.appId,
    principalId: principal.id,
    async consent(permissions, api = microsoftGraphAppId) {
      const resource = (await ask(`GET /servicePrincipals(appId='${api}')`, undefined, administrator)).body;
      for (const name of permissions) {
        const role = apiOf(api)?.appRoles.find(({ value }) => value === name);
        const assignment = { principalId: principal.id, resourceId: resource.id, appRoleId: role?.id };
        const { status } = await ask(
          `POST /servicePrincipals/${principal.id}/appRoleAssignments`,
          assignment,
          administrator,
        );
        if (status !== 201) throw new Error(`the administrator could not grant ${name}: ${status}`);
      }
    },
  };
}
