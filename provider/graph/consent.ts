/**
 * A permission that an administrator granted a moment ago is in no token yet: for up to two minutes Entra issues tokens
 * without it, and tokens stay what they were issued as. A request that is refused meanwhile waits for a token with it.
 */
import type { Answer } from "./answer";
import type { Clock } from "./clock";
import { EntraError } from "./errors";
import type { Layer } from "./layer";
import type { Reads } from "./reads";
import { timeOf } from "./retry-after";
import { unlessCancelled } from "./retries";
import { claimsOf, type Tokens } from "./tokens";

/** Milliseconds from a grant until every new token carries it. Reports of users name 30 to 120 s. */
const inForceMs = 120_000;

/** Milliseconds between two token requests. */
const pauseMs = 5_000;

const microsoftGraph = "00000003-0000-0000-c000-000000000000";

export interface Consent {
  readonly tokens: Tokens;
  readonly clock: Clock;
  /** Reads from Graph through a pipeline without this layer. */
  readonly graph: Reads;
  /** Reports to the person who waits why, in the asynchronous context of the call that waits. */
  readonly progress: (message: string) => void;
  /** Ends every wait. */
  readonly cancelled: AbortSignal | undefined;
}

/** A permission of the application, from its app role assignment. */
interface Grant {
  /** Value of the app role: what tokens call it. */
  readonly role: string;
  /** Milliseconds since 1970, by Graph's clock. */
  readonly grantedAt: number;
}

/** What the refused token lacks and a newer one may carry. */
interface Pending {
  /** For people. */
  readonly what: string;
  /** When to give up: milliseconds since 1970 by this machine's clock. */
  readonly until: number;
  /** Resolves when a token carries it, or at `until`. */
  readonly over: Promise<void>;
}

/**
 * Sends a request that was answered 403 (it had no effect) again when a newer token may carry what it needs: an app role
 * of Graph was assigned to the application less than two minutes before the refused token was requested, and the token
 * lacks that role. The time alone does not decide: of two tokens issued a minute after a grant one may carry it and the
 * other not. A 403 is final at once for a token that carries all roles, for a person's token, and where the assignments
 * cannot be read.
 *
 * A token without any permission cannot even read the assignments. Its application may have been created a moment ago, or
 * somebody forgot the consent and can give it now: so permissions are waited for, two minutes from the first such token.
 *
 * The assignments are read once for each refused token, and all requests refused with it wait together.
 */
export function consent({ tokens, clock, graph, progress, cancelled }: Consent): Layer {
  /** What is known of the token that was refused last; while requests wait, of the newest one. */
  let known: { token: string; readonly pending: Promise<Pending | undefined> } | undefined;
  /**
   * How far Graph's clock is ahead of this machine's. Measured once: a `Date` has no fractions of a second, so a second
   * measurement may differ, and a wait that is over would begin again.
   */
  let aheadMs: number | undefined;
  /** When the first token without any permission was requested. */
  let nothingSince: number | undefined;

  async function pendingFor(token: string, { headers }: Answer): Promise<Pending | undefined> {
    const { servicePrincipalId, permissions, directoryRoles } = claimsOf(token);
    if (servicePrincipalId === undefined) return undefined;
    const now = clock.now();
    if (permissions.length + directoryRoles.length === 0) {
      const until = (nothingSince ??= tokens.requestedAt) + inForceMs;
      if (now >= until) return undefined;
      const what =
        "a consent to come into force, for this application has no permission yet; if there is none, give it now";
      return { what, until, over: untilIssued(token, (held) => held.length > 0, until) };
    }
    aheadMs ??= (timeOf(headers.get("date")) ?? now) - now;
    const since = tokens.requestedAt + aheadMs - inForceMs;
    const missing = (await grantsAfter(since, servicePrincipalId, graph)).filter(
      ({ role }) => !permissions.includes(role),
    );
    if (missing.length === 0) return undefined;
    const grantedAt = Math.max(...missing.map((grant) => grant.grantedAt));
    const until = grantedAt + inForceMs - aheadMs;
    const what = `a permission that was granted at ${new Date(grantedAt).toISOString().slice(11, 19)} UTC to come into force`;
    const hasAll = (held: readonly string[]): boolean => missing.every(({ role }) => held.includes(role));
    return { what, until, over: untilIssued(token, hasAll, until) };
  }

  async function untilIssued(
    refused: string,
    suffices: (permissions: readonly string[]) => boolean,
    until: number,
  ): Promise<void> {
    try {
      for (let token = refused; cancelled?.aborted !== true;) {
        try {
          token = await tokens.renew(token);
        } catch (error) {
          // The present token is still valid: a token endpoint that fails is no failure of the request before the time is over.
          if (!(error instanceof EntraError) || clock.now() >= until) throw error;
        }
        if (known) known.token = token;
        const { permissions } = claimsOf(token);
        const leftMs = until - clock.now();
        if (leftMs <= 0 || suffices(permissions)) return;
        await clock.wait(Math.min(pauseMs, leftMs), cancelled).catch(unlessCancelled(cancelled));
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
      const leftMs = pending.until - clock.now();
      if (leftMs > 0) progress(`waiting up to ${Math.ceil(leftMs / 1000)} s for ${pending.what}`);
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
async function grantsAfter(since: number, servicePrincipalId: string, graph: Reads): Promise<Grant[]> {
  try {
    const assignments = await graph.list<Assignment>(`/servicePrincipals/${servicePrincipalId}/appRoleAssignments`);
    const recent = assignments.flatMap((assignment) => {
      const grantedAt = Date.parse(assignment.createdDateTime);
      return grantedAt > since ? { ...assignment, grantedAt } : [];
    });
    if (recent.length === 0) return [];
    const { appRoles } = await graph.get<Api>(`/servicePrincipals(appId='${microsoftGraph}')?$select=appRoles`);
    return recent.flatMap(({ appRoleId, grantedAt }) => {
      const role = appRoles?.find(({ id }) => id === appRoleId)?.value;
      return role === undefined ? [] : { role, grantedAt };
    });
  } catch (error) {
    // Nothing is known then. The error must not reach the caller: it would take a 404 for the answer to its own request.
    if (error instanceof EntraError) return [];
    throw error;
  }
}
