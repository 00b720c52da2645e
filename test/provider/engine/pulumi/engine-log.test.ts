import { EngineLog, enginesLog } from "../../../../provider/engine/pulumi/engine-log";

interface Shown {
  readonly urn: string;
  readonly message: string;
}

function aLog(works = true) {
  const shown: Shown[] = [];
  const aside: string[] = [];
  const clock = { ms: 0 };
  const show = (urn: string, message: string): Promise<boolean> => {
    if (works) shown.push({ urn, message });
    return Promise.resolve(works);
  };
  return {
    ...{ shown, aside, clock },
    log: new EngineLog(
      show,
      (message) => void aside.push(message),
      () => clock.ms,
    ),
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("a long wait", () => {
  it("is reported on the line of the resource whose life-cycle method waits, whatever else runs meanwhile", async () => {
    const { log, shown, aside } = aLog();
    log.declare("AgentIdentity", "m1", "urn:1");
    log.declare("PermissionGrant", "m1", "urn:2");
    const wait = (kind: string) =>
      log.during(kind, "m1", async () => {
        await turn();
        log.progress(`${kind} waits`);
        await turn();
      });
    await Promise.all([wait("AgentIdentity"), wait("PermissionGrant")]);
    expect(shown).toEqual([
      { urn: "urn:1", message: "AgentIdentity waits" },
      { urn: "urn:2", message: "PermissionGrant waits" },
      { urn: "urn:1", message: "" },
      { urn: "urn:2", message: "" },
    ]);
    expect(aside).toEqual([]);
  });

  it("leaves nothing on the line of a resource that is done, or has failed, before the engine hears of it", async () => {
    const { log, shown } = aLog();
    log.declare("AgentIdentity", "m1", "urn:1");
    const failing = log.during("AgentIdentity", "m1", async () => {
      log.progress("waiting 12 s");
      await turn();
      throw new Error("No.");
    });
    await expect(failing).rejects.toThrow("No.");
    expect(shown.map(({ message }) => message)).toEqual(["waiting 12 s", ""]);
  });

  it("that did not happen leaves the line of its resource alone", async () => {
    const { log, shown } = aLog();
    log.declare("AgentIdentity", "m1", "urn:1");
    await log.during("AgentIdentity", "m1", turn);
    expect(shown).toEqual([]);
  });

  it("is reported under the stack, once in fifteen seconds, where nobody said which resource it is", async () => {
    const { log, shown, aside, clock } = aLog();
    log.declare("AgentIdentity", "other", "urn:1");
    log.declare("AgentIdentity", "m1", "");
    for (clock.ms = 0; clock.ms < 31_000; clock.ms += 1_000)
      await log.during("AgentIdentity", "m1", async () => {
        await turn();
        log.progress(`at ${clock.ms}`);
      });
    expect(shown).toEqual([]);
    expect(aside).toEqual(["at 0", "at 15000", "at 30000"]);
  });

  it("is reported under the stack where the engine takes no messages, or there is none", async () => {
    const { log, aside } = aLog(false);
    log.declare("AgentIdentity", "m1", "urn:1");
    await log.during("AgentIdentity", "m1", async () => {
      await turn();
      log.progress("reported anyway");
    });
    expect(aside).toEqual(["reported anyway"]);
    expect(enginesLog(["node", "/some/program.js", "127.0.0.1:1"])).toBeUndefined();
  });

  it("for all of the tenant to show the same is reported when its pauses come to five seconds", async () => {
    const { log, shown } = aLog();
    log.declare("AgentIdentity", "m1", "urn:1");
    await log.during("AgentIdentity", "m1", async () => {
      for (const ms of [100, 200, 400, 4_000, 400]) log.pause(ms);
      await turn();
      log.pause(2_000);
    });
    log.pause(60_000);
    const text = (seconds: number) =>
      `waiting until reads of the tenant agree (replica lag): reading again in ${seconds} s`;
    expect(shown).toEqual([
      { urn: "urn:1", message: text(1) },
      { urn: "urn:1", message: text(2) },
      { urn: "urn:1", message: "" },
    ]);
  });

  it("for a create whose answer was lost is reported as that, however often it searches", async () => {
    const { log, shown } = aLog();
    log.declare("AgentIdentity", "m1", "urn:1");
    await log.during("AgentIdentity", "m1", async () => {
      log.repetition("was asked for and not answered");
      await turn();
      for (const ms of [1_000, 2_000, 4_000, 8_000]) log.pause(ms);
    });
    expect(shown.map(({ message }) => message)).toEqual(["was asked for and not answered", ""]);
  });
});
