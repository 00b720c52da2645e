// @ts-check
/** What the demo changes, and where. Adapt this file when examples/quickstart/index.ts changes; nothing else knows its text. */

/** @typedef {{ what: string, find: string, replace: string }} Edit */

export const program = "examples/quickstart/index.ts";

/** @type {readonly Edit[]} Each text occurs exactly once in the program. */
export const edits = [
  {
    what: "one sponsor more: Diego Siciliani also answers for these agents",
    find: `sponsors: ["johanna.lorenz@contoso.com"],`,
    replace: `sponsors: ["johanna.lorenz@contoso.com", "diego.siciliani@contoso.com"],`,
  },
  {
    what: "one permission more: every agent of the fleet may read calendars",
    find: `delegated: ["Mail.Read"] } },`,
    replace: `delegated: ["Mail.Read", "Calendars.Read"] } },`,
  },
  {
    what: "one agent more: a travel planner",
    find: `    "payslip-helper": { displayName: "Payslip helper" },\n`,
    replace: `    "payslip-helper": { displayName: "Payslip helper" },\n    "travel-planner": { displayName: "Travel planner" },\n`,
  },
];

/** @typedef {{ agent: string, what: string, newName: string, sponsor: string, shows: readonly string[] }} Intrusion */

/** @type {Intrusion} What somebody does in the tenant by hand, and what of it the refresh must show. */
export const intrusion = {
  agent: "Payslip helper",
  what: "renames the payslip helper, and removes its sponsor Diego Siciliani",
  newName: "Payslip helper (old, ask Bob)",
  sponsor: "diego.siciliani@contoso.com",
  shows: ["displayName", "Payslip helper (old, ask Bob)", "sponsors"],
};
