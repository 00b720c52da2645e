/** A process is killed at a create, and a new one begins at once, while replicas lag. */
import { emptyState, type StackState, up } from "../miniature-engine/engine";
import { kinds } from "../../provider/kinds";
import { programOf } from "../kinds/fleet";
import { type Kill, LaggingTenant, type Run } from "./lagging-tenant";
import { type Cell, cells, drift, fleet, wrongs } from "./programs";

const wanted = fleet("first", ["payroll"]);
const program = programOf(wanted);
const firstSeed = Number(process.env["LAG_FIRST_SEED"] ?? 1);

const tenant = new LaggingTenant();
afterAll(() => tenant.close());

/** What a run leaves that is killed at a create. @param checkpoints without, the state of the whole run is lost */
async function killed(kill: Kill, checkpoints = true, before = emptyState, edition = program): Promise<StackState> {
  let state: StackState = before;
  const run = await tenant.process({ kill });
  const ended = up(state, edition, run, { checkpoints, saved: (saved) => (state = saved) });
  expect(await Promise.race([run.killed, ended])).toBe("killed");
  return state;
}

/** Lists of what has no key in Graph. */
const lists = ({ requests }: Run): number =>
  requests.filter((request) => /^GET .*(servicePrincipals\/microsoft\.graph\.agentIdentity|policies)$/.test(request))
    .length;

/** LAG_CELLS=all: the kinder cells as well. */
const crashCells: readonly Cell[] =
  process.env["LAG_CELLS"] === "all" ? ["1 s at 2 %", "2 s at 10 %", "5 s at 50 %"] : ["5 s at 50 %"];

describe.each(crashCells)("a run that begins at the moment at which another was killed, %s", (cell) => {
  it.each([
    ["after it had its effect", "after", true],
    ["before it had its effect", "before", true],
    ["after it had its effect, and nothing was saved", "after", false],
  ] as const)("makes one of each, whichever create the other was killed at, %s", async (_, effect, checkpoints) => {
    tenant.reset({});
    const undisturbed = await tenant.process();
    await up(emptyState, program, undisturbed);
    expect(undisturbed.creates()).toBeGreaterThan(kinds.length);
    for (let atCreate = 1; atCreate <= undisturbed.creates(); atCreate++) {
      tenant.reset({ lag: cells[cell] && { ...cells[cell], seed: firstSeed + atCreate } });
      const left = await killed({ atCreate, effect }, checkpoints);
      const { state, failures } = await up(left, program, await tenant.process());
      const wrong = [...failures, ...(await wrongs(tenant, state, wanted, await tenant.process()))];
      wrong.push(...(await drift(state, await tenant.process())));
      expect([atCreate, wrong]).toEqual([atCreate, []]);
    }
  });
});

describe("a lag of a minute that a run saw, longer than one that saw none would wait", () => {
  it("is known to the next: what was made by one that was killed in its first second is found, and not made twice", async () => {
    tenant.reset({ lag: { ms: 60_000, share: 1, seed: firstSeed } });
    const agents = new Map([...wanted].filter(([, { kind }]) => kind !== "ConditionalAccessPolicy"));
    const { state: before, failures: none } = await up(emptyState, programOf(agents), await tenant.process());
    expect(none).toEqual([]);
    const more = fleet("first", ["payroll", "travel"]);
    // Two policies; the blueprint of the others is the third.
    const left = await killed({ atCreate: 3, effect: "after" }, true, before, programOf(more));
    const { state, failures } = await up(left, programOf(more), await tenant.process());
    expect([...failures, ...(await wrongs(tenant, state, more, await tenant.process()))]).toEqual([]);
  });
});

describe("what an earlier run made a moment ago", () => {
  it("costs no request and no wait where nothing is missing", async () => {
    tenant.reset({});
    await up(emptyState, program, await tenant.process());
    const begunMs = tenant.time.now();
    // The state is lost, and every object is found at the first look.
    const second = await tenant.process();
    await up(emptyState, program, second);
    expect(tenant.time.now()).toBe(begunMs);
    expect(lists(second)).toBe(2);
  });

  it("is no reason to wait for what is new", async () => {
    tenant.reset({});
    const { state } = await up(emptyState, program, await tenant.process());
    const begunMs = tenant.time.now();
    await up(state, programOf(fleet("first", ["payroll", "travel"])), await tenant.process());
    expect(tenant.time.now()).toBe(begunMs);
  });
});
