/** Timers that run out when a test says so: no machine is too slow for them, and no test waits. */

/** What goes on by itself: clocks, and the turns of the event loop. */
const goesOn = [
  "Date",
  "hrtime",
  "nextTick",
  "performance",
  "queueMicrotask",
  "setImmediate",
  "clearImmediate",
] as const;

/**
 * For the tests of a file or of a `describe`: what this code sets a timer for, such as the end of a request's time, comes
 * when `jest.advanceTimersByTime` says so. Node.js's own modules keep their timers.
 */
export function holdTimers(): void {
  beforeAll(() => void jest.useFakeTimers({ doNotFake: [...goesOn] }));
  afterAll(() => void jest.useRealTimers());
}
