/** One `up`: what each declaration comes to, in which order the steps run, and what a failure stops. */
import { same } from "../../provider/engine/json";
import { UNKNOWN } from "../../provider/engine/unknown";
import { type Declaration, type Known, newsOf, type Program, propertyNeedsOf, unknownYet } from "./program";
import type { Operation, Options, Outcome, Process } from "./run";
import { type Checkpoints, inOrder, type Properties, type StoredResource } from "./state";
import { created, performed, type Planned, StepFailed, updated } from "./step";

/** A step of a resource: whose it is, and what it does to the state. */
interface Step {
  readonly name: string;
  readonly creates: boolean;
  readonly act: () => Promise<void>;
}

export class Deployment {
  readonly #operations: Record<string, Operation> = {};
  readonly #failures: string[] = [];
  /** What others may see of those that are done. */
  readonly #done = new Map<string, Known>();
  readonly #registered = new Set<string>();
  /** Deleted for the sake of another's replacement: made anew when the program declares them. */
  readonly #deletedWith = new Set<string>();
  #generating: Promise<unknown> = Promise.resolve();
  #working = 0;
  readonly #idle: (() => void)[] = [];

  constructor(
    private readonly program: Program,
    private readonly process: Process,
    private readonly checkpoints: Checkpoints,
    private readonly options: Options & { readonly preview?: boolean },
  ) {}

  outcome = (): Outcome => ({
    state: this.checkpoints.state(),
    failures: this.#failures,
    operations: this.#operations,
  });

