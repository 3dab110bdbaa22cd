/**
 * Simulated time for a world with real sockets in it: it runs far faster than the machine's, in
 * slices between which the sockets are served. What is written on the loopback is there at once, so
 * a few turns of the event loop carry a request; a machine that is slow slows this time down, so
 * that load makes no timeout.
 */
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { Schedule } from '../../sim/clock.ts';

/** Simulated milliseconds that go by between two looks at the sockets. */
const SLICE_MS = 20;
/** Turns of the event loop in such a look. */
const TURNS = 4;
/** After so many looks the kernel has a moment for what it put off. */
const LOOKS = 25;

export class PacedSchedule extends Schedule {
  #looks = 0;

  override async runUntil(time: number, ended: () => boolean): Promise<void> {
    do {
      await super.runUntil(Math.min(time, this.time + SLICE_MS), ended);
      await this.#serve();
    } while (!ended() && this.time < time);
  }

  async #serve(): Promise<void> {
    for (let k = 0; k < TURNS; k += 1) await turn();
    this.#looks += 1;
    if (this.#looks % LOOKS === 0) await pause(1);
  }
}
