/** One request of a caller on its way to Graph. It may be sent several times. */
import { type RequestKind, kindOf } from "./meaning";
import { costOf } from "./quotas";
import type { RequestSpec } from "./scheduler";
import type { RequestOptions } from "./tenant";
import { rankOf, workloadOf } from "./workload";

/** What is known of a request before the SDK builds its address and its body. */
export interface RequestPlan {
  readonly kind: RequestKind;
  readonly spec: RequestSpec;
  /** `client-request-id`: the same for all attempts. */
  readonly clientRequestId: string;
}

/** What the layers work on. */
export interface PipelineRequest extends RequestPlan {
  readonly method: string;
  readonly url: string;
  /** Layers add theirs. */
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
  /** How often it was sent; counted where it is sent. */
  attempts: number;
}

/** @param path without its version; it may have a query */
export function planOf(
  method: string,
  path: string,
  { serial, repeatable }: Pick<RequestOptions, "serial" | "repeatable"> = {},
): RequestPlan {
  const workload = workloadOf(path);
  return {
    kind: kindOf(method, repeatable),
    spec: { workload, cost: costOf(method, path, workload), rank: rankOf(path), serial },
    clientRequestId: crypto.randomUUID(),
  };
}
