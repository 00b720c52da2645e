/** From where a request sees the store while the tenant's replicas lag. */
import type { Lag } from "./lag";

export interface Viewpoint {
  /** Null: no replica lags at this request, so what it writes is everywhere at once. */
  readonly lag: Lag | null;
  /** Which replica the request came to. */
  readonly replica: number;
  /** The tenant's time. */
  readonly now: Date;
  /** The request is a GET. */
  readonly reads: boolean;
}
