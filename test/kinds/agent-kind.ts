/** What tests tell their stories with: a blueprint, its principal, agents with a grant each, and credentials. */
import { specimenOf } from ".";
import { type Fleet, type Resource, withDependents } from "./fleet";
import { diego } from "./people";
import { changedInPlace } from "./specimen";

export function oneBlueprint(agents: number, credentials: number): Map<string, Resource> {
  const fleet = new Map<string, Resource>([
    ["blueprint", blueprint({ displayName: "Payroll", sponsors: [diego], owners: [diego] })],
    ["principal", principal("blueprint")],
  ]);
  for (let index = 0; index < agents; index += 1) {
    const [name, displayName] = [`agent${index}`, `Agent ${index % 5}`];
    fleet.set(name, agent("principal", { displayName, sponsors: [diego], enabled: true }));
    fleet.set(`grant${index}`, grant(name, ["User.Read.All", "Group.Read.All"], ["Mail.Read"]));
  }
  for (let index = 0; index < credentials; index += 1) fleet.set(`credential${index}`, credential());
  return fleet;
}

export const blueprint = (wish: object): Resource => ({ kind: "AgentIdentityBlueprint", parents: {}, wish });

export const principal = (of: string): Resource => ({
  kind: "AgentIdentityBlueprintPrincipal",
  parents: { AgentIdentityBlueprint: of },
  wish: { enabled: true },
});

export const agent = (of: string, wish: object): Resource => ({
  kind: "AgentIdentity",
  parents: { AgentIdentityBlueprintPrincipal: of },
  wish,
});

export const grant = (to: string, application: readonly string[], delegated: readonly string[]): Resource => ({
  kind: "PermissionGrant",
  parents: { AgentIdentity: to },
  wish: { application, delegated },
});

/** @param edition a change replaces it */
export const credential = (branch = "main", edition = 0): Resource => ({
  kind: "FederatedIdentityCredential",
  parents: { AgentIdentityBlueprint: "blueprint" },
  wish: { edition, branch },
});

export const location = (wish: object): Resource => ({ kind: "NamedLocation", parents: {}, wish });

/** @param elsewhere the location where it does not apply */
export const policy = (about: string, elsewhere: string, wish: object): Resource => ({
  kind: "ConditionalAccessPolicy",
  parents: { AgentIdentityBlueprintPrincipal: about, NamedLocation: elsewhere },
  wish,
});

/** Every other agent, grant and credential has gone, the rest has changed, and there are as many new ones. */
export function nextYear(fleet: Fleet): Map<string, Resource> {
  const odd = [...fleet.keys()].filter((name) => /[13579]$/.test(name));
  const gone = withDependents(fleet, odd);
  const kept = [...fleet].filter(([name]) => !gone.has(name));
  const changed = kept.map(([name, one]): [string, Resource] => [name, changedIn(one)]);
  return new Map([...changed, ...odd.flatMap((name) => renamed(name, fleet))]);
}

function changedIn(one: Resource): Resource {
  const specimen = specimenOf(one.kind);
  return { ...one, wish: changedInPlace(specimen, one.wish, specimen.changed) };
}

function renamed(name: string, fleet: Fleet): [string, Resource][] {
  const one = fleet.get(name);
  if (!one) return [];
  const { AgentIdentity: to } = one.parents;
  return [[`new-${name}`, to === undefined ? one : { ...one, parents: { AgentIdentity: `new-${to}` } }]];
}
