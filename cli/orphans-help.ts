/** What `entra-agent-id orphans --help` says below its options. */
import { isMarkedFromCreate } from "../provider/engine/inventory";
import { permissionsToList } from "../provider/engine/run/tenant-inventory";
import { kinds } from "../provider/kinds";
import { pluralsWhere, unmarkedPlurals } from "./object-words";

const suffixedPlurals = pluralsWhere(({ inventory }) => inventory.marker === "nameSuffix");
const markedLaterPlurals = pluralsWhere(
  ({ inventory }) => inventory.marker !== "none" && !isMarkedFromCreate(inventory),
);

/** Lines of at most 78 characters, the later ones as far in as the text of the first. */
function wrapped(first: string, text: string): string {
  const lines = [first];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line.length + word.length >= 78) lines.push(`${" ".repeat(first.length)}${word}`);
    else lines.push(`${lines.pop() ?? ""}${line.length === first.length ? "" : " "}${word}`);
  }
  return lines.join("\n");
}

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

  NAME EVERY STACK ON THE TENANT, of every project and team. If you leave out a
  stack, all of its objects are listed as orphans. Export when no "pulumi up" is running,
  and look again before you act on what was changed within the last minutes:
  Microsoft Graph shows changes late.

What it lists
${wrapped(
  "  orphans     ",
  `have a marker and are in none of the stacks. The marker of ${suffixedPlurals} is the end of the name, "[abcdefgh]": ` +
    "the name of somebody else's object may end like that too.",
)}
${wrapped(
  "  undeclared  ",
  `${unmarkedPlurals}, and ${markedLaterPlurals} without a marker, on objects that are in one of the stacks. ` +
    "Somebody may have added them on purpose.",
)}
  missing     are in one of the stacks, and not in the tenant.
  deleted     have a marker and are among the deleted items, for 30 days at most.
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
${wrapped("  ", permissionsToList(kinds).join(", "))}

Exit codes
  0 nothing found; 1 orphans, undeclared or missing objects found, or creates
  pending in a state; 2 could not run`;
