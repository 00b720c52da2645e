/**
 * What every resource does, once for all kinds: search before creating, recover what is ours, change only what differs,
 * wait until it shows, keep what was half done. Knows nothing of Pulumi.
 */
import { EntraError } from "../../graph/errors";
import type { Tenant } from "../../graph/tenant";
import { inOrderOf, json, pick, same } from "../json";
import type { Lifecycle, Made, Marked, Warned, Warning } from "../lifecycle";
import { canonicalOf, spelledAs, type Validation, validate } from "../inputs";
import { unconfirmedMarker } from "../marker";
import { holdsUnknown } from "../unknown";
import { Creation } from "./creation";
import { instructed, requireConfirmed } from "./instructions";
import { createKeys } from "./ownership";
import { declaredIn, Presence } from "./presence";
import { Questions } from "./questions";
import { removeSurely, untilWhole } from "./removal";
import { Settlement } from "./settlement";
import type { Run } from "../run/run";
import { rememberInStack } from "../run/stack-objects";
import { type Step, type StepError, stepOf, subjectOf, worded } from "./wording";

/** Everything a resource is in the state: its inputs, what Graph computed, and whose it is. */
export type State = Readonly<Record<string, unknown>>;

/** A create or change that was begun and not finished. The object exists: its id must be kept. */
export class HalfDone extends Error {
  constructor(
    readonly id: string,
    readonly state: State,
    readonly reason: StepError,
  ) {
    super(reason.message, { cause: reason });
  }
}

export class Driver<Inputs extends object> {
  readonly #questions: Questions<Inputs>;

  constructor(
    readonly lifecycle: Lifecycle<Inputs>,
    readonly run: Run,
  ) {
    this.#questions = new Questions(lifecycle, run);
  }

  /**
   * Canonical inputs and every finding. Asks the tenant only about what differs from `olds`.
   *
   * @param isAwaited whether what a property names may be made by a resource that is deployed before this one: then it is
   * no finding that it is not there, and it is asked again before anything is sent
   */
  async check(
    olds: State,
    news: State,
    marker: string,
    isAwaited: (property: string) => boolean = () => false,
  ): Promise<Validation> {
    const { lifecycle, run } = this;
    run.claims.declare(lifecycle.kind, marker);
    // A default that was made of an earlier marker is kept: a new name is no reason for a new object.
    const kept = pick(olds, Object.keys(lifecycle.defaults?.(marker) ?? {}));
    const { inputs: canonical, findings: wrong } = validate(lifecycle, { ...kept, ...news }, marker);
    const declared = spelledAs(lifecycle, olds, inOrderOf(olds, canonical));
    const inputs = instructed(lifecycle, run, olds, declared, { marker });
    if (wrong.length > 0) return { inputs, findings: wrong };
    const known = Object.entries(inputs).filter(([, value]) => !holdsUnknown(value));
    const asked = Object.fromEntries(known) as Partial<Inputs>;
    const twice = this.#questions.declare(asked, marker);
    const changed = Object.keys(inputs).filter((key) => !same(inputs[key], olds[key]));
    if (twice.length > 0 || changed.length === 0) return { inputs, findings: twice };
    const replacedBy: readonly string[] = lifecycle.replacedBy;
    const makesNew = !("marker" in olds) || changed.some((key) => replacedBy.includes(key));
    const findings = await this.#worded("check", asked, () =>
      this.#questions.ask(asked, { marker, olds, makesNew }, isAwaited),
    );
    if (findings.length === 0 && !("marker" in olds)) {
      const warn = () => this.#questions.warnOfNamesakes({ ...asked, marker });
      for (const warning of await this.#worded("check", asked, warn)) this.#report(warning, asked);
    }
    return { inputs, findings };
  }

