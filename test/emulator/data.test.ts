/** The data of the emulated tenant that others have published: each file says where it is from. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const folder = path.join(__dirname, "../../emulator/data");

const sourced = z.looseObject({
  sources: z
    .array(
      z.strictObject({
        /** What of the file it says. */
        says: z.string().min(10),
        /** The page, or the folder of a repository at one commit. */
        at: z.url({ protocol: /^https$/, hostname: z.regexes.domain }),
        /** Day on which the page was read, or of that commit. */
        date: z.iso.date(),
      }),
    )
    .min(1),
});

const files = readdirSync(folder);

test("the data is in six files", () => {
  expect(files).toHaveLength(6);
});

test.each(files)("%s says its sources, each with page and day", (file) => {
  const { sources, ...data } = sourced.parse(JSON.parse(readFileSync(path.join(folder, file), "utf8")));
  for (const { date } of sources) expect(Date.parse(date)).toBeLessThan(Date.now());
  expect(Object.keys(data).length).toBeGreaterThan(0);
});
