// @ts-check
/** What the demo leaves behind, for somebody who wants to look around. */
import path from "node:path";

/** @param {import("./stack.mjs").Resource} resource @returns {string} */
function nameOf({ urn, inputs }) {
  const shown = inputs?.["displayName"] ?? inputs?.["name"];
  return typeof shown === "string" ? shown : (urn.split("::").at(-1) ?? urn);
}

/** @param {readonly import("./stack.mjs").Resource[]} resources @param {import("./stack.mjs").Stack} stack @param {string} took */
export function summary(resources, stack, took) {
  /** @type {Map<string, string[]>} */
  const byKind = new Map();
  for (const resource of resources.filter(({ type }) => !type.startsWith("pulumi:"))) {
    const kind = resource.type.split(":").at(-1) ?? resource.type;
    byKind.set(kind, [...(byKind.get(kind) ?? []), nameOf(resource)]);
  }
  const declared = [...byKind].map(
    ([kind, names]) => `  ${String(names.length).padStart(3)} ${kind}: ${names.join(", ")}`,
  );
  const here = (/** @type {string} */ name) => path.join(stack.root, name);
  return `
=== Done in ${took}

Declared now:
${declared.join("\n")}

Pulumi's state   ${stack.state}
The tenant       ${here(".entra-agent-id")} (embedded: no account, no network)
The program      ${here("examples/quickstart/index.ts")}

What to try next:
  npx entra-agent-id tenant show              what is in the tenant now
  npm run demo -- pulumi preview --diff       any Pulumi command, on the demo's stack and tenant
  npm run demo                                again, from the start
  Change examples/quickstart/index.ts, and preview again: add an agent, take a permission away.

The program is as it was before the demo, so a preview now shows how the three changes would be taken back.
`;
}
