/** One run of the engine: with what it works, and what came of it. */
import type { DynamicProvider } from "../../provider/engine/pulumi/dynamic";
import type { StackState } from "./state";

export type Operation = "create" | "update" | "replace" | "delete" | "same";

/** One provider process: nothing is remembered from an earlier one. */
export interface Process {
  provider(kind: string): DynamicProvider;
}

export interface Outcome {
  readonly state: StackState;
  /** `<resource>: <what was thrown>`, for each that failed. */
  readonly failures: readonly string[];
  /** What was begun, by resource. */
  readonly operations: Readonly<Record<string, Operation>>;
}

export interface Options {
  /** Whether the state is written at each step; else, as with PULUMI_SKIP_CHECKPOINTS, at the end. @default true */
  readonly checkpoints?: boolean;
  /** Gets the state wherever Pulumi would write it: what a killed run leaves behind is the last one. */
  readonly saved?: (state: StackState) => void;
  /** Steps under way at once. @default 8 */
  readonly parallel?: number;
  /** Whether what does not depend on a failure goes on. Pulumi's own default is to begin nothing more. @default true */
  readonly continueOnError?: boolean;
}
