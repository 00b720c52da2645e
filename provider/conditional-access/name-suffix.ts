/**
 * Where Conditional Access keeps a marker: at the end of the display name, "Block risky agents [abcd2345]". It is part of the
 * name from the create on, so that a crash right after it loses nothing.
 */
import { z } from "zod";
import type { Namesake } from "../engine/lifecycle";
import { markerInName, nameSuffix } from "../engine/marker";

/** What the tenant shows of a name that a program declares. */
export const shownName = (displayName: string, marker: string): string => displayName + nameSuffix(marker);

export const hasMarker = (shown: string, marker: string): boolean => shown.endsWith(nameSuffix(marker));

/** Those without a marker; none where one has this marker. */
export const unmarkedAmong = (
  all: readonly { readonly id: string; readonly displayName: string }[],
  marker: string,
): Namesake[] =>
  all.some(({ displayName }) => hasMarker(displayName, marker))
    ? []
    : all
        .filter(({ displayName }) => markerInName(displayName) === undefined)
        .map(({ id, displayName }) => ({ id, name: displayName }));

/** What a program would declare for a name that the tenant shows: as it is, where somebody took the suffix away. */
export const declaredName = (shown: string, marker: string): string =>
  hasMarker(shown, marker) ? shown.slice(0, -nameSuffix(marker).length) : shown;

/** Names that leave room for the suffix: Graph takes 256 characters. */
export const displayName = z.string().min(1, "must not be empty").max(240, "must be at most 240 characters");
