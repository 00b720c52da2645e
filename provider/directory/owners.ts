/**
 * Owners of an object, and the account among them that nobody declared: Graph makes whoever creates a blueprint or its
 * principal the owner. That account is shown and kept, so that Pulumi never locks itself out.
 */
import { textOf } from "../engine/json";
import type { Finding, Warned, Warning } from "../engine/lifecycle";
import type { Tenant } from "../graph/tenant";
import { type DirectoryObject, peopleAt, spelled, spellingOf } from "./directory-references";

/** What a program says of owners. */
export interface DeclaredOwners {
  readonly owners?: readonly string[] | undefined;
  readonly removeCreatorAsOwner?: boolean | undefined;
}

/** Removing is a matter of the declared owners. */
export const ownersFirst = ({ owners, removeCreatorAsOwner }: DeclaredOwners): Finding[] =>
  removeCreatorAsOwner && !owners?.length
    ? [{ property: "removeCreatorAsOwner", reason: "needs owners: without any, nobody could operate it" }]
    : [];

/** Of what this run has created. */
export const creatorBecameOwner = (
  noun: "blueprint" | "blueprint principal",
  { after, outputs }: Pick<Warned<object>, "after" | "outputs">,
): Warning[] =>
  after !== "create" || outputs["creatorOwner"] === undefined
    ? []
    : [
        (subject) =>
          `${subject}: Graph made the account that created this ${noun} an owner. Its object id is the output creatorOwner. No action is needed` +
          (noun === "blueprint" ? ". To remove it, declare `owners` and `removeCreatorAsOwner: true`" : ""),
      ];

interface Owners {
  /** Undefined where the program does not declare any. */
  readonly owners: string[] | undefined;
  /** An owner who is not declared, and is kept. */
  readonly creatorOwner: string | undefined;
}

/**
 * Who owns an object. The account that created it, or that has signed in, counts only where the program names it, or wants
 * it removed. Without declared owners they are read once, after the create.
 *
 * @param path of the object
 * @param outputs as they were read last; right after a create empty, or with nothing in them that only a read can tell
 * @param listed the same owners out of a list; what is undefined there is read
 */
export async function readOwners(
  tenant: Tenant,
  path: string,
  declared: DeclaredOwners,
  outputs: Readonly<Record<string, unknown>>,
  listed?: () => Promise<readonly DirectoryObject[] | undefined>,
): Promise<Owners> {
  const creator = textOf(outputs["creatorOwner"]) || undefined;
  // A run that ended between the create and its first read left a time of writing, and none of creation.
  const isNew =
    Object.keys(outputs).length === 0 ||
    (outputs["writtenAt"] !== undefined && outputs["createdDateTime"] === undefined);
  if (!declared.owners && !isNew) return { owners: undefined, creatorOwner: creator };
  const [there, spelling, { id: own }] = await Promise.all([
    (declared.owners && (await listed?.())) ?? peopleAt(tenant, `${path}/owners`),
    spellingOf(tenant, declared.owners ?? []),
    tenant.account(),
  ]);
  const kept = declared.removeCreatorAsOwner
    ? []
    : there.map(({ id }) => id).filter((id) => (id === creator || id === own) && !spelling.has(id));
  return {
    owners:
      declared.owners &&
      spelled(
        there.filter(({ id }) => !kept.includes(id)),
        spelling,
      ),
    // Who has signed in later, and is an owner for other reasons, did not create it.
    creatorOwner: kept.find((id) => id === (isNew ? own : creator)),
  };
}
