import { whyUnsafe } from "../../../emulator/switches/path-pattern";
import { inMemory } from "../client";

const { tenant } = inMemory();
afterAll(() => tenant.close());

describe("the path of a fault", () => {
  it.each([
    "users$",
    "^/v1\\.0/(users|groups)/[^/]+$",
    "agentIdentity$",
    "/applications\\(uniqueName='a+b'\\)",
    "[(*]+",
    "a{2,3}(b|c)?",
    "/{x}",
    ".*/owners/.*",
  ])("can be %s", (path) => {
    expect(whyUnsafe(path)).toBeUndefined();
  });

  it.each([
    ["(a+)+$", "+ repeats a group in which something repeats, varies or may be missing"],
    ["((a*))*", "* repeats a group in which something repeats, varies or may be missing"],
    ["(?:a|aa)+$", "+ repeats a group in which something repeats, varies or may be missing"],
    ["(a?b?){9,}", "{9,} repeats a group in which something repeats, varies or may be missing"],
    ["(a)\\1", "it refers back with \\1"],
    [".*.*.*.*x", "it repeats more than 3 things without an end"],
    ["a".repeat(201), "it is longer than 200 characters"],
  ])("cannot be %s, which could keep every request waiting", (path, why) => {
    const fault = { path, effect: "before", answer: "reset" } as const;
    expect(() => tenant.fail(fault)).toThrow(
      new TypeError(`cannot plan the fault: its path ${path} could keep requests waiting: ${why}.`),
    );
    expect(tenant.faults()).toEqual([]);
  });
});
