/** Where requests are counted: what each one costs, whether it comes too early, and whether it may pass. */
import { decodeJwt } from "jose/jwt/decode";
import { applicationKinds } from "../entities";
import type { RequestHeaders, TenantAnswer } from "../exchange";
import type { Address, Segment } from "../odata/address";
import type { Store } from "../state/store";
import { type Cost, costOf } from "./quota-table";
import { endOf, throttleHeaders } from "./retry-after";
import { anybodyWaits, type Asked, charge, type Charge, countEarly, mustWait, quotasFor } from "./throttle";
import type { Switches } from "./values";

/** A request at the gate. */
export interface Arriving {
  readonly method: string;
  readonly url: URL;
  readonly headers: RequestHeaders;
  /** Throws where it is no path of Graph: sign-in, a wrong version. */
  readonly address: () => Address;
  /** `signInAudience` of the body. Throws where the body is no JSON. */
  readonly audience: () => unknown;
  readonly now: Date;
}

export type Counted = Asked & Pick<Arriving, "now">;

/** What a request is to the quotas; undefined when nothing counts it. A call that comes too early is noted at once. */
export function counted(
  store: Store,
  tenantId: string,
  arriving: Arriving,
  quotas: Switches["quotas"],
): Counted | undefined {
  const waits = anybodyWaits(store);
  const { method, url, now } = arriving;
  const address = waits || quotas ? orUndefined(arriving.address) : undefined;
  if (!address) return undefined;
  const appId = claimedApp(arriving.headers);
  const cost = costOf(method, address, url.searchParams);
  const personalAccounts = cost.writes > 0 && forPersonalAccounts(store, address, orUndefined(arriving.audience));
  const names = [workloadName(cost), ...quotasFor({ cost, personalAccounts }).map(({ name }) => name)];
  return { cost, appId, tenantId, personalAccounts, now, early: waits && countEarly(store, appId, names, now) };
}

/** Takes the cost of a request from the quotas. */
export function admitted(
  store: Store,
  asked: Counted,
  quotas: NonNullable<Switches["quotas"]>,
): Charge & { readonly headers: Readonly<Record<string, string>> } {
  return store.transaction("write", () => {
    const result = charge(store, asked, quotas, asked.now);
    const headers = throttleHeaders(result, asked, quotas.retryAfter, asked.now);
    const until = endOf(headers["retry-after"] ?? null, asked.now);
    if (result.refused && until) mustWait(store, asked.appId, result.refused.quota.name, until, asked.now);
    return { ...result, headers };
  });
}

/** After an answer that a fault replaced: who is told to wait, and comes back before, is early too. */
export function noteFaultyWait(store: Store, arriving: Arriving, { status, headers: answered }: TenantAnswer): void {
  const { method, url, headers, now } = arriving;
  const until = endOf(answered["retry-after"] ?? null, now);
  const address =
    until && until > now && (status === 429 || status === 503) ? orUndefined(arriving.address) : undefined;
  if (!address || !until) return;
  const cost = costOf(method, address, url.searchParams);
  store.transaction("write", () => mustWait(store, claimedApp(headers), workloadName(cost), until, now));
}

const workloadName = ({ workload }: Cost): string => workload ?? "gateway";

/** The application that a token names. Not verified: a fault may happen before anybody looks. */
function claimedApp(headers: RequestHeaders): string {
  try {
    const { appid, azp } = decodeJwt((headers.get("authorization") ?? "").replace(/^Bearer /i, ""));
    return String(appid ?? azp);
  } catch {
    return "";
  }
}

const personal = ["AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"];

/** Whether a write is to an application that personal accounts can sign in to, or makes one. */
function forPersonalAccounts(store: Store, { segments }: Address, audience: unknown): boolean {
  const [first] = segments;
  if (first?.name.toLowerCase() !== "applications") return false;
  return personal.includes(String(applicationAt(store, first)?.["signInAudience"] ?? audience));
}

function applicationAt(store: Store, { key }: Segment): Readonly<Record<string, unknown>> | undefined {
  if (!key) return undefined;
  if (key.property.toLowerCase() === "id") return store.get(key.value)?.body;
  return store.find({ kinds: applicationKinds, where: { property: key.property, value: key.value } })[0]?.body;
}

/** What is wrong with a request is said later, where it is answered. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
