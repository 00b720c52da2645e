/** What the miniature engine keeps between two operations, as Pulumi keeps a stack's state: plain JSON. */

export type Properties = Record<string, unknown>;

/** A resource as the state has it. */
export interface StoredResource {
  readonly name: string;
  readonly kind: string;
  readonly id: string;
  /** What `check` gave back when it was last made or changed. */
  readonly inputs: Properties;
  /** What `create`, `update` or `read` gave back last; this is what later calls get as the old state. */
  readonly outputs: Properties;
  /** Resources that must exist before this one. */
  readonly needs: readonly string[];
  /** Which of them each input was made of. */
  readonly propertyNeeds: Readonly<Record<string, readonly string[]>>;
  /** Why it is half done: the next `up` updates it whether or not its inputs changed. */
  readonly initErrors?: readonly string[];
  /** Deleted by a replacement whose create has not happened yet. */
  readonly pendingReplacement?: true;
}

export interface StackState {
  readonly resources: readonly StoredResource[];
  /** Resources whose create was begun and never ended, as far as the state knows. They stay until they are cleared. */
  readonly pendingCreates: readonly string[];
  /** Replaced by a create, and not deleted yet: the end of this `up` deletes them, or of a later one. */
  readonly pendingDeletes: readonly StoredResource[];
}

export const emptyState: StackState = { resources: [], pendingCreates: [], pendingDeletes: [] };

/** The state while an operation runs. */
export class Checkpoints {
  readonly #resources: Map<string, StoredResource>;
  readonly #pending: Set<string>;
  readonly #replaced: Set<StoredResource>;

  /** @param saved called with the state wherever Pulumi would write it */
  constructor(
    state: StackState,
    private readonly saved: (state: StackState) => void,
  ) {
    this.#resources = new Map(state.resources.map((resource) => [resource.name, resource]));
    this.#pending = new Set(state.pendingCreates);
    this.#replaced = new Set(state.pendingDeletes);
  }

  get = (name: string): StoredResource | undefined => this.#resources.get(name);
  all = (): StoredResource[] => [...this.#resources.values()];
  replaced = (): StoredResource[] => [...this.#replaced];
  state = (): StackState => ({
    resources: this.all(),
    pendingCreates: [...this.#pending],
    pendingDeletes: this.replaced(),
  });

  keep(resource: StoredResource): void {
    this.#resources.set(resource.name, resource);
  }

  /** The new object stands for the resource from now on; the old one is deleted later. */
  replace(old: StoredResource, by: StoredResource): void {
    this.#replaced.add(old);
    this.keep(by);
  }

  drop(resource: StoredResource): void {
    if (!this.#replaced.delete(resource)) this.#resources.delete(resource.name);
  }

  /** One step: the state is written before it and after it, and a create that is under way is noted in between. */
  async step(name: string, creates: boolean, act: () => Promise<void>): Promise<void> {
    const pendingBefore = this.#pending.has(name);
    if (creates) this.#pending.add(name);
    this.saved(this.state());
    try {
      await act();
    } finally {
      // What an earlier, killed run left pending is for the person to clear.
      if (creates && !pendingBefore) this.#pending.delete(name);
      this.saved(this.state());
    }
  }
}

/** Resources in an order in which each comes after what it needs. */
export function inOrder(resources: readonly StoredResource[]): StoredResource[] {
  const byName = new Map(resources.map((resource) => [resource.name, resource]));
  const ordered = new Set<StoredResource>();
  const place = (resource: StoredResource): void => {
    if (ordered.has(resource)) return;
    for (const need of resource.needs) {
      const needed = byName.get(need);
      if (needed) place(needed);
    }
    ordered.add(resource);
  };
  for (const resource of resources) place(resource);
  return [...ordered];
}
