/** Profiles of the tenants in which the sweeps, the lag matrix and the random lives run. */
import { profileChoices, type Profiles, realProfiles } from "../emulator/switches/profiles";
import { drawnChoices, sweepSeed } from "../tools/sweep-sample.mjs";

/** Profiles, and what they are called where they make a test fail. */
export interface NamedProfiles {
  readonly name: string;
  readonly profiles: Profiles;
}

export const real: NamedProfiles = { name: "profiles as real as we know", profiles: realProfiles };

/** Others with each change of the sources, as the sample of the sweeps: so each choice of each question has its turn. */
export function drawnProfiles(seed: string): NamedProfiles {
  const drawn = Object.entries(profileChoices).filter(([, question]) => !("keepsOut" in question));
  const choices = drawnChoices(seed, Object.fromEntries(drawn)) as Partial<Profiles>;
  return { name: `profiles drawn by ${seed}`, profiles: { ...realProfiles, ...choices } };
}

export const drawn = drawnProfiles(sweepSeed());

/** What is tried in every run of the tests. */
export const bothProfiles: readonly NamedProfiles[] = [real, drawn];
