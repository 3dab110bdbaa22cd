/**
 * Simulated time for a world with real sockets in it: it runs far faster than the machine's, in
 * slices between which the sockets are served. A machine that is slow slows this time down, so that
 * load makes no timeout.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Schedule } from '../../sim/clock.ts';

/** Simulated milliseconds that go by between two looks at the sockets. */
const SLICE_MS = 40;
/** Real milliseconds that such a look takes. */
const LOOK_MS = 1;

export class PacedSchedule extends Schedule {
  override async runUntil(time: number, ended: () => boolean): Promise<void> {
    do {
      await super.runUntil(Math.min(time, this.time + SLICE_MS), ended);
      await pause(LOOK_MS);
    } while (!ended() && this.time < time);
  }
}
