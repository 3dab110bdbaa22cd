/**
 * How long the present run has lasted: the time during which the instance was desired running,
 * restarts and crashes included; a stop stops this clock. Stored, so that a new process goes on
 * counting.
 */

/** Persisted form: milliseconds before the last stop, and when it went on (null while stopped). */
export interface RunClock {
  readonly before_ms: number;
  readonly since_ms: number | null;
}

export const NEW_RUN_CLOCK: RunClock = { before_ms: 0, since_ms: null };

/** The clock going; unchanged when it already goes (a crash does not stop it). */
export function goOn(clock: RunClock, nowMs: number): RunClock {
  return clock.since_ms === null ? { ...clock, since_ms: nowMs } : clock;
}

/** The clock stopped. */
export function halt(clock: RunClock, nowMs: number): RunClock {
  return { before_ms: elapsed(clock, nowMs), since_ms: null };
}

/**
 * Milliseconds of the run so far; a wall clock that jumped back never makes it shrink below zero.
 */
export function elapsed(clock: RunClock, nowMs: number): number {
  const going = clock.since_ms === null ? 0 : Math.max(0, nowMs - clock.since_ms);
  return clock.before_ms + going;
}

/** The stored clock; a new one when nothing readable is stored. */
export function parseRunClock(text: string | null): RunClock {
  if (text === null) return NEW_RUN_CLOCK;
  const { before_ms, since_ms } = JSON.parse(text) as RunClock;
  return { before_ms, since_ms };
}
