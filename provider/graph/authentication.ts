/** The layer that adds the access token. */
import { claimsChallenge } from "./claims-challenge";
import type { Layer } from "./layer";
import type { Tokens } from "./tokens";

/** A token that is refused is replaced once; a second refusal is final. */
export function authentication(tokens: Tokens): Layer {
  return async ({ headers }, next) => {
    const token = await tokens.current();
    headers["Authorization"] = `Bearer ${token}`;
    const answer = await next();
    if (answer.status !== 401) return answer;
    headers["Authorization"] = `Bearer ${await tokens.renew(token, claimsChallenge(answer.headers))}`;
    return next();
  };
}
