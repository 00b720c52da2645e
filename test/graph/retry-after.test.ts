import fc from "fast-check";
import { retryAfterMs } from "../../provider/graph/retry-after";

const now = Date.UTC(2026, 10, 21, 12);
const asked = (value: string, date?: string) =>
  retryAfterMs(new Headers({ "retry-after": value, ...(date ? { date } : {}) }), now);

describe("Retry-After", () => {
  it("is seconds, whole or decimal, and never rounded down", () => {
    expect(asked("7")).toBe(7_000);
    expect(asked("2.128")).toBe(2_128);
    expect(asked("0.0001")).toBe(1);
    expect(asked("0")).toBe(0);
  });

  it("is a date, compared with the answer's own Date", () => {
    expect(asked("Sat, 21 Nov 2026 12:00:30 GMT")).toBe(30_000);
    expect(asked("Sat, 21 Nov 2026 09:00:30 GMT", "Sat, 21 Nov 2026 09:00:00 GMT")).toBe(30_000);
    expect(asked("Sat, 21 Nov 2026 11:59:00 GMT")).toBe(0);
  });

  it("is undefined when it is absent or cannot be read", () => {
    expect(retryAfterMs(new Headers(), now)).toBeUndefined();
    for (const value of ["", "soon", "-1", "1,5", "1e3", "NaN", "2026-11-21", "Xxx, 99 Yyy 2026 12:00:00 GMT"])
      expect(asked(value)).toBeUndefined();
  });

  it("reads every number and every date it is given", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (ms) => {
        expect(asked((ms / 1000).toFixed(3))).toBe(Math.ceil(Number((ms / 1000).toFixed(3)) * 1000));
        expect(asked(new Date(now + Math.floor(ms / 1000) * 1000).toUTCString())).toBe(Math.floor(ms / 1000) * 1000);
      }),
    );
  });

  it("is never negative, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789.,-+eE: GMTSatNov".split("")) }), (value) => {
        const ms = asked(value);
        expect(ms === undefined || ms >= 0).toBe(true);
      }),
    );
  });
});
