/**
 * Serves a life cycle to the Pulumi engine as a dynamic provider. This is the whole difference between what the engine
 * speaks (`__provider`, sentinel values, half-done creates as thrown objects) and what the driver speaks.
 *
 * Source of every rule here: cmd/dynamic-provider/index.ts of Pulumi SDK 3.259 to 3.276, which the tests cover.
 */
import { systemClock } from "../../graph/clock";
import { connect } from "../../graph/connection";
import { EntraError } from "../../graph/errors";
import { runCancelled } from "../../graph/scheduler";
import { replicationMs } from "../../graph/settings";
import type { Tenant } from "../../graph/tenant";
import { Driver, HalfDone, type State } from "../life/driver";
import { runIn } from "../run/run";
import { whenCancelled } from "./cancellation";
import { whenEngineIsGone } from "./engine-channel";
import { EngineLog, enginesLog } from "./engine-log";
import { json, textOf } from "../json";
import { deletesFirst, type Finding, type Lifecycle, type Marked } from "../lifecycle";
import { journalFolder, journalIn, WriteJournal } from "../consistency/write-journal";
import type { ReportedReasons } from "../run/reported-reasons";
import { holdsUnknown } from "../unknown";
import { defaultTiming } from "../consistency/consistency";
import { type Step, worded } from "../life/wording";

type Properties = Record<string, unknown>;

/** What the engine calls; the shape of `pulumi.dynamic.ResourceProvider`, in JSON. */
export interface DynamicProvider {
  check(olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: Finding[] }>;
  diff(id: string, olds: Properties, news: Properties): Promise<{ replaces: string[]; deleteBeforeReplace: boolean }>;
  create(inputs: Properties): Promise<{ id: string; outs: Properties }>;
  read(id: string, props: Properties): Promise<{ id: string; props: Properties; inputs?: Properties }>;
  update(id: string, olds: Properties, news: Properties): Promise<{ outs: Properties }>;
  delete(id: string, props: Properties): Promise<void>;
}

/** Inputs that the class adds for the engine's and our own use; the life cycle never sees them. */
const internal = ["__awaits", "__awaitsAll", "__provider", "__findings", "__urn", "marker"] as const;

const warning = (message: string): void => void process.stderr.write(`warning: ${message}\n`);

const log = new EngineLog(enginesLog(), warning);

/** Aborted when the engine says that the run is over. */
const cancel = new AbortController();

/** One connection, one set of claims for all resources of this process. */
const thisProcess = runIn(connectAndReport, {
  timing: {
    ...defaultTiming,
    get unseenMs() {
      return replicationMs();
    },
    pause,
  },
  journal: new WriteJournal(Date.now, journalIn(journalFolder(), replicationMs, warning)),
  isReplicated: () => connected?.isReplicated() ?? true,
  report: (message) => void process.stdout.write(`${message}\n`),
  progress: (message) => log.repetition(message),
  warn: warning,
});

async function pause(ms: number): Promise<void> {
  log.pause(ms);
  await systemClock.wait(ms, cancel.signal).catch(() => {
    throw runCancelled();
  });
}

export function dynamicProvider<Inputs extends object>(
  lifecycle: Lifecycle<Inputs>,
  driver = new Driver(lifecycle, thisProcess),
): DynamicProvider {
  // The engine hands over what `check` gave it, so the inputs have been validated.
  const wanted = (inputs: Properties): Inputs & Marked =>
    ({ ...own(inputs), marker: textOf(inputs["marker"]) }) as Inputs & Marked;
  const during = <T>(verb: Step["verb"], inputs: Properties, act: () => Promise<T>): Promise<T> =>
    underWatch(() =>
      log.during(lifecycle.kind, textOf(inputs["marker"]), act).catch((error: unknown) => {
        throw forPulumi(error, driver.step(verb, known(inputs) as Partial<Inputs>), driver.run.reasons);
      }),
    );
  return {
    async check(olds, news) {
      const marker = textOf(news["marker"]);
      log.declare(lifecycle.kind, marker, textOf(news["__urn"]));
      return during("check", news, async () => {
        const { inputs, findings } = await driver.check(olds, own(news), marker, awaitedIn(news));
        const reported = reportedFindings(news);
        return {
          // What the class has reported is not reported again: the engine would stop at the first of many.
          failures: findings
            .map(({ property, reason }) => ({ property, reason }))
            .filter(({ property, reason }) => !reported.includes(`${property} ${reason}`)),
          inputs: json({ ...inputs, marker, ...(reported.length > 0 ? { __findings: reported } : {}) }),
        };
      });
    },

    async diff(id, olds, news) {
      return during("check", news, async () => {
        const replaces = await driver.diff(id, olds, news);
        if (replaces.length === 0) driver.claimDeclared(id, olds, textOf(news["marker"]));
        // `changes` stays undefined: the engine compares the inputs itself and shows each property.
        return { replaces, deleteBeforeReplace: deletesFirst(lifecycle) };
      });
    },

    async create(inputs) {
      return during("create", inputs, async () => {
        refuseFindings(inputs);
        try {
          const { id, state } = await driver.create(wanted(inputs));
          return { id, outs: { ...state } };
        } catch (error) {
          throw error instanceof HalfDone ? initFailed(error, inputs, driver.run.reasons) : error;
        }
      });
    },

    async read(id, props) {
      return during("read", props, async () => {
        const found = await driver.read(id, props);
        return found ? { id, props: { ...found.state }, inputs: { ...found.inputs } } : { id: "", props: {} };
      });
    },

    async update(id, olds, news) {
      return during("change", news, async () => {
        refuseFindings(news);
        return { outs: { ...(await driver.update(id, olds, wanted(news))) } };
      });
    },

    async delete(id, props) {
      return during("delete", props, () => driver.remove(id, props));
    },
  };
}

