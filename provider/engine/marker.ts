/**
 * The marker says which resource of which stack an object in the tenant belongs to. It is written where Graph keeps it
 * (a tag, the suffix of a policy's name), so that a run after a crash recognises what an earlier run made.
 */
import { createHash } from "node:crypto";

/** Sixteen characters of base 32 (80 bits). */
export function markerOf(urn: string, owner: string): string {
  const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  const digest = createHash("sha256").update(`${owner}\n${urn}`).digest();
  return Array.from(digest.subarray(0, 16), (byte) => alphabet.charAt(byte & 31)).join("");
}

/** The tag that carries a marker. Tags of a blueprint show up on its identities too, hence the kind in it. At most 256 characters, no spaces. */
export const markerTag = (kind: string, marker: string): string => `${markerTagPrefix}${kind}:${marker}`;

/**
 * What a state holds in place of the marker when the next update has to look at the object again: its marker is missing, or
 * it is deleted together with what it is part of. The engine sees another marker than the program's, and updates.
 */
export const unconfirmedMarker = "";

/** Every tag of ours starts so. */
export const markerTagPrefix = "pulumi-entra-agent-id:";

/**
 * The same at the end of a name, where there is no other place: half of it, for people read it too. Part of the name from the
 * create on, so that a crash right after it loses nothing.
 */
export const nameSuffix = (marker: string): string => ` [${marker.slice(0, 8)}]`;

/** What may be the beginning of a marker at the end of a name: people put words in brackets too. */
export const markerInName = (name: string): string | undefined => / \[([a-z2-7]{8})\]$/.exec(name)?.[1];

/** Those without any marker of this kind; none where one has this marker. */
export const unmarkedIn = <Item extends { readonly tags: readonly string[] }>(
  all: readonly Item[],
  kind: string,
  marker: string,
): readonly Item[] =>
  all.some(({ tags }) => tags.includes(markerTag(kind, marker)))
    ? []
    : all.filter(({ tags }) => markerIn(kind, tags) === undefined);

/** The marker that tags of an object of this kind carry. A blueprint's tags among them belong to another kind. */
export function markerIn(kind: string, tags: readonly string[] = []): string | undefined {
  const start = markerTag(kind, "");
  return tags.find((tag) => tag.startsWith(start))?.slice(start.length);
}
