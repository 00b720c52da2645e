import { Tokens } from "../../provider/graph/tokens";
import { ManualClock } from "./manual-clock";
import { aToken, failureOf } from "./wire";

describe("a token", () => {
  it("is used until shortly before it expires, by its own lifetime, whatever the clocks are", async () => {
    const clock = new ManualClock(0);
    let issued = 0;
    const tokens = new Tokens(
      () => (issued++, aToken()),
      () => undefined,
      clock,
    );
    const first = await tokens.current();
    clock.pass(3_600_000 - 120_001);
    expect(await tokens.current()).toBe(first);
    clock.pass(1);
    expect(await tokens.current()).not.toBe(first);
    expect(issued).toBe(2);
  });

  it("is requested once for all who wait for it, and again after a failure", async () => {
    let issued = 0;
    const issue = () => (++issued === 1 ? Promise.reject(new Error("not now")) : aToken());
    const tokens = new Tokens(issue, () => undefined, new ManualClock());
    const failures = await Promise.all([1, 2, 3].map(() => failureOf(tokens.current())));
    expect(failures).toEqual(Array(3).fill({ code: undefined, message: "not now" }));
    const [one, two] = await Promise.all([tokens.current(), tokens.current()]);
    expect([one === two, issued]).toEqual([true, 2]);
  });

  it("that was refused is replaced once, also for requests that were refused later", async () => {
    let issued = 0;
    const tokens = new Tokens(
      () => (issued++, aToken()),
      () => undefined,
      new ManualClock(),
    );
    const refused = await tokens.current();
    const renewed = await Promise.all([tokens.renew(refused), tokens.renew(refused)]);
    expect([await tokens.renew(refused), ...renewed]).toEqual(Array(3).fill(renewed[0]));
    expect(issued).toBe(2);
  });
});
