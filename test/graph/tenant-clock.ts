import type { EmulatedTenant } from "../../emulator/tenant";
import type { Clock } from "../../provider/graph/clock";

/** The clock of an emulated tenant, on which a wait takes no time: it is set to the end of the next wait. */
export class TenantClock implements Clock {
  readonly #waiting: { at: number; wake: () => void }[] = [];
  #now: number;

  constructor(private readonly tenant: EmulatedTenant) {
    this.#now = Date.UTC(2026, 10, 21, 12);
    tenant.set({ clock: { stoppedAt: new Date(this.#now).toISOString() } });
  }

  now(): number {
    return this.#now;
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((wake, stop) => {
      this.#waiting.push({ at: this.#now + ms, wake });
      signal?.addEventListener("abort", () => stop(new Error("aborted")), { once: true });
      setImmediate(() => this.#jump());
    });
  }

  #jump(): void {
    this.#waiting.sort((one, other) => one.at - other.at);
    const next = this.#waiting.shift();
    if (!next) return;
    if (next.at > this.#now) {
      this.tenant.advance(next.at - this.#now);
      this.#now = next.at;
    }
    next.wake();
  }
}
