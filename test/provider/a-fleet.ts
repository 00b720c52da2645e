/** Fleets as a stack's state has them, and refreshes of them whose requests are counted. */
import type { EmulatedTenant } from "../../emulator/tenant";
import { Driver } from "../../provider/engine/life/driver";
import { type DynamicProvider, dynamicProvider } from "../../provider/engine/pulumi/dynamic";
import { defaultTiming } from "../../provider/engine/consistency/consistency";
import { StepError } from "../../provider/engine/life/wording";
import { runIn } from "../../provider/engine/run/run";
import { embeddedConnection } from "../../provider/graph/connection";
import { costOf } from "../../provider/graph/quotas";
import { type Kind, kinds } from "../../provider/kinds";
import { emptyState, type Process, type Program, type StoredResource, up } from "../miniature-engine/engine";
import { aProcess } from "../miniature-engine/process";

/** What a refresh found of a resource: as `read` of the dynamic provider answers, or what it threw. */
export type Found = Awaited<ReturnType<DynamicProvider["read"]>> | string;

export interface Refreshed {
  readonly found: ReadonlyMap<string, Found>;
  /** Method and path with query, without version. */
  readonly requests: readonly string[];
  /** Resource units they cost. */
  readonly units: number;
}

export async function deployed(emulated: EmulatedTenant, program: Program): Promise<readonly StoredResource[]> {
  const outcome = await up(emptyState, program, await aProcess(emulated), { parallel: 64 });
  if (outcome.failures.length > 0) throw new Error(outcome.failures.join("\n"));
  // The state lists resources in the order in which the program declared them.
  const order = new Map(program.map(({ name }, index) => [name, index]));
  return [...outcome.state.resources].sort((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
}

/** One refresh by a new provider process, as the engine does it: in the order of the state, `parallel` at a time. */
export async function refreshed(
  emulated: EmulatedTenant,
  resources: readonly StoredResource[],
  parallel = 8,
): Promise<Refreshed> {
  const spied = spy(emulated);
  const process = await aProcess(spied.tenant);
  return {
    found: await readAll(process, resources, parallel),
    requests: spied.requests,
    units: unitsOf(spied.requests),
  };
}

export async function readAll(
  process: Process,
  resources: readonly StoredResource[],
  parallel: number,
): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  const left = [...resources];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      const { name, kind, id, outputs } = next;
      const read = process.provider(kind).read(id, outputs);
      found.set(name, await read.catch(wholeOf));
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return found;
}

/** What an error says when no other resource has told the same before. */
const wholeOf = (error: unknown): string =>
  error instanceof StepError ? `${error.what}: ${error.why} ${error.own}` : String(error);

export function spy(emulated: EmulatedTenant) {
  const requests: string[] = [];
  const handle = (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url);
    requests.push(
      `${request.method} ${decodeURIComponent(pathname.replace("/v1.0", ""))}${decodeURIComponent(search)}`,
    );
    return emulated.handle(request);
  };
  return { requests, tenant: { handle, token: () => emulated.token() } };
}

const unitsOf = (requests: readonly string[]): number =>
  requests
    .map((request) => request.split(/ (.*)/s))
    .reduce((sum, [method = "", path = ""]) => sum + costOf(method, path, "directory").units, 0);

/** The same refresh with every object read by itself: what lists must come to as well. */
export async function refreshedAlone(
  emulated: EmulatedTenant,
  resources: readonly StoredResource[],
): Promise<Refreshed> {
  const spied = spy(emulated);
  const tenant = await embeddedConnection(spied.tenant, "the test tenant");
  let now = 0;
  const timing = {
    ...defaultTiming,
    unseenMs: 0,
    now: () => now,
    pause: (ms: number) => ((now += ms), Promise.resolve()),
  };
  const shared = runIn(() => Promise.resolve(tenant), { timing });
  const providers = new Map(
    kinds.map((lifecycle) => {
      const alone: Kind = {
        ...lifecycle,
        read: (at, id, declared, outputs) => lifecycle.read(at, id, declared, outputs),
      };
      return [lifecycle.kind, dynamicProvider(alone, new Driver(alone, shared))];
    }),
  );
  const process: Process = {
    provider: (kind) => providers.get(kind) ?? fail(`there is no resource kind ${kind}`),
  };
  return { found: await readAll(process, resources, 8), requests: spied.requests, units: unitsOf(spied.requests) };
}

function fail(why: string): never {
  throw new Error(why);
}

const sponsors = ["diego.siciliani@contoso.com"];

/** A blueprint with its principal, `count` agents and a grant for each. */
export const agentsOf = (blueprint: string, count: number, change: object = {}): Program => [
  { name: blueprint, kind: "AgentIdentityBlueprint", inputs: () => ({ displayName: blueprint, sponsors }) },
  {
    name: `${blueprint} principal`,
    kind: "AgentIdentityBlueprintPrincipal",
    needs: [blueprint],
    inputs: (of) => ({ blueprintId: of(blueprint).id }),
  },
  ...Array.from({ length: count }, (_, index) => `${blueprint} agent ${index}`).flatMap((name) => [
    {
      name,
      kind: "AgentIdentity",
      needs: [blueprint, `${blueprint} principal`],
      inputs: (of: (name: string) => { id: string }) => ({
        displayName: name,
        blueprintId: of(blueprint).id,
        sponsors,
        ...change,
      }),
    },
    grantTo(name),
  ]),
];

/** Blueprints with a principal, a federated credential and a grant each: what the leading peer was measured with. */
export const blueprintsOf = (count: number): Program =>
  Array.from({ length: count }, (_, index) => blueprintCalled(`blueprint ${index}`)).flat();

const blueprintCalled = (name: string): Program => [
  ...agentsOf(name, 0),
  credentialOf(name, "github"),
  grantTo(`${name} principal`),
];

/** The same, each with a Conditional Access policy about its agents. */
export const fleetsOf = (count: number): Program =>
  Array.from({ length: count }, (_, index) => `fleet ${index}`).flatMap((name) => [
    ...blueprintCalled(name),
    policyAbout(name),
  ]);

export const policyAbout = (blueprint: string): Program[number] => ({
  name: `${blueprint} policy`,
  kind: "ConditionalAccessPolicy",
  needs: [`${blueprint} principal`],
  inputs: (of) => ({
    displayName: `Block risky agents of ${blueprint}`,
    conditions: {
      clientApplications: { includeAgentIdServicePrincipals: [of(`${blueprint} principal`).id] },
      applications: { includeApplications: ["All"] },
      agentIdRiskLevels: ["high"],
    },
  }),
});

export const credentialOf = (blueprint: string, name: string): Program[number] => ({
  name: `${blueprint} ${name}`,
  kind: "FederatedIdentityCredential",
  needs: [blueprint],
  inputs: (of) => ({
    blueprintId: of(blueprint).id,
    name,
    issuer: "https://token.actions.githubusercontent.com",
    subject: `repo:contoso/${name}:ref:refs/heads/main`,
  }),
});

const grantTo = (agent: string): Program[number] => ({
  name: `${agent} grant`,
  kind: "PermissionGrant",
  needs: [agent],
  inputs: (of) => ({ agentId: of(agent).id, application: ["User.Read.All"], delegated: ["Mail.Read"] }),
});
