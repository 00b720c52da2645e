/**
 * `entra-agent-id orphans`: what this package made in the tenant and no stack has, as after an interrupted run whose
 * resource was then taken out of the program; and what a stack has that is not in the tenant. It only looks.
 *
 * The states are always named, never looked for: a backend that was not thought of would make every object of its stacks
 * look orphaned, and the person who reads that deletes things.
 */
import { openTenant, tenantExists } from "../emulator/tenant";
import { tenantInventory } from "../provider/engine/run/tenant-inventory";
import { connect, embeddedConnection } from "../provider/graph/connection";
import { EntraError } from "../provider/graph/errors";
import { tenantSetting } from "../provider/graph/settings";
import type { Tenant } from "../provider/graph/tenant";
import { kinds } from "../provider/kinds";
import { NoTenant } from "./emulated-tenant";
import { countedByKind } from "./object-words";
import { type OrphansReport, orphansLines } from "./orphans-lines";
import { type StackState, stackStatesIn, tenantIdsIn } from "./stack-state";
import { compare } from "./state-comparison";
import { exitCodes, type Terminal } from "./terminal";

export interface OrphansOptions {
  /** List the deleted items that have a marker, instead of only counting them. */
  readonly deleted?: true;
  /** Leave out the kinds that have no place for a marker. */
  readonly markedOnly?: true;
  readonly json?: true;
}

/** @param files what `pulumi stack export` wrote, one per stack; `-` for the standard input */
export async function orphans(files: readonly string[], options: OrphansOptions, terminal: Terminal): Promise<number> {
  const states = stackStatesIn(files, terminal.cwd);
  const report = await inTenant(terminal, (tenant) => reportOn(states, options, tenant));
  if (options.json) terminal.out(JSON.stringify(report, undefined, 2));
  else for (const line of orphansLines(report)) terminal.out(line);
  const { pending, orphans: unclaimed, undeclared, missing } = report;
  const findings = pending.length + unclaimed.length + undeclared.length + missing.length;
  return findings > 0 ? exitCodes.finding : exitCodes.done;
}

async function reportOn(
  states: readonly StackState[],
  { deleted: listDeleted, markedOnly: only }: OrphansOptions,
  tenant: Tenant,
): Promise<OrphansReport> {
  refuseOtherTenants(states, tenant);
  const markedOnly = only === true;
  const looked = markedOnly ? kinds.filter(({ inventory }) => inventory.marker !== "none") : kinds;
  const live = await tenantInventory(tenant, looked, { onlyMarked: true });
  const deleted = live.deleted
    .filter(({ marker }) => marker !== undefined)
    .map(({ label, ...item }) => ({ ...item, displayName: label }));
  return {
    tenant: { id: tenant.id, name: tenant.name },
    stacks: states.map(({ resources, pendingCreates: _, ...state }) => ({ ...state, resources: resources.length })),
    pending: states.flatMap(({ pendingCreates }) =>
      pendingCreates.map(({ stack, urn, name, kind }) => ({ stack, urn, name, kind })),
    ),
    markedOnly,
    ...(await compare(states, live, tenant, markedOnly)),
    deleted: { count: countedByKind(deleted), ...(listDeleted && { objects: deleted }) },
  };
}

/** State of another tenant would make everything look orphaned and missing at once. */
function refuseOtherTenants(states: readonly StackState[], tenant: Tenant): void {
  const wrong = states.flatMap((state) =>
    tenantIdsIn(state)
      .filter((id) => id !== tenant.id)
      .slice(0, 1)
      .map(
        (other) =>
          `cannot compare ${state.file}: its stack ${state.stack ?? ""} is in tenant ${other}, and ENTRA_AGENT_ID_TENANT selects ` +
          `tenant ${tenant.id} (${tenant.name}). Set ENTRA_AGENT_ID_TENANT to the tenant of this stack, or leave the file out.`,
      ),
  );
  if (wrong.length > 0) throw new EntraError("WRONG_TENANT", wrong.join("\n"));
}

/** As the provider connects; but an embedded tenant is not made by looking for it, and is closed again. */
async function inTenant<T>({ env, cwd }: Terminal, look: (tenant: Tenant) => Promise<T>): Promise<T> {
  const setting = tenantSetting(env, cwd);
  if (setting.mode !== "embedded") return look(await connect(env, cwd));
  const { directory } = setting;
  if (!tenantExists(directory)) throw new NoTenant(directory);
  const embedded = openTenant({ directory });
  try {
    return await look(await embeddedConnection(embedded, `the embedded tenant in ${directory}`));
  } finally {
    embedded.close();
  }
}
