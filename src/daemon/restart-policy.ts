/**
 * When a bot that ended is started again, and when no more. PURE: time and randomness are handed
 * in. Invariants: a delay never exceeds 12 minutes, and never more than `max_restart_attempts`
 * restarts fall into one window, whatever ended the bot.
 */

/** Uptime after which a restart is immediate. */
export const GOOD_UPTIME_MS = 60_000;
/** Uptime after which earlier restarts no longer count. */
export const STABLE_UPTIME_MS = 600_000;
const LONGEST_DELAY_MS = 600_000;
/** A delay is longer or shorter by at most this part of it: who fell together rises apart. */
const JITTER = 0.2;
const SHORTEST_WINDOW_MS = 600_000;
/** Restart moments remembered; only as many as fit a window matter. */
const REMEMBERED = 100;

/** What the user allows; delays in seconds. */
export interface RestartLimits {
  readonly restart_delay: number;
  readonly max_restart_attempts: number;
}

/** How the process ended: `now` and `times` in ms since boot, `random` in [0, 1). */
export interface Ended {
  readonly now: number;
  readonly up_ms: number;
  readonly times: readonly number[];
  readonly random: number;
}

export type RestartDecision =
  | {
      readonly kind: 'restart';
      /** This is restart k since the last stable time. */
      readonly attempt: number;
      readonly delay_ms: number;
      readonly times: readonly number[];
    }
  | {
      readonly kind: 'give_up';
      readonly attempts: number;
      readonly window_ms: number;
      readonly times: readonly number[];
    };

/** Delay before restart `attempt` (1, 2, ...) without jitter, ms. */
export function nominalDelay(attempt: number, restartDelay: number): number {
  const base = Math.max(restartDelay * 1000, attempt > 1 ? 1000 : 0);
  return Math.min(base * 2 ** Math.min(attempt - 1, 40), LONGEST_DELAY_MS);
}

/**
 * What is left of the wait for a restart that is due at `due`, ms since the boot `boot`; 0 where it
 * is over, none was planned, or the machine was started anew.
 */
export function remainingWait(
  planned: { readonly due: number | null; readonly boot: string | null },
  present: { readonly now: number; readonly boot: string },
): number {
  if (planned.due === null || planned.boot !== present.boot) return 0;
  return Math.min(Math.max(planned.due - present.now, 0), LONGEST_DELAY_MS * (1 + JITTER));
}

/** Length of the window in which restarts are counted, ms. */
export function restartWindow(limits: RestartLimits): number {
  let sum = 0;
  const attempts = Math.min(limits.max_restart_attempts, REMEMBERED);
  for (let k = 1; k <= attempts; k += 1) sum += nominalDelay(k, limits.restart_delay);
  return Math.max(SHORTEST_WINDOW_MS, 4 * sum);
}

/** Whether and when the process is started again; `times` is what to remember. */
export function decideRestart(ended: Ended, limits: RestartLimits): RestartDecision {
  const times = ended.up_ms >= STABLE_UPTIME_MS ? [] : ended.times;
  const window = restartWindow(limits);
  const recent = times.filter((at) => at > ended.now - window && at <= ended.now);
  if (recent.length >= Math.min(limits.max_restart_attempts, REMEMBERED)) {
    return { kind: 'give_up', attempts: recent.length, window_ms: window, times };
  }
  const attempt = times.length + 1;
  const good = ended.up_ms >= GOOD_UPTIME_MS;
  const jitter = 1 - JITTER + 2 * JITTER * ended.random;
  const delay = good ? 0 : Math.round(nominalDelay(attempt, limits.restart_delay) * jitter);
  return {
    kind: 'restart',
    attempt,
    delay_ms: delay,
    times: [...times, ended.now].slice(-REMEMBERED),
  };
}
