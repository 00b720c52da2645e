/** One agent kind: a blueprint, its principal, agents with a grant each, and credentials. */
import { type Credential, type Fleet, type Resource, withDependents } from "./fleet";

const diego = "diego.siciliani@contoso.com";
const johanna = "johanna.lorenz@contoso.com";

export function oneBlueprint(agents: number, credentials: number): Map<string, Resource> {
  const fleet = new Map<string, Resource>([
    ["blueprint", { kind: "AgentIdentityBlueprint", displayName: "Payroll", sponsors: [diego], owners: [diego] }],
    ["principal", { kind: "AgentIdentityBlueprintPrincipal", blueprint: "blueprint", enabled: true }],
  ]);
  for (let index = 0; index < agents; index += 1) {
    const [agent, displayName] = [`agent${index}`, `Agent ${index % 5}`];
    fleet.set(agent, { kind: "AgentIdentity", principal: "principal", displayName, sponsors: [diego], enabled: true });
    const [application, delegated] = [["User.Read.All", "Group.Read.All"], ["Mail.Read"]];
    fleet.set(`grant${index}`, { kind: "PermissionGrant", identity: agent, application, delegated });
  }
  for (let index = 0; index < credentials; index += 1) fleet.set(`credential${index}`, credential(index));
  return fleet;
}

const credential = (subject: number): Credential => ({
  kind: "FederatedIdentityCredential",
  blueprint: "blueprint",
  edition: 0,
  subject,
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
  switch (one.kind) {
    case "AgentIdentity":
      return { ...one, sponsors: [johanna], owners: [diego], enabled: false };
    case "PermissionGrant":
      return { ...one, application: ["AuditLog.Read.All", "User.Read.All"], delegated: ["Files.Read", "Mail.Read"] };
    case "AgentIdentityBlueprint":
      return { ...one, displayName: "Payroll 2", sponsors: [diego, johanna], owners: [johanna] };
    case "FederatedIdentityCredential":
      return { ...one, subject: one.subject + 100 };
    default:
      return one;
  }
}

function renamed(name: string, fleet: Fleet): [string, Resource][] {
  const one = fleet.get(name);
  if (!one) return [];
  return [[`new-${name}`, one.kind === "PermissionGrant" ? { ...one, identity: `new-${one.identity}` } : one]];
}
