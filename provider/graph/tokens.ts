/** The access token of a connection: requested when needed, replaced once when refused, checked before it is used. */
import type { JWTPayload } from "jose";
// All of jose takes 40 ms of every process to load, this part 8.
import { decodeJwt } from "jose/jwt/decode";
import type { Clock } from "./clock";
import { EntraError } from "./errors";

/** Who has signed in. */
export interface Account {
  /** Object id of the service principal or person; undefined where the token does not say. */
  readonly id: string | undefined;
  /** Whether it is a person (delegated sign-in), whose directory roles count too. */
  readonly isPerson: boolean;
}

/** The claims of a token that this package reads. */
export interface TokenClaims {
  /** `tid`: GUID of the tenant that issued it. */
  readonly tenantId: string;
  /** `oid`: GUID of the service principal that the token is for; undefined in a person's token. */
  readonly servicePrincipalId: string | undefined;
  readonly account: Account;
  /** Delegated (`scp`) and application (`roles`) permissions. */
  readonly permissions: readonly string[];
  /** `wids`: template ids of directory roles, without the one that every token carries. */
  readonly directoryRoles: readonly string[];
  /** Milliseconds from `iat` to `exp`. */
  readonly lifetimeMs: number;
}

/**
 * Requests a token. `renew`: the last one was refused, so a cached one must not be returned. `claims`: what a claims challenge
 * asks for.
 */
export type Issue = (want: { renew: boolean; claims: string | undefined }) => Promise<string>;

/** A token is replaced this long before it expires, so that no request is under way then. */
const marginMs = 120_000;

/** Permissions with which Agent ID refuses a token, whatever else it carries. */
const refusedPermissions = ["Directory.AccessAsUser.All", "Directory.ReadWrite.All"];

/** In `wids` of every token. */
const roleOfEveryToken = "0997a1d0-0d1d-4acb-b408-d5ca73121e90";

export class Tokens {
  #held: { token: string; claims: TokenClaims; requestedAt: number; renewAt: number } | undefined;
  #pending: Promise<string> | undefined;

  /** @param accept throws for a token that must not be used here */
  constructor(
    private readonly issue: Issue,
    private readonly accept: (claims: TokenClaims) => void,
    private readonly clock: Clock,
  ) {}

  /** The token to use now. */
  async current(): Promise<string> {
    if (this.#held && this.clock.now() < this.#held.renewAt) return this.#held.token;
    return this.#requestOnce({ renew: false, claims: undefined });
  }

  /** Another token than `refused`. For all requests that were refused together one new token is requested. */
  async renew(refused: string, claims?: string): Promise<string> {
    if (this.#held && this.#held.token !== refused) return this.#held.token;
    return this.#requestOnce({ renew: true, claims });
  }

  /** When the present token was requested, in milliseconds since 1970 by this machine's clock; 0 when there is none. */
  get requestedAt(): number {
    return this.#held?.requestedAt ?? 0;
  }

  /** GUID of the tenant the token is for. */
  async tenantId(): Promise<string> {
    await this.current();
    return this.#held?.claims.tenantId ?? "";
  }

  /** Whom the token is for. */
  async account(): Promise<Account> {
    await this.current();
    return this.#held?.claims.account ?? { id: undefined, isPerson: false };
  }

  #requestOnce(want: { renew: boolean; claims: string | undefined }): Promise<string> {
    this.#pending ??= this.#request(want).finally(() => (this.#pending = undefined));
    return this.#pending;
  }

  async #request(want: { renew: boolean; claims: string | undefined }): Promise<string> {
    const requestedAt = this.clock.now();
    const token = await this.issue(want);
    const claims = claimsOf(token);
    refuseUnusable(claims);
    this.accept(claims);
    // Its lifetime is counted from the request: neither machine's clock has to be right.
    this.#held = {
      token,
      claims,
      requestedAt,
      renewAt: requestedAt + Math.max(claims.lifetimeMs - marginMs, claims.lifetimeMs / 2),
    };
    return token;
  }
}

/** @throws EntraError SIGN_IN_FAILED when the text is no access token */
export function claimsOf(token: string): TokenClaims {
  const { tid, oid, scp, roles, wids, exp, iat } = decoded(token);
  if (typeof tid !== "string") return unreadable('it has no "tid"');
  const delegated = typeof scp === "string" ? scp.split(" ") : [];
  const application = texts(roles);
  return {
    tenantId: tid.toLowerCase(),
    servicePrincipalId: typeof oid === "string" && scp === undefined ? oid : undefined,
    account: { id: typeof oid === "string" ? oid.toLowerCase() : undefined, isPerson: scp !== undefined },
    permissions: [...delegated, ...application],
    directoryRoles: texts(wids).filter((role) => role !== roleOfEveryToken),
    lifetimeMs: ((exp ?? 0) - (iat ?? 0)) * 1000,
  };
}

const texts = (claim: unknown): string[] =>
  Array.isArray(claim) ? claim.filter((value): value is string => typeof value === "string") : [];

function decoded(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    // jose's message may quote the token.
    return unreadable("it is not a JWT");
  }
}

function unreadable(why: string): never {
  throw new EntraError("SIGN_IN_FAILED", `cannot use the access token: ${why}`);
}

function refuseUnusable(claims: TokenClaims): void {
  const refused = claims.permissions.find((permission) => refusedPermissions.includes(permission));
  if (refused !== undefined)
    throw new EntraError("SIGN_IN_FAILED", `cannot use an access token that carries ${refused}: ${unusableToken}`);
}

/** Why signing in with the Azure CLI does not work. */
export const unusableToken =
  "Agent ID refuses every token that carries Directory.AccessAsUser.All or Directory.ReadWrite.All, and tokens of the Azure CLI " +
  "always carry the former. Sign in through an app registration of your own that holds only the permissions it needs";
