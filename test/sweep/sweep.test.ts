import { type MishapName, mishaps } from "./mishap";
import { programs } from "./program";
import { Scenario, SweptTenant } from "./scenario";

it("x", async () => {
  const swept = new SweptTenant();
  const create = await Scenario.record(swept, swept.empty(), programs.first);

  let points = 0;
  const found: string[] = [];
  for (const [name, mishap] of Object.entries(mishaps).filter(([n]) => new RegExp(process.env["ONLY"] ?? "").test(n))) {
    const t = performance.now();
    for (let k = 1; k <= create.requests.length; k++) {
      points++;
      const wrong = await create.point(k, mishap);
      if (wrong.length > 0) found.push(`${name} at ${k} ${create.requests[k - 1]}:\n  ${wrong.join("\n  ")}`);
    }
    console.log(name, performance.now() - t);
  }
  console.log(points, found.length, found.slice(0, 30).join("\n").slice(0, 12000));
}, 600_000);
