/** A clock that moves only when a test moves it. */
import type { Cancel, Clock } from '../../src/platform/clock.ts';

export interface ManualClock extends Clock {
  /** Lets `ms` pass; timers fire in order, each before those of a later time. */
  advance(ms: number): void;
  /** Number of timers that wait. */
  pending(): number;
}

export function manualClock(start = 1_700_000_000_000): ManualClock {
  let elapsed = 0;
  let nextId = 0;
  const timers = new Map<number, { at: number; fn: () => void }>();

  function after(ms: number, fn: () => void): Cancel {
    const id = (nextId += 1);
    timers.set(id, { at: elapsed + ms, fn });
    return () => timers.delete(id);
  }
  function advance(ms: number): void {
    const end = elapsed + ms;
    for (;;) {
      const due = [...timers].filter(([, timer]) => timer.at <= end);
      const [first] = due.sort(([a, x], [b, y]) => x.at - y.at || a - b);
      if (first === undefined) break;
      timers.delete(first[0]);
      elapsed = Math.max(elapsed, first[1].at);
      first[1].fn();
    }
    elapsed = end;
  }
  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    sinceBoot: () => elapsed,
    after,
    every: (ms, fn) => {
      let cancel = after(ms, again);
      function again(): void {
        cancel = after(ms, again);
        fn();
      }
      return () => cancel();
    },
    delay: (ms) => new Promise((resolve) => after(ms, resolve)),
    breathe: () => Promise.resolve(),
    advance,
    pending: () => timers.size,
  };
}
