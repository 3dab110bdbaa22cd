/**
 * Spacing of the requests to one exchange, each by what ccxt counts it for, in place of ccxt's own:
 * that one goes by the wall clock, and a clock set back by an hour would hold every request, also
 * a cancel, for an hour. Counts the requests of the last minute, each as one: what a costly one
 * takes of the pace is waited for here, cancels first, and holds no recovery up a second time.
 */
import type { Clock } from '../../platform/clock.ts';
import type { VenueUsage } from '../port.ts';

const MINUTE_MS = 60_000;
/** Who waits looks again so often whether a new share lets it go on sooner. */
const LOOK_MS = 1000;

export class Pace {
  /** What a request of cost 1 keeps free after it while the share is whole. */
  readonly spacingMs: number;
  readonly #clock: Clock;
  /** Moments of the last minute. */
  readonly #sent: number[] = [];
  #last = { at: -Infinity, cost: 0 };
  #share = 1;
  #turns = Promise.resolve();

  constructor(spacingMs: number, clock: Clock) {
    this.spacingMs = spacingMs;
    this.#clock = clock;
  }

  /** Resolves when a request of this cost may be sent, in the order of asking. */
  turn(cost = 1): Promise<void> {
    this.#turns = this.#turns.then(() => this.#wait(cost));
    return this.#turns;
  }

  /** Goes on with a share (0 to 1) of what ccxt's spacing lets through. */
  grant(share: number): void {
    this.#share = share;
  }

  usage(): VenueUsage {
    this.#forget();
    const allowed = Math.floor((MINUTE_MS / this.spacingMs) * this.#share);
    return { used: this.#sent.length, allowed };
  }

  async #wait(cost: number): Promise<void> {
    let pause = this.#pauseMs();
    while (pause > 0) {
      await this.#clock.delay(Math.min(LOOK_MS, pause));
      pause = this.#pauseMs();
    }
    this.#last = { at: this.#clock.monotonic(), cost };
    this.#sent.push(this.#last.at);
    this.#forget();
  }

  #pauseMs(): number {
    const { at, cost } = this.#last;
    const free = at + (cost * this.spacingMs) / this.#share;
    return Math.ceil(free - this.#clock.monotonic());
  }

  #forget(): void {
    const before = this.#clock.monotonic() - MINUTE_MS;
    const first = this.#sent.findIndex((at) => at > before);
    this.#sent.splice(0, first < 0 ? this.#sent.length : first);
  }
}
