/** Credentials of one blueprint whose trusts change places, as a stack declares them: by the miniature engine. */
import fc from "fast-check";
import { type EmulatedTenant, openTenant } from "../../../emulator/tenant";
import {
  type Declaration,
  emptyState,
  type Outcome,
  preview,
  refresh,
  type StackState,
  up,
} from "../../miniature-engine/engine";
import { aProcess } from "../../miniature-engine/process";

const issuer = "https://token.actions.githubusercontent.com";
const cast = "microsoft.graph.agentIdentityBlueprint";
const sponsors = ["diego.siciliani@contoso.com"];

interface Credential {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
}

type Naming = (index: number, subject: string) => string;
const byIndex: Naming = (index) => `ci-${index}`;
const bySubject: Naming = (_index, subject) => `ci-${subject}`;

interface Shape {
  readonly naming?: Naming;
  /** Whether each credential depends on the one before it. @default false */
  readonly chained?: boolean;
}

/** One credential for each subject, made in a loop: resources are called by their place in the list. */
const listOf = (subjects: readonly string[], { naming = byIndex, chained = false }: Shape = {}): Declaration[] => [
  { name: "payroll", kind: "AgentIdentityBlueprint", inputs: () => ({ displayName: "Payroll", sponsors }) },
  ...subjects.map((subject, index) => ({
    name: `credential-${index}`,
    kind: "FederatedIdentityCredential",
    needs: ["payroll", ...(chained && index > 0 ? [`credential-${index - 1}`] : [])],
    inputs: (of: (name: string) => { readonly id: string }) => ({
      blueprintId: of("payroll").id,
      name: naming(index, subject),
      issuer,
      subject,
    }),
  })),
];

