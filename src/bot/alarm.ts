/** A timer for work that goes on later: the earliest wish counts; it never rings twice at once. */
import type { Cancel, Clock } from '../platform/clock.ts';

export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => Promise<void>;
  /** Monotonic moment at which it rings. */
  #at: number | null = null;
  #cancel: Cancel = () => undefined;
  #ringing = false;
  #off = false;

  /** `ring` rejects never; what it wants done later it asks for itself. */
  constructor(clock: Clock, ring: () => Promise<void>) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings in `ms`, or earlier when that was asked for before; while it rings: after that. */
  in(ms: number): void {
    const at = this.#clock.monotonic() + ms;
    if (this.#off || (this.#at !== null && this.#at <= at)) return;
    this.#at = at;
    if (!this.#ringing) this.#wind(ms);
  }

  /** Rings no more. */
  stop(): void {
    this.#off = true;
    this.#cancel();
  }

  #wind(ms: number): void {
    this.#cancel();
    this.#cancel = this.#clock.after(ms, () => void this.#now(), 'idle');
  }

  async #now(): Promise<void> {
    this.#at = null;
    this.#ringing = true;
    await this.#ring();
    this.#ringing = false;
    if (this.#at === null || this.#off) return;
    this.#wind(Math.max(0, this.#at - this.#clock.monotonic()));
  }
}
