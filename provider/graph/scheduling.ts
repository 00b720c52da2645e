/** The layers that talk to the scheduler: one that waits for a request's turn, one that reports what Graph says of its limits. */
import type { Clock } from "./clock";
import type { Layer } from "./layer";
import type { Scheduler } from "./scheduler";

export const scheduled =
  (scheduler: Scheduler): Layer =>
  ({ spec }, next) =>
    scheduler.run(spec, next);

export const usageReported =
  (scheduler: Scheduler, clock: Clock): Layer =>
  async ({ spec }, next) => {
    const sentAt = clock.now();
    const answer = await next();
    const share = answer.headers.get("x-ms-throttle-limit-percentage");
    if (share !== null) scheduler.nearLimit(spec, Number(share), sentAt);
    return answer;
  };
