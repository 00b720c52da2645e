import type { DynamicProvider } from "../../provider/engine/pulumi/dynamic";
import { UNKNOWN } from "../../provider/engine/unknown";
import {
  type Declaration,
  destroy,
  emptyState,
  preview,
  type Process,
  type Properties,
  refresh,
  type StackState,
  up,
} from "./engine";

/** A service of named things, and a provider of them that tells everything it is asked. */
class Things {
  readonly there = new Map<string, Properties>();
  readonly asked: string[] = [];
  /** Calls that go wrong: what is thrown, by what was asked. */
  readonly wrong = new Map<string, () => unknown>();
  createsFirst = false;
  #made = 0;

  process: Process = { provider: () => this.#provider };

  readonly #provider: DynamicProvider = {
    check: (olds, news) => {
      const { __provider: _, ...inputs } = news;
      const failures = inputs["bad"] ? [{ property: "bad", reason: "must not be" }] : [];
      return this.#ask("check", inputs, {
        inputs: { ...inputs, kept: olds["kept"] ?? `default ${++this.#made}` },
        failures,
      });
    },
    diff: (_id, olds, news) =>
      this.#ask("diff", news, {
        replaces: olds["key"] === news["key"] ? [] : ["key"],
        deleteBeforeReplace: !this.createsFirst,
      }),
    create: async (inputs) => {
      const id = `${String(inputs["label"])}-${++this.#made}`;
      this.there.set(id, inputs);
      return this.#ask("create", inputs, { id, outs: { ...inputs, own: id } });
    },
    update: async (id, _olds, news) => {
      this.there.set(id, news);
      return this.#ask("update", news, { outs: { ...news, own: id } });
    },
    read: async (id, props) => {
      const found = this.there.get(id);
      return this.#ask("read", props, found ? { id, props: found } : { id: "", props: {} });
    },
    delete: async (id, props) => {
      this.there.delete(id);
      await this.#ask("delete", props, undefined);
    },
  };

  async #ask<T>(verb: string, inputs: Properties, answer: T): Promise<T> {
    const what = `${verb} ${String(inputs["label"])}`;
    this.asked.push(what);
    await Promise.resolve();
    const wrong = this.wrong.get(what);
    this.wrong.delete(what);
    if (wrong) throw wrong();
    return answer;
  }
}

const thing = (name: string, args: Properties = {}, needs: string[] = []): Declaration => ({
  name,
  kind: "Thing",
  needs,
  inputs: (of) => ({ label: name, ...args, ...(needs[0] ? { key: of(needs[0]).id } : {}) }),
});
const chain = (key = "a"): Declaration[] => [
  thing("root", { key }),
  thing("child", {}, ["root"]),
  thing("beside", { size: 1 }),
];
const names = ({ resources }: StackState) => resources.map(({ name }) => name).sort();

