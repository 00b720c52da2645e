import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Lag } from "../../../../provider/engine/consistency/lag";
import { journalIn, journalFolder, WriteJournal } from "../../../../provider/engine/consistency/write-journal";

const agent = { tenantId: "tenant", kind: "AgentIdentity", marker: "marker" };
const [madeMs, askedMs] = [15_000, 120_000];
const unseenMs = { created: madeMs, requested: askedMs };

describe("what a process knows of the one before it", () => {
  let folder: string;
  let nowMs: number;
  /** What ENTRA_AGENT_ID_REPLICATION_MINUTES says. */
  let replicationMs: number;
  const warnings: string[] = [];
  beforeEach(() => {
    folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "recent-writes-")), "notes");
    nowMs = Date.now();
    replicationMs = 1_800_000;
    warnings.length = 0;
  });
  afterEach(() => fs.rmSync(path.dirname(folder), { recursive: true, force: true }));

  const aProcess = (): WriteJournal =>
    new WriteJournal(
      () => nowMs,
      journalIn(
        folder,
        () => replicationMs,
        (message) => warnings.push(message),
      ),
    );
  const until = (recent: WriteJournal): number | undefined => recent.mayShowUntil(agent, unseenMs);

  it("is nothing where nothing was written, and no file is made", () => {
    const recent = aProcess();
    expect([until(recent), recent.writtenAt("tenant", "id", madeMs), recent.deletedAt("tenant", "id")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(fs.existsSync(folder)).toBe(false);
  });

  it("is what was asked for, however long it waited for its turn: the time counts from the new process", () => {
    aProcess().requested(agent);
    nowMs += 300_000;
    expect(until(aProcess())).toBe(nowMs + askedMs);
  });

  it("is what was made, and when", () => {
    const recent = aProcess();
    recent.requested(agent);
    recent.created(agent, "id");
    const madeAtMs = nowMs;
    nowMs += 5_000;
    expect(until(aProcess())).toBe(madeAtMs + madeMs);
    expect(aProcess().writtenAt("tenant", "id", madeMs)).toBe(madeAtMs);
    expect(aProcess().writtenAt("tenant", "id", 4_000)).toBeUndefined();
  });

  it("is nothing of what was refused, or deleted again, and what was deleted is known", () => {
    aProcess().requested(agent);
    nowMs += 1;
    const recent = aProcess();
    recent.requested({ ...agent, marker: "other" });
    recent.refused({ ...agent, marker: "other" });
    recent.deleted(agent, "id");
    nowMs += 1_000;
    expect(until(aProcess())).toBeUndefined();
    expect(aProcess().mayShowUntil({ ...agent, marker: "other" }, unseenMs)).toBeUndefined();
    expect(aProcess().deletedAt("tenant", "id")).toBe(nowMs - 1_000);
  });

  it("is how far the tenant lags, halved with each minute, and nothing of how far another one does", () => {
    const aLag = (tenantId: string): Lag => {
      const lag = new Lag(() => nowMs);
      lag.remember(aProcess().lagOf(tenantId));
      return lag;
    };
    const lag = aLag("tenant");
    expect(lag.ms).toBe(0);
    lag.saw(60_000);
    nowMs += 60_000;
    expect([aLag("tenant").ms, aLag("other").ms]).toEqual([30_000, 0]);
    lag.sawNone();
    expect(aLag("tenant").ms).toBe(lag.ms);
  });

  it("is nothing of another tenant", () => {
    aProcess().requested(agent);
    expect(aProcess().mayShowUntil({ ...agent, tenantId: "other" }, unseenMs)).toBeUndefined();
  });

  it("survives a line that a killed process did not finish", () => {
    aProcess().requested(agent);
    const [file = ""] = fs.readdirSync(folder);
    fs.appendFileSync(path.join(folder, file), '{"at":1,"did":"rem');
    expect(until(aProcess())).toBe(nowMs + askedMs);
  });

  it("is forgotten, file and all, when it is an hour old", () => {
    aProcess().requested(agent);
    const [file = ""] = fs.readdirSync(folder);
    const old = new Date(Date.now() - 3_601_000);
    fs.utimesSync(path.join(folder, file), old, old);
    expect(until(aProcess())).toBeUndefined();
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it("is kept for as long as an object may be unseen, where that is longer than an hour", () => {
    replicationMs = 86_400_000;
    aProcess().created(agent, "id");
    const [file = ""] = fs.readdirSync(folder);
    const old = new Date(Date.now() - 3_601_000);
    fs.utimesSync(path.join(folder, file), old, old);
    nowMs += 3_601_000;
    expect(aProcess().made(agent, replicationMs)?.id).toBe("id");
  });

  it("is for this user alone", () => {
    aProcess().requested(agent);
    const [file = ""] = fs.readdirSync(folder);
    expect(fs.statSync(folder).mode & 0o077).toBe(0);
    expect(fs.statSync(path.join(folder, file)).mode & 0o077).toBe(0);
  });

  it("cannot be kept in a folder that is none: that is reported once, and the run goes on", () => {
    fs.writeFileSync(folder, "a file");
    const recent = aProcess();
    recent.requested(agent);
    recent.created(agent, "id");
    expect(until(recent)).toBe(nowMs + madeMs);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("wait two minutes before the next one");
  });

  it("lies beside what the Pulumi CLI keeps", () => {
    expect(journalFolder({ PULUMI_HOME: "/home/ci/.pulumi" })).toBe("/home/ci/.pulumi/entra-agent-id/write-journal");
    expect(journalFolder({})).toBe(path.join(os.homedir(), ".pulumi", "entra-agent-id", "write-journal"));
  });
});
