/**
 * Whether the venue's event stream still speaks. A stream that is silent or disconnected is polled
 * around, and what it missed is asked for when it speaks again. Pure but for its own memory;
 * moments are monotonic ms.
 */
import type { VenueEvent } from '../exchange/port.ts';

/** So often a silent stream is polled around. */
const POLL_MS = 5000;

export class StreamWatch {
  readonly #silenceMs: number | null;
  #heardAt: number | null = null;
  #down: string | null = null;
  #silent = false;
  #polledAt = 0;

  /** `silenceMs`: so long a stream without a sign of life is silent; null: it cannot be. */
  constructor(silenceMs: number | null) {
    this.#silenceMs = silenceMs;
  }

  /** The stream was opened. */
  opened(now: number): void {
    this.#heardAt = now;
  }

  /** Milliseconds since its last word; null: not opened yet, or one that cannot be silent. */
  age(now: number): number | null {
    return this.#silenceMs === null || this.#heardAt === null ? null : now - this.#heardAt;
  }

  /** Takes note of an event; true when something may have been missed: compare at once. */
  hears(event: VenueEvent, now: number): boolean {
    if (event.type === 'disconnected') {
      this.#down = event.reason;
      return false;
    }
    const missed = this.fault(now) !== null || event.type === 'gap';
    this.#heardAt = now;
    this.#down = null;
    this.#silent = false;
    return missed;
  }

  /** One sentence while the stream cannot be trusted; null while it speaks. */
  fault(now: number): string | null {
    if (this.#down !== null) return `The venue is not connected: ${this.#down}.`;
    if (this.#silenceMs === null || this.#heardAt === null) return null;
    const silence = now - this.#heardAt;
    this.#silent ||= silence >= this.#silenceMs;
    if (!this.#silent) return null;
    const seconds = Math.round(this.#silenceMs / 1000);
    return `The venue's stream has been silent for over ${seconds} s; it is polled instead.`;
  }

  /** Whether it is time to poll; true at most every five seconds of a silence. */
  pollDue(now: number): boolean {
    if (this.fault(now) === null || now - this.#polledAt < POLL_MS) return false;
    this.#polledAt = now;
    return true;
  }
}
