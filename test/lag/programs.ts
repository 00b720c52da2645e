/** A program with every resource kind, as it is first, changed, and with replacements; and what must be true of a run. */
import { isDeepStrictEqual } from "node:util";
import { preview, type Process, refresh, type StackState } from "../miniature-engine/engine";
import { differences, holdingOf } from "../model/content";
import { type Fleet, programOf, type Resource } from "../model/fleet";
import type { LaggingTenant } from "./lagging-tenant";

/** Replica lag as the switches of the emulated tenant name it: how long, and which share of the replicas' writes. */
export const cells = {
  "no lag": null,
  "1 s at 2 %": { ms: 1_000, share: 0.02 },
  "2 s at 10 %": { ms: 2_000, share: 0.1 },
  "5 s at 50 %": { ms: 5_000, share: 0.5 },
} as const;

export type Cell = keyof typeof cells;

/** The steps of a stack's life. `replaced`: names and keys that only a new object can have. */
export type Edition = "first" | "changed" | "replaced";

const diego = "diego.siciliani@contoso.com";
const johanna = "johanna.lorenz@contoso.com";
const reportOnly = "enabledForReportingButNotEnforced";

/** @param blueprints each with principal, credential, and two identities with a grant */
export function fleet(edition: Edition = "first", blueprints: readonly string[] = ["payroll", "travel"]): Fleet {
  const isFirst = edition === "first";
  const editionOf = edition === "replaced" ? 2 : 1;
  const named = (name: string): string => (isFirst ? name : `${name} (${edition})`);
  const resources: [string, Resource][] = [
    ["watch", { kind: "ConditionalAccessPolicy", displayName: named("Watch"), state: reportOnly }],
    [
      "block",
      { kind: "ConditionalAccessPolicy", displayName: named("Block"), state: isFirst ? "enabled" : reportOnly },
    ],
  ];
  for (const blueprint of blueprints) {
    // One blueprint is replaced with all that hangs from it, the other keeps its name.
    const renamed = edition === "replaced" && blueprint !== blueprints[0] ? { edition: editionOf } : {};
    const principal = `${blueprint}-principal`;
    resources.push(
      [
        blueprint,
        {
          kind: "AgentIdentityBlueprint",
          displayName: named(blueprint),
          sponsors: [diego],
          description: named("what"),
          ...renamed,
        },
      ],
      [principal, { kind: "AgentIdentityBlueprintPrincipal", blueprint, enabled: isFirst }],
      [
        `${blueprint}-credential`,
        { kind: "FederatedIdentityCredential", blueprint, edition: editionOf, subject: isFirst ? 1 : 2 },
      ],
    );
    for (const name of [`${blueprint}-agent1`, `${blueprint}-agent2`]) {
      resources.push(
        [
          name,
          {
            kind: "AgentIdentity",
            principal,
            displayName: named(name),
            sponsors: [isFirst ? diego : johanna],
            enabled: true,
          },
        ],
        [
          `${name}-grant`,
          {
            kind: "PermissionGrant",
            identity: name,
            application: isFirst ? ["User.Read.All"] : ["AuditLog.Read.All", "User.Read.All"],
            delegated: isFirst ? ["Mail.Read", "User.Read"] : ["User.Read"],
          },
        ],
      );
    }
  }
  return new Map(resources);
}

/** What is not as a run must leave it: in the tenant, of the tenant and the state together, in the next plan. */
export async function wrongs(
  tenant: LaggingTenant,
  state: StackState,
  wanted: Fleet,
  next: Process,
): Promise<string[]> {
  const plan = await preview(state, programOf(wanted), next);
  return [
    ...differences(wanted, holdingOf(tenant.emulated.exportState(), names(wanted))),
    ...orphans(tenant, state, wanted),
    ...Object.entries(plan).map(([name, operation]) => `the next preview would ${operation} ${name}`),
  ];
}

/** Living objects that bear the marker of a resource and are in no state. A twin is one of them. */
export function orphans(tenant: LaggingTenant, state: StackState, wanted: Fleet): string[] {
  const known = new Set(state.resources.map(({ id }) => id));
  return holdingOf(tenant.emulated.exportState(), names(wanted))
    .marked.filter(({ id }) => !known.has(id))
    .map(({ name, id }) => `${name} (${id}) is in no state`);
}

const names = (wanted: Fleet): string[] => [...wanted.keys()];

/** What a refresh would tell, where nobody changed anything. */
export async function drift(state: StackState, process: Process): Promise<string[]> {
  const { state: now, failures } = await refresh(state, process);
  const found = (name: string) => now.resources.find((resource) => resource.name === name);
  const changed = state.resources.filter((resource) => !isDeepStrictEqual(found(resource.name), resource));
  return [...failures, ...changed.map(({ name }) => `${name} is ${found(name) ? "changed" : "dropped"} by a refresh`)];
}
