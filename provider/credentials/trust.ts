/**
 * Whom a federated credential trusts. Graph allows a trust once on a blueprint, so credentials of one blueprint that change
 * places need each other's: a list from which the first was taken, two that swap.
 */
import { blueprintPath } from "../identities/blueprint-application";
import { same } from "../engine/json";
import { type Listing, optionsOf } from "../engine/listing";
import { EntraError, undefinedWhenDeletedBefore, undefinedWhenGone } from "../graph/errors";
import type { GraphVersion, Tenant } from "../graph/tenant";

export interface Expression {
  readonly value: string;
  readonly languageVersion: number;
}

export interface Trust {
  readonly issuer: string;
  /** Null where an expression decides. */
  readonly subject: string | null;
  /** On beta alone. */
  readonly claimsMatchingExpression?: Expression | null;
  readonly audiences: readonly string[];
}

export interface Credential extends Trust {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
}

export const credentialsPath = (blueprintObjectId: string): string =>
  `${blueprintPath(blueprintObjectId)}/federatedIdentityCredentials`;

/** @param version beta shows expressions over claims */
export const credentialsOf = (blueprintObjectId: string, version: GraphVersion): Listing<Credential> => ({
  collection: credentialsPath(blueprintObjectId),
  ...(version === "beta" ? { version } : {}),
  select: [
    ...["id", "name", "issuer", "subject", "audiences", "description"],
    ...(version === "beta" ? ["claimsMatchingExpression"] : []),
  ],
  top: 100,
  keyOf: ({ name }) => name,
});

/** Issuer, and subject or expression, of which Graph allows one on a blueprint; the audience is no part of that. */
export const isSameTrust = (one: Trust, other: Trust): boolean =>
  one.issuer === other.issuer &&
  (one.subject ?? "") === (other.subject ?? "") &&
  (one.claimsMatchingExpression?.value ?? "") === (other.claimsMatchingExpression?.value ?? "");

/** Trusts nobody: names under `.invalid` lead nowhere (RFC 2606), so no token has this issuer. */
export const parked = (name: string): Trust => ({
  issuer: `https://parked.invalid/${name}`,
  subject: "waits for the trust that another credential of this blueprint gives up",
  audiences: ["api://AzureADTokenExchange"],
});

export const isParked = (trust: Trust, name: string): boolean => isSameTrust(trust, parked(name));

/** Whether Graph may have refused a trust because another credential has it: it has no code of its own for that. */
const mayBeTaken = (error: unknown): boolean =>
  error instanceof EntraError && (error.code === "REFUSED" || error.code === "CONFLICT");

