/**
 * The paper venue's trading desk: judges orders, executes them, keeps account and place in the
 * path. Every change is committed to the ledger first and only then seen in memory, answered or
 * told; when the commit fails nothing has happened. It fills whole orders and knows no slippage
 * and no funding.
 */
import { assert } from '../../contract/assert.ts';
import { applyRate } from '../../contract/decimal.ts';
import { lotsOf, notional, ticksOf } from '../../contract/market.ts';
import type { Market } from '../../contract/market.ts';
import type { Side } from '../../contract/trading.ts';
import type {
  CancelOutcome,
  OrderRequest,
  RejectReason,
  SubmitOutcome,
  VenueEvent,
} from '../port.ts';
import { afterTrade, coversMargin } from './account.ts';
import type { Account } from './account.ts';
import type { Ledger, LedgerChange, LedgerState } from './ledger.ts';
import type { PaperOrder, PaperTrade, Place } from './ledger.ts';
import { OrderBook } from './order-book.ts';
import type { FillRule, RestingOrder } from './order-book.ts';
import { fillOf, orderOf } from './port-view.ts';

/** Longest client id, as on the venues that take text. */
export const CLIENT_ID_LENGTH = 36;

/** A request whose texts were read; `ticks` null: market. */
interface ReadRequest {
  readonly client_id: string;
  readonly side: Side;
  readonly ticks: number | null;
  readonly lots: number;
  readonly post_only: boolean;
  readonly reduce_only: boolean;
}

interface Refusal {
  readonly reason: RejectReason;
  readonly message: string;
}

export class PaperDesk {
  readonly market: Market;
  readonly book: OrderBook;
  readonly #ledger: Ledger;
  readonly #timeAt: (place: Place) => number;
  #account: Account;
  #place: Place;
  #lastOrderId: number;
  #lastTradeId: number;

  /** `timeAt`: the venue's clock at a place, which stamps orders and trades. */
  constructor(
    market: Market,
    rule: FillRule,
    ledger: Ledger,
    state: LedgerState,
    timeAt: (place: Place) => number,
  ) {
    this.market = market;
    this.book = new OrderBook(market, rule);
    this.#ledger = ledger;
    this.#timeAt = timeAt;
    this.#account = state.account;
    this.#place = state.place;
    this.#lastOrderId = state.lastOrderId;
    this.#lastTradeId = state.lastTradeId;
    for (const order of state.openOrders) {
      assert(order.ticks !== null, 'a resting order has a price');
      this.book.add({ ...order, ticks: order.ticks });
    }
  }

  get account(): Account {
    return this.#account;
  }

  get place(): Place {
    return this.#place;
  }

  /** The price at which a market order would execute now. */
  get present(): number {
    return this.#place.cursor ?? this.#place.ticks;
  }

  /** The venue's clock, milliseconds. */
  get time(): number {
    return this.#timeAt(this.#place);
  }

