/** The wait of one instance for its next start: at most one, and it can be called off. */
import { isoTime } from '../platform/clock.ts';
import type { Cancel, Clock } from '../platform/clock.ts';
import type { Launch, RestartGate } from './restart-gate.ts';

export class RestartWait {
  readonly #clock: Clock;
  readonly #gate: RestartGate;
  readonly #go: Launch;
  #cancel: Cancel | null = null;
  #due: string | null = null;

  /** `go` is called when a wait is over; `waits` holds until it calls `cancel`. */
  constructor(clock: Clock, gate: RestartGate, go: Launch) {
    this.#clock = clock;
    this.#gate = gate;
    this.#go = go;
  }

  get waits(): boolean {
    return this.#cancel !== null;
  }

  /** When the wait is over, ISO; null: nothing waits. A turn among others may come later. */
  get due(): string | null {
    return this.waits ? this.#due : null;
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  /** Waits `delayMs`, then for its turn among those that crashed together. */
  begin(delayMs: number): void {
    this.#anew(delayMs);
    const pass = () => {
      this.#cancel = this.#gate.pass(this.#go);
    };
    // Without a timer where there is no delay: everything up to the spawn is then one write.
    if (delayMs === 0) pass();
    else this.#cancel = this.#clock.after(delayMs, pass);
  }

  /** Waits `delayMs` and for nobody's turn: it has had its own. */
  beginAgain(delayMs: number): void {
    this.#anew(delayMs);
    this.#cancel = this.#clock.after(delayMs, () => void this.#go());
  }

  #anew(delayMs: number): void {
    this.cancel();
    this.#due = isoTime(this.#clock.now() + delayMs);
  }
}
