/**
 * A run of `pulumi up` to which something happens at a chosen request to Graph, what a person does then, and what must be
 * true afterwards. The run declares one resource of every kind; the same run undisturbed says what there must be.
 */
import kinds from "../../provider/dynamic-v1";
import type { RequestRecord } from "../../emulator/state/journal";
import type { Fault } from "../../emulator/tenant";
import { idsIn, objectGraph } from "./object-graph";
import type { Outcome } from "./outcome";
import { allEnded, descendants, providerOf, untilHolds } from "./processes";
import { fleet } from "./programs";
import { aStack, type BegunRun, type Stack } from "./stack";
import { type OpenTenant, tenantOf } from "./tenant";

/** What may happen at a request, and what a person does about it, as docs/recovery.md says. */
export interface Mishap {
  readonly answer: Fault["answer"];
  /** Done to the run while the request waits for its answer. */
  readonly strike?: (run: BegunRun) => void;
  /** As with PULUMI_SKIP_CHECKPOINTS: nothing of the run is in the state. @default with checkpoints */
  readonly skipsCheckpoints?: true;
  readonly recover: (stack: Stack, struck: Outcome) => Promise<void>;
}

const clean = { exitCode: 0, errors: [] };

const nextUp = async (stack: Stack): Promise<void> => {
  expect(await stack.up()).toMatchObject(clean);
};

/** The run itself comes to a good end. */
const itself = (_: Stack, struck: Outcome): Promise<void> => {
  expect(struck).toMatchObject(clean);
  return Promise.resolve();
};

export const mishaps = {
  "kill -9 of the CLI": {
    answer: "stall",
    strike: (run) => run.kill("SIGKILL"),
    async recover(stack) {
      await stack.cancel();
      await nextUp(stack);
      if (stack.backend.pendingOperations().length > 0)
        expect(await stack.refresh("--clear-pending-creates")).toMatchObject({ ...clean, drift: {} });
    },
  },
  "kill -9 of the CLI without checkpoints": {
    answer: "stall",
    strike: (run) => run.kill("SIGKILL"),
    skipsCheckpoints: true,
    async recover(stack) {
      expect(stack.backend.resources()).toEqual([]);
      await stack.cancel();
      await nextUp(stack);
    },
  },
  "kill -9 of the provider": {
    answer: "stall",
    strike: ({ pid }) => process.kill(providerOf(pid), "SIGKILL"),
    recover: nextUp,
  },
  "kill -9 of the provider without checkpoints": {
    answer: "stall",
    strike: ({ pid }) => process.kill(providerOf(pid), "SIGKILL"),
    skipsCheckpoints: true,
    recover: nextUp,
  },
  "Ctrl-C": {
    answer: { stall: 2_000 },
    strike: (run) => run.kill("SIGINT"),
    async recover(stack, struck) {
      // What was begun was finished, so nothing is pending and nothing is locked.
      expect([struck.exitCode === 0, stack.backend.pendingOperations()]).toEqual([false, []]);
      await nextUp(stack);
    },
  },
  "an answer lost after the effect": { answer: "reset", recover: itself },
  "504 after the effect": { answer: { status: 504 }, recover: itself },
} as const satisfies Record<string, Mishap>;

export class DisturbedRuns {
  private constructor(
    readonly stack: Stack,
    private readonly tenant: OpenTenant,
    private readonly seed: ReadonlySet<string>,
    private readonly begin: () => void,
    /** Of the undisturbed run, in the order they came. */
    readonly requests: readonly RequestRecord[],
    private readonly graph: readonly string[],
    private readonly resources: readonly string[],
  ) {}

  static async create(): Promise<DisturbedRuns> {
    const stack = await aStack(fleet());
    const tenant = await tenantOf(stack);
    const { emulated } = tenant;
    const [seed, emptyTenant, emptyStack] = [idsIn(emulated), emulated.snapshot(), stack.backend.keep()];
    const first = emulated.requests().length;
    await nextUp(stack);
    const resources = stack.backend.resources();
    expect([...new Set(resources.map((title) => title.split(" ")[0]))].sort()).toEqual(Object.keys(kinds).sort());
    const begin = (): void => {
      emulated.restore(emptyTenant);
      emptyStack();
    };
    return new DisturbedRuns(
      ...[stack, tenant, seed, begin, emulated.requests().slice(first), objectGraph(emulated, seed), resources],
    );
  }

  /** Which request of the undisturbed run first does this, counted from 1. */
  requestThat(method: string, path: RegExp): number {
    const index = this.requests.findIndex((one) => one.method === method && path.test(one.path));
    if (index < 0) throw new Error(`no request ${method} ${path.source} in the undisturbed run`);
    return index + 1;
  }

  /**
   * Runs from nothing with a mishap at request `k`, recovers, and demands what an undisturbed run leaves.
   * @param further answers that go wrong in the same run
   */
  async recoversFrom(mishap: Mishap, k: number, further: readonly Fault[] = []): Promise<void> {
    const { stack, tenant } = this;
    this.begin();
    for (const fault of further) tenant.emulated.fail(fault);
    if (mishap.skipsCheckpoints) stack.environment["PULUMI_SKIP_CHECKPOINTS"] = "true";
    const struck = await this.#struck(mishap, k);
    delete stack.environment["PULUMI_SKIP_CHECKPOINTS"];
    await mishap.recover(stack, struck);
    expect(objectGraph(tenant.emulated, this.seed)).toEqual(this.graph);
    expect(stack.backend.resources()).toEqual(this.resources);
    expect(stack.backend.pendingOperations()).toEqual([]);
    expect(await stack.preview("--refresh", "--expect-no-changes")).toMatchObject({ ...clean, ops: {}, drift: {} });
  }

  async #struck({ answer, strike }: Mishap, k: number): Promise<Outcome> {
    const { emulated } = this.tenant;
    const before = emulated.requests().at(-1)?.sequence ?? 0;
    emulated.fail({ nth: k, effect: "after", answer });
    // Until it is struck it gets no further, however late this machine strikes.
    if (strike) emulated.fail({ nth: k + 1, times: 1_000, effect: "before", answer: { status: 503 } });
    const planned = emulated.faults().length;
    const run = this.stack.begin("up", "--yes", "--skip-preview");
    if (!strike) return run.outcome;
    await untilHolds(() => {
      const asked = (emulated.requests().at(-1)?.sequence ?? 0) - before;
      return asked >= k && emulated.faults().length < planned ? undefined : `request ${k} did not come, only ${asked}`;
    });
    const started = descendants(run.pid);
    expect(started.length).toBeGreaterThan(0);
    strike(run);
    emulated.clearFaults();
    const outcome = await run.outcome;
    // Nobody else would end them, and each holds 130 MB.
    await allEnded(started);
    return outcome;
  }
}
