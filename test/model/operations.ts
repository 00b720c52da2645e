/** What a person does with Pulumi, with and without trouble on the way. */
import fc from "fast-check";
import type { Fault } from "../../emulator/tenant";
import {
  checkAlways,
  checkSeen,
  checkSettled,
  type Circumstances,
  type Disturbance,
  type Model,
  type Stack,
} from "./stack";

export type StackCommand = fc.AsyncCommand<Model, Stack>;

/** A command that says what it is when a sequence fails. */
export const command = (
  text: string,
  can: (model: Readonly<Model>) => boolean,
  run: (model: Model, stack: Stack) => Promise<void>,
): StackCommand => ({
  check: can,
  async run(model, stack) {
    await run(model, stack);
    await checkAlways(model, stack);
  },
  toString: () => text,
});

/** A command that changes the program and nothing else. */
export const declaring = (
  text: string,
  can: (model: Readonly<Model>) => boolean,
  change: (model: Model) => void,
): StackCommand => ({
  check: can,
  run(model) {
    change(model);
    return Promise.resolve();
  },
  toString: () => text,
});

/** Soon after virtual time begins; later it is over already. */
const soon = "Sat, 21 Nov 2026 12:00:20 GMT";
const refusal = (code: string) => ({ error: { code, message: "said by Graph" } });

/** With what a request may be answered that went wrong, and whether it may have had its effect. */
const mishaps: readonly Pick<Fault, "effect" | "answer">[] = [
  { effect: "before", answer: "reset" },
  { effect: "after", answer: "reset" },
  { effect: "before", answer: { status: 503, body: refusal("serviceNotAvailable") } },
  { effect: "after", answer: { status: 504, body: refusal("UnknownError") } },
  { effect: "before", answer: { status: 504, body: refusal("UnknownError") } },
  { effect: "after", answer: "truncate" },
  { effect: "before", answer: { status: 429, headers: { "retry-after": "3" }, body: refusal("TooManyRequests") } },
  { effect: "before", answer: { status: 429, headers: { "retry-after": "2.128" }, body: refusal("TooManyRequests") } },
  {
    effect: "before",
    answer: { status: 429, headers: { "retry-after": soon }, body: refusal("TooManyRequests") },
  },
  { effect: "before", answer: { status: 429, body: refusal("TooManyRequests") } },
  { effect: "before", answer: { status: 409, body: refusal("Directory_ConcurrencyViolation") } },
  { effect: "before", answer: "html" },
  { effect: "after", answer: "html" },
];

const fault: fc.Arbitrary<Fault> = fc
  .record({ nth: fc.integer({ min: 1, max: 60 }), mishap: fc.constantFrom(...mishaps), writes: fc.boolean() })
  .map(({ nth, mishap, writes }) => ({
    ...mishap,
    nth: writes ? Math.ceil(nth / 4) : nth,
    ...(writes ? { method: "POST" } : {}),
  }));

const kill = fc.record({
  at: fc.integer({ min: 1, max: 40 }),
  effect: fc.constantFrom("before" as const, "after" as const),
  who: fc.constantFrom("provider" as const, "cli" as const),
});

/** A permission is taken away at some request, and is back when the operation is over. */
const denied: fc.Arbitrary<Fault> = fc.record({
  nth: fc.integer({ min: 1, max: 30 }),
  path: fc.constantFrom("/applications", "/servicePrincipals", "/identity/", "rant|appRole", "/directory/", "/users"),
  method: fc.constantFrom("GET", "POST", "PATCH", "DELETE"),
  effect: fc.constant("before"),
  answer: fc.constant({ status: 403, body: refusal("Authorization_RequestDenied") }),
  times: fc.constant(10_000),
});

const disturbance: fc.Arbitrary<Disturbance> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 3, arbitrary: fc.array(fault, { minLength: 1, maxLength: 3 }).map((faults) => ({ faults })) },
  { weight: 4, arbitrary: kill.map((one) => ({ kill: one })) },
  { weight: 2, arbitrary: denied.map((one) => ({ denied: one })) },
);

/** Whether an operation must come to its end: one request that goes wrong is Graph's daily business. */
const isOutlived = ({ faults = [], kill, denied }: Disturbance): boolean => !kill && !denied && faults.length <= 1;

