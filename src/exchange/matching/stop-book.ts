/**
 * The stop orders that wait for their price, in memory, a mirror of what the venue committed. A
 * sell waits for the price to fall to its stop, a buy for it to rise there.
 */
import type { Side } from '../../contract/trading.ts';
import type { BookOrder } from './order-book.ts';

/** A stop order always has a stop. */
export type Waiting<O extends BookOrder> = O & { readonly stop_ticks: number };

/** Whether a price fires a stop. */
export function isStopReached(side: Side, stop: number, ticks: number): boolean {
  return side === 'sell' ? ticks <= stop : ticks >= stop;
}

/** Waiting stops of one account. */
export class StopBook<O extends BookOrder> {
  readonly #stops = new Map<string, Waiting<O>>();

  get size(): number {
    return this.#stops.size;
  }

  get(clientId: string): Waiting<O> | null {
    return this.#stops.get(clientId) ?? null;
  }

  all(): readonly Waiting<O>[] {
    return [...this.#stops.values()];
  }

  add(stop: Waiting<O>): void {
    this.#stops.set(stop.client_id, stop);
  }

  remove(stop: Waiting<O>): void {
    this.#stops.delete(stop.client_id);
  }

  /** The stop that a move to `ticks` fires first: the nearest, then the oldest. */
  firstReached(ticks: number): Waiting<O> | null {
    let first: Waiting<O> | null = null;
    for (const stop of this.#stops.values()) {
      if (!isStopReached(stop.side, stop.stop_ticks, ticks)) continue;
      if (first === null || isSooner(stop, first)) first = stop;
    }
    return first;
  }
}

function isSooner(a: Waiting<BookOrder>, b: Waiting<BookOrder>): boolean {
  return a.side === 'sell' ? a.stop_ticks > b.stop_ticks : a.stop_ticks < b.stop_ticks;
}
