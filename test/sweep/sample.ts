/** What of the sweeps this run tries: everything, or a sample that a seed decides (tools/sweep-sample.mjs). */
import { drawn, drawnPairs, replayCommand, sweepSeed } from "../../tools/sweep-sample.mjs";
import { specimens } from "../kinds";
import { alwaysAt, alwaysTo } from "./always";
import { type MishapName, mishapNames, sameForReads } from "./mishap";
import { isRead, type Place } from "./place";

const seed = sweepSeed();

/** `ENTRA_AGENT_ID_SWEEP=all`: every mishap happens to every request of every run, in batches too. */
export const all = seed === "all";

/** A few of what there is. @param topic what they are for: two samples are not drawn alike */
export const sampleOf = <Item>(items: readonly Item[], count: number, topic: string): readonly Item[] =>
  all ? items : drawn(seed, items, topic).slice(0, count);

/** At which of the requests a mishap happens: a few, and where it always does. */
export const placesFor = (mishap: MishapName, places: readonly Place[], count: number): readonly Place[] => [
  ...new Set([
    ...sampleOf(
      // Where a mishap to a read is the same as another one, it is not tried.
      places.filter((place) => !isRead(place) || !sameForReads.includes(mishap)),
      count,
      mishap,
    ),
    ...places.filter(({ what }) => alwaysAt.some(([other, at]) => other === mishap && at === what)),
  ]),
];

const kinds = specimens.map(({ kind }) => kind);

/** Which mishaps happen to which kind: each kind and each mishap at least once, and what is always tried. */
export const pairs: ReadonlyMap<string, readonly MishapName[]> = new Map(
  kinds.map((kind) => {
    const mine = [...drawnPairs(seed, kinds, mishapNames), ...alwaysTo].filter(([other]) => other === kind);
    return [kind, all ? mishapNames : [...new Set(mine.map(([, mishap]) => mishap))]];
  }),
);

/** What was wrong, and last how the same sample is tried again. */
export const withReplay = (wrong: readonly string[]): readonly string[] =>
  wrong.length === 0 ? [] : [...wrong, `the same again: ${replayCommand(seed)}`];
