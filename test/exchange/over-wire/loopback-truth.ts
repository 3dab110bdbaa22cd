/**
 * The truth of a loopback venue as the referees look at it: what its world tells of one account on
 * one symbol, kept in their words. It reads the venue's own records, no protocol.
 */
import type { Market } from '../../../src/contract/market.ts';
import type { Account } from '../../../src/exchange/matching/account.ts';
import type { SimVenue } from '../../../src/exchange/sim/index.ts';
import type { SimMarket } from '../../../src/exchange/sim/market.ts';
import type { SimFill, SimOrder, SimPayment, WorldEvent } from '../../../src/exchange/sim/orders.ts';
import type { TrueFunding, TrueOrder, TrueTrade } from '../../sim/truth.ts';
import type { TruthWatcher, VenueTruth } from '../../sim/truth.ts';

export interface LoopbackTruthParts {
  readonly sim: SimVenue;
  readonly symbol: string;
  /** The id under which the client tells a payment. */
  readonly fundingId: (payment: SimPayment) => string;
}

export class LoopbackTruth implements VenueTruth {
  readonly orders = new Map<string, TrueOrder>();
  readonly trades: TrueTrade[] = [];
  readonly fundings: TrueFunding[] = [];
  readonly watchers: TruthWatcher[] = [];
  foreignLots = 0;
  readonly #parts: LoopbackTruthParts;
  readonly #live = new Set<TrueOrder>();
  readonly #foreign = new Set<string>();

  constructor(parts: LoopbackTruthParts) {
    this.#parts = parts;
    parts.sim.world.subscribe((event) => this.#hear(event));
  }

  get market(): Market {
    return this.#sim.market;
  }

  get live(): readonly TrueOrder[] {
    return [...this.#live];
  }

  get account(): Account {
    return this.#parts.sim.account().holding(this.market).sums;
  }

  get ticks(): number {
    return this.#sim.present;
  }

  get mark(): number {
    return this.#sim.mark;
  }

  /** An order that will come by this client id is somebody else's. */
  expectForeign(clientId: string): void {
    this.#foreign.add(clientId);
  }

  get #sim(): SimMarket {
    return this.#parts.sim.world.records.market(this.#parts.symbol);
  }

  #hear(event: WorldEvent): void {
    const { symbol, fundingId } = this.#parts;
    if (event.type === 'price' && event.symbol === symbol) {
      for (const watcher of this.watchers) watcher.price();
    }
    if (event.type === 'order' && event.order.symbol === symbol) {
      this.#hearOrder(event.order, event.fill);
    }
    if (event.type === 'funding' && event.payment.symbol === symbol) {
      const { payment } = event;
      this.fundings.push({ funding_id: fundingId(payment), amount: payment.amount });
    }
  }

  #hearOrder(told: SimOrder, fill: SimFill | null): void {
    const known = this.orders.get(told.client_id);
    const order = known ?? this.#begin(told);
    order.filled = told.filled;
    if (fill !== null) this.#hearFill(order, fill);
    if (told.status === 'open') {
      if (known === undefined) this.#tell(order);
      return;
    }
    order.status = told.status === 'filled' ? 'filled' : 'cancelled';
    this.#live.delete(order);
    this.#tell(order);
  }

  #begin(told: SimOrder): TrueOrder {
    const { client_id, id, side, ticks, lots, reduce_only } = told;
    const order: TrueOrder = {
      ...{ client_id, venue_order_id: String(id), foreign: this.#foreign.has(client_id) },
      ...{ side, ticks, lots, reduce_only, filled: 0, status: 'open' },
    };
    this.orders.set(client_id, order);
    this.#live.add(order);
    return order;
  }

  #hearFill(order: TrueOrder, { id, ticks, lots, fee, side, at_ms }: SimFill): void {
    if (order.foreign) this.foreignLots += side === 'buy' ? lots : -lots;
    const trade: TrueTrade = { trade_id: String(id), order, ticks, lots, fee, at_ms };
    this.trades.push(trade);
    for (const watcher of this.watchers) watcher.trade(trade);
  }

  #tell(order: TrueOrder): void {
    for (const watcher of this.watchers) watcher.order(order);
  }
}
