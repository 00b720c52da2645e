/** Which replicas of the directory get a change late, and which one a request comes to. */

/** How the replicas of the directory lag. */
export interface Lag {
  /** Copies of the directory a read can come to, from 1 to 16. @default 3 */
  readonly replicas: number;
  /** How long a write stays unseen where it is late, in milliseconds. */
  readonly ms: number;
  /** Part of the replicas' writes that are late, from 0 to 1: 0.02 is one in fifty. */
  readonly share: number;
  /** The same seed draws the same late writes. @default 1 */
  readonly seed: number;
}

/** From 0 up to 1, the same for the same numbers. */
export function draw(...numbers: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const number of numbers) {
    hash = Math.imul(hash ^ (number | 0), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return (hash >>> 0) / 2 ** 32;
}

/** Replicas that a change reaches late, as bits. */
export function lateReplicas({ replicas, share, seed }: Lag, change: number): number {
  let late = 0;
  for (let replica = 0; replica < replicas; replica += 1) if (draw(seed, change, replica) < share) late |= 1 << replica;
  return late;
}

/** A person's requests always come to the same replica, an application's to any. @param count rises by one a request */
export function replicaFor({ replicas, seed }: Lag, person: string | undefined, count: number): number {
  if (person === undefined) return Math.floor(draw(seed, -1, count) * replicas);
  return Math.floor(draw(seed, -2, ...Buffer.from(person.toLowerCase())) * replicas);
}
