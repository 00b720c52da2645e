/** The claims that a 401 asks for in the next token (Continuous Access Evaluation). */

/**
 * The claims of `WWW-Authenticate: Bearer …, claims="<base64>"` as JSON text; undefined when the answer names none.
 * Claims that are not JSON are ignored: then a new token without them is tried.
 */
export function claimsChallenge(headers: Headers): string | undefined {
  const encoded = /\bclaims="([^"]+)"/.exec(headers.get("www-authenticate") ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const claims = Buffer.from(encoded, "base64").toString("utf8");
  return isJson(claims) ? claims : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
