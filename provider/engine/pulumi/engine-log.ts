/**
 * What takes long, reported on the line of the resource that waits, through Pulumi's log service. Pulumi shows the last text of
 * a line until the whole run is over, so an empty one ends it.
 *
 * Life-cycle methods do not learn which resource they serve. The class passes its URN to `check`, which keeps it out of what
 * the engine stores, and it is remembered here by kind and marker. Where no `check` ran (`pulumi refresh`, `pulumi
 * destroy`, a resource that the program does not declare any more), it is reported under the stack.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { createRequire } from "node:module";
import type * as Grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Shows a message beside a resource until the next one; resolves to whether it could be shown. */
export type Show = (urn: string, message: string) => Promise<boolean>;

/** Milliseconds between two lines under the stack: many resources meet the same trouble at once. */
const underStackEveryMs = 15_000;

/** Shorter waits for the tenant are not worth a line, in milliseconds. */
const worthReportingMs = 5_000;

/** The resource whose life-cycle method runs. */
interface Line {
  readonly urn: string | undefined;
  /** A message stands there. */
  isUsed: boolean;
  /** For how long it has waited between reads, in milliseconds. */
  pausedMs: number;
}

export class EngineLog {
  readonly #urns = new Map<string, string>();
  readonly #lines = new AsyncLocalStorage<Line>();
  #underStackAt = -Infinity;

  /**
   * @param show undefined where there is no engine
   * @param underStack prints a message under the stack, for good
   */
  constructor(
    private readonly show: Show | undefined,
    private readonly underStack: (message: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Remembers whose marker this is. A process hears it from `check`, before it does anything else for the resource. */
  declare(kind: string, marker: string, urn: string): void {
    if (urn !== "") this.#urns.set(`${kind} ${marker}`, urn);
  }

  /** Runs a life-cycle method. What it has to wait for is reported on the line of its resource, until it is done. */
  async during<T>(kind: string, marker: string, act: () => Promise<T>): Promise<T> {
    const line: Line = { urn: this.#urns.get(`${kind} ${marker}`), isUsed: false, pausedMs: 0 };
    try {
      return await this.#lines.run(line, act);
    } finally {
      // Before the engine hears that it is done, and prints the line for the last time.
      if (line.isUsed && line.urn !== undefined) await this.show?.(line.urn, "");
    }
  }

  /** Reports why nothing moves, and for how long: `waiting 12 s for Graph's quota of 3,000 writes in 150 s`. */
  progress(message: string): void {
    const line = this.#lines.getStore();
    if (line?.urn === undefined || !this.show) {
      this.#reportUnderStack(message);
      return;
    }
    line.isUsed = true;
    void this.show(line.urn, message).then((isShown) => {
      if (!isShown) this.#reportUnderStack(message);
    });
  }

  /** Reports why a read of the tenant is repeated from here on; the pauses between have nothing to add. */
  repetition(message: string): void {
    const line = this.#lines.getStore();
    if (line) line.pausedMs = -Infinity;
    this.progress(message);
  }

  /** Reports the pauses between the reads of one life-cycle method when they come to more than a moment. */
  pause(ms: number): void {
    const line = this.#lines.getStore();
    if (!line) return;
    line.pausedMs += ms;
    if (line.pausedMs < worthReportingMs) return;
    this.progress(`waiting until reads of the tenant agree (replica lag): reading again in ${Math.ceil(ms / 1000)} s`);
  }

  #reportUnderStack(message: string): void {
    if (this.now() - this.#underStackAt < underStackEveryMs) return;
    this.#underStackAt = this.now();
    this.underStack(message);
  }
}

/** The log of the engine that started this dynamic provider process; undefined in every other process. */
export function enginesLog([, script, address] = process.argv): Show | undefined {
  if (!script?.includes("dynamic-provider") || !address) return undefined;
  // A client and its credentials must come from one copy of gRPC: Pulumi's own.
  const { credentials } = createRequire(require.resolve("@pulumi/pulumi/package.json"))("@grpc/grpc-js") as typeof Grpc;
  // A proxy of the environment does not know the engine.
  const client = new EngineClient(address, credentials.createInsecure(), { "grpc.enable_http_proxy": 0 });
  return (urn, message) => {
    const request = new LogRequest();
    request.setSeverity(LogSeverity.INFO);
    request.setUrn(urn);
    request.setMessage(message);
    request.setEphemeral(true);
    return new Promise((resolve) => client.log(request, (error) => resolve(error === null)));
  };
}
