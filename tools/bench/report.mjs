// @ts-check
/** docs/benchmarks.md, from the data in docs/benchmarks/. Nothing in it is written by hand, and a test compares the two. */
import { benchmarks, delay } from "./benchmarks.mjs";
import { portable, recommended, withoutCheckpoints } from "./environment.mjs";
import { judged, peer, plainElsewhere, stackRatio } from "./goals.mjs";
import {
  cell,
  grouped,
  missing,
  percent,
  quotaLine,
  rounded,
  seconds,
  share,
  table,
  totalSeconds,
} from "./wording.mjs";

/**
 * @typedef {import("./benchmarks.mjs").Name} Name
 * @typedef {import("./benchmarks.mjs").Phase} Phase
 * @typedef {import("./benchmarks.mjs").Measured} Measured
 * @typedef {import("./results.mjs").Run} Run
 * @typedef {import("./processes.mjs").Role} Role
 */

/** @type {readonly Phase[]} */
const phases = ["apply", "preview", "refresh", "destroy"];

/** @param {readonly Run[]} all oldest first @returns {string} */
export function document(all) {
  const full = all.filter(({ benchmark, size }) => size === benchmarks[benchmark].size);
  /** @type {Map<Name, Run>} */
  const last = new Map(full.map((run) => [run.benchmark, run]));
  /** @param {Name} name */
  const of = (name) => last.get(name)?.figures;
  return [
    "<!-- Written by `npm run bench`. -->",
    "# Benchmarks",
    "The real Pulumi CLI with a file backend, against an [emulated tenant](emulated-tenant.md) in another process that counts. " +
      `Every round trip takes ${delay} ms, also for the peer. Seconds are those of a whole command, from its start to its end; ` +
      "they depend on the machine, round trips and ratios hardly do. The data are in [benchmarks/](benchmarks/).",
    ...circumstances([...last.values()]),
    ...otherEnvironments([...last.values()]),
    ...recovered([...last.values()]),
    ...failures([...last.values()]),
    "## Goals",
    table(
      ["Goal", "Measured", ""],
      judged(of).map(({ goal, judgement }) => [
        goal,
        judgement?.measured ?? missing,
        judgement ? (judgement.met ? "met" : "**not met**") : "",
      ]),
    ),
    ...againstPeer(of),
    ...againstModes(of),
    ...rest(of),
    ...thisMachine(of),
    ...quotas(of),
    ...stacks(of),
  ].join("\n\n");
}

/** @param {readonly Run[]} runs */
function circumstances(runs) {
  const how = [
    `Measured with \`${assignments(recommended)}\`; "without checkpoints" means \`${assignments(withoutCheckpoints)}\`. ` +
      "[What these are for](large-stacks.md).",
  ];
  if (runs.length === 0) return how;
  const machines = [...new Set(runs.map(({ circumstances: { machine, software } }) => `${machine}. ${software}`))];
  const commits = [...new Set(runs.map(({ circumstances: { commit } }) => commit))];
  const days = [...new Set(runs.map(({ at }) => at.slice(0, 10)))].sort();
  return [`${machines.join(" Also: ")}; commit ${commits.join(", ")}; ${days.join(", ")}.`, ...how];
}

/** What is recommended changes; a long run is not repeated for that, and the report says so. @param {readonly Run[]} runs */
function otherEnvironments(runs) {
  /** @type {Map<string, Name[]>} */
  const names = new Map();
  for (const { benchmark, environment } of runs) {
    const [now, then] = [portable(benchmarks[benchmark].environment), portable(environment)];
    const lacking = Object.keys(now)
      .filter((name) => then[name] !== now[name])
      .map((name) => `\`${name}\``);
    if (lacking.length > 0) names.set(lacking.join(", "), [...(names.get(lacking.join(", ")) ?? []), benchmark]);
  }
  return [...names].map(([lacking, without]) => `Measured before ${lacking} became part of it: ${without.join(", ")}.`);
}

/** @param {readonly Run[]} runs */
function recovered(runs) {
  /** @type {Map<string, Name[]>} */
  const names = new Map();
  for (const { benchmark, recovered: source } of runs) {
    if (source === undefined) continue;
    const from = `${source.from} of ${source.date}`;
    names.set(from, [...(names.get(from) ?? []), benchmark]);
  }
  return [...names].map(
    ([from, all]) => `Measured, but not kept; the rounded figures are those of ${from}: ${all.join(", ")}.`,
  );
}

/** @param {readonly Run[]} runs */
const failures = (runs) =>
  runs.flatMap(({ benchmark, failed }) =>
    failed === undefined ? [] : [`**${benchmark} failed**: ${failed.split("\n")[0] ?? ""}`],
  );

