/** Which imports ESLint refuses: one that it must refuse for each wall, and those that stand next to it and are allowed. */
import path from "node:path";
import { Linter } from "eslint";
import tseslint from "typescript-eslint";
import config from "../../eslint.config.mjs";

const root = path.join(__dirname, "../..");
const rules = ["no-restricted-imports", "@typescript-eslint/no-restricted-imports", "no-restricted-syntax"];
const linter = new Linter({ cwd: root });

/** The blocks of the configuration as they are, with no other rules: those need the types of the whole repository. */
const walls: Linter.Config[] = [
  {
    files: ["**/*.ts"],
    languageOptions: { parser: tseslint.parser },
    plugins: { "@typescript-eslint": tseslint.plugin },
  },
  ...(config as Linter.Config[]).flatMap(({ files, ignores, rules: all = {} }) => {
    const kept = Object.fromEntries(Object.entries(all).filter(([rule]) => rules.includes(rule)));
    return Object.keys(kept).length === 0
      ? []
      : [{ ...(files && { files }), ...(ignores && { ignores }), rules: kept }];
  }),
];

/** The rules that refuse this line in that file, which need not exist. */
const refusals = (file: string, line: string): (string | null)[] =>
  linter.verify(line, walls, { filename: path.join(root, file) }).map(({ ruleId, message }) => ruleId ?? message);

const imported = (what: string): string => `import { it } from "${what}";`;

describe("ESLint refuses that", () => {
  it.each([
    ["a resource knows a component", "provider/identities/agent-identity.ts", "../../components/agent-fleet"],
    ["a component knows the command", "components/agent-fleet.ts", "../cli/main"],
    ["Graph's client knows the engine", "provider/graph/pipeline.ts", "../engine/json"],
    ["Graph's client knows a kind", "provider/graph/pipeline.ts", "../identities/agent-identity"],
    ["Graph's client knows the registry", "provider/graph/pipeline.ts", "../kinds"],
    ["the engine knows agent identities", "provider/engine/life/driver.ts", "../../identities/agent-identity"],
    ["the engine knows credentials", "provider/engine/run/run.ts", "../../credentials/restored-credentials"],
    ["the engine knows permissions", "provider/engine/consistency/wait.ts", "../../permissions/api"],
    ["the engine knows Conditional Access", "provider/engine/inputs.ts", "../conditional-access/named-location"],
    ["the engine knows the directory", "provider/engine/pulumi/dynamic.ts", "../../directory/deleted-items"],
    ["the engine knows the registry", "provider/engine/run/tenant-inventory.ts", "../../kinds"],
    ["the adapter knows the registry", "provider/engine/pulumi/dynamic.ts", "../../kinds"],
    ["what a kind says about itself knows how it is done", "provider/engine/lifecycle.ts", "./life/driver"],
    ["a life knows the adapter", "provider/engine/life/driver.ts", "../pulumi/engine-log"],
    ["a run knows a life", "provider/engine/run/run.ts", "../life/driver"],
    ["consistency knows the run", "provider/engine/consistency/wait.ts", "../run/run"],
    ["a life cycle loads the adapter", "provider/identities/agent-identity.ts", "../engine/pulumi/dynamic"],
    ["a life cycle loads the adapter of all kinds", "provider/identities/agent-identity.ts", "../dynamic-v1"],
    ["the registry loads the adapter", "provider/kinds.ts", "./engine/pulumi/dynamic"],
    ["the command loads the adapter", "cli/orphans.ts", "../provider/engine/pulumi/dynamic"],
    ["the command knows the class that programs use", "cli/orphans.ts", "../provider/engine/pulumi/resource"],
    ["the command loads the adapter of all kinds", "cli/orphans.ts", "../provider/dynamic-v1"],
    ["a component knows the emulator", "components/agent-fleet.ts", "../emulator/tenant"],
    ["a resource knows the emulator", "provider/permissions/api.ts", "../../emulator/permissions"],
    ["the engine knows the emulator", "provider/engine/life/driver.ts", "../../../emulator/tenant"],
    ["Graph's client knows the emulator", "provider/graph/pipeline.ts", "../../emulator/tenant"],
    ["the emulator knows the code that it tests", "emulator/tenant.ts", "../provider/graph/errors"],
  ])("%s: %s imports %s", (_, file, what) => {
    expect(refusals(file, imported(what))).toEqual(["no-restricted-imports"]);
    expect(refusals(file, imported(what).replace("import", "import type"))).toEqual(["no-restricted-imports"]);
  });

  it.each(["provider/kinds.ts", "provider/identities/agent-identity.ts", "emulator/tenant.ts", "cli/main.ts"])(
    "Pulumi's SDK is loaded by %s",
    (file) => {
      const rule = "@typescript-eslint/no-restricted-imports";
      expect(refusals(file, imported("@pulumi/pulumi"))).toEqual([rule]);
      expect(refusals(file, 'import type * as pulumi from "@pulumi/pulumi";')).toEqual([]);
    },
  );

  it("the emulator is loaded later, but for the one place that opens the embedded tenant", () => {
    for (const line of ['require("../../emulator/tenant");', 'await import("../../emulator/tenant");']) {
      expect(refusals("provider/graph/pipeline.ts", line)).toEqual(["no-restricted-syntax"]);
      expect(refusals("components/agent-fleet.ts", line)).toEqual(["no-restricted-syntax"]);
      expect(refusals("provider/graph/connection.ts", line)).toEqual([]);
    }
  });
});

describe("ESLint allows that", () => {
  it.each([
    ["a component is made of resources", "components/agent-fleet.ts", "../provider/identities/agent-identity"],
    ["a component is made of components", "components/agent-fleet.ts", "./agent-kind"],
    ["a resource has its class from the engine", "provider/permissions/api.ts", "../engine/pulumi/resource"],
    ["a kind knows another one", "provider/permissions/api.ts", "../identities/agent-lists"],
    ["the registry knows the kinds", "provider/kinds.ts", "./identities/agent-identity"],
    ["the dynamic providers are made of the adapter", "provider/dynamic-v1.ts", "./engine/pulumi/dynamic"],
    ["the adapter knows lives and the run", "provider/engine/pulumi/dynamic.ts", "../life/driver"],
    ["the engine knows Graph's client", "provider/engine/life/driver.ts", "../../graph/errors"],
    ["the command knows kinds and the emulator", "cli/orphans.ts", "../emulator/tenant"],
    ["the command knows the registry", "cli/orphans.ts", "../provider/kinds"],
  ])("%s: %s imports %s", (_, file, what) => {
    expect(refusals(file, imported(what))).toEqual([]);
  });
});
