/** Kinds that share a collection: an address may leave out the cast of its objects. */
import type { Entity } from "./entity";

export interface Family {
  readonly kinds: readonly string[];
  /** The kind the others derive from. */
  readonly base: string;
  /** Indexed properties that stand for the id, as `applications(appId='…')`. */
  readonly alternateKeys: readonly string[];
  /** The one of them that is also read without its name, as `users/adele@contoso.com`. */
  readonly alsoBare: string | undefined;
}

/** By name of the collection, in lower case. */
export function familiesOf(entities: readonly Entity[]): ReadonlyMap<string, Family> {
  const sets = [...new Set(entities.map(({ set }) => set))];
  return new Map(
    sets.map((name) => {
      const members = entities.filter(({ set }) => set === name);
      return [
        name.toLowerCase(),
        {
          kinds: members.map(({ kind }) => kind),
          base: (members.find(({ derived }) => !derived) ?? members[0])?.kind ?? "",
          alternateKeys: [...new Set(members.flatMap(({ alternateKeys = [] }) => alternateKeys))],
          alsoBare: members.find(({ alsoBare }) => alsoBare !== undefined)?.alsoBare,
        },
      ];
    }),
  );
}
