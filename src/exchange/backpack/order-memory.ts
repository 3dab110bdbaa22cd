/**
 * What this process knows of orders and the venue's listings do not tell: ids behind client ids
 * once an order has ended, whether one was reduce-only, when it was made and when it ended. A hint:
 * it is bounded, empty after a start, and never an answer by itself.
 */
import type { VenueOrder } from '../port.ts';
import type { OrderRow } from './parse.ts';

interface Known {
  readonly client_id: string;
  readonly at_ms: number;
  readonly reduce_only: boolean;
  /** When it was told to have ended, venue time; null: it was not. */
  readonly ended_at_ms: number | null;
}

/** The oldest are forgotten first. */
const KEPT = 20_000;

export class OrderMemory {
  readonly #byId = new Map<string, Known>();
  readonly #ids = new Map<string, string>();

  /**
   * Takes an order into the memory and completes it from there. `told`: its date is the moment at
   * which it was told of, not that of the order. `endedAtMs`: it ended then, if not known earlier.
   */
  complete(row: OrderRow, told: 'told' | 'dated', endedAtMs: number | null = null): VenueOrder {
    const { order } = row;
    const known = this.#byId.get(order.venue_order_id);
    const at_ms = told === 'told' ? (known?.at_ms ?? order.at_ms) : order.at_ms;
    const reduce_only = row.tells_reduce_only
      ? order.reduce_only
      : (known?.reduce_only ?? order.reduce_only);
    const client_id = order.client_id === '' ? (known?.client_id ?? '') : order.client_id;
    const ended_at_ms = known?.ended_at_ms ?? endedAtMs;
    this.#keep(order.venue_order_id, { client_id, at_ms, reduce_only, ended_at_ms });
    return { ...order, client_id, at_ms, reduce_only };
  }

  /** The venue's id of the last order with a client id; null when it is not known. */
  idOf(clientId: string): string | null {
    return this.#ids.get(clientId) ?? null;
  }

  /** The client id of an order; null when the order is not known. */
  clientIdOf(id: string): string | null {
    return this.#byId.get(id)?.client_id ?? null;
  }

  /** Orders that are known to have ended since a moment of venue time. */
  endedSince(sinceMs: number): string[] {
    const found: string[] = [];
    for (const [id, { ended_at_ms }] of this.#byId) {
      if (ended_at_ms !== null && ended_at_ms >= sinceMs) found.push(id);
    }
    return found;
  }

  #keep(id: string, known: Known): void {
    this.#byId.delete(id);
    this.#byId.set(id, known);
    if (known.client_id !== '') this.#ids.set(known.client_id, id);
    if (this.#byId.size <= KEPT) return;
    const [oldest] = this.#byId.entries();
    if (oldest === undefined) return;
    this.#byId.delete(oldest[0]);
    if (this.#ids.get(oldest[1].client_id) === oldest[0]) this.#ids.delete(oldest[1].client_id);
  }
}