/** What can be named before everything is known. */
const known = (given: Properties): State =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => !holdsUnknown(value)));

const own = (given: Properties): State =>
  Object.fromEntries(Object.entries(given).filter(([key]) => !(internal as readonly string[]).includes(key)));

/** Properties that come from other resources, which may be deployed in this run: resource.ts says which. */
function awaitedIn({ __awaits: some, __awaitsAll: all = false }: Properties): (property: string) => boolean {
  return (property) => all !== false || (Array.isArray(some) && some.includes(property.replace(/[.[].*/, "")));
}

/** Inputs whose findings the class has reported are never acted on, whatever the engine does with the failed program. */
function refuseFindings(inputs: Properties): void {
  const reported = reportedFindings(inputs);
  if (reported.length > 0) throw new EntraError("INPUT_INVALID", `its inputs were refused: ${reported.join("; ")}`);
}

const reportedFindings = (inputs: Properties): string[] =>
  Array.isArray(inputs["__findings"]) ? inputs["__findings"].map(String) : [];

/** The engine keeps the id and the properties of an object whose creation threw this, and repairs it by an update. */
function initFailed(half: HalfDone, inputs: Properties, reasons: ReportedReasons): Error {
  const message = half.reason.deduplicated(reasons);
  return Object.assign(new Error(message), {
    id: half.id,
    // Without `__provider` in it, the next read or delete of this object could not be run at all.
    properties: { ...half.state, __provider: inputs["__provider"] },
    reasons: [message],
  });
}

/**
 * The error as Pulumi reports it with its resource. The dynamic provider also prints `${error}: ${error.stack}` under the stack;
 * there a short line is enough: `cannot read agent identity "Payslip helper": WRONG_TENANT`.
 */
function forPulumi(error: unknown, step: Step, reasons: ReportedReasons): unknown {
  if (!(error instanceof EntraError)) return error;
  const failure = worded(error, step);
  failure.message = failure.deduplicated(reasons);
  failure.stack = failure.code;
  failure.toString = () => failure.what;
  return failure;
}

/** Runs a life-cycle method; the first of a process begins to watch whether the engine is there and goes on. */
async function underWatch<T>(act: () => Promise<T>): Promise<T> {
  watchEngine();
  underWay++;
  try {
    return await act();
  } finally {
    underWay--;
  }
}

let underWay = 0;
let watched = false;

function watchEngine(): void {
  if (watched) return;
  watched = true;
  whenEngineIsGone(() => process.exit(0));
  whenCancelled(
    () => cancel.abort(),
    () => {
      // With steps under way the engine still wants their results; it kills us when it does not.
      if (underWay === 0) process.exit(0);
    },
  );
}

let connected: Tenant | undefined;

/** Every preview, update, refresh and destroy says which tenant it talks to. */
async function connectAndReport(): Promise<Tenant> {
  // An invalid setting is refused before the first request, and not only by the object that needs it.
  replicationMs();
  const surroundings = { progress: (message: string) => log.progress(message), cancelled: cancel.signal };
  const tenant = await connect(process.env, process.cwd(), surroundings);
  if (!connected) process.stdout.write(`Tenant: ${tenant.name} (${tenant.id})\n`);
  connected = tenant;
  return tenant;
}
