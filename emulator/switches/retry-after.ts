/** The headers of throttling. */
import type { Charge } from "./throttle";
import type { Switches } from "./values";

type Form = NonNullable<Switches["quotas"]>["retryAfter"];

/** Retry-After for a wait of `ms` milliseconds, never shorter than it; undefined where the form is `absent`. */
export function retryAfterIn(form: Form, ms: number, now: Date): string | undefined {
  if (form === "absent") return undefined;
  if (form === "decimal") return (ms / 1000).toFixed(3);
  if (form === "integer") return String(Math.max(1, Math.ceil(ms / 1000)));
  return new Date(Math.ceil((now.getTime() + ms) / 1000) * 1000).toUTCString();
}

/** When a Retry-After ends; undefined for what is none. */
export function endOf(retryAfter: string | null, now: Date): Date | undefined {
  if (retryAfter === null) return undefined;
  if (/^\d+(\.\d+)?$/.test(retryAfter)) return new Date(now.getTime() + Number(retryAfter) * 1000);
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? undefined : new Date(date);
}

/** What every answer says of the quotas, and a refusal in addition. */
export function throttleHeaders(
  { units, share, refused }: Charge,
  { appId, tenantId }: { readonly appId: string; readonly tenantId: string },
  form: Form,
  now: Date,
): Record<string, string> {
  const headers: Record<string, string> = {};
  if (units !== undefined) headers["x-ms-resource-unit"] = String(units);
  if (share >= 0.8) headers["x-ms-throttle-limit-percentage"] = String(Math.round(share * 100) / 100);
  if (!refused) return headers;
  const { quota, waitMs } = refused;
  const scope = { applicationInTenant: "Tenant_Application", application: "Application", tenant: "Tenant" }[quota.of];
  const kind = quota.counts === "writes" ? "Write" : "ReadWrite";
  headers["x-ms-throttle-scope"] = `${scope}/${kind}/${appId}/${tenantId}`;
  headers["x-ms-throttle-information"] = quota.counts === "writes" ? "WriteLimitExceeded" : "ResourceUnitLimitExceeded";
  const retryAfter = quota.silent ? undefined : retryAfterIn(form, waitMs, now);
  if (retryAfter !== undefined) headers["retry-after"] = retryAfter;
  return headers;
}