/** The credentials of one blueprint, and what this process wrote to them: a replica may show them as they were. */
class Siblings {
  readonly #written = new Map<string, Credential>();
  readonly #removed = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly tenant: Tenant,
    private readonly blueprintObjectId: string,
  ) {}

  /** Nobody else of this process writes to them meanwhile. */
  alone<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(act, act);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async list(version: GraphVersion): Promise<Credential[]> {
    const listing = credentialsOf(this.blueprintObjectId, version);
    const path = `${listing.collection}?$select=${(listing.select ?? []).join(",")}`;
    const listed = await this.tenant.list<Credential>(path, optionsOf(listing));
    const unlisted = [...this.#written.values()].filter(({ id }) => !listed.some((one) => one.id === id));
    return [...listed.map((one) => this.#written.get(one.id) ?? one), ...unlisted].filter(
      ({ id }) => !this.#removed.has(id),
    );
  }

  async post(body: object, version: GraphVersion): Promise<Credential> {
    const options = { serial: this.blueprintObjectId, version };
    const made = await this.tenant.post<Credential>(credentialsPath(this.blueprintObjectId), body, options);
    this.#written.set(made.id, made);
    return made;
  }

  async patch(credential: Credential, change: Partial<Credential>, version: GraphVersion): Promise<void> {
    const path = `${credentialsPath(this.blueprintObjectId)}/${credential.id}`;
    await this.tenant.patch(path, change, { serial: this.blueprintObjectId, version });
    this.#written.set(credential.id, { ...credential, ...change });
  }

  async delete(id: string): Promise<void> {
    const path = `${credentialsPath(this.blueprintObjectId)}/${id}`;
    await this.tenant.delete(path, { serial: this.blueprintObjectId }).catch(undefinedWhenDeletedBefore);
    this.#removed.add(id);
  }
}

const families = new WeakMap<Tenant, Map<string, Siblings>>();

export function siblingsOf(tenant: Tenant, blueprintObjectId: string): Siblings {
  const known = families.get(tenant) ?? new Map<string, Siblings>();
  families.set(tenant, known);
  const siblings = known.get(blueprintObjectId) ?? new Siblings(tenant, blueprintObjectId);
  known.set(blueprintObjectId, siblings);
  return siblings;
}

/** What a credential is brought to. */
export interface Wish extends Trust {
  readonly name: string;
  readonly description?: string | undefined;
}

/** Whether a resource of this stack has the credential of this name. */
type IsOurs = (name: string) => boolean;

/** What is written of a trust. Beta takes both forms, and one is emptied where the other is set. */
function content({ issuer, subject, claimsMatchingExpression, audiences }: Trust, version: GraphVersion) {
  if (version === "v1.0") return { issuer, subject, audiences };
  return { issuer, subject: subject ?? null, claimsMatchingExpression: claimsMatchingExpression ?? null, audiences };
}

const bodyOf = (wish: Wish, version: GraphVersion): Partial<Credential> => ({
  ...content(wish, version),
  ...(wish.description === undefined ? {} : { description: wish.description }),
});

const versionFor = (...trusts: readonly (Trust | undefined)[]): GraphVersion =>
  trusts.some((trust) => trust !== undefined && !trust.subject) ? "beta" : "v1.0";

/** Creates it; parked, where a credential of this stack has its trust and has not given it up yet. */
export function makeCredential(
  tenant: Tenant,
  blueprintObjectId: string,
  wish: Wish,
  isOurs: IsOurs,
): Promise<Credential> {
  const siblings = siblingsOf(tenant, blueprintObjectId);
  const version = versionFor(wish);
  return siblings.alone(async () => {
    try {
      return await siblings.post({ name: wish.name, ...bodyOf(wish, version) }, version);
    } catch (refusal) {
      if (!mayBeTaken(refusal)) throw refusal;
      const all = await siblings.list(version);
      const isTaken = all.some((one) => isSameTrust(one, wish) && isOurs(one.name));
      if (!isTaken || all.some(({ name }) => name === wish.name)) throw refusal;
      return siblings.post({ name: wish.name, ...bodyOf({ ...wish, ...parked(wish.name) }, "v1.0") }, "v1.0");
    }
  });
}

/**
 * Brings it to another trust. Where a credential of this stack has that, the two exchange theirs, whatever the other one is to
 * become: every order of them can be reached so, one exchange after the other, and what the blueprint trusts stays whole. Graph
 * allows no trust twice, so the one that changes hands is missing between two requests that follow each other.
 *
 * @throws EntraError OWNERSHIP_UNCLEAR when somebody else's credential has the trust
 */
export function changeCredential(
  tenant: Tenant,
  blueprintObjectId: string,
  own: Credential,
  wish: Wish,
  isOurs: IsOurs,
): Promise<void> {
  const siblings = siblingsOf(tenant, blueprintObjectId);
  return siblings.alone(async () => {
    try {
      const version = versionFor(own, wish);
      await siblings.patch(own, bodyOf(wish, version), version);
    } catch (refusal) {
      if (!mayBeTaken(refusal)) throw refusal;
      const listed = await siblings.list(versionFor(own, wish));
      const holder = listed.find((one) => one.id !== own.id && isSameTrust(one, wish));
      if (!holder) throw refusal;
      if (!isOurs(holder.name)) throw heldBySomebodyElse(holder);
      await exchange(siblings, listed.find(({ id }) => id === own.id) ?? own, holder, wish);
    }
  });
}

async function exchange(siblings: Siblings, own: Credential, holder: Credential, wish: Wish): Promise<void> {
  const version = versionFor(own, holder, wish);
  const give = async (trust: Trust): Promise<void> => {
    await siblings.patch(holder, content(trust, version), version).catch(undefinedWhenGone);
  };
  await give(parked(holder.name));
  try {
    await siblings.patch(own, bodyOf(wish, version), version);
  } catch (error) {
    await give(holder);
    throw error;
  }
  if (!isParked(own, own.name)) await give(own);
}

const heldBySomebodyElse = ({ name, issuer, subject }: Credential): EntraError =>
  new EntraError(
    "OWNERSHIP_UNCLEAR",
    `federated identity credential "${name}" has the issuer and subject of this resource (${issuer}, ${subject ?? "the same expression"}). ` +
      `A blueprint accepts each issuer and subject once. ${unmanagedAdvice}`,
  );

/** Of a credential that has the issuer and subject of a resource, and that no resource seen by this run manages. */
export const unmanagedAdvice =
  "If this stack manages that credential, run `pulumi up --refresh`. If not, ask its owner; then delete it, or declare another subject";

/** Whether both say the same, audience included. */
export const isEqualTrust = (one: Trust, other: Trust): boolean =>
  isSameTrust(one, other) && same(one.audiences, other.audiences);
