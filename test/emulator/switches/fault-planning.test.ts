import fc from "fast-check";
import { entityOf } from "../../../emulator/entities";
import { SqliteStore } from "../../../emulator/state/sqlite-store";
import { clearFaults, type Fault, plannedFaults, planFault, takeFault } from "../../../emulator/switches/faults";

const store = new SqliteStore(":memory:", (kind) => entityOf(kind).indexed);
afterAll(() => store.close());

const methods = ["GET", "POST"] as const;
const paths = ["/users", "/users/x", "/groups"] as const;

const fault = fc.record(
  {
    method: fc.constantFrom("GET", "post"),
    path: fc.constantFrom("/users", "/users$", "^/groups", "x"),
    nth: fc.integer({ min: 1, max: 4 }),
    times: fc.integer({ min: 1, max: 3 }),
  },
  { requiredKeys: [] },
);

type Event = { readonly plan: Omit<Fault, "effect" | "answer"> } | { readonly ask: readonly [string, string] };

const script: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    fc.record({ plan: fault }),
    fc.record({ ask: fc.tuple(fc.constantFrom(...methods), fc.constantFrom(...paths)) }),
  ),
  { maxLength: 30 },
);

/** Each fault with the matching requests it still lets pass, and how often it still happens. */
class Model {
  readonly #plans: { status: number; fault: Omit<Fault, "effect" | "answer">; wait: number; left: number }[] = [];

  plan(fault: Omit<Fault, "effect" | "answer">, status: number): void {
    this.#plans.push({ status, fault, wait: (fault.nth ?? 1) - 1, left: fault.times ?? 1 });
  }

  ask(method: string, path: string): number | undefined {
    const fitting = this.#plans.filter(
      ({ fault, left }) =>
        left > 0 &&
        (fault.method === undefined || fault.method.toUpperCase() === method) &&
        (fault.path === undefined || new RegExp(fault.path).test(path)),
    );
    const due = fitting.find(({ wait }) => wait === 0);
    for (const one of fitting) if (one.wait > 0) one.wait -= 1;
    if (due) due.left -= 1;
    return due?.status;
  }

  get left(): number {
    return this.#plans.filter(({ left }) => left > 0).length;
  }
}

describe("planned faults", () => {
  it("happen to the requests that a model says, each once", () => {
    fc.assert(
      fc.property(script, (events) => {
        clearFaults(store);
        const model = new Model();
        events.forEach((event, at) => {
          const status = 400 + at;
          if ("plan" in event) {
            planFault(store, { ...event.plan, effect: "before", answer: { status } });
            model.plan(event.plan, status);
            return;
          }
          const taken = takeFault(store, ...(event.ask as [string, string]));
          expect(taken && { ...(taken.answer as object) }).toEqual(
            ((expected) => (expected === undefined ? undefined : { status: expected }))(
              model.ask(...(event.ask as [string, string])),
            ),
          );
        });
        expect(plannedFaults(store)).toHaveLength(model.left);
      }),
      { numRuns: 200 },
    );
  });
});
