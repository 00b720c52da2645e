/** The layer that says who asks, and in which dialect of OData. */
import type { Layer } from "./layer";
import { userAgent } from "./version";

export function requestHeaders(): Layer {
  const agent = userAgent();
  return ({ headers, clientRequestId }, next) => {
    Object.assign(headers, {
      // Without it a POST to a raw collection makes a plain application out of a blueprint.
      "OData-Version": "4.0",
      // Said, so that it stays so: `full` would annotate every member.
      Accept: "application/json;odata.metadata=minimal",
      "User-Agent": agent,
      "client-request-id": clientRequestId,
    });
    return next();
  };
}
