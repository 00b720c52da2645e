/** The way of every request to Graph: which layers there are, and in which order. */
import { authentication } from "./authentication";
import { type Clock, systemClock } from "./clock";
import { consent } from "./consent";
import { graphClient, type Send } from "./graph-client";
import { type Layer, layered } from "./layer";
import { documentedQuotas, type Quota } from "./quotas";
import { reads } from "./reads";
import { requestHeaders } from "./request-headers";
import { logged, type RequestLog } from "./request-log";
import { defaultRetryBudget, retries, type RetryBudget } from "./retries";
import { type LongWait, QuotaScheduler, type Scheduler } from "./scheduler";
import { scheduled, usageReported } from "./scheduling";
import type { Tokens } from "./tokens";
import { attemptTimeoutMs, sendOnce, type Transport } from "./transport";

export interface PipelineSettings {
  /** Scheme and host: `https://graph.microsoft.com`. */
  readonly origin: string;
  readonly tokens: Tokens;
  readonly transport: Transport;
  /** @default the machine's clock */
  readonly clock?: Clock;
  /** @default 120 s of failures, 600 s of throttling */
  readonly retryBudget?: Partial<RetryBudget>;
  /** @default the documented ones */
  readonly quotas?: readonly Quota[];
  /** @default a QuotaScheduler with these quotas */
  readonly scheduler?: Scheduler;
  /** @default none */
  readonly log?: RequestLog | undefined;
  /** Reports why nothing moves, in the asynchronous context of the call that waits. @default nothing is reported */
  readonly progress?: (message: string) => void;
  /** From then on nothing is sent any more; requests under way end. @default never */
  readonly cancelled?: AbortSignal;
}

export function pipeline(settings: PipelineSettings): Send {
  const { origin, tokens, transport, log, clock = systemClock, progress = () => undefined, cancelled } = settings;
  const onLongWait = ({ ms, forWhat }: LongWait) => progress(`waiting ${Math.ceil(ms / 1000)} s for ${forWhat}`);
  const {
    quotas = documentedQuotas,
    scheduler = new QuotaScheduler(clock, { onLongWait, cancelled, quotas }),
    retryBudget,
  } = settings;

  /** From the caller to Graph. @param permission the layer that waits for permissions, in the pipeline that has one */
  const order = (...permission: readonly Layer[]): readonly Layer[] => [
    // Above the retries, so that all attempts have the same client-request-id.
    requestHeaders(),
    // Above all that can fail: the next attempt waits for its turn and takes the token of that moment again.
    retries(clock, scheduler, { ...defaultRetryBudget, ...retryBudget }, progress, cancelled),
    // Below the retries, which take 403 for final; above the scheduler: a request that waits for a permission takes no place there.
    ...permission,
    // Above the authentication: a request may wait for its turn longer than a token is valid.
    scheduled(scheduler),
    // Below the scheduler: a request that is sent again with a new token has its turn already.
    authentication(tokens),
    // Next to the transport: both take the time of each single attempt.
    usageReported(scheduler, clock),
    ...(log ? [logged(log, clock)] : []),
  ];
  const send = sendOnce(transport, attemptTimeoutMs);
  const client = (layers: readonly Layer[]) => graphClient(origin, layered(layers, send));

  // Waiting for a permission needs reads from Graph, which must not wait for a permission themselves.
  const graph = reads(client(order()), origin);
  return client(order(consent({ tokens, clock, graph, progress, cancelled })));
}
