/**
 * How long the present run has lasted: the time during which the instance was desired running,
 * restarts and crashes included; a stop stops this clock. Stored, so that a new process goes on
 * counting. Within one boot of the machine it counts by the time since that boot: no jump of the
 * wall clock moves it; only across a reboot the wall clock is all there is.
 */
import type { Clock } from '../platform/clock.ts';

/** One moment on the scales that are compared, milliseconds. */
export interface RunMoment {
  readonly wall_ms: number;
  readonly boot_id: string;
  readonly since_boot_ms: number;
}

/** Persisted form: milliseconds before `since`, and when it went on (null while stopped). */
export interface RunClock {
  readonly before_ms: number;
  readonly since: RunMoment | null;
}

export const NEW_RUN_CLOCK: RunClock = { before_ms: 0, since: null };

/** Now, on the scales of a run clock. */
export function runMoment(clock: Clock, bootId: string): RunMoment {
  return { wall_ms: clock.now(), boot_id: bootId, since_boot_ms: clock.sinceBoot() };
}

/** The clock going; unchanged when it already goes (a crash does not stop it). */
export function goOn(clock: RunClock, now: RunMoment): RunClock {
  return clock.since === null ? { ...clock, since: now } : clock;
}

/** The clock stopped. */
export function halt(clock: RunClock, now: RunMoment): RunClock {
  return { before_ms: elapsed(clock, now), since: null };
}

/** The same clock counted up to now: what a reboot must guess is only what comes after. */
export function carriedOn(clock: RunClock, now: RunMoment): RunClock {
  return clock.since === null ? clock : { before_ms: elapsed(clock, now), since: now };
}

/** Milliseconds of the run so far; a clock that went back never makes them shrink. */
export function elapsed(clock: RunClock, now: RunMoment): number {
  const { before_ms, since } = clock;
  if (since === null) return before_ms;
  const sameBoot = since.boot_id === now.boot_id;
  const going = sameBoot ? now.since_boot_ms - since.since_boot_ms : now.wall_ms - since.wall_ms;
  return before_ms + Math.max(0, going);
}

/** The stored clock; that of an older gridd goes on by the wall; a new one when none is stored. */
export function parseRunClock(text: string | null): RunClock {
  if (text === null) return NEW_RUN_CLOCK;
  const stored = JSON.parse(text) as Partial<RunClock> & { readonly since_ms?: number | null };
  const before_ms = stored.before_ms ?? 0;
  if (typeof stored.since_ms === 'number') {
    return { before_ms, since: { wall_ms: stored.since_ms, boot_id: '', since_boot_ms: 0 } };
  }
  return { before_ms, since: stored.since ?? null };
}
