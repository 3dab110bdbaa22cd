/**
 * What this process has heard of orders: executions are listed by the venue's order number only,
 * and a stream does not say when an order was made. A hint that came late changes nothing; of ended
 * orders only the latest are kept.
 */
import type { VenueOrder } from '../port.ts';
import type { AsterOrder } from './parse-order.ts';

/** Ended orders that are kept. */
const ENDED_KEPT = 2000;

interface Known {
  readonly order: VenueOrder;
  readonly updated_ms: number;
}

export class OrderMemory {
  /** By the venue's number, in the order of their last change as we heard of it. */
  readonly #known = new Map<string, Known>();

  /** Takes note of an order, and answers how it is known from now on. */
  note({ order: told, updated_ms, dated }: AsterOrder): VenueOrder {
    const id = told.venue_order_id;
    const known = this.#known.get(id);
    if (known !== undefined && isNewer(known, told, updated_ms)) return known.order;
    const at_ms = dated ? told.at_ms : (known?.order.at_ms ?? told.at_ms);
    const order = { ...told, at_ms };
    this.#known.delete(id);
    this.#known.set(id, { order, updated_ms });
    this.#forget();
    return order;
  }

  clientIdOf(venueOrderId: string): string | null {
    return this.#known.get(venueOrderId)?.order.client_id ?? null;
  }

  madeAt(venueOrderId: string): number | null {
    return this.#known.get(venueOrderId)?.order.at_ms ?? null;
  }

  /** Orders that were seen resting and of whose end nothing was heard. */
  resting(): readonly VenueOrder[] {
    const orders = [...this.#known.values()].map(({ order }) => order);
    return orders.filter(({ status }) => status === 'open');
  }

  /** Orders made or changed from a moment on, oldest first. */
  since(ms: number): readonly VenueOrder[] {
    const recent = [...this.#known.values()].filter(
      ({ order, updated_ms }) => order.at_ms >= ms || updated_ms >= ms,
    );
    return sorted(recent.map(({ order }) => order));
  }

  #forget(): void {
    if (this.#known.size <= 2 * ENDED_KEPT) return;
    const ended = [...this.#known].filter(([, { order }]) => order.status !== 'open');
    for (const [id] of ended.slice(0, -ENDED_KEPT)) this.#known.delete(id);
  }
}

/** Orders oldest first; of one millisecond in the order of the venue's numbers. */
export function sorted(orders: readonly VenueOrder[]): VenueOrder[] {
  return [...orders].sort(
    (a, b) => a.at_ms - b.at_ms || byNumber(a.venue_order_id, b.venue_order_id),
  );
}

/** Compares ids that count, however long they are. */
export function byNumber(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** An order that has ended never rests again, and one filled further is newer. */
function isNewer({ order: known, updated_ms }: Known, told: VenueOrder, toldMs: number): boolean {
  if (updated_ms !== toldMs) return updated_ms > toldMs;
  if ((known.status === 'open') !== (told.status === 'open')) return told.status === 'open';
  return Number(known.filled) > Number(told.filled);
}
