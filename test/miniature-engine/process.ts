/** A provider process on an emulated tenant, for the miniature engine. Its time is virtual: waiting costs nothing. */
import { dynamicProvider } from "../../provider/engine/pulumi/dynamic";
import { Driver } from "../../provider/engine/life/driver";
import { defaultTiming } from "../../provider/engine/consistency/consistency";
import { type Run, runIn } from "../../provider/engine/run/run";
import type { Clock } from "../../provider/graph/clock";
import { batching } from "../../provider/graph/batching";
import { connection, embeddedConnection, type EmbeddedTenant, type Tuning } from "../../provider/graph/connection";
import { kinds } from "../../provider/kinds";
import { ManualClock } from "../graph/manual-clock";
import type { Process } from "./engine";

/** What differs from a plain process. */
interface ProcessSettings {
  readonly tuning?: Tuning;
  readonly run?: Partial<Run>;
  /** Whether what is ready together travels in a `$batch`, as to a real tenant. @default false */
  readonly batched?: boolean;
  /** The process's time. @default one that jumps to whatever is waited for */
  readonly clock?: Clock;
}

const strideMs = 1_000;

export async function aProcess(emulated: EmbeddedTenant, settings: ProcessSettings = {}): Promise<Process> {
  const { clock = new ManualClock() } = settings;
  const tuning = { clock, quotas: [], ...settings.tuning };
  const name = "the test tenant";
  // By a clock that strides ahead a trip takes long, so what is ready meanwhile travels together: runs are alike.
  let strides = 0;
  const transport = batching(
    (request) => emulated.handle(request),
    () => strideMs * ++strides,
  );
  const endpoint = { name, origin: "https://graph.microsoft.com", transport, issue: () => emulated.token() };
  const tenant = await (settings.batched ? connection(endpoint, tuning) : embeddedConnection(emulated, name, tuning));
  // Its tenant lags nowhere, unless a test brings a timing of its own.
  const timing = { ...defaultTiming, unseenMs: 0, now: () => clock.now(), pause: (ms: number) => clock.wait(ms) };
  const shared = runIn(() => Promise.resolve(tenant), { timing, ...settings.run });
  const providers = new Map(
    kinds.map((lifecycle) => [lifecycle.kind, dynamicProvider(lifecycle, new Driver(lifecycle, shared))]),
  );
  return {
    provider(kind) {
      const provider = providers.get(kind);
      if (!provider) throw new Error(`there is no resource kind ${kind}`);
      return provider;
    },
  };
}
