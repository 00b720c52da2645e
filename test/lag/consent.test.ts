/** A run that begins at the very moment at which an administrator granted its application what it needs. */
import { defaultPermissions } from "../../emulator/seed";
import { aClientApplication } from "../graph/client-application";
import { destroy, emptyState, up } from "../miniature-engine/engine";
import { kinds } from "../../provider/kinds";
import { parentsOf, programOf, withDependents } from "../kinds/fleet";
import { LaggingTenant, type Run } from "./lagging-tenant";
import { cells, drift, fleet, orphans, wrongs } from "./programs";

const tenant = new LaggingTenant();
afterAll(() => tenant.close());

const lagMs = 60_000;
const hourMs = 3_600_000;
const reading = "Application.Read.All";
const wanted = fleet("first");

/** @returns how a process of the application begins, and what the administrator grants it now */
async function anApplication(held: readonly string[]) {
  tenant.reset({});
  tenant.keepTime();
  const client = await aClientApplication(tenant.emulated);
  await client.consent(held);
  tenant.time.pass(hourMs);
  tenant.keepTime();
  const ownAssignments = `GET /v1.0/servicePrincipals/${client.principalId}/appRoleAssignments`;
  return { process: () => tenant.process({ app: client.appId }), consent: client.consent, ownAssignments };
}

const waits = ({ told }: Run): string[] => [...new Set(told.filter((line) => line.includes("come into force")))];

const circumstances = [
  ["no lag", [reading]],
  ["no lag", []],
  ["1 s at 2 %", [reading]],
] as const;

describe.each(circumstances)("a stack with every kind, %s, by an application that held %j", (cell, held) => {
  it("is made in one run although its permissions were granted a moment ago: nothing twice, nothing lost, no drift", async () => {
    for (const seed of [1, 2]) {
      const { process, consent } = await anApplication(held);
      const lag = cells[cell] && { ...cells[cell], seed };
      tenant.emulated.set({ lag, permissionsLagMs: lagMs });
      await consent(defaultPermissions.filter((name) => !(held as readonly string[]).includes(name)));
      const begunMs = tenant.time.now();
      const run = await process();
      const { state, failures } = await up(emptyState, programOf(wanted), run);
      const took = (tenant.time.now() - begunMs) / 1_000;
      const wrong = [...failures, ...(await wrongs(tenant, state, wanted, await process()))];
      wrong.push(...(await drift(state, await process())));
      const gone = await destroy(state, await process());
      wrong.push(...gone.failures, ...(await orphans(tenant, gone.state, wanted)));
      expect([seed, wrong]).toEqual([seed, []]);
      expect(waits(run)).toEqual([
        expect.stringMatching(/^waiting up to 120 s for a (permission that was granted at|consent to come into force)/),
      ]);
      expect(took).toBeGreaterThanOrEqual(60);
      // Between two tokens are five seconds; what lags besides is waited for as always.
      expect(took).toBeLessThanOrEqual(cell === "no lag" ? 65 : 80);
    }
  });
});

it("a run that lacks one permission for good fails at that and at nothing else, and asks its tenant why once", async () => {
  const lacking = "Policy.ReadWrite.ConditionalAccess";
  const { process, ownAssignments } = await anApplication(defaultPermissions.filter((name) => name !== lacking));
  tenant.emulated.set({ permissionsLagMs: lagMs });
  const begunMs = tenant.time.now();
  const run = await process();
  const { failures, state } = await up(emptyState, programOf(wanted), run);
  const needing = kinds.filter(({ permissions }) => permissions.create.includes(lacking)).map(({ kind }) => kind);
  const all = [...wanted].filter(([, { kind }]) => needing.includes(kind));
  // What is made of one that fails is not begun.
  const failing = all.filter(([, one]) => !all.some(([name]) => parentsOf(one).includes(name))).map(([name]) => name);
  const said =
    /: Insufficient privileges to complete the operation\. Grant Policy\.ReadWrite\.ConditionalAccess and Policy\.Read\.All to the application Pulumi signs in as, with admin consent\. A consent of the last two minutes may not be in force yet\. \[/;
  const explained = failures.filter((failure) => said.test(failure));
  expect(explained.length).toBeGreaterThan(0);
  expect(failures.map((failure) => failure.split(":")[0]).sort()).toEqual([...failing].sort());
  expect(
    failures.filter((failure) => !said.test(failure) && !failure.includes(": FORBIDDEN, as explained for ")),
  ).toEqual([]);
  expect(state.resources.length).toBe(wanted.size - withDependents(wanted, failing).size);
  expect(await orphans(tenant, state, wanted)).toEqual([]);
  expect(run.requests.filter((request) => request === ownAssignments)).toEqual([ownAssignments]);
  expect([waits(run), tenant.time.now() - begunMs]).toEqual([[], 0]);
});
