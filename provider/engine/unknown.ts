/**
 * Values that are not known before `pulumi up` runs. The engine hands them to `check` and `diff` as one fixed string,
 * whatever the type of the property.
 */

/** The engine's placeholder (`rpc.UnknownStringValue` in the Pulumi SDK). It looks like a GUID, so a format check accepts it. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether the value is, or holds anywhere, something that is not known yet. */
export function holdsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(holdsUnknown);
  if (typeof value === "object" && value !== null) return Object.values(value).some(holdsUnknown);
  return false;
}
