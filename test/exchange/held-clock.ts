/** The system's clock, whose time of day a test can hold: timers go on, the date stands. */
import { systemClock } from '../../src/platform/clock.ts';
import type { Clock } from '../../src/platform/clock.ts';

export interface HeldClock extends Clock {
  /** The date stands still until `release`. */
  hold(): void;
  release(): void;
}

export function heldClock(): HeldClock {
  let held: number | null = null;
  return {
    ...systemClock,
    now: () => held ?? systemClock.now(),
    hold: () => void (held = systemClock.now()),
    release: () => void (held = null),
  };
}
