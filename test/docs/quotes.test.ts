import * as fs from "node:fs";
import * as path from "node:path";
import { root, textOf } from "./pages";

/** Messages of this package that a page quotes, and nothing of Pulumi's or Graph's. */
const quoted: Readonly<Record<string, readonly string[]>> = {
  "docs/recovery.md": [
    'as explained for agent identity "X"',
    'recovered agent identity "Payslip helper" (…)',
    "was requested by a run a moment ago: looking for it for up to 115 s",
    "DELETE NOTHING YET",
    "… exists already: it has another issuer, subject or audience than this resource",
    "the agent already holds …, which is not declared",
  ],
  "docs/real-tenant.md": [
    "waiting up to 120 s for …",
    "An object it refers to was created or changed recently",
    "waiting until reads of the tenant agree (replica lag): reading again in 2 s",
    "waiting 12 s for …",
  ],
  "docs/troubleshooting.md": [
    'as explained for agent identity "A".',
    "It was written recently, and a replica may not have it yet",
  ],
};

const sources = ["provider", "cli"]
  .flatMap((folder) =>
    fs
      .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => textOf(path.join(folder, file))),
  )
  .join("\n");

/** What stands between names, ids and figures: it is in the sources as it is on the page. */
const fixedParts = (message: string): string[] =>
  message
    .split(/…|"[^"]*"|\(…\)|\d+ s\b/)
    .flatMap((part) => part.split(/agent identity|: /))
    .map((part) => part.trim())
    .filter((part) => part.length > 2);

describe("messages that the documentation quotes", () => {
  const each = Object.entries(quoted).flatMap(([page, messages]) =>
    messages.map((message) => [page, message] as const),
  );

  it.each(each)("%s: %s", (page, message) => {
    expect(textOf(page)).toContain(message);
    expect(fixedParts(message).length).toBeGreaterThan(0);
    expect(fixedParts(message).filter((part) => !sources.includes(part))).toEqual([]);
  });
});