/** @param {Readonly<Record<string, string>>} environment */
const assignments = (environment) =>
  Object.entries(portable(environment))
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");

/** @typedef {import("./goals.mjs").Measured} Of */

/** @param {Of} of */
function againstPeer(of) {
  const [with_, without] = [of("fleet100")?.phases, of("fleet100-without-checkpoints")?.phases];
  /** @param {string} what @param {Phase} phase @param {{ seconds: number, requests: number } | undefined} theirs */
  const row = (what, phase, theirs) => [
    what,
    theirs ? `${rounded(theirs.seconds)} s, ${grouped(theirs.requests)} requests` : "it always reads",
    ...[with_?.[phase], without?.[phase]].flatMap((ours) => [cell(ours), share(ours, theirs)]),
  ];
  return [
    "## The fleet of 100, and the leading peer",
    "100 blueprints, each with its principal, a federated credential, a role grant and a delegated grant. The peer is " +
      "terraform azuread 3.9 with as many applications, service principals, credentials, role assignments and grants.",
    table(
      ["", "terraform azuread", "Ours", "of its time", "Without checkpoints", "of its time"],
      [
        row("apply", "apply", peer.apply),
        row("preview without changes", "preview", undefined),
        row("refresh; its plan", "refresh", peer.plan),
        row("destroy", "destroy", peer.destroy),
      ],
    ),
  ];
}

/** @param {Of} of */
function againstModes(of) {
  /** @param {string} what @param {Name} name */
  const row = (what, name) => [what, ...phases.map((phase) => cell(of(name)?.phases[phase]))];
  const policyReads = of("fleet100-policies")?.phases.refresh?.tenant.conditionalAccess;
  return [
    "## What each part brings",
    "The same fleet and the same program. Not batched: every request on its own, as soon as it is wanted. One at a time: nor " +
      "before the last one is answered, as a plain dynamic provider that awaits its calls. Pulumi alone: the provider does nothing.",
    table(
      ["", ...phases],
      [
        row("as recommended", "fleet100"),
        row("without checkpoints", "fleet100-without-checkpoints"),
        row("Pulumi's own defaults", "fleet100-defaults"),
        row("not batched, not scheduled", "fleet100-unbatched"),
        row("one request at a time", "fleet100-one-at-a-time"),
        row("Pulumi alone", "fleet100-idle"),
        row("Pulumi alone, without checkpoints", "fleet100-idle-without-checkpoints"),
      ],
    ),
    "With a Conditional Access policy for each of the 100, which the peer was measured without. As if there were no quota: at one " +
      "request a second the apply takes minutes, whatever a client does, and so does a refresh that reads each policy.",
    table(
      ["", ...phases, "Conditional Access requests of the refresh"],
      [
        [
          ...row("as recommended, with policies", "fleet100-policies"),
          policyReads === undefined ? missing : grouped(policyReads),
        ],
      ],
    ),
  ];
}

/** @type {readonly { role: Role, name: string }[]} */
const roles = [
  { role: "engine", name: "engine (the CLI)" },
  { role: "program", name: "program" },
  { role: "provider", name: "provider" },
  { role: "other", name: "language host" },
];

/** @param {Of} of */
function rest(of) {
  /** @type {readonly (readonly [string, Name, Name])[]} */
  const pairs = [
    ["with checkpoints", "fleet100", "fleet100-idle"],
    ["without checkpoints", "fleet100-without-checkpoints", "fleet100-idle-without-checkpoints"],
  ];
  const rows = pairs.map(([what, name, alone]) => {
    const [ours, pulumi] = [of(name)?.phases.apply, of(alone)?.phases.apply];
    const ofAll = ours && pulumi ? ` (${percent(pulumi.seconds / ours.seconds)})` : "";
    return [
      what,
      ours ? `${rounded(ours.seconds)} s` : missing,
      pulumi ? `${rounded(pulumi.seconds)} s${ofAll}` : missing,
      ...roles.map(({ role }) => seconds(ours?.processes?.[role]?.cpuSeconds)),
      seconds(ours?.tenant.cpuSeconds),
    ];
  });
  return [
    "## What the rest of the time is",
    "Of the apply: how long Pulumi alone takes for the same program and the same resources, and the processor time of each " +
      "process. The tenant's is the emulator's, on the same machine: a real one takes it elsewhere.",
    table(["apply", "all", "Pulumi alone", ...roles.map(({ name }) => name), "tenant"], rows),
    ...inWords(of),
  ];
}

