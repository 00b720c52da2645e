/** A create whose answer is lost while replicas lag: of what Graph makes twice, nothing but the search prevents a second one. */
import { kinds } from "../../provider/kinds";
import { emptyState, type StackState, up } from "../miniature-engine/engine";
import { specimenOf } from "../kinds";
import { programOf } from "../kinds/fleet";
import { LaggingTenant, type RunSettings } from "./lagging-tenant";
import { fleet, wrongs } from "./programs";

jest.setTimeout(120_000);

const tenant = new LaggingTenant();
afterAll(() => tenant.close());

const twice = kinds.filter(({ duplicateCreate }) => duplicateCreate === "allowed").map(({ kind }) => kind);
const whole = fleet("first", ["payroll"]);

/** A stack without one resource of the kind, deployed a day ago. */
async function aStackWithout(kind: string) {
  tenant.reset({ lag: { ms: 1, share: 0 } });
  const { stem } = specimenOf(kind);
  const name = `payroll-${stem}`;
  const isOf = ([one, { parents }]: [string, { parents: object }]): boolean =>
    one === name || Object.values(parents).includes(name);
  const before = new Map([...whole].filter((one) => !isOf(one)));
  const wanted = new Map([...whole].filter((one) => !isOf(one) || one[0] === name));
  const first = await up(emptyState, programOf(before), await tenant.process());
  expect(first.failures).toEqual([]);
  tenant.time.pass(86_400_000);
  return { state: first.state, wanted };
}

/** The first create is answered 504. @param effect whether it takes effect */
function lost(effect: boolean): RunSettings & { readonly creates: () => number } {
  let creates = 0;
  return {
    creates: () => creates,
    async meddle(request, send) {
      const isCreate = request.method === "POST" && !/\$ref$|evaluate$/.test(new URL(request.url).pathname);
      if (!isCreate || ++creates > 1) return send(request);
      if (effect) await send(request);
      return Response.json({ error: { code: "UnknownError", message: "No answer." } }, { status: 504 });
    },
  };
}

/** No list shows the object; a read by its id does. */
const notListed = (id: string | undefined): RunSettings => ({
  async meddle(request, send) {
    const answer = await send(request);
    const isList = /(servicePrincipals\/microsoft\.graph\.agentIdentity|policies|namedLocations)$/.test(
      new URL(request.url).pathname,
    );
    if (request.method !== "GET" || !isList) return answer;
    const body = (await answer.json()) as { readonly value: readonly { readonly id: string }[] };
    return Response.json({ ...body, value: body.value.filter((one) => one.id !== id) });
  },
});

const isThere = async (state: StackState, wanted: typeof whole): Promise<string[]> => {
  tenant.emulated.set({ lag: null });
  return wrongs(tenant, state, wanted, await tenant.process());
};

describe.each(twice)("a create that was not answered, of a kind that Graph makes twice: %s", (kind) => {
  it.each([3, 20, 100])("took effect, and shows %s s later on every replica: there is one", async (seconds) => {
    const { state, wanted } = await aStackWithout(kind);
    tenant.emulated.set({ lag: { ms: seconds * 1_000, share: 1 } });
    const { creates, ...settings } = lost(true);
    const run = await up(state, programOf(wanted), await tenant.process(settings));
    expect([run.failures, creates()]).toEqual([[], 1]);
    expect(await isThere(run.state, wanted)).toEqual([]);
  });

  it("took effect, and shows 200 s later, where a lag as long was seen in this run: there is one", async () => {
    const { state, wanted } = await aStackWithout(kind);
    tenant.emulated.set({ lag: { ms: 200_000, share: 1 } });
    const { creates, ...settings } = lost(true);
    const run = await tenant.process(settings);
    run.sawLag(200_000);
    const done = await up(state, programOf(wanted), run);
    expect(creates()).toBe(1);
    tenant.time.pass(300_000);
    const last = await up(done.state, programOf(wanted), await tenant.process());
    expect(last.failures).toEqual([]);
    expect(await isThere(last.state, wanted)).toEqual([]);
  });

  it("had no effect: it is sent again once, when two minutes are over", async () => {
    const { state, wanted } = await aStackWithout(kind);
    const begunMs = tenant.time.now();
    const { creates, ...settings } = lost(false);
    const run = await up(state, programOf(wanted), await tenant.process(settings));
    expect([run.failures, creates()]).toEqual([[], 2]);
    expect(Math.round((tenant.time.now() - begunMs) / 1_000)).toBe(120);
    expect(await isThere(run.state, wanted)).toEqual([]);
  });

  it("was answered, and then the state was lost: while no replica shows it, this machine makes no second one", async () => {
    const { state, wanted } = await aStackWithout(kind);
    tenant.emulated.set({ lag: { ms: 1_200_000, share: 1 } });
    const made = await up(state, programOf(wanted), await tenant.process());
    expect(made.failures).toEqual([expect.stringContaining("the tenant did not show the change within 120 s")]);
    tenant.time.pass(600_000);
    const again = await up(state, programOf(wanted), await tenant.process());
    expect(again.failures).toEqual([
      expect.stringMatching(
        /^payroll-\S+: cannot create .*An earlier run on this machine created this object\. Run `pulumi up` again later/,
      ),
    ]);
    tenant.time.pass(600_000);
    // A policy is changed once more before it is enforced.
    tenant.emulated.set({ lag: null });
    const last = await up(again.state, programOf(wanted), await tenant.process());
    expect(last.failures).toEqual([]);
    expect(await isThere(last.state, wanted)).toEqual([]);
  });

  it("was answered, and then the state was lost: a list that lacks it a minute later brings about no second one", async () => {
    const { state, wanted } = await aStackWithout(kind);
    const made = await up(state, programOf(wanted), await tenant.process());
    const id = made.state.resources.find(({ name }) => !state.resources.some((one) => one.name === name))?.id;
    tenant.time.pass(60_000);
    const again = await up(state, programOf(wanted), await tenant.process(notListed(id)));
    expect(again.failures).toEqual([]);
    expect(again.state.resources.map((one) => one.id)).toContain(id);
    expect(await isThere(again.state, wanted)).toEqual([]);
  });

  it("is made at once where the one of a moment ago was deleted on another machine, and lies among the deleted items", async () => {
    const { state, wanted } = await aStackWithout(kind);
    const made = await up(state, programOf(wanted), await tenant.process());
    const one = made.state.resources.find(({ name }) => !state.resources.some((other) => other.name === name));
    tenant.time.pass(60_000);
    const elsewhere = (await tenant.process({ newMachine: true })).provider(kind);
    await elsewhere.delete(one?.id ?? "", one?.outputs ?? {});
    const again = await up(state, programOf(wanted), await tenant.process());
    expect(again.failures).toEqual([]);
    expect(await isThere(again.state, wanted)).toEqual([]);
  });
});
