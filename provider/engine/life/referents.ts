/** Objects that another one refers to, and that a replica may not know yet. */
import { cited, EntraError, sentence } from "../../graph/errors";
import type { Tenant } from "../../graph/tenant";
import { everywhereMs } from "../consistency/consistency";
import { untilAccepted } from "../consistency/wait";
import type { Lifecycle } from "../lifecycle";
import type { Run } from "../run/run";

/** Refusals in a row after which the person who waits is told why. */
const silentRefusals = 3;

interface Circumstances {
  /** Whether what the request refers to was. @default as far as the object says what it refers to */
  readonly recentlyWritten?: boolean;
  /** The request only reads, so a general 400 is about the question. @default false */
  readonly reads?: boolean;
}

/** Whether a run of this machine created, found or changed it recently: a replica may not know it. */
export const isRecentlyWritten = (run: Run, tenant: Tenant, id: string, unseenMs = everywhereMs(run)): boolean =>
  run.claims.writtenAt(id) !== undefined || run.journal.writtenAt(tenant.id, id, unseenMs) !== undefined;

export class Referents<Inputs extends object> {
  readonly #ids: readonly string[];
  /** Milliseconds after which whoever answers knows a new object. */
  readonly #knownMs: number;

  /** @param wanted what refers to them */
  constructor(
    private readonly lifecycle: Lifecycle<Inputs>,
    private readonly run: Run,
    private readonly tenant: Tenant,
    private readonly wanted: Inputs,
  ) {
    this.#ids = [...new Set([...(lifecycle.refersTo?.(wanted) ?? []), ...(lifecycle.mentions?.(wanted) ?? [])])];
    this.#knownMs = lifecycle.hasOwnDirectory ? run.timing.conditionalAccessMs : run.timing.timeoutMs;
  }

  /** Whether any of them is recently written. */
  recentlyWritten(): boolean {
    const { lifecycle, run, tenant } = this;
    const unseenMs = lifecycle.hasOwnDirectory ? this.#knownMs : everywhereMs(run);
    return this.#ids.some((id) => isRecentlyWritten(run, tenant, id, unseenMs));
  }

  /**
   * A replica may not know yet what was recently written, and refuses what refers to it, or does not find it. That refusal
   * had no effect, so the request is repeated. If the refusal says that something is missing, until the timeout. If it may say
   * that, or that the request itself is wrong, only until the newest of them should be known everywhere: then the request is
   * wrong. Any other refusal is final, and so is every one where nothing was recently written.
   *
   * @throws EntraError the last refusal
   */
  async untilKnown<T>(
    send: () => Promise<T>,
    { recentlyWritten = this.recentlyWritten(), reads = false }: Circumstances = {},
  ): Promise<T> {
    const ambiguousMs = reads ? 0 : this.#ambiguousMs();
    let limitMs = 0;
    const wait = untilAccepted(this.run, () => limitMs);
    let refusal: unknown;
    for (let refusals = 1; await wait.again(); refusals++) {
      try {
        return await send();
      } catch (error) {
        if (recentlyWritten && saysMissing(error)) limitMs = this.run.timing.timeoutMs;
        else limitMs = this.#maySayMissing(error) ? ambiguousMs : 0;
        if (limitMs === 0 || !this.run.isReplicated()) throw error;
        refusal = error;
        wait.record("wrong");
        if (refusals === silentRefusals && error instanceof EntraError) this.#explain(error, limitMs);
      }
    }
    throw refusal;
  }

  /** Milliseconds until the newest of them should be known everywhere; 0 where all should be. */
  #ambiguousMs(): number {
    const { run, tenant } = this;
    const written = this.#ids.map((id) =>
      Math.max(run.claims.writtenAt(id) ?? -Infinity, run.journal.writtenAt(tenant.id, id, this.#knownMs) ?? -Infinity),
    );
    return Math.max(0, Math.max(...written) + this.#knownMs - run.timing.now());
  }

  #maySayMissing(error: unknown): boolean {
    if (!(error instanceof EntraError) || !error.answer) return false;
    const { status, code } = error.answer;
    return (status === 400 && generalRefusals.has(code)) || this.lifecycle.mayMissReferent?.(error.answer) === true;
  }

  #explain(error: EntraError, limitMs: number): void {
    const { lifecycle, run, wanted } = this;
    const subject = `${lifecycle.noun} "${lifecycle.nameOf(wanted, run.names.of)}"`;
    run.progress(
      `${subject} is waiting: Graph refused it: ${sentence(error.message)} ${cited(error.answer) ?? ""} ` +
        `An object it refers to was created or changed recently. Trying again for up to ${Math.ceil(limitMs / 1000)} s`,
    );
  }
}

/** Codes that refuse a parent that is not there, or that is not yet what it must be. */
const missingReferent = new Set([
  "AgentIdentity_AgentBlueprintPrincipalDoesNotExist",
  "AgentIdentity_IncompatibleParentType",
  "AgentBlueprintPrincipal_RequireAgentBlueprint",
]);

/** Of the directory, and of Conditional Access: something referred to is not there, or anything else is wrong. */
const generalRefusals = new Set(["Request_BadRequest", "BadRequest"]);

const saysMissing = (error: unknown): boolean =>
  error instanceof EntraError &&
  error.answer !== undefined &&
  (error.code === "NOT_FOUND" || missingReferent.has(error.answer.code));
