/**
 * Requests that go wrong on purpose. A fault is planned in the store, so that whichever process serves the request
 * takes it, or sent along with one request by the header `x-emulated-fault: {"effect":"after","answer":"reset"}`.
 */
import type { Store } from "../state/store";
import { checkedFault, type Fault, type Mishap } from "./fault";

export type { Fault, FaultAnswer } from "./fault";
export { parseFault, printFault } from "./fault-wording";

/**
 * @throws {SyntaxError} when the path is no regular expression
 * @throws {TypeError} when it is no fault, naming what is wrong
 */
export function planFault(store: Store, fault: Fault): void {
  const { times = 1, ...rest } = checkedFault(fault);
  store.run("INSERT INTO faults (fault, remaining) VALUES (?, ?)", JSON.stringify(rest), times);
}

/** Faults that are still to happen, oldest first; `nth` and `times` say what is left of them. */
export function plannedFaults(store: Store): Fault[] {
  return rowsOf(store).map(({ fault, remaining }) => (remaining === 1 ? fault : { ...fault, times: remaining }));
}

export function clearFaults(store: Store): void {
  store.run("DELETE FROM faults");
}

/**
 * Takes the oldest fault that is due at this request. Each is taken by one request only, and every fault that fits
 * counts the request, taken or not. Runs inside a write transaction.
 */
export function takeFault(store: Store, method: string, path: string): Mishap | undefined {
  let taken: Mishap | undefined;
  for (const { seq, fault, remaining } of rowsOf(store)) {
    if (!matches(fault, method, path)) continue;
    const { nth = 1, ...rest } = fault;
    if (nth > 1) {
      const left = nth > 2 ? { ...rest, nth: nth - 1 } : rest;
      store.run("UPDATE faults SET fault = ? WHERE seq = ?", JSON.stringify(left), seq);
    } else if (!taken) {
      taken = { effect: fault.effect, answer: fault.answer };
      if (remaining > 1) store.run("UPDATE faults SET remaining = ? WHERE seq = ?", remaining - 1, seq);
      else store.run("DELETE FROM faults WHERE seq = ?", seq);
    }
  }
  return taken;
}

function matches(fault: Fault, method: string, path: string): boolean {
  if (fault.method !== undefined && fault.method.toUpperCase() !== method) return false;
  return new RegExp(fault.path ?? "").test(path);
}

function rowsOf(store: Store): { readonly seq: number; readonly fault: Fault; readonly remaining: number }[] {
  return store.rows("SELECT seq, fault, remaining FROM faults ORDER BY seq").map((row) => ({
    seq: Number(row["seq"]),
    fault: JSON.parse(String(row["fault"])) as Fault,
    remaining: Number(row["remaining"]),
  }));
}
