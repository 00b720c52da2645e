/** What can go wrong at one request or one part of a batch: with its answer, with the tenant from there on, or with who asks. */
import type { FaultAnswer } from "../../emulator/tenant";
import type { Answer } from "./place";

export interface Mishap {
  /** Whether the tenant still carries the request out. */
  readonly effect: "before" | "after";
  /** What is answered instead. @default the answer it deserves */
  readonly answer?: Answer;
  /** What every request after it is answered, and has no effect. */
  readonly then?: Answer;
  /**
   * Who is killed at this request. `machine`: provider and command, nothing goes on. `provider`: the command sees its
   * calls break and ends as after any failure. `command`: the provider finishes what it has begun, nobody hears of it.
   */
  readonly kills?: "machine" | "provider" | "command";
  /** Whether the stack's state is written at each step; it matters only to those who are killed. @default true */
  readonly checkpoints?: false;
}

const refusal = (status: number, code: string, headers: Readonly<Record<string, string>> = {}): FaultAnswer => ({
  status,
  headers,
  body: { error: { code, message: "Not this time." } },
});

const forbidden = refusal(403, "Authorization_RequestDenied");

/** What happens at each request in turn, by name. */
export const mishaps = {
  "503, no effect": { effect: "before", answer: { status: 503 } },
  "429, no effect": { effect: "before", answer: refusal(429, "TooManyRequests", { "retry-after": "7" }) },
  "409 for others who write, no effect": { effect: "before", answer: refusal(409, "Directory_ConcurrencyViolation") },
  "424, no effect": { effect: "before", answer: refusal(424, "FailedDependency") },
  "500, took effect": { effect: "after", answer: { status: 500 } },
  "504, took effect": { effect: "after", answer: { status: 504 } },
  "reset, no effect": { effect: "before", answer: "reset" },
  "reset, took effect": { effect: "after", answer: "reset" },
  "stall, no effect": { effect: "before", answer: "stall" },
  "stall, took effect": { effect: "after", answer: "stall" },
  "truncated, took effect": { effect: "after", answer: "truncate" },
  "a proxy's page, took effect": { effect: "after", answer: "html" },
  "reset, took effect, then nobody answers": { effect: "after", answer: "reset", then: "reset" },
  "reset, took effect, then nothing is permitted": { effect: "after", answer: "reset", then: forbidden },
  "nothing is permitted any more": { effect: "before", answer: forbidden, then: forbidden },
  "machine killed, no effect": { effect: "before", kills: "machine" },
  "machine killed, took effect": { effect: "after", kills: "machine" },
  "machine killed, no effect, no checkpoints": { effect: "before", kills: "machine", checkpoints: false },
  "machine killed, took effect, no checkpoints": { effect: "after", kills: "machine", checkpoints: false },
  "provider killed, no effect": { effect: "before", kills: "provider" },
  "provider killed, took effect": { effect: "after", kills: "provider" },
  "command killed": { effect: "after", kills: "command" },
  "command killed, no checkpoints": { effect: "after", kills: "command", checkpoints: false },
} satisfies Record<string, Mishap>;

export type MishapName = keyof typeof mishaps;

export const mishapNames = Object.keys(mishaps) as MishapName[];

/** Those that can happen to one part of a batch, while the batch is answered and its other parts come to what they should. */
export const mishapsOfParts: readonly MishapName[] = [
  "503, no effect",
  "429, no effect",
  "409 for others who write, no effect",
  "424, no effect",
  "500, took effect",
  "504, took effect",
];

/** Those that come to the same as another one in the list where the request is a read. */
export const sameForReads: readonly MishapName[] = [
  "500, took effect",
  "504, took effect",
  "reset, took effect",
  "stall, took effect",
  "machine killed, took effect",
  "machine killed, took effect, no checkpoints",
  "provider killed, took effect",
];
