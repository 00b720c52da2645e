import fc from "fast-check";
import { endOf, retryAfterIn } from "../../../emulator/switches/retry-after";

const now = fc.date({ min: new Date("2020-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });

describe("Retry-After", () => {
  it("never ends before the wait is over, and hardly later", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("integer", "decimal", "date"),
        fc.integer({ min: 1, max: 1e7 }),
        now,
        (form, ms, at) => {
          const end = endOf(retryAfterIn(form, ms, at) ?? null, at);
          const late = (end?.getTime() ?? 0) - at.getTime() - ms;
          expect(late).toBeGreaterThanOrEqual(form === "decimal" ? -1 : 0);
          expect(late).toBeLessThan(form === "decimal" ? 1 : 1_000);
        },
      ),
    );
  });

  it("has the forms that Graph was seen to send", () => {
    const at = new Date("2030-01-01T00:00:00.500Z");
    const forms = (["integer", "decimal", "date", "absent"] as const).map((form) => retryAfterIn(form, 2_128, at));
    expect(forms).toEqual(["3", "2.128", "Tue, 01 Jan 2030 00:00:03 GMT", undefined]);
  });

  it.each(["soon", "", "-1", "1e3x"])("%s asks nobody to wait", (text) => {
    const end = endOf(text, new Date("2030-01-01T00:00:00Z"));
    expect(end === undefined || end.getTime() < Date.parse("2030-01-01T00:00:00Z")).toBe(true);
  });
});
