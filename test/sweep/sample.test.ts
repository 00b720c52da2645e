import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { profileChoices, profilesSchema } from "../../emulator/switches/profiles";
import { drawn, drawnPairs, replayCommand, sweepSeed, treeOf, versionOf } from "../../tools/sweep-sample.mjs";
import { specimens } from "../kinds";
import { drawnProfiles, real } from "../tenant-profiles";
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

  it("draws profiles, the same with the same seed, and over many seeds each choice of each question", () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const { profiles } = drawnProfiles(String(seed));
      expect(profilesSchema.parse(profiles)).toEqual(profiles);
      expect(drawnProfiles(String(seed)).profiles).toEqual(profiles);
      for (const choice of Object.entries(profiles)) seen.add(choice.join("\n"));
    }
    const all = Object.entries(profileChoices).flatMap(([name, question]) =>
      ("keepsOut" in question ? [question.real] : question.choices).map((one) => `${name}\n${one}`),
    );
    expect([...seen].sort()).toEqual(all.sort());
    expect(profilesSchema.parse(real.profiles)).toEqual(real.profiles);
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
