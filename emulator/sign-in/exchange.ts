/** What the sign-in service is asked and what it answers. */
import type { RequestHeaders } from "../exchange";

export interface SignInRequest {
  readonly url: URL;
  readonly origin: string;
  readonly headers: RequestHeaders;
  readonly text: string;
  /** First segment of the path, as it was written. */
  readonly segment: string;
  /** `any` for `common` and `organizations`. */
  readonly tenant: "this" | "any";
  readonly traceId: string;
  readonly correlationId: string;
}

export interface SignInAnswer {
  readonly status: number;
  readonly body: object;
}
