/**
 * Annotations of OData: what Graph says about a member beside it, such as `authenticationStrength@odata.context`. They are
 * never content, at any depth. Only two of them say something that no member does.
 *
 * Source: https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html, section 4.6
 */

import type { Send } from "./graph-client";

/** The type, where a list holds several, and the next page. */
const kept = new Set(["@odata.type", "@odata.nextLink"]);

const isAnnotation = (name: string): boolean => name.includes("@") && !kept.has(name);

/** Takes every annotation out of what Graph answers. */
export const withoutAnnotations =
  (send: Send): Send =>
  async (...request) => {
    const answered = await send(...request);
    removeAnnotations(answered);
    return answered;
  };

/** The body itself is changed: nobody else has it. */
function removeAnnotations(body: unknown): void {
  if (typeof body !== "object" || body === null) return;
  for (const [name, value] of Object.entries(body)) {
    if (!Array.isArray(body) && isAnnotation(name)) Reflect.deleteProperty(body, name);
    else removeAnnotations(value);
  }
}
