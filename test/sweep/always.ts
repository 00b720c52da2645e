/**
 * What every run tries, whatever the seed of its sample. When something of a sample fails, mend what is wrong and add it here,
 * with the reason: it will never be out of the sample again. What failed in test/sweep/kinds.test.ts is a pair of a kind and a
 * mishap; what failed in a run of all kinds is a mishap at a request, as the failure names both.
 */
import { kinds } from "../../provider/kinds";
import type { MishapName } from "./mishap";

/** After these nobody knows whether the object was made. */
const withoutKey: readonly MishapName[] = [
  "reset, took effect",
  "504, took effect",
  "machine killed, took effect",
  "machine killed, took effect, no checkpoints",
];

/** At every request that is sent for one object of the kind, from its create to its delete. */
export const alwaysTo: readonly (readonly [kind: string, mishap: MishapName])[] = [
  // These have no key in Graph: a run that does not find what it made makes a second one.
  ...kinds
    .filter(({ duplicateCreate }) => duplicateCreate === "allowed")
    .flatMap(({ kind }) => withoutKey.map((mishap) => [kind, mishap] as const)),
  // A deleted blueprint reserves its name and comes back with its credentials.
  ["AgentIdentityBlueprint", "machine killed, took effect"],
  // Made of two writes: a run that ends between them leaves half a grant.
  ["PermissionGrant", "nothing is permitted any more"],
];

/** At every request of that path in the first run of all kinds. */
export const alwaysAt: readonly (readonly [mishap: MishapName, what: string])[] = [
  // Two identities of one blueprint are made at the same time, and only their markers tell them apart.
  ["machine killed, took effect", "POST /v1.0/servicePrincipals/microsoft.graph.agentIdentity"],
  ["504, took effect", "POST /beta/identity/conditionalAccess/policies"],
  // A run that ends before it has read what it made does not know yet that Graph made the caller its owner.
  ["nothing is permitted any more", "GET /v1.0/applications/{id}/microsoft.graph.agentIdentityBlueprint"],
];
