/** A clock that runs, can be put forward, and whose regular timers come due by hand only. */
import { systemClock } from '../../src/platform/clock.ts';
import type { Clock } from '../../src/platform/clock.ts';

export interface BeatenClock extends Clock {
  /** Puts it forward, then lets every regular timer come due once. */
  forward(ms: number): void;
}

export function beatenClock(): BeatenClock {
  const beats = new Set<() => void>();
  let ahead = 0;
  return {
    ...systemClock,
    now: () => systemClock.now() + ahead,
    every(_, beat) {
      beats.add(beat);
      return () => beats.delete(beat);
    },
    forward(ms) {
      ahead += ms;
      for (const beat of [...beats]) beat();
    },
  };
}
