import type { EmulatedTenant } from "../../emulator/tenant";
import type { Clock } from "../../provider/graph/clock";

/** The clock of an emulated tenant, on which waiting takes no time: it is set to the next moment that somebody waits for. */
export class TenantClock implements Clock {
  readonly #waiting: { atMs: number; wake: () => void }[] = [];
  #nowMs: number;

  constructor(private readonly tenant: EmulatedTenant) {
    this.#nowMs = Date.UTC(2026, 10, 21, 12);
    tenant.set({ clock: { stoppedAt: new Date(this.#nowMs).toISOString() } });
  }

  now(): number {
    return this.#nowMs;
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((wake, stop) => {
      this.#waiting.push({ atMs: this.#nowMs + ms, wake });
      signal?.addEventListener("abort", () => stop(new Error("aborted")), { once: true });
      setImmediate(() => this.#jump());
    });
  }

  #jump(): void {
    this.#waiting.sort((one, other) => one.atMs - other.atMs);
    const next = this.#waiting.shift();
    if (!next) return;
    if (next.atMs > this.#nowMs) {
      this.tenant.advance(next.atMs - this.#nowMs);
      this.#nowMs = next.atMs;
    }
    next.wake();
  }
}
