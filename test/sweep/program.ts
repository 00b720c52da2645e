/** One program with every resource kind, and what is made of it: inputs changed, objects replaced. */
import type { Declaration, Program } from "../miniature-engine/engine";

/** What differs between the variants of the program. */
interface Wishes {
  readonly blueprintName: string;
  readonly uniqueName: string;
  readonly sponsors: readonly string[];
  readonly owners: readonly string[];
  readonly tags: readonly string[];
  readonly helperName: string;
  readonly helperSponsors: readonly string[];
  readonly auditorEnabled: boolean;
  readonly credentialName: string;
  readonly subject: string;
  readonly application: readonly string[];
  readonly delegated: readonly string[];
  readonly riskLevels: readonly string[];
  readonly watchName: string;
}

const [diego, johanna, nestor, amara] = ["diego.siciliani", "johanna.lorenz", "nestor.wilke", "amara.okafor"].map(
  (name) => `${name}@contoso.com`,
) as [string, string, string, string];

const first: Wishes = {
  blueprintName: "Payroll agents",
  uniqueName: "payroll-agents",
  sponsors: [diego, johanna],
  owners: [amara],
  tags: ["cost-center-42", "payroll"],
  helperName: "Payslip helper",
  helperSponsors: [johanna],
  auditorEnabled: true,
  credentialName: "github",
  subject: "repo:contoso/payroll:ref:refs/heads/main",
  application: ["User.Read.All"],
  delegated: ["Mail.Read", "User.Read"],
  riskLevels: ["high"],
  watchName: "Watch agents",
};

const program = (wishes: Wishes): Program => [
  {
    name: "blueprint",
    kind: "AgentIdentityBlueprint",
    inputs: () => ({
      displayName: wishes.blueprintName,
      uniqueName: wishes.uniqueName,
      description: "Answers questions about payslips",
      sponsors: wishes.sponsors,
      owners: wishes.owners,
      tags: wishes.tags,
    }),
  },
  {
    name: "principal",
    kind: "AgentIdentityBlueprintPrincipal",
    needs: ["blueprint"],
    inputs: (of) => ({ blueprintId: of("blueprint").id }),
  },
  {
    name: "credential",
    kind: "FederatedIdentityCredential",
    needs: ["blueprint"],
    inputs: (of) => ({
      blueprintId: of("blueprint").id,
      name: wishes.credentialName,
      issuer: "https://token.actions.githubusercontent.com",
      subject: wishes.subject,
    }),
  },
  identity("helper", { displayName: wishes.helperName, sponsors: wishes.helperSponsors, owners: [diego] }),
  identity("auditor", { displayName: "Payroll auditor", sponsors: [nestor], enabled: wishes.auditorEnabled }),
  {
    name: "grant",
    kind: "PermissionGrant",
    needs: ["helper"],
    inputs: (of) => ({ agentId: of("helper").id, application: wishes.application, delegated: wishes.delegated }),
  },
  {
    name: "block",
    kind: "ConditionalAccessPolicy",
    needs: ["auditor"],
    inputs: (of) => ({
      displayName: "Block the auditor at risk",
      conditions: {
        clientApplications: { includeAgentIdServicePrincipals: [of("auditor").id] },
        applications: { includeApplications: ["All"] },
        agentIdRiskLevels: wishes.riskLevels,
      },
      state: "enabled",
    }),
  },
  {
    name: "watch",
    kind: "ConditionalAccessPolicy",
    inputs: () => ({
      displayName: wishes.watchName,
      conditions: {
        clientApplications: { includeAgentIdServicePrincipals: ["All"] },
        applications: { includeApplications: ["All"] },
      },
    }),
  },
];

const identity = (name: string, args: object): Declaration => ({
  name,
  kind: "AgentIdentity",
  needs: ["principal"],
  inputs: (of) => ({ ...args, blueprintId: of("principal").outputs["blueprintId"] }),
});

/** The same objects under other names, without aliases. */
const renamed = (declarations: Program, names: Readonly<Record<string, string>>): Program => {
  const nameOf = (name: string): string => names[name] ?? name;
  return declarations.map(({ name, needs = [], inputs, ...rest }) => ({
    ...rest,
    name: nameOf(name),
    needs: needs.map(nameOf),
    inputs: (of) => inputs((other) => of(nameOf(other))),
  }));
};

export const programs = {
  first: program(first),
  changed: program({
    ...first,
    blueprintName: "Payroll and tax agents",
    sponsors: [diego, nestor],
    owners: [johanna],
    tags: ["cost-center-42", "tax"],
    helperName: "Payslip and tax helper",
    helperSponsors: [nestor],
    auditorEnabled: false,
    subject: "repo:contoso/payroll:ref:refs/heads/release",
    application: ["Group.Read.All"],
    delegated: ["Mail.Read", "Calendars.Read"],
    riskLevels: ["high", "medium"],
    watchName: "Watch all agents",
  }),
  /** Another blueprint takes everything that hangs from it along; a policy follows the new identity. */
  replaced: program({ ...first, uniqueName: "payroll-agents-2", credentialName: "github-actions" }),
  /** Credential and grant are found by their key, without a marker: the new names take the objects over. */
  renamed: renamed(program(first), { credential: "github", grant: "permissions", auditor: "controller" }),
  none: [] as Program,
};
