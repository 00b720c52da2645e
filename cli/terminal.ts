/** What a command sees of the world around it. */
export interface Terminal {
  /** Prints a line of the result. */
  readonly out: (line: string) => void;
  /** Prints a line about what went wrong. */
  readonly error: (line: string) => void;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Settles when the user ends a command that runs on. */
  readonly interrupted: () => Promise<void>;
}

export const exitCodes = {
  /** Done, and nothing to report. */
  done: 0,
  /** The command ran and found something. */
  finding: 1,
  /** The command could not run. */
  couldNotRun: 2,
} as const;
