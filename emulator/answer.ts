/** What a route answers. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Answered as text/plain instead of a body: counts. */
  readonly text?: string;
}