describe("federated credentials of one blueprint", () => {
  let emulated: EmulatedTenant;
  beforeEach(() => {
    emulated = openTenant({ memory: true });
  });
  afterEach(() => emulated.close());

  const read = async (): Promise<Credential[]> => {
    const ask = async <T>(path: string): Promise<T> => {
      const headers = { authorization: `Bearer ${await emulated.token()}` };
      const answer = await emulated.handle(new Request(`https://graph.microsoft.com/v1.0${path}`, { headers }));
      return (await answer.json()) as T;
    };
    const all = await ask<{ value: { id: string }[] }>(`/applications/${cast}`);
    const [blueprint] = all.value;
    if (!blueprint) return [];
    const path = `/applications/${blueprint.id}/${cast}/federatedIdentityCredentials`;
    return (await ask<{ value: Credential[] }>(path)).value;
  };
  const trusted = async (): Promise<Record<string, string>> =>
    Object.fromEntries((await read()).map(({ name, subject }) => [name, subject]));

  const deployed = async (subjects: readonly string[], shape: Shape = {}): Promise<StackState> =>
    succeeded(await up(emptyState, listOf(subjects, shape), await aProcess(emulated)));

  /** `pulumi up --refresh`. @param writes gets what is trusted after each write */
  const upOf = async (
    state: StackState,
    subjects: readonly string[],
    shape: Shape & { readonly parallel?: number; readonly writes?: string[][] } = {},
  ): Promise<Outcome> => {
    const watched = {
      token: () => emulated.token(),
      handle: async (request: Request): Promise<Response> => {
        const isWrite = request.method !== "GET";
        const answer = await emulated.handle(request);
        if (isWrite) shape.writes?.push((await read()).map(({ subject }) => subject));
        return answer;
      },
    };
    const process = await aProcess(watched);
    const refreshed = await refresh(state, process);
    return up(refreshed.state, listOf(subjects, shape), process, { parallel: shape.parallel ?? 8 });
  };

  it.each([
    { what: "the first of three is taken from the list", from: ["a", "b", "c"], to: ["b", "c"] },
    { what: "one is put before the others", from: ["a", "b", "c"], to: ["new", "a", "b", "c"] },
    { what: "two swap", from: ["a", "b"], to: ["b", "a"] },
    { what: "three change places in a circle", from: ["a", "b", "c"], to: ["b", "c", "a"] },
    { what: "the list is turned round", from: ["a", "b", "c", "d"], to: ["d", "c", "b", "a"] },
    { what: "all but the last are taken", from: ["a", "b", "c", "d"], to: ["d"] },
  ])("are as declared after one up when $what, in any order of the updates", async ({ from, to }) => {
    for (const parallel of [1, 8]) {
      for (const chained of [false, true]) {
        emulated.reset();
        const state = await deployed(from, { chained });
        const writes: string[][] = [];
        const outcome = await upOf(state, to, { chained, parallel, writes });
        expect(outcome.failures).toEqual([]);
        expect(await trusted()).toEqual(Object.fromEntries(to.map((subject, index) => [byIndex(index, ""), subject])));
        expect(await preview(outcome.state, listOf(to, { chained }), await aProcess(emulated))).toEqual({});
        // What stays is missing from one write to the next, and no longer.
        for (const subject of from.filter((one) => to.includes(one))) {
          const missing = writes.map((there, index) => (there.includes(subject) ? -1 : index)).filter((at) => at >= 0);
          expect(missing.filter((at, index) => at === (missing[index - 1] ?? -2) + 1)).toEqual([]);
        }
      }
    }
  });

  it("are as declared after one up although lists do not show what this run has written", async () => {
    const state = await deployed(["a", "b", "c"]);
    const written = new Set<string>();
    const behind = {
      token: () => emulated.token(),
      handle: async (request: Request): Promise<Response> => {
        const { pathname } = new URL(request.url);
        const answer = await emulated.handle(request);
        if (request.method === "PATCH" && answer.ok) written.add(pathname.split("/").at(-1) ?? "");
        if (request.method !== "GET" || !pathname.endsWith("/federatedIdentityCredentials")) return answer;
        const { value } = (await answer.json()) as { value: Credential[] };
        return Response.json({ value: value.filter(({ id }) => !written.has(id)) });
      },
    };
    const process = await aProcess(behind);
    const refreshed = await refresh(state, process);
    const outcome = await up(refreshed.state, listOf(["c", "a", "b"]), process, { parallel: 1 });
    expect(outcome.failures).toEqual([]);
    expect(await trusted()).toEqual({ "ci-0": "c", "ci-1": "a", "ci-2": "b" });
  });

  it("all keep what they trust when Graph refuses the change in the middle of an exchange", async () => {
    const state = await deployed(["a", "b"]);
    const answer = { status: 403, body: { error: { code: "Authorization_RequestDenied", message: "No." } } };
    // After the one that is refused, and the one that parks the other credential.
    emulated.fail({ method: "PATCH", path: "federatedIdentityCredentials/", nth: 3, effect: "before", answer });
    const outcome = await upOf(state, ["b", "a"], { parallel: 1 });
    expect(outcome.failures).toHaveLength(1);
    expect(Object.values(await trusted()).sort()).toEqual(["a", "b"]);
  });

  it("keep their objects when each is called by its subject and the list moves by one", async () => {
    const state = await deployed(["a1", "b1", "c1"], { naming: bySubject });
    const before = new Map((await read()).map(({ name, id }) => [name, id]));
    const writes: string[][] = [];
    const outcome = await upOf(state, ["b1", "c1"], { naming: bySubject, writes });
    expect(outcome.failures).toEqual([]);
    expect((await read()).map(({ name, id }) => [name, id])).toEqual(
      ["ci-b1", "ci-c1"].map((name) => [name, before.get(name)]),
    );
    expect(writes.every((there) => there.includes("b1") && there.includes("c1"))).toBe(true);
    expect(await preview(outcome.state, listOf(["b1", "c1"], { naming: bySubject }), await aProcess(emulated))).toEqual(
      {},
    );
  });

  it("are as declared after one up when each is called by its subject and one is put before the others", async () => {
    const state = await deployed(["a1", "b1", "c1"], { naming: bySubject });
    const outcome = await upOf(state, ["n1", "a1", "b1", "c1"], { naming: bySubject });
    expect(outcome.failures).toEqual([]);
    expect(Object.keys(await trusted()).sort()).toEqual(["ci-a1", "ci-b1", "ci-c1", "ci-n1"]);
  });

  it("can be renamed, resource and credential, in one up", async () => {
    const renamed = listOf(["a"]).map((one) =>
      one.kind === "AgentIdentityBlueprint"
        ? one
        : {
            ...one,
            name: "renamed",
            inputs: (of: Parameters<typeof one.inputs>[0]) => ({ ...one.inputs(of), name: "other" }),
          },
    );
    const state = await deployed(["a"]);
    const process = await aProcess(emulated);
    const before = emulated.requests().length;
    const outcome = await up((await refresh(state, process)).state, renamed, process);
    expect(outcome.failures).toEqual([]);
    expect(await trusted()).toEqual({ other: "a" });
    // Refused, parked, refused again, given up by the old one, taken: and the old one gets nothing for it.
    const writes = emulated
      .requests()
      .slice(before)
      .filter(({ method, path }) => method !== "GET" && /federated/.test(path));
    expect(writes.map(({ method }) => method)).toEqual(["POST", "POST", "PATCH", "PATCH", "PATCH", "DELETE"]);
    expect(await preview(outcome.state, renamed, await aProcess(emulated))).toEqual({});
  });

  it("come from any list to any other in one up", async () => {
    const subjects = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e"), { minLength: 1 });
    const property = fc.asyncProperty(subjects, subjects, fc.boolean(), async (from, to, chained) => {
      emulated.reset();
      const outcome = await upOf(await deployed(from, { chained }), to, { chained });
      expect(outcome.failures).toEqual([]);
      expect(await trusted()).toEqual(Object.fromEntries(to.map((subject, index) => [byIndex(index, ""), subject])));
    });
    await fc.assert(property, { numRuns: 15 });
  });

  it.each([
    { what: "an answer is lost after it took effect", fault: { effect: "after", answer: "reset" } },
    { what: "a request is lost", fault: { effect: "before", answer: "reset" } },
    { what: "a request is refused", fault: { effect: "before", answer: { status: 403, body: refusedBody() } } },
  ] as const)("are as declared after the next up when $what, whichever request it is", async ({ fault }) => {
    const to = ["c", "a", "n"];
    const isOfCredentials = ({ path }: { path: string }) => path.includes("federatedIdentityCredentials");
    for (let nth = 1, isOver = false; !isOver; nth++) {
      emulated.reset();
      const state = await deployed(["a", "b", "c", "d"]);
      const asked = emulated.requests().filter(isOfCredentials).length;
      emulated.fail({ path: "federatedIdentityCredentials", ...fault, nth });
      const first = await upOf(state, to);
      isOver = emulated.requests().filter(isOfCredentials).length - asked < nth;
      emulated.clearFaults();
      const outcome = first.failures.length === 0 ? first : await upOf(first.state, to);
      expect([nth, outcome.failures, await trusted()]).toEqual([nth, [], { "ci-0": "c", "ci-1": "a", "ci-2": "n" }]);
    }
  });

  it("leave somebody else's credential alone, and name it", async () => {
    const state = await deployed(["a"]);
    await deployedByHand("theirs", "x");
    const outcome = await upOf(state, ["x"]);
    expect(outcome.failures).toEqual([
      expect.stringContaining('credential "theirs" has the issuer and subject of this resource (https'),
    ]);
    expect(await trusted()).toEqual({ "ci-0": "a", theirs: "x" });
  });

  it("say that a refresh is needed where this run has not seen who manages a trust", async () => {
    const state = await deployed(["a", "b"]);
    const outcome = await up(state, listOf(["b"]), await aProcess(emulated), { continueOnError: false });
    expect(outcome.failures).toEqual([
      expect.stringContaining("If this stack manages that credential, run `pulumi up --refresh`"),
    ]);
    expect(await trusted()).toEqual({ "ci-0": "a", "ci-1": "b" });
  });

  it("are refused at preview when two of a program trust the same", async () => {
    const state = await deployed(["a", "b"]);
    await expect(preview(state, listOf(["a", "a"]), await aProcess(emulated))).rejects.toThrow(
      "subject must not be the same as of another resource of this program with this issuer: a blueprint accepts each issuer and subject once. Change one, or remove one",
    );
  });

  async function deployedByHand(name: string, subject: string): Promise<void> {
    const headers = { authorization: `Bearer ${await emulated.token()}`, "content-type": "application/json" };
    const list = await emulated.handle(
      new Request(`https://graph.microsoft.com/v1.0/applications/${cast}`, { headers }),
    );
    const { value } = (await list.json()) as { value: { id: string }[] };
    const path = `https://graph.microsoft.com/v1.0/applications/${value[0]?.id ?? ""}/${cast}/federatedIdentityCredentials`;
    const body = JSON.stringify({ name, issuer, subject, audiences: ["api://AzureADTokenExchange"] });
    await emulated.handle(new Request(path, { method: "POST", headers, body }));
  }
});

function refusedBody(): object {
  return {
    error: { code: "Authorization_RequestDenied", message: "Insufficient privileges to complete the operation." },
  };
}

function succeeded({ state, failures }: Outcome): StackState {
  if (failures.length > 0) throw new Error(failures.join("\n"));
  return state;
}