describe("the miniature engine", () => {
  let things: Things;
  let state: StackState;

  beforeEach(async () => {
    things = new Things();
    ({ state } = await up(emptyState, chain(), things.process));
    things.asked.length = 0;
  });

  it("creates what is needed first, and finds nothing to do afterwards", async () => {
    expect(names(state)).toEqual(["beside", "child", "root"]);
    const again = await up(state, chain(), things.process);
    expect(again).toMatchObject({ failures: [], operations: { root: "same", child: "same", beside: "same" } });
    expect(things.asked.filter((what) => !/^(check|diff)/.test(what))).toEqual([]);
    expect(await preview(state, chain(), things.process)).toEqual({});
  });

  it("deletes dependents and the thing itself before it replaces them, and forgets defaults of the old one", async () => {
    const kept = (from: StackState) => from.resources.find(({ name }) => name === "root")?.inputs["kept"];
    const replaced = await up(state, chain("b"), things.process);
    expect(replaced.operations).toEqual({ root: "replace", child: "replace", beside: "same" });
    expect(things.asked.filter((what) => /^(create|delete)/.test(what))).toEqual([
      "delete child",
      "delete root",
      "create root",
      "create child",
    ]);
    expect(things.there.size).toBe(3);
    expect(kept(replaced.state)).not.toBe(kept(state));
    expect(await preview(state, chain("b"), things.process)).toEqual({ root: "replace", child: "replace" });
  });

  it("previews a dependent of what is to be created with unknown values", async () => {
    const seen: unknown[] = [];
    const spied: Process = {
      provider: (kind) => {
        const provider = things.process.provider(kind);
        return { ...provider, check: (olds, news) => (seen.push(news["key"]), provider.check(olds, news)) };
      },
    };
    await preview(emptyState, chain(), spied);
    expect(new Set(seen)).toEqual(new Set(["a", undefined, UNKNOWN]));
  });

  it("goes on with a replacement that was interrupted between delete and create", async () => {
    things.wrong.set("create root", () => new Error("no room"));
    const stopped = await up(state, chain("b"), things.process);
    expect(stopped.failures).toEqual(["root: no room"]);
    things.asked.length = 0;
    const resumed = await up(stopped.state, chain("b"), things.process);
    expect(resumed.failures).toEqual([]);
    expect(things.asked.filter((what) => what.startsWith("delete"))).toEqual([]);
    expect(resumed.state.resources.every(({ pendingReplacement }) => !pendingReplacement)).toBe(true);
  });

  describe("where the provider wants the new one created first,", () => {
    /** The child refers to the root and is changed in place. */
    const program = (key: string): Declaration[] => [
      thing("root", { key }),
      { ...thing("child", {}, ["root"]), inputs: (of) => ({ label: "child", refersTo: of("root").id }) },
    ];
    const writes = (): string[] => things.asked.filter((what) => /^(create|update|delete)/.test(what));
    beforeEach(async () => {
      things.createsFirst = true;
      things.there.clear();
      ({ state } = await up(emptyState, program("a"), things.process));
      things.asked.length = 0;
    });

    it("changes what refers to the old one before it deletes that", async () => {
      const { state: after, failures, operations } = await up(state, program("b"), things.process);
      expect([failures, operations]).toEqual([[], { root: "replace", child: "update" }]);
      expect(writes()).toEqual(["create root", "update child", "delete root"]);
      expect([after.pendingDeletes, things.there.size]).toEqual([[], 2]);
      expect(await preview(state, program("b"), things.process)).toEqual({ root: "replace", child: "update" });
    });

    it("keeps the old one while what refers to it could not be changed, and deletes it in the next run", async () => {
      things.wrong.set("update child", () => new Error("no"));
      const stopped = await up(state, program("b"), things.process);
      expect([stopped.failures, writes()]).toEqual([["child: no"], ["create root", "update child"]]);
      expect(names({ ...stopped.state, resources: stopped.state.pendingDeletes })).toEqual(["root"]);
      things.asked.length = 0;
      const resumed = await up(stopped.state, program("b"), things.process);
      expect([resumed.failures, writes()]).toEqual([[], ["update child", "delete root"]]);
      expect(resumed.state.pendingDeletes).toEqual([]);
    });

    it("deletes the old one and the new one at a destroy, after what refers to them", async () => {
      things.wrong.set("update child", () => new Error("no"));
      const stopped = await up(state, program("b"), things.process);
      things.asked.length = 0;
      const gone = await destroy(stopped.state, things.process);
      expect(writes()).toEqual(["delete child", "delete root", "delete root"]);
      expect(gone.state).toEqual(emptyState);
      expect(things.there.size).toBe(0);
    });
  });

  it("drops a resource that a replacement deleted and nobody declares any more, without another delete", async () => {
    things.wrong.set("create root", () => new Error("no room"));
    const stopped = await up(state, chain("b"), things.process);
    things.asked.length = 0;
    const { state: left } = await destroy(stopped.state, things.process);
    expect(left.resources).toEqual([]);
    expect(things.asked).toEqual(["delete beside"]);
  });

  it("updates what was left half done, even when its inputs are the same", async () => {
    const properties = { label: "new", __provider: "text" };
    things.wrong.set("create new", () =>
      Object.assign(new Error("half"), { id: "new-1", properties, reasons: ["half"] }),
    );
    const program = [...chain(), thing("new"), thing("after", {}, ["new"])];
    const half = await up(state, program, things.process);
    expect(half).toMatchObject({ failures: ["new: half"], state: { pendingCreates: [] } });
    expect(names(half.state)).toEqual(["beside", "child", "new", "root"]);
    const whole = await up(half.state, program, things.process);
    expect(whole.operations).toMatchObject({ new: "update", after: "create" });
    expect(whole.state.resources.filter(({ initErrors }) => initErrors)).toEqual([]);
  });

  it("notes a create that was never answered, until it is cleared", async () => {
    const left: StackState[] = [];
    await up(state, [...chain(), thing("new")], things.process, { saved: (now) => left.push(now) });
    const killed = left.find(({ pendingCreates }) => pendingCreates.length > 0) ?? emptyState;
    expect(killed.pendingCreates).toEqual(["new"]);
    expect(names(killed)).toEqual(["beside", "child", "root"]);
    const after = await up(killed, [...chain(), thing("new")], things.process);
    expect(after.state.pendingCreates).toEqual(["new"]);
    expect((await refresh(after.state, things.process, { clearPendingCreates: true })).state.pendingCreates).toEqual(
      [],
    );
  });

  it("saves only at the end without checkpoints", async () => {
    let saves = 0;
    await up(state, [...chain(), thing("new")], things.process, { checkpoints: false, saved: () => saves++ });
    expect(saves).toBe(1);
  });

  it("stops what depends on a failure, keeps what it needs, and begins nothing more when asked to", async () => {
    const program = [
      thing("root", { key: "a" }),
      thing("one", {}, ["root"]),
      thing("two", {}, ["one"]),
      thing("three"),
    ];
    things.wrong.set("create one", () => new Error("no"));
    const outcome = await up(state, program, things.process, { parallel: 1 });
    expect(outcome.failures).toEqual(["one: no"]);
    expect(names(outcome.state)).toEqual(["root", "three"]);

    things.wrong.set("delete child", () => new Error("no"));
    const kept = await destroy(state, things.process);
    expect(kept.failures).toEqual(["child: no"]);
    expect(names(kept.state)).toEqual(["child", "root"]);

    things.wrong.set("check root", () => new Error("no"));
    const none = await up(emptyState, chain(), things.process, { continueOnError: false });
    expect(none.state.resources).toEqual([]);
  });

  it("refreshes: drops what is gone, and takes what reads well for healthy", async () => {
    const ids = state.resources.map(({ id }) => id);
    for (const id of ids) if (id.startsWith("beside")) things.there.delete(id);
    const { state: now, operations } = await refresh(state, things.process);
    expect(names(now)).toEqual(["child", "root"]);
    expect(operations["beside"]).toBe("delete");
  });

  it("refuses inputs with all findings, and answers that are not JSON", async () => {
    const bad = await up(state, [thing("root", { key: "a", bad: true })], things.process);
    expect(bad.failures).toEqual(["root: bad must not be"]);
    const careless: Process = {
      provider: (kind) => {
        const provider = things.process.provider(kind);
        return { ...provider, create: () => Promise.resolve({ id: "new-1", outs: { inner: [undefined] } }) };
      },
    };
    const { failures } = await up(state, [...chain(), thing("new")], careless);
    expect(failures).toEqual(["new: Unexpected struct type: the answer.outs.inner.0 is of type undefined"]);
  });
});
