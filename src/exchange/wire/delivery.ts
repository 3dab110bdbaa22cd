/**
 * Hands events to a listener strictly in order, the next when it is done with the last. Of prices
 * that wait beside each other only the newest is handed on: a slow listener falls behind by no more
 * than what it must hear.
 */
import type { VenueEvent, VenueListener } from '../port.ts';

export class Delivery {
  readonly #listener: VenueListener;
  readonly #waiting: VenueEvent[] = [];
  #busy = false;
  #closed = false;

  constructor(listener: VenueListener) {
    this.#listener = listener;
  }

  push(event: VenueEvent): void {
    if (this.#closed) return;
    const last = this.#waiting.at(-1);
    // Whatever waits is a sign of life too.
    if (event.type === 'alive' && last !== undefined) return;
    if (last?.type === 'alive' || (event.type === 'price' && last?.type === 'price')) {
      this.#waiting.pop();
    }
    this.#waiting.push(event);
    // A listener that rejects is a bug of ours: nobody catches it.
    if (!this.#busy) void this.#deliver();
  }

  /** From now on the listener is not called; a call under way is not waited for. */
  close(): void {
    this.#closed = true;
    this.#waiting.length = 0;
  }

  async #deliver(): Promise<void> {
    this.#busy = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#listener(next);
    }
    this.#busy = false;
  }
}
