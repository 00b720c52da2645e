/** What a 401 asks the next token to carry (Continuous Access Evaluation). */

/**
 * The claims of `WWW-Authenticate: Bearer …, claims="<base64>"` as JSON text; undefined when the answer names none.
 * What is not JSON inside is ignored: a plain new token is then the best that can be tried.
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
