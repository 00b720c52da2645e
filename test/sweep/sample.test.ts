import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { drawn, drawnPairs, replayCommand, sweepSeed, treeOf, versionOf } from "../../tools/sweep-sample.mjs";
import { specimens } from "../kinds";
import { alwaysTo } from "./always";
import { mishapNames } from "./mishap";
import { pairs } from "./sample";

const root = path.join(__dirname, "../..");

describe("the sample of the sweeps", () => {
  it("has every kind and every fault in it, whatever the seed and however many there are, and grows with the longer list only", () => {
    const names = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(fc.string(), names, names, (seed, kinds, faults) => {
        const sample = drawnPairs(seed, kinds, faults);
        expect(new Set(sample.map(([kind]) => kind))).toEqual(new Set(kinds));
        expect(new Set(sample.map(([, fault]) => fault))).toEqual(new Set(faults));
        expect(sample).toHaveLength(Math.max(kinds.length, faults.length));
        expect(drawnPairs(seed, kinds, faults)).toEqual(sample);
      }),
    );
  });

  it("is another one with another seed, and over many seeds every pair is in one", () => {
    const kinds = specimens.map(({ kind }) => kind);
    const seen = new Set<string>();
    for (let seed = 0; seed < 400; seed++)
      for (const pair of drawnPairs(String(seed), kinds, mishapNames)) seen.add(pair.join("\n"));
    expect(seen.size).toBe(kinds.length * mishapNames.length);
  });

  it("is drawn without loss", () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.nat()), (seed, items) => {
        expect(drawn(seed, items, "topic").sort()).toEqual([...items].sort());
      }),
    );
  });

  it("of this run has every kind and every fault, and what is always tried, which names kinds that there are", () => {
    expect([...pairs.keys()]).toEqual(specimens.map(({ kind }) => kind));
    expect(new Set([...pairs.values()].flat())).toEqual(new Set(mishapNames));
    for (const [kind, mishap] of alwaysTo) expect(pairs.get(kind)).toContain(mishap);
    for (const mishaps of pairs.values()) expect(mishaps.length).toBeGreaterThan(0);
  });

  it("has a seed of the committed sources, or of the version where there is no repository, and the variable says another", () => {
    const outside = mkdtempSync(path.join(tmpdir(), "no-repository-"));
    expect(treeOf(outside)).toBeUndefined();
    rmSync(outside, { recursive: true });
    expect(sweepSeed({})).toBe(treeOf(root) ?? versionOf(root));
    expect(sweepSeed({ ENTRA_AGENT_ID_SWEEP: "0123abc" })).toBe("0123abc");
    expect(replayCommand("0123abc")).toMatch(/^ENTRA_AGENT_ID_SWEEP=0123abc npx jest /);
  });
});
