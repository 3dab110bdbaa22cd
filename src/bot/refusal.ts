/** Since when a venue refuses every question for good (a key taken back, a closed market). */
import type { VenueFault } from '../exchange/port.ts';
import { endsTrading, venueError } from '../exchange/venue-error.ts';

export class Refusal {
  #present: { readonly since: number; readonly fault: VenueFault } | null = null;

  /** A question had no answer at `now` (monotonic ms). */
  failed(fault: VenueFault, now: number): void {
    this.#present = endsTrading(fault) ? (this.#present ?? { since: now, fault }) : null;
  }

  answered(): void {
    this.#present = null;
  }

  /** The refusal and its age in ms; null: there is none. */
  at(now: number): { readonly fault: VenueFault; readonly age_ms: number } | null {
    if (this.#present === null) return null;
    const { since, fault } = this.#present;
    return { fault, age_ms: now - since };
  }

  /** Throws it as the user's error. */
  assertNone(venue: string): void {
    if (this.#present !== null) throw venueError(venue, this.#present.fault);
  }
}
