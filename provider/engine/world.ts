/** What all resources of a process share: the tenant, who has which object, how long to wait, whom to tell. */
import type { Tenant } from "../graph/tenant";
import { Claims } from "./claims";
import { defaultPatience, type Patience } from "./visibility";

export interface World {
  readonly tenant: () => Promise<Tenant>;
  readonly claims: Claims;
  readonly patience: Patience;
  /** Tells the person at the keyboard what was done. */
  readonly tell: (message: string) => void;
  /** Tells them what they may want to look at. */
  readonly warn: (message: string) => void;
}

export const world = (tenant: World["tenant"], settings: Partial<World> = {}): World => ({
  tenant,
  claims: new Claims(),
  patience: defaultPatience,
  tell: () => undefined,
  warn: () => undefined,
  ...settings,
});