  /** Registers every declaration as soon as what it needs is done. */
  async run(): Promise<void> {
    const running = new Map<string, Promise<boolean>>();
    for (const declaration of this.program) {
      const needed = (declaration.needs ?? []).map((need) => {
        const other = running.get(need);
        if (!other) throw new Error(`${declaration.name} needs ${need}, which is not declared before it`);
        return other;
      });
      const ready = Promise.all(needed).then((ended) => ended.every(Boolean) && this.#register(declaration));
      running.set(declaration.name, ready);
    }
    await Promise.all(running.values());
  }

  /** Deletes what was replaced and what the program does not declare any more: last, what depends on others first. */
  async deleteUndeclared(): Promise<void> {
    const undeclared = inOrder(this.checkpoints.all().filter(({ name }) => !this.#declares(name)));
    let left = [...undeclared, ...this.checkpoints.replaced()];
    while (left.length > 0 && !this.#isStopped()) {
      const free = left.filter(({ name }) => !left.some(({ needs }) => needs.includes(name)));
      // What a failure left as it was keeps what it needs; what is done needs what was replaced no more.
      const standing = this.checkpoints.all().filter(({ name }) => !this.#done.has(name));
      const needed = new Set(standing.flatMap(({ needs }) => needs));
      const going = free.filter(({ name }) => !needed.has(name));
      await Promise.all(going.map((stored) => this.#attempt(stored.name, [this.#deleteStep(stored, false)])));
      left = left.filter((one) => !free.includes(one));
    }
  }

  #declares = (name: string): boolean => this.program.some((declaration) => declaration.name === name);

  /** A failure keeps everything from beginning that has not begun. */
  #isStopped = (): boolean => this.#failures.length > 0 && this.options.continueOnError === false;

  /** @returns whether those who need this one may go on */
  async #register(declaration: Declaration): Promise<boolean> {
    // Check and diff run one at a time, for all resources.
    const generated = this.#generating.then(async () => {
      if (this.#isStopped()) return undefined;
      try {
        return await this.#generate(declaration);
      } catch (error) {
        this.#fail(declaration.name, error);
        return undefined;
      }
    });
    this.#generating = generated;
    const steps = await generated;
    return steps !== undefined && this.#attempt(declaration.name, steps);
  }

  async #generate(declaration: Declaration): Promise<Step[]> {
    const { name, kind } = declaration;
    const stored = this.checkpoints.get(name);
    const recreating = this.#deletedWith.has(name);
    const of = (other: string): Known => this.#done.get(other) ?? undeclared(name, other);
    const news = newsOf(declaration, of);
    const provider = this.process.provider(kind);
    const planned = async (olds: Properties): Promise<Planned> => {
      const checked = await performed(news, () => provider.check(olds, news));
      if (checked.failures.length > 0)
        throw new Error(checked.failures.map(({ property, reason }) => `${property} ${reason}`).join("; "));
      const inputs = { ...checked.inputs, __provider: news["__provider"] };
      const propertyNeeds = this.options.preview ? {} : propertyNeedsOf(declaration, of);
      return { name, kind, inputs, needs: declaration.needs ?? [], propertyNeeds };
    };
    const carry = stored && !recreating ? await planned(stored.inputs) : undefined;
    this.#registered.add(name);
    if (!stored || !carry) return this.#willCreate(stored ? "replace" : "create", await planned({}));

    const { replaces, deleteBeforeReplace } = await performed(carry.inputs, () =>
      provider.diff(stored.id, stored.outputs, carry.inputs),
    );
    const changed = !same(carry.inputs, stored.inputs);
    if (stored.pendingReplacement || (replaces.length > 0 && changed)) {
      // The defaults of the old object are not carried over to the new one.
      const fresh = await planned({});
      if (!deleteBeforeReplace && !stored.pendingReplacement) return this.#willCreate("replace", fresh, stored);
      const condemned = await this.#dependentsToReplace(stored);
      const deletes = [...condemned.reverse(), stored].filter((one) => !one.pendingReplacement);
      for (const { name: gone } of condemned) this.#deletedWith.add(gone);
      return [...deletes.map((one) => this.#deleteStep(one, true)), ...this.#willCreate("replace", fresh)];
    }
    if (!changed && !stored.initErrors) {
      this.#operations[name] = "same";
      this.#done.set(name, stored);
      this.checkpoints.keep({ ...stored, needs: carry.needs, propertyNeeds: carry.propertyNeeds });
      return [];
    }
    this.#operations[name] = "update";
    if (this.options.preview) return this.#foreseen(carry, stored.id);
    const act = async () => this.#keep(await updated(provider, stored, carry));
    return [{ name, creates: false, act }];
  }

  /** @param old what the new object replaces; it is deleted at the end of the run. */
  #willCreate(operation: "create" | "replace", planned: Planned, old?: StoredResource): Step[] {
    this.#operations[planned.name] = operation;
    if (this.options.preview) return this.#foreseen(planned);
    const act = async () => {
      const made = await created(this.process.provider(planned.kind), planned).catch((error: unknown) => {
        if (old && error instanceof StepFailed && error.keep) this.checkpoints.replace(old, error.keep);
        throw error;
      });
      if (old) this.checkpoints.replace(old, made);
      this.#keep(made);
    };
    return [{ name: planned.name, creates: true, act }];
  }

  #foreseen({ name, inputs }: Planned, id?: string): Step[] {
    this.#done.set(name, unknownYet(inputs, id));
    return [];
  }

  #keep(resource: StoredResource): void {
    this.checkpoints.keep(resource);
    this.#done.set(resource.name, resource);
  }

  #deleteStep(stored: StoredResource, replaced: boolean): Step {
    const act = async (): Promise<void> => {
      const { id, kind, outputs, pendingReplacement } = stored;
      if (!replaced && !this.#declares(stored.name)) this.#operations[stored.name] = "delete";
      if (!this.options.preview && !pendingReplacement)
        await performed(outputs, () => this.process.provider(kind).delete(id, outputs));
      if (replaced) this.checkpoints.keep({ ...stored, pendingReplacement: true });
      else this.checkpoints.drop(stored);
    };
    return { name: stored.name, creates: false, act };
  }

  /** Resources that the old state knows to be made of this one, and that its replacement would replace. */
  async #dependentsToReplace(root: StoredResource): Promise<StoredResource[]> {
    const replaced = new Set([root.name]);
    const condemned: StoredResource[] = [];
    for (const one of inOrder(this.checkpoints.all())) {
      if (this.#registered.has(one.name) || this.#deletedWith.has(one.name)) continue;
      const touched = Object.keys(one.inputs).filter((key) =>
        one.propertyNeeds[key]?.some((need) => replaced.has(need)),
      );
      if (touched.length === 0) continue;
      const inputs = { ...one.inputs, ...Object.fromEntries(touched.map((key) => [key, UNKNOWN])) };
      const { replaces } = await performed(inputs, () =>
        this.process.provider(one.kind).diff(one.id, one.outputs, inputs),
      );
      if (replaces.length === 0) continue;
      replaced.add(one.name);
      condemned.push(one);
    }
    return condemned;
  }

  /** Runs the steps of one resource, one after the other, as soon as a worker is free. */
  async #attempt(name: string, steps: readonly Step[]): Promise<boolean> {
    if (steps.length === 0) return true;
    while (this.#working >= (this.options.parallel ?? 8)) await new Promise<void>((wake) => this.#idle.push(wake));
    this.#working++;
    try {
      for (const { name: whose, creates, act } of steps) {
        if (this.#isStopped()) return false;
        await this.checkpoints.step(whose, creates, async () => {
          await act().catch((error: unknown) => {
            if (error instanceof StepFailed && error.keep) this.checkpoints.keep(error.keep);
            throw error;
          });
        });
      }
      return true;
    } catch (error) {
      this.#fail(name, error);
      return false;
    } finally {
      this.#working--;
      this.#idle.shift()?.();
    }
  }

  #fail(name: string, error: unknown): void {
    this.#failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function undeclared(name: string, other: string): never {
  throw new Error(`${name} asks for ${other}, which is not among its needs`);
}
