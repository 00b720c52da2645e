/** An emulated tenant in memory, and providers that work in it as the engine would have them work. */
import { type EmulatedTenant, openTenant } from "../../emulator/tenant";
import { agentIdentityBlueprint } from "../../provider/identities/agent-identity-blueprint";
import { agentIdentityBlueprintPrincipal } from "../../provider/identities/agent-identity-blueprint-principal";
import { Driver } from "../../provider/engine/life/driver";
import { runIn } from "../../provider/engine/run/run";
import { type DynamicProvider, dynamicProvider } from "../../provider/engine/pulumi/dynamic";
import type { Finding, Lifecycle } from "../../provider/engine/lifecycle";
import { providerText } from "../../provider/engine/pulumi/resource";
import { defaultTiming } from "../../provider/engine/consistency/consistency";
import { type EmbeddedTenant, embeddedConnection } from "../../provider/graph/connection";
import type { Tenant } from "../../provider/graph/tenant";

type Properties = Record<string, unknown>;

export interface TestTenant {
  readonly emulated: EmulatedTenant;
  /** A connection of the test's own: for looking, and for changes behind Pulumi's back. */
  readonly graph: Tenant;
  readonly warnings: string[];
  /** Warnings that every create of a blueprint or principal brings: its creator owns it. */
  readonly ofOwnership: string[];
  /** A new provider process: nothing is remembered from an earlier one. @param user who has signed in, by default the application */
  process(user?: string): Promise<TestProcess>;
  /** Requests since the last question, as "METHOD path". */
  requestsSince(): string[];
}

export interface TestProcess {
  provider<Inputs extends object>(lifecycle: Lifecycle<Inputs>): DynamicProvider;
  /** What the engine does on a first `up`: check, then create. */
  create<Inputs extends object>(lifecycle: Lifecycle<Inputs>, args: Properties, marker?: string): Promise<Live>;
}

/** A resource as the engine's state has it. */
export interface Live {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

export class Refused extends Error {
  constructor(readonly findings: readonly Finding[]) {
    super(findings.map(({ property, reason }) => `${property} ${reason}`).join("; "));
  }
}

/** A blueprint and its principal, which everything else hangs from; the answer is its appId. */
export async function aBlueprint(run: TestProcess): Promise<string> {
  const sponsors = ["diego.siciliani@contoso.com"];
  const { id } = await run.create(agentIdentityBlueprint, { displayName: "Payroll agents", sponsors });
  await run.create(agentIdentityBlueprintPrincipal, { blueprintId: id });
  return id;
}

export const markerOfTests = "aaaabbbbccccdddd";

/** The tenant for who signs in as this person, with all permissions of this package. */
const as = (user: string, emulated: EmulatedTenant): EmbeddedTenant => ({
  handle: (request) => emulated.handle(request),
  token: () => emulated.token({ user }),
  switches: () => emulated.switches(),
});

export async function aTenant(): Promise<TestTenant> {
  const emulated = openTenant({ memory: true, selfCheck: true });
  const warnings: string[] = [];
  const ofOwnership: string[] = [];
  let seen = 0;
  const process = async (user?: string): Promise<TestProcess> => {
    const signedIn = user === undefined ? emulated : as(user, emulated);
    const tenant = await embeddedConnection(signedIn, "the test tenant");
    // Waits are counted, not waited for: an emulated tenant without lag shows everything at once.
    let now = 0;
    const timing = {
      ...defaultTiming,
      unseenMs: 0,
      now: () => now,
      pause: (ms: number) => ((now += ms), Promise.resolve()),
    };
    const warn = (message: string) =>
      void (message.includes("Its object id is the output creatorOwner") ? ofOwnership : warnings).push(message);
    const shared = runIn(() => Promise.resolve(tenant), { timing, warn });
    const provider = <Inputs extends object>(lifecycle: Lifecycle<Inputs>) =>
      dynamicProvider(lifecycle, new Driver(lifecycle, shared));
    return {
      provider,
      async create(lifecycle, args, marker = markerOfTests) {
        const engine = provider(lifecycle);
        const news = { ...args, marker, __provider: providerText(lifecycle.kind) };
        const { inputs, failures } = await engine.check({}, news);
        if (failures.length > 0) throw new Refused(failures);
        const created = await engine.create({ ...inputs, __provider: news.__provider });
        return { id: created.id, inputs, outputs: created.outs };
      },
    };
  };
  return {
    emulated,
    graph: await embeddedConnection(emulated, "the test tenant"),
    warnings,
    ofOwnership,
    process,
    requestsSince() {
      const records = emulated.requests().filter(({ sequence }) => sequence > seen);
      seen = records.at(-1)?.sequence ?? seen;
      return records.map(({ method, path }) => `${method} ${path}`);
    },
  };
}
