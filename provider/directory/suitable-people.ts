/**
 * Who can be a sponsor, and who an owner: what Graph refuses is asked before anything is sent.
 *
 * Graph: https://learn.microsoft.com/graph/api/agentidentityblueprint-post-sponsors, …-post-owners
 */
import type { Finding } from "../engine/lifecycle";
import type { Tenant } from "../graph/tenant";
import { lookUp, type Named, type People } from "./directory-references";

/** Sponsors of one object that can be groups. */
const mostGroups = 5;

/** All that is wrong with sponsors and owners: nobody has the name, two names mean the same, or they may not be that. */
export async function unsuitablePeople(tenant: Tenant, { sponsors, owners }: Partial<People>): Promise<Finding[]> {
  const findings = [
    findingsOf(tenant, "sponsors", sponsors, whyNoSponsor),
    findingsOf(tenant, "owners", owners, whyNoOwner),
  ];
  return (await Promise.all(findings)).flat();
}

/** @param why somebody may not be it, as a phrase after the name; undefined when he may */
async function findingsOf(
  tenant: Tenant,
  property: string,
  names: readonly string[] = [],
  why: (named: Named) => string | undefined,
): Promise<Finding[]> {
  const found = await Promise.all(names.map((name) => lookUp(tenant, name)));
  const findings = names.flatMap((name, index): Finding[] => {
    const named = found[index];
    if (!named) {
      const reason = `must name somebody of this tenant: there is no "${name}" in ${tenant.name}`;
      return [{ property, reason, mayBeMade: true }];
    }
    const first = names[found.findIndex((other) => other?.id === named.id)];
    if (first !== name)
      return [{ property, reason: `names the same object twice ("${first}" and "${name}"): remove one` }];
    const reason = why(named);
    return reason === undefined
      ? []
      : [{ property, reason: `${reason}: "${name}" is ${called(named)}. Remove "${name}"` }];
  });
  const groups = found.filter((named) => named?.collection === "groups").length;
  if (why === whyNoSponsor && groups > mostGroups)
    findings.push({ property, reason: `must name at most ${mostGroups} groups, and names ${groups}` });
  return findings;
}

function whyNoSponsor(named: Named): string | undefined {
  const { collection, groupTypes = [], isAssignableToRole } = named;
  if (collection === "servicePrincipals" || isAgentUser(named))
    return "must name users or groups, not agents or applications";
  if (collection !== "groups") return undefined;
  if (isAssignableToRole) return "must not name a group to which directory roles can be assigned";
  if (groupTypes.includes("Unified") || groupTypes.includes("DynamicMembership")) return undefined;
  return "must name users or groups, and a group must be a Microsoft 365 group or have dynamic membership";
}

function whyNoOwner(named: Named): string | undefined {
  const mayOwn = named.collection !== "groups" && !isAgentUser(named);
  return mayOwn ? undefined : "must name users or service principals, not groups or agent users";
}

const isAgentUser = ({ "@odata.type": type = "" }: Named): boolean => /agentUser$/i.test(type);

function called(named: Named): string {
  const { collection, displayName, groupTypes = [] } = named;
  const noun = isAgentUser(named)
    ? "agent user"
    : collection === "servicePrincipals"
      ? "service principal"
      : groupTypes.length === 0
        ? "security group"
        : "group";
  return `the ${noun} "${displayName ?? named.id}"`;
}
