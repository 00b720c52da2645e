/** What all resources of a process share: the tenant, who has which object, how long to wait, whom to tell. */
import type { Tenant } from "../../graph/tenant";
import { Claims } from "./claims";
import { Lag } from "../consistency/lag";
import { Names } from "./names";
import { RecentWrites } from "../consistency/write-journal";
import { Told } from "./told";
import { defaultPatience, type Waits } from "../consistency/visibility";

export interface World extends Waits {
  readonly tenant: () => Promise<Tenant>;
  readonly claims: Claims;
  /** What this process and those before it wrote lately. */
  readonly recent: RecentWrites;
  /** How the objects of this run are called. */
  readonly names: Names;
  /** What was told in full already. */
  readonly told: Told;
  /** Tells the person at the keyboard what was done. */
  readonly tell: (message: string) => void;
  /** Tells them why nothing moves, as long as nothing does. */
  readonly tellWait: (message: string) => void;
  /** Tells them what they may want to look at. */
  readonly warn: (message: string) => void;
}

export function world(tenant: World["tenant"], settings: Partial<World> = {}): World {
  const { patience = defaultPatience } = settings;
  const { lag = new Lag(patience.now), recent = new RecentWrites(patience.now) } = settings;
  return {
    async tenant() {
      const known = await tenant();
      lag.remember(recent.lagOf(known.id));
      return known;
    },
    claims: new Claims(),
    names: new Names(),
    told: new Told(),
    patience,
    begunMs: patience.now(),
    isReplicated: () => true,
    tell: () => undefined,
    tellWait: () => undefined,
    warn: () => undefined,
    ...settings,
    lag,
    recent,
  };
}
