/**
 * What `check` has heard of a resource and the engine must not keep: it would stay in the state. The create or the
 * update that follows runs in the same process.
 */
export class CheckedResources {
  readonly #unanswered = new Set<string>();
  readonly #instructions = new Map<string, Readonly<Record<string, unknown>>>();

  /** A question could not be answered yet: it is asked again before anything is sent. */
  leaveUnanswered(resource: string): void {
    this.#unanswered.add(resource);
  }

  /** Whether a question was left unanswered; once. */
  takeUnanswered = (resource: string): boolean => this.#unanswered.delete(resource);

  /** What the program asks for once, though an earlier run has heard it or not. */
  instruct(resource: string, instructions: Readonly<Record<string, unknown>>): void {
    this.#instructions.set(resource, instructions);
  }

  instructionsOf = (resource: string): Readonly<Record<string, unknown>> => this.#instructions.get(resource) ?? {};
}
