/**
 * A permission that an administrator granted a moment ago is in no token yet: for up to two minutes Entra issues tokens
 * without it, and tokens stay what they were issued as. A request that is refused meanwhile waits for a token with it.
 */
import type { Answer } from "./answer";
import type { Layer } from "./call";
import type { Clock } from "./clock";
import { EntraError } from "./errors";
import type { Reads } from "./reads";
import { dateMs } from "./retry-after";
import { ofCancelling } from "./retries";
import { claimsOf, type Tokens } from "./tokens";

/** Milliseconds from a grant until every new token carries it. Others have seen 30 to 120 s. */
const inForceMs = 120_000;

/** Milliseconds from one new token to the next. */
const pauseMs = 5_000;

const microsoftGraph = "00000003-0000-0000-c000-000000000000";

export interface Consent {
  readonly tokens: Tokens;
  readonly clock: Clock;
  /** Reads from Graph, by a pipeline without this layer. */
  readonly graph: Reads;
  /** Tells the person who waits why, in the asynchronous context of the call that waits. */
  readonly say: (message: string) => void;
  /** Ends every wait. */
  readonly cancelled: AbortSignal | undefined;
}

/** A permission of the application, as its assignment says. */
interface Grant {
  /** Value of the app role: what tokens call it. */
  readonly role: string;
  /** Milliseconds since 1970, by Graph's clock. */
  readonly grantedMs: number;
}

/** What a refused token lacks and a newer one may have. */
interface Pending {
  /** For people. */
  readonly what: string;
  /** When to give up, by this machine's clock. */
  readonly untilMs: number;
  /** Fulfilled when a token carries it, or at the latest then. */
  readonly over: Promise<void>;
}

/**
 * Repeats what was answered 403, which had no effect, when a newer token may be answered otherwise: among the app role
 * assignments of the application itself is one at Graph that was granted later than two minutes before the refused token
 * was asked for, and the token lacks its role. The time alone does not tell: of two tokens issued a minute after a grant
 * one may have it and the other not. Final at once are a token that has them all, a person's, and assignments that cannot
 * be read.
 *
 * With a token that carries nothing at all not even that can be asked. It may be of an application that was made a moment
 * ago, and whoever forgot the consent can give it meanwhile: so it is waited for, two minutes from the first token on.
 *
 * One question for each refused token, and one wait for all that were refused with it.
 */
export function consent({ tokens, clock, graph, say, cancelled }: Consent): Layer {
  /** What is known of the token that was refused last, and while somebody waits, of the newest. */
  let known: { token: string; readonly pending: Promise<Pending | undefined> } | undefined;
  /** How far Graph's clock is ahead of this machine's. A `Date` has no fractions: measured twice, what is over would be young again. */
  let aheadMs: number | undefined;
  /** When the first token that carries nothing was asked for. */
  let nothingSinceMs: number | undefined;

  async function pendingFor(token: string, { headers }: Answer): Promise<Pending | undefined> {
    const { servicePrincipalId, permissions, directoryRoles } = claimsOf(token);
    if (servicePrincipalId === undefined) return undefined;
    const nowMs = clock.now();
    if (permissions.length + directoryRoles.length === 0) {
      const untilMs = (nothingSinceMs ??= tokens.askedAtMs) + inForceMs;
      if (nowMs >= untilMs) return undefined;
      const what =
        "a consent to come into force, for this application has no permission yet; if there is none, give it now";
      return { what, untilMs, over: untilIssued(token, (held) => held.length > 0, untilMs) };
    }
    aheadMs ??= (dateMs(headers.get("date")) ?? nowMs) - nowMs;
    const sinceMs = tokens.askedAtMs + aheadMs - inForceMs;
    const missing = (await grantsAfter(sinceMs, servicePrincipalId, graph)).filter(
      ({ role }) => !permissions.includes(role),
    );
    if (missing.length === 0) return undefined;
    const grantedMs = Math.max(...missing.map((grant) => grant.grantedMs));
    const untilMs = grantedMs + inForceMs - aheadMs;
    const what = `a permission that was granted at ${new Date(grantedMs).toISOString().slice(11, 19)} UTC to come into force`;
    const hasAll = (held: readonly string[]): boolean => missing.every(({ role }) => held.includes(role));
    return { what, untilMs, over: untilIssued(token, hasAll, untilMs) };
  }

  async function untilIssued(
    refused: string,
    suffices: (permissions: readonly string[]) => boolean,
    untilMs: number,
  ): Promise<void> {
    try {
      for (let token = refused; cancelled?.aborted !== true;) {
        try {
          token = await tokens.renew(token);
        } catch (error) {
          // The one in hand is valid still, so what fails here fails nobody's request before the time is over.
          if (!(error instanceof EntraError) || clock.now() >= untilMs) throw error;
        }
        if (known) known.token = token;
        const { permissions } = claimsOf(token);
        const leftMs = untilMs - clock.now();
        if (leftMs <= 0 || suffices(permissions)) return;
        await clock.wait(Math.min(pauseMs, leftMs), cancelled).catch(ofCancelling(cancelled));
      }
    } finally {
      known = undefined;
    }
  }

  return async ({ headers }, next) => {
    for (;;) {
      const answer = await next();
      if (answer.status !== 403) return answer;
      const refused = headers["Authorization"]?.slice("Bearer ".length) ?? "";
      if (refused !== (await tokens.current())) continue;
      if (known?.token !== refused) known = { token: refused, pending: pendingFor(refused, answer) };
      const pending = await known.pending;
      if (!pending) return answer;
      const leftMs = pending.untilMs - clock.now();
      if (leftMs > 0) say(`waiting up to ${Math.ceil(leftMs / 1000)} s for ${pending.what}`);
      await pending.over;
    }
  };
}

interface Assignment {
  readonly appRoleId: string;
  readonly createdDateTime: string;
}

interface Api {
  readonly appRoles?: readonly { readonly id: string; readonly value: string }[];
}

/** The permissions of an application at Graph that were granted after a time; none where they cannot be read. */
async function grantsAfter(sinceMs: number, servicePrincipalId: string, graph: Reads): Promise<Grant[]> {
  try {
    const assignments = await graph.list<Assignment>(`/servicePrincipals/${servicePrincipalId}/appRoleAssignments`);
    const recent = assignments.flatMap((assignment) => {
      const grantedMs = Date.parse(assignment.createdDateTime);
      return grantedMs > sinceMs ? { ...assignment, grantedMs } : [];
    });
    if (recent.length === 0) return [];
    const { appRoles } = await graph.get<Api>(`/servicePrincipals(appId='${microsoftGraph}')?$select=appRoles`);
    return recent.flatMap(({ appRoleId, grantedMs }) => {
      const role = appRoles?.find(({ id }) => id === appRoleId)?.value;
      return role === undefined ? [] : { role, grantedMs };
    });
  } catch (error) {
    // Whoever may not read them cannot know, and no failure of this question is what the caller asked for: a 404 would be taken for its own.
    if (error instanceof EntraError) return [];
    throw error;
  }
}