const circumstances: fc.Arbitrary<Circumstances> = fc
  .record({
    disturbance,
    parallel: fc.integer({ min: 1, max: 16 }),
    batched: fc.boolean(),
    checkpoints: fc.boolean(),
    latencyMs: fc.constantFrom(0, 0, 50),
  })
  .map(({ disturbance: { kill: end, ...trouble }, ...rest }) => {
    // Batches are few.
    const at = end && (rest.batched ? Math.ceil(end.at / 3) : end.at);
    return { ...rest, ...trouble, ...(end && at ? { kill: { ...end, at } } : {}) };
  });

/** What is known when an operation is over. */
async function ended(model: Model, stack: Stack, failures: readonly string[]): Promise<void> {
  if (failures.length > 0) {
    const stored = new Set(stack.state.resources.map(({ name }) => name));
    for (const name of model.fleet.keys()) if (!stored.has(name)) model.lost.add(name);
    model.broken = true;
    model.drifted = true;
    return;
  }
  if (model.drifted) return;
  await checkSettled(model, stack);
  for (const name of model.fleet.keys()) model.lost.delete(name);
  model.restored.clear();
  model.leaving.clear();
  model.broken = false;
}

async function deploy(model: Model, stack: Stack, settings: Circumstances): Promise<void> {
  const { failures } = await stack.up(model.fleet, settings);
  if (isOutlived(settings) && !model.drifted && failures.length > 0)
    throw new Error(`up failed: ${failures.join("\n")}`);
  await ended(model, stack, failures);
}

const up = circumstances.map((settings) =>
  command(
    `up ${JSON.stringify(settings)}`,
    () => true,
    (model, stack) => deploy(model, stack, settings),
  ),
);

/** A refresh, and what must hold after it. */
export async function look(model: Model, stack: Stack, settings: Circumstances): Promise<void> {
  const before = stack.state;
  const { failures } = await stack.refresh(settings);
  if (isOutlived(settings) && failures.length > 0) throw new Error(`refresh failed: ${failures.join("\n")}`);
  if (failures.length > 0) return;
  model.drifted = false;
  await checkSeen(before, stack, model);
}

/** As with `options: { refresh: always }`, by somebody who does not wait between two commands. */
const upAndRefresh = circumstances.map((settings) =>
  command(
    `up ${JSON.stringify(settings)}, and at once refresh`,
    () => true,
    async (model, stack) => {
      await deploy(model, stack, settings);
      await look(model, stack, {});
    },
  ),
);

const refresh = circumstances.map((settings) =>
  command(
    `refresh ${JSON.stringify(settings)}`,
    () => true,
    (model, stack) => look(model, stack, settings),
  ),
);

const preview = fc.constant(
  // What is not there any more cannot be asked for: a preview may fail, and changes nothing.
  command(
    "preview",
    () => true,
    async (model, stack) => {
      await stack.preview(model.fleet).catch((error: unknown) => {
        if (!model.drifted) throw error;
      });
    },
  ),
);

const destroy = circumstances.map((settings) =>
  command(
    `destroy ${JSON.stringify(settings)}`,
    () => true,
    async (model, stack) => {
      for (const name of model.names) model.mayMove.add(name);
      const { failures } = await stack.destroy(settings);
      if (isOutlived(settings) && !model.drifted && failures.length > 0)
        throw new Error(`destroy failed: ${failures.join("\n")}`);
      if (failures.length > 0) {
        model.broken = true;
        model.drifted = true;
        return;
      }
      for (const { name } of (await stack.holding(model.names)).marked)
        if (!model.lost.has(name)) throw new Error(`${name} was not destroyed`);
    },
  ),
);

/** What the documentation tells people to do after trouble. */
export async function cleanUp(model: Model, stack: Stack): Promise<void> {
  await look(model, stack, {});
  await deploy(model, stack, {});
}

const clean = fc.constant(command("clean up", () => true, cleanUp));

/** No machine's notes count any more, and none knows how far the replicas lag. */
const later = fc.constant(
  command(
    "ten minutes pass",
    () => true,
    (_model, { tenant }) => {
      tenant.time.pass(600_000);
      return Promise.resolve();
    },
  ),
);

export const operations: readonly fc.Arbitrary<StackCommand>[] = [
  up,
  up,
  up,
  upAndRefresh,
  upAndRefresh,
  later,
  later,
  refresh,
  preview,
  destroy,
  clean,
  clean,
];
