/**
 * Alerts on their way to one receiver: in order, one at a time, tried again with growing pauses for
 * hours, then given up. Bounded: the oldest give way. It never rejects and holds nobody up.
 */
import type { AlertEvent } from '../contract/alerts.ts';
import type { Cancel, Clock } from '../platform/clock.ts';
import type { Delivery } from './alert-delivery.ts';

/** What the queue works with. */
export interface QueueParts {
  readonly clock: Clock;
  send(event: AlertEvent): Promise<Delivery>;
  /** Something to be written down; `error`: an alert was lost. */
  tell(level: 'info' | 'warn' | 'error', sentence: string): void;
  /** What waits has changed. */
  changed(): void;
}

export const MOST_WAITING = 100;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;
/** An alert older than this helps nobody. */
const OLDEST_MS = 6 * 3_600_000;

export class AlertQueue {
  readonly #parts: QueueParts;
  #waiting: AlertEvent[];
  #busy = false;
  #closed = false;
  #failures = 0;
  #cancel: Cancel | null = null;

  /** `waiting`: what an earlier supervisor left. */
  constructor(parts: QueueParts, waiting: readonly AlertEvent[]) {
    this.#parts = parts;
    this.#waiting = [...waiting];
  }

  /** What is still to be sent, the one under way too. */
  get waiting(): readonly AlertEvent[] {
    return this.#waiting;
  }

  add(events: readonly AlertEvent[]): void {
    this.#waiting.push(...events);
    // The first may be under way.
    const over = this.#waiting.length - MOST_WAITING;
    if (over > 0) {
      this.#waiting.splice(1, over);
      this.#parts.tell('error', `${over} alerts were dropped: too many wait`);
    }
  }

  /** Sends what is due. */
  go(): void {
    if (this.#busy || this.#closed || this.#cancel !== null) return;
    const [event] = this.#waiting;
    if (event === undefined) return;
    this.#busy = true;
    void this.#send(event).finally(() => {
      this.#busy = false;
      this.go();
    });
  }

  /** Nothing is sent any more. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  async #send(event: AlertEvent): Promise<void> {
    const { clock, send, tell, changed } = this.#parts;
    const name = `alert ${event.event} of ${event.instance ?? 'gridd'}`;
    const { ok, again, after_ms, what } = await send(event);
    if (this.#closed) return;
    const old = clock.now() - Date.parse(event.at) > OLDEST_MS;
    if (ok || !again || old) {
      this.#waiting = this.#waiting.filter((one) => one !== event);
      this.#failures = 0;
      if (ok) tell('info', `${name} was sent`);
      else tell('error', `${name} was given up: ${what}`);
      changed();
      return;
    }
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.#failures, 20));
    this.#failures += 1;
    if (this.#failures === 1) tell('warn', `${name} could not be sent and is tried again: ${what}`);
    const wait = Math.max(pause, Math.min(after_ms, 12 * LONGEST_PAUSE_MS));
    this.#cancel = clock.after(wait, () => {
      this.#cancel = null;
      this.go();
    }, 'idle');
  }
}