  /** Judges an order; accepted ones rest or are executed. `events` are to be told afterwards. */
  submit(request: OrderRequest): { outcome: SubmitOutcome; events: readonly VenueEvent[] } {
    const read = this.#read(request);
    if ('reason' in read) return { outcome: { status: 'rejected', ...read }, events: [] };
    const { side, ticks, lots } = read;
    const resting = ticks !== null && !this.book.reaches(side, ticks, this.present);
    const refusal = this.#refusal(read, resting);
    if (refusal !== null) return { outcome: { status: 'rejected', ...refusal }, events: [] };
    const order: PaperOrder = {
      id: this.#lastOrderId + 1,
      client_id: read.client_id,
      side,
      ticks,
      lots,
      filled: resting ? 0 : lots,
      status: resting ? 'open' : 'filled',
      reduce_only: read.reduce_only,
      at_ms: this.time,
    };
    const trade = resting ? null : this.#trade(order, this.present, lots, this.#place);
    this.#commit({ newOrder: order }, trade, this.#place);
    this.#lastOrderId = order.id;
    if (resting) this.book.add({ ...order, ticks });
    const outcome: SubmitOutcome = { status: 'accepted', venue_order_id: String(order.id) };
    return { outcome, events: trade === null ? [] : [this.#told(trade)] };
  }

  /** Cancels a resting order. */
  cancel(clientId: string): CancelOutcome {
    const order = this.book.get(clientId);
    if (order === null) return { status: 'gone' };
    this.#commit({ changedOrder: { ...order, status: 'cancelled' } }, null, this.#place);
    this.book.remove(order);
    return { status: 'cancelled' };
  }

  /**
   * Executes a resting order at its line as maker and leaves the market standing at `cursor`
   * within its move. A reduce-only order is executed up to the position it may reduce; its rest
   * is cancelled.
   */
  execute(order: RestingOrder, cursor: number): readonly VenueEvent[] {
    const lots = order.reduce_only
      ? Math.min(order.lots, reducible(this.#account, order.side))
      : order.lots;
    const status = lots === order.lots ? 'filled' : 'cancelled';
    const changedOrder: PaperOrder = { ...order, filled: lots, status };
    const place: Place = { ...this.#place, cursor };
    const trade = lots === 0 ? null : this.#trade(order, order.ticks, lots, place);
    this.#commit({ changedOrder }, trade, place);
    this.book.remove(order);
    const events: VenueEvent[] = trade === null ? [] : [this.#told(trade)];
    if (status === 'cancelled') {
      events.push({ type: 'order', order: orderOf(this.market, changedOrder) });
    }
    return events;
  }

  /** Moves on to `place`, in memory only: a quiet point need not be committed. */
  moveTo(place: Place): void {
    this.#place = place;
  }

  /** Commits account and place as they are. */
  flush(): void {
    this.#commit({}, null, this.#place);
  }

  #read(request: OrderRequest): ReadRequest | Refusal {
    const { client_id, side, post_only, reduce_only } = request;
    const { rules } = this.market;
    if (client_id === '' || client_id.length > CLIENT_ID_LENGTH) {
      return refuse('bad_client_id', `a client id has 1 to ${CLIENT_ID_LENGTH} characters`);
    }
    if (this.book.get(client_id) !== null || this.#ledger.order(client_id) !== null) {
      return refuse('duplicate_client_id', `client id ${client_id} was used before`);
    }
    const lots = lotsOf(this.market, request.size);
    if (lots === null || lots <= 0) {
      return refuse('size_not_on_lot', `size ${request.size}, lot ${rules.lot}`);
    }
    if (request.price === null) {
      if (post_only) return refuse('post_only_without_price', 'a market order is never post-only');
      return { client_id, side, ticks: null, lots, post_only, reduce_only };
    }
    const ticks = ticksOf(this.market, request.price);
    if (ticks === null || ticks <= 0) {
      return refuse('price_not_on_tick', `price ${request.price}, tick ${rules.tick}`);
    }
    return { client_id, side, ticks, lots, post_only, reduce_only };
  }

  #refusal(order: ReadRequest, resting: boolean): Refusal | null {
    const { rules, min_lots, min_notional } = this.market;
    const { side, lots, reduce_only } = order;
    const value = notional(this.market, resting ? (order.ticks ?? 0) : this.present, lots);
    if (lots < min_lots) {
      return refuse('below_min_quantity', `the smallest size is ${rules.min_quantity}`);
    }
    if (value < min_notional && !reduce_only) {
      return refuse('below_min_notional', `price x size is at least ${rules.min_notional}`);
    }
    if (reduce_only && lots > reducible(this.#account, side)) {
      return refuse('reduce_only_would_increase', 'the order exceeds the position it reduces');
    }
    if (order.post_only && !resting) {
      return refuse('post_only_would_cross', 'the order would execute at once');
    }
    if (resting && this.book.size >= rules.max_orders) {
      return refuse('max_orders', `at most ${rules.max_orders} orders may rest`);
    }
    const sideValue = this.book.notionalOf(side) + value;
    const covered = coversMargin(this.market, this.#account, side, sideValue, this.present);
    if (!reduce_only && !covered) {
      return refuse('insufficient_margin', 'equity does not cover the initial margin');
    }
    return null;
  }

  /** The execution of an order at `place`; one that rested is the maker. */
  #trade(order: PaperOrder, ticks: number, lots: number, place: Place): PaperTrade {
    const maker = order.status === 'open';
    const rate = maker ? this.market.maker_fee : this.market.taker_fee;
    return {
      id: this.#lastTradeId + 1,
      order_id: order.id,
      client_id: order.client_id,
      side: order.side,
      ticks,
      lots,
      fee: applyRate(notional(this.market, ticks, lots), rate),
      maker,
      at_ms: this.#timeAt(place),
    };
  }

  #commit(
    change: Pick<LedgerChange, 'newOrder' | 'changedOrder'>,
    trade: PaperTrade | null,
    place: Place,
  ): void {
    const account =
      trade === null ? this.#account : afterTrade(this.market, this.#account, trade);
    this.#ledger.commit({ ...change, account, place, ...(trade === null ? {} : { trade }) });
    this.#account = account;
    this.#place = place;
    if (trade !== null) this.#lastTradeId = trade.id;
  }

  #told(trade: PaperTrade): VenueEvent {
    return { type: 'fill', fill: fillOf(this.market, trade) };
  }
}

/** Lots of the position that an order of this side would reduce. */
function reducible(account: Account, side: Side): number {
  const opposing = side === 'buy' ? -account.lots : account.lots;
  return Math.max(0, opposing);
}

function refuse(reason: RejectReason, message: string): Refusal {
  return { reason, message };
}