/** @param {Of} of */
function inWords(of) {
  const apply = (/** @type {Name} */ name) => of(name)?.phases.apply?.seconds;
  const [ours, alone, bare] = [apply("fleet100"), apply("fleet100-idle"), apply("fleet100-idle-without-checkpoints")];
  if (ours === undefined || alone === undefined || bare === undefined) return [];
  return [
    `Of ${rounded(ours)} s, ${rounded(bare)} s are Pulumi's program, engine and provider processes with nothing to do, ` +
      `${rounded(alone - bare)} s its checkpoints, and ${rounded(ours - alone)} s all that this package and the tenant add.`,
  ];
}

/** @param {Of} of */
function thisMachine(of) {
  /** @param {string} what @param {keyof typeof plainElsewhere} name */
  const row = (what, name) => {
    const here = of(name)?.phases;
    return /** @type {const} */ (["apply", "destroy"]).map((phase) => {
      const [there, own] = [plainElsewhere[name][phase], here?.[phase]?.seconds];
      return [
        `${phase}${what}`,
        `${rounded(there)} s`,
        seconds(own),
        own === undefined ? "" : `${rounded(own / there)} ×`,
      ];
    });
  };
  return [
    "## How fast this machine is",
    "250 resources of a plain dynamic provider that does nothing, with Pulumi's own defaults: nothing of this package runs. The " +
      "goals in seconds were set for a machine of two cores on which it took the first time; what Pulumi takes there is part of them.",
    table(
      ["", "where the goals were set", "here", ""],
      [...row("", "plain250"), ...row(" without checkpoints", "plain250-without-checkpoints")],
    ),
  ];
}

/** @param {Of} of */
function quotas(of) {
  const agents = of("agents1000")?.phases.apply;
  const policies = of("policies10")?.phases.apply;
  return [
    "## At the quota",
    "At the documented quotas of a tenant of under 50 users, on the real clock: 3,000 writes in 150 s for an application, which " +
      "refills by 20 a second, and one Conditional Access request a second. The minimum is what the quota itself needs for the " +
      "writes, or requests, that the tenant counted.",
    [
      `- ${benchmarks.agents1000.what}: ${agents ? quotaLine(agents, "writes") : missing}.`,
      `- ${benchmarks.policies10.what}: ${policies ? quotaLine(policies, "conditionalAccess") : missing}.`,
    ].join("\n"),
  ];
}

/** @param {Of} of */
function stacks(of) {
  /** @type {readonly (readonly [string, Name])[]} */
  const columns = [
    ["1,000", "stack1000"],
    ["1,000 without checkpoints", "stack1000-without-checkpoints"],
    ["5,000 without checkpoints", "stack5000-without-checkpoints"],
  ];
  /** @param {string} what @param {(figures: import("./benchmarks.mjs").Figures) => string} cellOf */
  const row = (what, cellOf) => [
    what,
    ...columns.map(([, name]) => {
      const figures = of(name);
      return figures ? cellOf(figures) : missing;
    }),
  ];
  /** @param {import("./benchmarks.mjs").Figures} figures */
  const measured = (figures) => Object.values(figures.phases);
  const ratio = stackRatio(of);
  return [
    "## Large stacks",
    "Agents in blueprints of 250, each an identity and a grant of one permission; no quotas. Processor time and memory are those of all four commands.",
    table(
      ["", ...columns.map(([title]) => title)],
      [
        ...phases.map((phase) => row(phase, (figures) => cell(figures.phases[phase]))),
        row("all four", (figures) => `${rounded(totalSeconds(measured(figures)))} s`),
        ...roles.map(({ role, name }) => row(name, (figures) => shareOf(processesOf(figures), role))),
        row("state", ({ stateBytes }) => (stateBytes === undefined ? missing : `${grouped(stateBytes)} bytes`)),
      ],
    ),
    `5,000 : 1,000, all four commands without checkpoints: ${ratio === undefined ? missing : `${ratio.toFixed(2)} ×`}.`,
  ];
}

/** @param {import("./benchmarks.mjs").Figures} figures */
const processesOf = ({ phases: commands, processes }) =>
  processes ? [processes] : Object.values(commands).flatMap((command) => command.processes ?? []);

/** Processor time of one role in all commands, its part of all processor time, and its most memory. @param {readonly import("./processes.mjs").Costs[]} costs @param {Role} role */
function shareOf(costs, role) {
  if (costs.length === 0) return "unknown on this system";
  const own = costs.flatMap((cost) => cost[role] ?? []);
  const total = (/** @type {readonly { cpuSeconds: number }[]} */ all) =>
    all.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  const part = total(own) / total(costs.flatMap((cost) => Object.values(cost)));
  return `${rounded(total(own))} s (${percent(part)}), ${grouped(Math.max(0, ...own.map(({ peakMb }) => peakMb)))} MB`;
}
