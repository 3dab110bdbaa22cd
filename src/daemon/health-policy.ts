/**
 * When a bot counts as hung. PURE. Checked each `health_check_interval`; after a first miss each
 * second; three misses in a row make it unhealthy. Ages are ours (monotonic), never the bot's
 * clock.
 */
import { say } from '../contract/sentences.ts';
import type { Said } from '../contract/sentences.ts';

/** A bot sends a beat every two seconds. */
export const BEAT_LIMIT_MS = 5_000;
/** Age of the last engine turn beyond which the bot counts as stuck although it beats: bounds. */
const LEAST_TURN_LIMIT_MS = 6_000;
const MOST_TURN_LIMIT_MS = 15_000;
/**
 * Time to call home, recover and become ready; also to call home again after a supervisor's start.
 */
const START_LIMIT_MS = 30_000;
/** Our own loop's lateness beyond which ages measured across it are worthless. */
export const OWN_LATENESS_LIMIT_MS = 2_000;
const MISSES = 3;
const RECHECK_MS = 1_000;

export interface HealthState {
  readonly misses: number;
  /** Monotonic moment of the next check, ms. */
  readonly next_at: number;
}

/** Ages in ms at the moment of the check; null: not known yet. */
export interface Pulse {
  readonly ready: boolean;
  /** Since the last beat, or since the process was started or adopted. */
  readonly silent_ms: number;
  readonly turn_age_ms: number | null;
}

/** No check before one interval has passed. */
export function freshHealth(now: number, intervalMs: number): HealthState {
  return { misses: 0, next_at: now + intervalMs };
}

/** Stuck longer than a check interval is stuck, within bounds: a slow venue is no hung bot, ms. */
export function turnLimit(intervalMs: number): number {
  return Math.max(LEAST_TURN_LIMIT_MS, Math.min(MOST_TURN_LIMIT_MS, 1.2 * intervalMs));
}

/** What is wrong with a pulse; null when nothing is. */
export function judgePulse(pulse: Pulse, intervalMs: number): Said | null {
  const limit = pulse.ready ? BEAT_LIMIT_MS : START_LIMIT_MS;
  if (pulse.silent_ms > limit) {
    return say('no_sign_of_life', { seconds: Math.round(pulse.silent_ms / 1000) });
  }
  if (pulse.ready && pulse.turn_age_ms !== null && pulse.turn_age_ms > turnLimit(intervalMs)) {
    return say('stands_still', { seconds: Math.round(pulse.turn_age_ms / 1000) });
  }
  return null;
}

/** The state after a check at `now`, and whether the bot is unhealthy now. */
export function noteCheck(
  state: HealthState,
  now: number,
  fine: boolean,
  intervalMs: number,
): { readonly state: HealthState; readonly unhealthy: boolean } {
  if (fine) return { state: freshHealth(now, intervalMs), unhealthy: false };
  const misses = state.misses + 1;
  const next_at = now + Math.min(RECHECK_MS, intervalMs);
  return { state: { misses, next_at }, unhealthy: misses >= MISSES };
}
