/** What `entra-agent-id orphans --help` says below its options. */
export const orphansHelp = `
What it is for
  pulumi-entra-agent-id puts a marker on what it makes. When a run is killed
  between making an object and writing it to the state, the next "pulumi up"
  finds the object by its marker. If its resource was taken out of the program
  before that, nothing looks for it any more. It is an orphan: an agent identity
  that works, for example, and that no program declares.

How to run it
  pulumi stack export --stack prod > prod.json
  pulumi stack export --stack staging > staging.json
  npx entra-agent-id orphans prod.json staging.json

  NAME EVERY STACK ON THE TENANT, of every project and team. What a stack made
  whose file is not named looks orphaned. Export when no "pulumi up" is running,
  and look again before you act on what was changed within the last minutes:
  Microsoft Graph shows changes late.

What it lists
  orphans     bear a marker and are in none of the stacks. The marker of a
              Conditional Access policy is the end of its name, "[abcdefgh]":
              a policy of somebody else may end like that too.
  undeclared  credentials, permissions and blueprint principals without a
              marker, on objects that are in one of the stacks. Others may have
              put them there on purpose.
  missing     are in one of the stacks, and not in the tenant.
  deleted     bear a marker and lie in the deleted items, for 30 days at most.
              They count toward the 250 blueprints of an application and the 250
              identities of a blueprint. They are no finding.

After a run that was killed
  What it had asked for and not written to the state is pending there. The report
  begins with it, and says what to run before the rest of it can be believed.

How to delete an orphan
  That is left to you. The report names the requests to Microsoft Graph: send
  them in Graph Explorer, or with any client whose token holds the permission
  named. To an emulated tenant that "tenant start" serves:
  curl -X DELETE -H "Authorization: Bearer $(npx entra-agent-id tenant token)" \\
    "$ENTRA_AGENT_ID_TENANT/v1.0/..."

Permissions
  AgentIdentity.Read.All, AgentIdentityBlueprint.Read.All,
  AgentIdentityBlueprintPrincipal.Read.All, Application.Read.All,
  DelegatedPermissionGrant.Read.All, Policy.Read.All

Exit codes
  0 nothing found; 1 orphans, undeclared or missing objects found, or creates
  pending in a state; 2 could not run`;