  /**
   * Properties whose change makes a new object. Unknown counts as changed: nobody can promise that it is not.
   *
   * @throws EntraError WRONG_TENANT
   */
  async diff(id: string, olds: State, news: State): Promise<string[]> {
    rememberInStack(await this.#tenantOf("check", olds), this.lifecycle.kind, id);
    const inputs = declaredIn(this.lifecycle, olds);
    this.#rememberName(id, inputs);
    const wanted = declaredIn(this.lifecycle, news);
    // A refresh asks for differences too, of what no program declares.
    if (this.run.claims.isDeclared(this.lifecycle.kind, wanted.marker))
      await this.#worded("change", inputs, () => {
        requireConfirmed(this.lifecycle, this.run, wanted, { inputs, outputs: olds });
        return Promise.resolve();
      });
    return this.lifecycle.replacedBy.filter((key) => !same(olds[key], news[key]));
  }

  /**
   * Claims the object for its resource, which this run declares and does not replace: an older resource that has the same
   * object must not delete it. A refresh asks for differences too, and nothing declares the resource then.
   *
   * @throws EntraError OWNERSHIP_UNCLEAR when another resource of this run has the object
   */
  claimDeclared(id: string, olds: State, marker: string): void {
    if (!this.run.claims.isDeclared(this.lifecycle.kind, marker)) return;
    this.#claim("check", id, { ...declaredIn(this.lifecycle, olds), marker });
  }

  /** Finds the object or makes it, then brings it to what is wanted. */
  async create(given: Inputs & Marked): Promise<{ id: string; state: State }> {
    const { lifecycle, run } = this;
    const wanted = canonicalOf(lifecycle, given);
    const tenant = await run.tenant();
    const id = lifecycle.idOf?.(wanted);
    if (id !== undefined) {
      this.#claim("create", id, wanted, "reserve");
      await run.claims.whenNotRemoving(lifecycle.kind, id);
    }
    await this.#worded("create", wanted, () => this.#questions.askAgain(wanted, { olds: {}, makesNew: true }));
    const creation = new Creation(lifecycle, run, tenant, wanted);
    const made =
      (await this.#worded("find", wanted, () => creation.find())) ??
      (await this.#worded("create", wanted, () => creation.createOnce()));
    this.#rememberName(made.id, wanted);
    this.#claim("create", made.id, wanted);
    rememberInStack(tenant, lifecycle.kind, made.id);
    run.claims.recordWritten(made.id, run.timing.now());
    for (const other of lifecycle.completes?.(wanted) ?? []) run.journal.written(tenant.id, other);
    return { id: made.id, state: await this.#settle(tenant, "finish", made, {}, given) };
  }

  /** Brings the object to what is wanted, whatever it is like now. */
  async update(id: string, olds: State, wanted: Inputs & Marked): Promise<State> {
    this.#rememberName(id, wanted);
    const tenant = await this.#tenantOf("change", olds);
    rememberInStack(tenant, this.lifecycle.kind, id);
    this.#claim("change", id, wanted);
    await this.#worded("change", wanted, () => this.#questions.askAgain(wanted, { olds, makesNew: false }));
    this.run.claims.recordWritten(id, this.run.timing.now());
    for (const key of Object.keys(this.lifecycle.properties)) {
      const isAlternative = this.lifecycle.alternatives?.includes(key) ?? false;
      if (key in wanted || !(key in olds) || isAlternative || this.#isInstruction(key)) continue;
      this.run.warn(
        `${this.lifecycle.noun} "${this.#nameOf(wanted)}": ${key} is not declared any more, so it is not managed and stays in the tenant as it is. ` +
          "To empty it, declare it empty",
      );
    }
    try {
      return await this.#settle(tenant, "change", { id }, olds, wanted);
    } catch (error) {
      // A credential stays in the state while its blueprint is deleted, and is restored with it, unless it was deleted earlier. Then it is
      // created again; its id is made of names, so it stays the same.
      const isPart = this.lifecycle.deletedWith !== undefined;
      if (!isPart || !(error instanceof EntraError) || error.code !== "NOT_FOUND") throw error;
      return (await this.create(wanted)).state;
    }
  }

  /** The object as the tenant has it: the declared inputs and the outputs. Undefined when it is gone. */
  async read(id: string, olds: State): Promise<{ inputs: State; state: State } | undefined> {
    const declared = declaredIn(this.lifecycle, olds);
    this.#rememberName(id, declared);
    const tenant = await this.#tenantOf("read", olds);
    rememberInStack(tenant, this.lifecycle.kind, id);
    const object = this.#presence(tenant, id, declared);
    const actual = await this.#worded("read", declared, () => object.certainly(olds, object.refreshing(olds)));
    const about = { tenant, id, declared, outputs: olds, actual, after: "read" } as const;
    const warn = () => this.#worded("read", declared, () => this.#warn(about));
    if (!actual) {
      if (await this.#worded("read", declared, () => object.isDeletedWithWhole(olds)))
        return {
          inputs: { ...declared, marker: unconfirmedMarker },
          state: { ...olds, marker: unconfirmedMarker },
        };
      this.#recordGone(tenant, declared, id);
      await warn();
      return undefined;
    }
    await warn();
    const inputs = {
      ...spelledAs(this.lifecycle, olds, inOrderOf(olds, pick(actual.inputs, Object.keys(declared)))),
      marker: actual.marked === false ? unconfirmedMarker : declared.marker,
    };
    return { inputs, state: stateOf(tenant, inputs, { ...actual.outputs, ...pick(olds, ["writtenAt"]) }) };
  }

  /** Deletes the object. One that does not exist any more counts as deleted. */
  async remove(id: string, olds: State): Promise<void> {
    const { lifecycle, run } = this;
    const declared = declaredIn(lifecycle, olds);
    this.#rememberName(id, declared);
    const tenant = await this.#tenantOf("delete", olds);
    rememberInStack(tenant, lifecycle.kind, id);
    const object = this.#presence(tenant, id, declared);
    const isLeft = (): boolean => {
      const { claims } = run;
      if (!claims.isClaimed(lifecycle.kind, id) && !claims.isDeclaredOfOther(lifecycle.kind, id, declared.marker))
        return false;
      run.warn(
        `left ${lifecycle.noun} "${this.#nameOf(declared)}" (${id}) in place: another resource of this update has it now`,
      );
      return true;
    };
    const removing = async (): Promise<void> => {
      if (isLeft()) return;
      await untilWhole(object, olds);
      // Another resource may have claimed it meanwhile, and waits.
      if (isLeft()) return;
      const before = { writtenAt: object.writtenAt(), isExplained: object.isExplained(olds) };
      run.journal.deleting(tenant.id, id);
      const remove = async (): Promise<void> => {
        await lifecycle.remove(tenant, id, declared, olds, (warning) => this.#report(warning, declared));
        run.claims.recordDeleted(lifecycle.kind, id);
      };
      await removeSurely(object, olds, remove, before);
      run.claims.recordDeleted(lifecycle.kind, id);
      this.#recordGone(tenant, declared, id);
    };
    await this.#worded("delete", declared, () => run.claims.removing(lifecycle.kind, id, removing));
  }

  async #warn(about: Warned<Inputs>): Promise<void> {
    for (const warning of (await this.lifecycle.warnings?.(about)) ?? []) this.#report(warning, about.declared);
  }

  /** What several objects have to report alike is reported of the first. */
  #report(warning: Warning, inputs: Partial<Inputs>): void {
    if (this.run.reasons.isNew(warning(""))) this.run.warn(warning(subjectOf(this.step("read", inputs))));
  }

  #presence(tenant: Tenant, id: string, inputs: Partial<Inputs>): Presence<Inputs> {
    const referents = this.lifecycle.refersTo?.(inputs as Inputs) ?? [];
    return new Presence(this.lifecycle, this.run, tenant, id, referents);
  }

  /** Records that a live resource has this object, so that no other one deletes or recovers it in this run. */
  #claim(verb: Step["verb"], id: string, wanted: Partial<Inputs> & Marked, how: "claim" | "reserve" = "claim"): void {
    try {
      this.run.claims[how](this.lifecycle.kind, id, wanted.marker);
    } catch (error) {
      throw worded(error, this.step(verb, wanted));
    }
  }

  #recordGone(tenant: Tenant, declared: Marked, id: string): void {
    for (const key of createKeys(this.lifecycle, tenant, declared)) this.run.journal.deleted(key, id);
  }

  /** The tenant of this run. State of another tenant is never touched. */
  async #tenantOf(verb: Step["verb"], olds: State): Promise<Tenant> {
    const tenant = await this.run.tenant();
    const { tenantId } = olds;
    if (typeof tenantId !== "string" || tenantId === tenant.id) return tenant;
    throw worded(
      new EntraError(
        "WRONG_TENANT",
        `the stack's state belongs to tenant ${tenantId}, and ENTRA_AGENT_ID_TENANT selects tenant ${tenant.id} (${tenant.name}). ` +
          "Set ENTRA_AGENT_ID_TENANT to the tenant of this stack, or use another stack for the other tenant; " +
          "if it was an embedded tenant that is gone, `pulumi stack rm --force` removes the stack",
      ),
      this.step(verb, declaredIn(this.lifecycle, olds)),
    );
  }

  /** Brings the object to what is wanted. From here on the id is never lost. */
  async #settle(
    tenant: Tenant,
    verb: "finish" | "change",
    { id, actual, existed }: Made<Inputs>,
    olds: State,
    wanted: Inputs & Marked,
  ): Promise<State> {
    // The state keeps what the program says as it says it; what is done and compared is canonical.
    const canonical = inOrderOf(wanted, canonicalOf(this.lifecycle, wanted));
    const object = this.#presence(tenant, id, canonical);
    const settlement = new Settlement(object, canonical, olds, actual);
    try {
      await (verb === "finish" ? settlement.ofCreated() : settlement.ofChanged());
      const { actual: seen, outputs } = settlement;
      const after = verb === "change" ? "change" : existed ? "recovery" : "create";
      await this.#warn({ tenant, id, declared: wanted, outputs, actual: seen, after });
    } catch (error) {
      const step = this.step(verb, wanted);
      // A change that failed leaves the old state as it was: the next run changes what is left.
      if (verb === "change") throw worded(error, step);
      const kept = `It was ${existed ? "found" : "created"} and is in the state as ${id}: run \`pulumi up\` again, and it continues from there.`;
      throw new HalfDone(id, stateOf(tenant, wanted, settlement.outputs), worded(error, { ...step, kept }));
    }
    return stateOf(tenant, wanted, settlement.outputs);
  }

  /** What was being done, for messages. */
  step(verb: Step["verb"], inputs: Partial<Inputs>): Step {
    return stepOf(this.lifecycle, verb, inputs, this.run);
  }

  #isInstruction = (key: string): boolean => key in (this.lifecycle.instructions ?? {});

  /** Messages about what hangs from this object, or lies on it, call it by name from now on. */
  #rememberName(id: string, inputs: Partial<Inputs>): void {
    this.run.names.remember(id, this.#nameOf(inputs));
  }

  #nameOf = (inputs: Partial<Inputs>): string => this.lifecycle.nameOf(inputs, this.run.names.of);

  async #worded<T>(verb: Step["verb"], inputs: Partial<Inputs>, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw worded(error, this.step(verb, inputs));
    }
  }
}

function stateOf(tenant: Tenant, inputs: object, outputs: object): State {
  return json({ ...inputs, ...outputs, tenantId: tenant.id });
}
