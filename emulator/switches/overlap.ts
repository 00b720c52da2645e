/**
 * Requests that are under way for a while and at the same time, and what comes of it where they write to one
 * application.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { TenantRequest } from "../exchange";
import { GraphRefusal } from "../refusal";

/**
 * Keeps a request under way for so many milliseconds of this machine's time.
 *
 * @param ref whether the process lives on for it @default true
 * @throws what the client gave up with before that
 */
export async function linger(
  { signal }: Pick<TenantRequest, "signal">,
  ms: number,
  { ref = true } = {},
): Promise<void> {
  try {
    await pause(ms, undefined, { signal, ref });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

/** A request from its arrival to its answer. */
export class Visit {
  /** Those that were under way at some time while this one was. */
  readonly #others = new Set<Visit>();
  /** Id of the application that it writes to. */
  #application: string | undefined;

  /** @param underWay the requests of this tenant that are not answered yet; until `end` this one is among them */
  constructor(private readonly underWay: Set<Visit>) {
    for (const other of underWay) {
      other.#others.add(this);
      this.#others.add(other);
    }
    underWay.add(this);
  }

  /**
   * Of two writes that overlap, the one that comes second has no effect.
   *
   * @throws {GraphRefusal} 409
   */
  writesTo(application: string): void {
    for (const other of this.#others) {
      if (other.#application === application) throw concurrencyViolation();
    }
    this.#application = application;
  }

  end(): void {
    this.underWay.delete(this);
    // Nobody asks it any more; kept, each would keep all that came before it.
    this.#others.clear();
  }
}

/** Wording: observed by third parties, and quoted by Microsoft's support. */
const concurrencyViolation = () =>
  new GraphRefusal(
    409,
    "Directory_ConcurrencyViolation",
    "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
  );
