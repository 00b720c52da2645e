/** A process in a lagging tenant whose requests a test can meddle with, and what an administrator does meanwhile. */
import { type Entry, WriteJournal } from "../../provider/engine/consistency/write-journal";
import { defaultTiming } from "../../provider/engine/consistency/consistency";
import type { Process } from "../miniature-engine/engine";
import { aProcess } from "../miniature-engine/process";
import type { LaggingTenant } from "./lagging-tenant";

type Send = (request: Request) => Promise<Response>;

/** Answers what the provider asks for, by way of the tenant or in its place. */
export type Meddle = (request: Request, send: Send) => Promise<Response>;

const passOn: Meddle = (request, send) => send(request);

/** @param notes of its machine: it knows those of before, and adds its own */
export async function meddled(tenant: LaggingTenant, notes: Entry[], meddle = passOn): Promise<Process> {
  const { time, emulated } = tenant;
  const inTime = <T>(work: () => Promise<T>): Promise<T> => {
    tenant.keepTime();
    return time.during(work);
  };
  const send: Send = (request) => inTime(() => emulated.handle(request));
  const earlier = [...notes];
  const store = { earlier: () => earlier, add: (note: Entry) => void notes.push(note) };
  return aProcess(
    { handle: (request) => meddle(request, send), token: () => inTime(() => emulated.token()) },
    {
      clock: { now: time.now, wait: time.wait },
      run: {
        timing: { ...defaultTiming, now: time.now, pause: time.wait },
        journal: new WriteJournal(time.now, store),
      },
    },
  );
}

/** A request of an administrator, which no lag and no fault meets. @throws Error when it is refused */
export async function byHand(
  tenant: LaggingTenant,
  method: "GET" | "DELETE" | "PATCH" | "POST",
  path: string,
  body?: object,
): Promise<void> {
  tenant.keepTime();
  const headers = { authorization: `Bearer ${await tenant.emulated.token()}`, "content-type": "application/json" };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const request = new Request(`https://graph.microsoft.com/v1.0${path}`, { method, headers, ...sent });
  const response = await tenant.emulated.handle(request);
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}
