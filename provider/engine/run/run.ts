/** What all resources of a process share: the tenant, who has which object, how long to wait, where to report. */
import type { Tenant } from "../../graph/tenant";
import { type Consistency, defaultTiming } from "../consistency/consistency";
import { Lag } from "../consistency/lag";
import { WriteJournal } from "../consistency/write-journal";
import { CheckedResources } from "./checked-resources";
import { Claims } from "./claims";
import { Names } from "./names";
import { ReportedReasons } from "./reported-reasons";

export interface Run extends Consistency {
  readonly tenant: () => Promise<Tenant>;
  readonly claims: Claims;
  /** What this process and those before it wrote recently. */
  readonly journal: WriteJournal;
  /** Whether a person has signed in (delegated sign-in); false before anybody has. */
  readonly isPerson: () => boolean;
  /** How the objects of this run are called. */
  readonly names: Names;
  readonly reasons: ReportedReasons;
  /** By kind and marker: what `check` has heard of a resource, for the step that follows in the same process. */
  readonly checked: CheckedResources;
  /** Reports to the person at the keyboard what was done. */
  readonly report: (message: string) => void;
  /** Reports why nothing moves, as long as nothing does. */
  readonly progress: (message: string) => void;
  /** Reports what a person may want to look at. */
  readonly warn: (message: string) => void;
}

export function runIn(tenant: Run["tenant"], settings: Partial<Run> = {}): Run {
  const { timing = defaultTiming } = settings;
  const { lag = new Lag(timing.now), journal = new WriteJournal(timing.now) } = settings;
  let isPerson = false;
  return {
    async tenant() {
      const connected = await tenant();
      isPerson = (await connected.account()).isPerson;
      lag.remember(journal.lagOf(connected.id));
      return connected;
    },
    claims: new Claims(),
    isPerson: () => isPerson,
    names: new Names(),
    reasons: new ReportedReasons(),
    checked: new CheckedResources(),
    timing,
    startedAt: timing.now(),
    isReplicated: () => true,
    report: () => undefined,
    progress: () => undefined,
    warn: () => undefined,
    ...settings,
    lag,
    journal,
  };
}
