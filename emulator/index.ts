/**
 * The sub-path `pulumi-entra-agent-id/emulator`: a Microsoft Entra tenant for the tests of code that speaks Microsoft
 * Graph. It needs no Pulumi.
 *
 * ```ts
 * import { openTenant } from "pulumi-entra-agent-id/emulator";
 *
 * const tenant = openTenant({ memory: true });
 * const headers = { authorization: `Bearer ${await tenant.token({ permissions: ["User.Read.All"] })}` };
 * const response = await tenant.handle(new Request("https://graph.microsoft.com/v1.0/users", { headers }));
 * tenant.close();
 * ```
 */
import type { EmulatedTenant, TenantOptions } from "./emulated-tenant";
import { openTenant as openInternal } from "./tenant";

export type { ClientCredentials, EmulatedTenant, InMemory, OnDisk, TenantOptions } from "./emulated-tenant";
export type { RequestHeaders, TenantAnswer, TenantRequest } from "./exchange";
export { serveTenant, type ServedTenant, type ServeOptions } from "./server";
export type { Trust } from "./sign-in/issuers";
export type { TokenRequest } from "./sign-in/token-subject";
export type { RequestRecord } from "./state/journal";
export type { Lag } from "./state/lag";
export type { FileObject, TenantFile } from "./state/tenant-file";
export type { Clock } from "./switches/clock";
export type { Fault, FaultAnswer } from "./switches/fault";
export type { Profiles, ProfileSet } from "./switches/profiles";
export type { Licence, Limits, Quotas, SwitchChanges, Switches } from "./switches/values";

/**
 * Opens an emulated tenant in this process, and makes it where there is none: with a company of twelve people and four
 * groups, and an application whose permissions {@link EmulatedTenant.grant} sets. Close it at the end.
 *
 * In memory it is made anew each time, quickly enough for each test to have its own. On disk every write is kept before
 * it is answered, and whoever opens the folder next finds it, after a killed process too.
 *
 * Needs Node.js with `node:sqlite`, as `engines` of this package says.
 *
 * @throws {TypeError} where neither `memory` nor `directory` is given
 * @throws {Error} `cannot open the emulated tenant in …`: the file is damaged, of a newer version of this package, or
 * of another tenant than `tenantId` says
 */
export function openTenant(options: TenantOptions): EmulatedTenant {
  return openInternal(options);
}
