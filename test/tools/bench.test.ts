/** What the benchmarks count and say. How fast anything is, only `npm run bench` can tell. */
import { readdirSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import {
  benchmarks,
  type Figures,
  leastSeconds,
  type Measured,
  type Name,
  writeQuota,
} from "../../tools/bench/benchmarks.mjs";
import { folder, portable, withoutCheckpoints } from "../../tools/bench/environment.mjs";
import { watchProcesses } from "../../tools/bench/processes.mjs";
import { document } from "../../tools/bench/report.mjs";
import { folder as dataFolder, kept, type Run } from "../../tools/bench/results.mjs";
import { jsonAnswer } from "../../emulator/exchange";
import { Traffic } from "../../tools/bench/traffic.mjs";
import { closing, quotaLine } from "../../tools/bench/wording.mjs";

const graph = "http://127.0.0.1:1";
const blueprint = "11111111-2222-3333-4444-555555555555";

/** A tenant that answers with these statuses, one for each part when it is asked in a batch. */
async function seenOf(method: string, address: string, statuses: number[], parts?: [string, string][]) {
  const traffic = new Traffic();
  const body = parts && { requests: parts.map(([method, url], index) => ({ id: String(index), method, url })) };
  const request = { method, url: graph + address, text: () => Promise.resolve(body ? JSON.stringify(body) : "") };
  const answer = parts
    ? jsonAnswer(200, {}, { responses: statuses.map((status, index) => ({ id: String(index), status })) })
    : { status: statuses[0] ?? 200 };
  expect(await traffic.count(request, () => Promise.resolve(answer))).toBe(answer);
  return traffic.counted;
}

const tenant = (roundTrips: number): Measured["tenant"] => ({
  ...new Traffic().counted,
  ...{ roundTrips, early: 0, cpuSeconds: 1, peakMb: 100 },
});

const measured = (seconds: number, roundTrips: number, counts: Partial<Measured["tenant"]> = {}): Measured => ({
  seconds,
  tenant: { ...tenant(roundTrips), ...counts },
});

const figures: Figures = {
  phases: {
    apply: measured(12.34, 250),
    preview: measured(5, 0),
    refresh: measured(6, 46),
    destroy: measured(10, 300),
  },
};

const aRun = (benchmark: Name, size: number, more: Partial<Run> = { figures }): Run => ({
  benchmark,
  at: "2026-11-21T00:00:00.000Z",
  size,
  circumstances: { machine: "a machine", software: "software", commit: "abc" },
  environment: benchmarks[benchmark].environment,
  ...more,
});

describe("what a served tenant counts", () => {
  it("takes each part of a batch for the request it is, and the batch for one round trip", async () => {
    const seen = await seenOf(
      "POST",
      "/v1.0/$batch",
      [200, 201, 429],
      [
        ["GET", "/users"],
        ["POST", "/servicePrincipals"],
        ["DELETE", `/servicePrincipals/${blueprint}`],
      ],
    );
    expect(seen).toMatchObject({ roundTrips: 1, requests: 3, writes: 2, throttled: 1, mostAtOnce: 1 });
  });

  it("does not take a question that is posted for a write", async () => {
    expect(await seenOf("POST", "/v1.0/directoryObjects/getByIds", [200])).toMatchObject({ requests: 1, writes: 0 });
  });

  it("counts Conditional Access by itself, because its quota is", async () => {
    const seen = await seenOf("POST", "/beta/identity/conditionalAccess/policies", [429]);
    expect(seen).toMatchObject({ writes: 0, conditionalAccess: 1, throttled: 1 });
  });

  it("keeps requests apart by what they ask, not by whom they ask about", async () => {
    const { kinds } = await seenOf(
      "POST",
      "/v1.0/$batch",
      [204, 200],
      [
        ["DELETE", `/servicePrincipals/${blueprint}/appRoleAssignments/lCC2RqUYH0mx8bMnTQGD2S79FhlMOkNAjH6R7CLsfbo`],
        ["GET", `/applications(uniqueName='a')?$select=id`],
      ],
    );
    expect(kinds).toEqual({
      "DELETE /servicePrincipals/{id}/appRoleAssignments/{id}": 1,
      "GET /applications{id}": 1,
    });
  });
});

it("the quota of 3,000 writes in 150 s needs nothing for 3,000 and 100 s for 2,000 more", () => {
  expect([3_000, 5_000].map((writes) => leastSeconds(writes, writeQuota))).toEqual([0, 100]);
});

it("a fleet closes with one line of times and round trips", () => {
  expect(closing(figures)).toBe(
    "apply 12.3 s 250 round trips · preview 5.0 s 0 · refresh 6.0 s 46 · destroy 10.0 s 300",
  );
});

it("a run at the quota closes with what it took and what the quota needs at least", () => {
  const apply = measured(110, 600, { writes: 5_000, throttled: 2, early: 1 });
  expect(quotaLine(apply, "writes")).toBe(
    "5,000 writes · quota's minimum 100.0 s · took 110.0 s · 1.10 × · 2 answered 429 · 1 early",
  );
});

it("what processes cost is known on Linux, and nowhere else invented", () => {
  const { engine } = watchProcesses(process.pid)() ?? {};
  expect(engine === undefined ? "unknown" : engine.peakMb > 0 && engine.cpuSeconds > 0).toBe(
    process.platform === "linux" ? true : "unknown",
  );
});

describe("the report", () => {
  const rows = (text: string, word: string) => text.split("\n").filter((line) => line.includes(word));

  it("says which goals are met, which are not, and which were not measured", () => {
    const text = document([aRun("fleet100", 100)]);
    expect(rows(text, "Apply in at most 290")).toEqual(["| Apply in at most 290 round trips | 250 | met |"]);
    expect(rows(text, "Refresh in at most 45")).toEqual(["| Refresh in at most 45 round trips | 46 | **not met** |"]);
    expect(rows(text, "5,000 agents in at most")[0]).toContain("| not measured |  |");
  });

  it("compares with the peer's own figures", () => {
    const [row] = rows(document([aRun("fleet100", 100)]), "| destroy | 627.6 s");
    expect(row).toBe("| destroy | 627.6 s, 2,906 requests | 10.0 s, 300 round trips | 1/62.8 | not measured |  |");
  });

  it("shows the last run of each benchmark, and no trial with fewer agents", () => {
    const earlier = aRun("fleet100", 100, { figures: { phases: { apply: measured(99, 999) } } });
    const trial = aRun("fleet100", 5, { figures: { phases: { apply: measured(1, 1) } } });
    const text = document([earlier, aRun("fleet100", 100), trial]);
    expect(text).toContain("12.3 s, 250 round trips");
    expect(text).not.toMatch(/999|1\.0 s, 1 round/);
  });

  it("says which were measured before something that is recommended by now", () => {
    const { PULUMI_DIY_BACKEND_ZSTD: _, ...before } = benchmarks.stack1000.environment;
    const text = document([aRun("fleet100", 100), aRun("stack1000", 1_000, { figures, environment: before })]);
    expect(rows(text, "Measured before")).toEqual([
      "Measured before `PULUMI_DIY_BACKEND_ZSTD` became part of it: stack1000.",
    ]);
  });

  it("says which figures were not kept when they were measured, and where they come from", () => {
    const recovered = { from: "a report", date: "2026-11-22" };
    const known = { phases: { apply: { seconds: 9, tenant: { writes: 5_000 } } } };
    const text = document([aRun("fleet100", 100), aRun("agents1000", 1_000, { figures: known, recovered })]);
    expect(rows(text, "not kept")).toEqual([
      "Measured, but not kept; the rounded figures are those of a report of 2026-11-22: agents1000.",
    ]);
    expect(text).toContain("took 9.0 s · 0.09 × · ? answered 429 · ? early");
    expect(rows(text, "No request before Graph")).toEqual([
      "| No request before Graph had said when | not measured |  |",
    ]);
  });

  it("counts what a refresh asks about Conditional Access, of which one request a second is allowed", () => {
    const phases = { ...figures.phases, refresh: measured(7, 9, { conditionalAccess: 100 }) };
    const text = document([aRun("fleet100-policies", 100, { figures: { phases } })]);
    expect(rows(text, "with policies |")[0]).toMatch(/\| 7\.0 s, 9 round trips \| [^|]+ \| 100 \|$/);
    expect(rows(text, "Refresh with a policy for each")[0]).toContain("| 9 | met |");
  });

  it("says that a benchmark failed rather than showing an older run of it", () => {
    const text = document([aRun("fleet100", 100), aRun("fleet100", 100, { failed: "pulumi up ended with 1:\nwhy" })]);
    expect(text).toContain("**fleet100 failed**: pulumi up ended with 1:");
    expect(text).not.toContain("12.3 s");
  });
});

describe("docs/benchmarks.md", () => {
  const files = readdirSync(dataFolder);

  /** Prettier's widths of columns say nothing. */
  const unpadded = (text: string) => text.trim().replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");

  it("says what the data in docs/benchmarks/ say, and nothing else", () => {
    expect(files.length).toBeGreaterThan(0);
    expect(kept()).toHaveLength(files.length);
    expect(unpadded(readFileSync(path.join(__dirname, "../../docs/benchmarks.md"), "utf8"))).toBe(
      unpadded(document(kept())),
    );
  });

  it.each(files)("has data of a whole benchmark, and nothing of the machine's user: %s", (file) => {
    const run = kept().find(({ benchmark }) => `${benchmark}.json` === file);
    expect(run?.size).toBe(run && benchmarks[run.benchmark].size);
    expect(run?.environment).toEqual(portable(run?.environment ?? {}));
    expect(JSON.stringify(run)).not.toContain(os.homedir());
  });
});

it("the guide to large stacks recommends the environment that is measured", () => {
  const guide = readFileSync(path.join(__dirname, "../../docs/large-stacks.md"), "utf8");
  const [, table = ""] = /## The environment\n([\s\S]*?)\n## /.exec(guide) ?? [];
  const recommended = [...table.matchAll(/^\| `(\w+)=([^`]+)`/gm)].map(([, name, value]) => [
    name,
    value?.replace("$HOME", os.homedir()),
  ]);
  const [, parameters = ""] = /^\| `(\?[^`]+)` at the end of a `file:\/\/` backend's address/m.exec(table) ?? [];
  const backend = { PULUMI_BACKEND_URL: `file://${folder}${parameters}` };
  expect({ ...Object.fromEntries(recommended), ...backend }).toEqual(withoutCheckpoints);
  const exported = [...guide.matchAll(/\b(PULUMI_\w+)=(\w+)/g)].filter(([, name = ""]) => name in withoutCheckpoints);
  expect(exported.filter(([, name, value]) => Reflect.get(withoutCheckpoints, String(name)) !== value)).toEqual([]);
});
