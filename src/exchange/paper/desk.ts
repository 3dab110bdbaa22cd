/**
 * The paper venue's trading desk: takes orders, executes them, keeps account, agenda and place in
 * the path. Every change is committed to the ledger first and only then seen in memory, answered
 * or told; when the commit fails nothing has happened. It knows no slippage but that of a jump.
 */
import { assert } from '../../contract/assert.ts';
import { applyRate } from '../../contract/decimal.ts';
import type { Decimal } from '../../contract/decimal.ts';
import { notional } from '../../contract/market.ts';
import type { Market } from '../../contract/market.ts';
import { afterTrade, coversMargin } from '../matching/account.ts';
import type { Account } from '../matching/account.ts';
import { paymentsDue } from '../matching/funding.ts';
import { OrderBook } from '../matching/order-book.ts';
import type { FillRule, Resting } from '../matching/order-book.ts';
import { orderRefusal, readOrder, readTrigger, reducible } from '../matching/order-judge.ts';
import { triggerRefusal, usedBefore } from '../matching/order-judge.ts';
import type { Refusal, Standing } from '../matching/order-judge.ts';
import { nextPart } from '../matching/part-plan.ts';
import type { PartialFill } from '../matching/part-plan.ts';
import { StopBook } from '../matching/stop-book.ts';
import type { Waiting } from '../matching/stop-book.ts';
import type { CancelOutcome, OrderRequest, SubmitOutcome } from '../port.ts';
import type { TriggerRequest, VenueEvent } from '../port.ts';
import type { Agenda, Ledger, LedgerChange, LedgerState } from './ledger.ts';
import type { PaperOrder, PaperTrade, Place } from './ledger.ts';
import { fillOf, orderOf } from './port-view.ts';
import type { PricePoint } from './price-source.ts';

/** How a desk trades. `timeAt`: the venue's clock at a place, which dates orders and trades. */
export interface DeskRules {
  readonly market: Market;
  readonly fill: FillRule;
  readonly partialFill: PartialFill;
  /** Draws the parts of split executions. */
  readonly seed: number;
  /** Per stamp, as a fraction of notional; above zero longs pay. */
  readonly fundingRate: Decimal;
  readonly timeAt: (place: Place) => number;
}

/** An answer, and what is to be told afterwards. */
export interface Submitted {
  readonly outcome: SubmitOutcome;
  readonly events: readonly VenueEvent[];
}

/** What a desk begins with; the agenda is known by then. */
export type DeskState = LedgerState & { readonly agenda: Agenda };

export class PaperDesk {
  readonly market: Market;
  readonly book: OrderBook<PaperOrder>;
  readonly stops = new StopBook<PaperOrder>();
  readonly #rules: DeskRules;
  readonly #ledger: Ledger;
  #account: Account;
  #place: Place;
  #agenda: Agenda;
  #lastOrderId: number;
  #lastTradeId: number;

  constructor(rules: DeskRules, ledger: Ledger, state: DeskState) {
    this.market = rules.market;
    this.book = new OrderBook<PaperOrder>(rules.market, rules.fill);
    this.#rules = rules;
    this.#ledger = ledger;
    this.#account = state.account;
    this.#place = state.place;
    this.#agenda = state.agenda;
    this.#lastOrderId = state.lastOrderId;
    this.#lastTradeId = state.lastTradeId;
    for (const order of state.openOrders) this.#keep(order);
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
    return this.#rules.timeAt(this.#place);
  }

  /** Judges an order; accepted ones rest or are executed. */
  submit(request: OrderRequest): Submitted {
    const read = readOrder(this.market, request);
    if ('reason' in read) return refused(read);
    const { side, ticks, lots } = read;
    if (this.#knows(read.client_id)) return refused(usedBefore(read.client_id));
    const resting = ticks !== null && !this.book.reaches(side, ticks, this.present);
    const refusal = orderRefusal(this.market, read, resting, this.#standing);
    if (refusal !== null) return refused(refusal);
    const { client_id, reduce_only } = read;
    const order = this.#newOrder({ client_id, side, ticks, lots, reduce_only, stop_ticks: null });
    if (resting) {
      this.#commit({ newOrder: order });
      this.#keep(order);
      return accepted(order, []);
    }
    const trade = this.#trade(order, this.present, lots, false, this.#place);
    const newOrder: PaperOrder = { ...order, filled: lots, status: 'filled' };
    this.#commit({ newOrder, trade, account: afterTrade(this.market, this.#account, trade) });
    return accepted(order, [this.#told(trade)]);
  }

  /** Judges a stop order; an accepted one waits for its price. */
  submitTrigger(request: TriggerRequest): Submitted {
    const read = readTrigger(this.market, request);
    if ('reason' in read) return refused(read);
    if (this.#knows(read.client_id)) return refused(usedBefore(read.client_id));
    const refusal = triggerRefusal(this.market, read, this.#standing);
    if (refusal !== null) return refused(refusal);
    const order = this.#newOrder({ ...read, ticks: null, reduce_only: true });
    this.#commit({ newOrder: order });
    this.#keep(order);
    return accepted(order, []);
  }

  /** Cancels a resting order or a waiting stop. */
  cancel(clientId: string): CancelOutcome {
    const order = this.book.get(clientId);
    const stop = this.stops.get(clientId);
    const known = order ?? stop;
    if (known === null) return { status: 'gone' };
    this.#commit({ changedOrders: [this.#cancelled(known, this.time)] });
    if (order !== null) this.book.remove(order);
    if (stop !== null) this.stops.remove(stop);
    return { status: 'cancelled' };
  }

  /** Winds the dead man's switch to fire in `timeoutMs`; null takes it off. */
  windDeadMan(timeoutMs: number | null): void {
    const dead_man_ms = timeoutMs === null ? null : this.time + timeoutMs;
    this.#commit({ agenda: { ...this.#agenda, dead_man_ms } });
  }

  /**
   * Does what was due up to `now_ms`: funding at the present mark, and the dead man's switch, which
   * cancels the resting orders (stops protect and stay). `cursor`: the move in which that happens
   * has begun at this price.
   */
  keepTime(now_ms: number, cursor: number | null): readonly VenueEvent[] {
    const { funded_ms, dead_man_ms } = this.#agenda;
    const fires = dead_man_ms !== null && dead_man_ms <= now_ms;
    const agenda: Agenda = {
      funded_ms: Math.max(funded_ms, now_ms),
      dead_man_ms: fires ? null : dead_man_ms,
    };
    const position = { lots: this.#account.lots, ticks: this.present };
    const { fundingRate } = this.#rules;
    const payments = paymentsDue(this.market, position, fundingRate, funded_ms, now_ms);
    if (!fires && payments.length === 0) {
      this.#agenda = agenda;
      return [];
    }
    const cancelled = fires ? this.book.all() : [];
    const changedOrders = cancelled.map((order) => this.#cancelled(order, now_ms));
    const paid = payments.reduce((sum, { amount }) => sum + amount, 0n);
    const account = { ...this.#account, funding: this.#account.funding + paid };
    const place = cursor === null ? this.#place : { ...this.#place, cursor };
    this.#commit({ agenda, account, place, changedOrders, payments });
    for (const order of cancelled) this.book.remove(order);
    return changedOrders.map((order) => this.#changed(order));
  }

  /** Does the first thing that the move to `next` causes; null when it causes nothing more. */
  step(next: PricePoint): readonly VenueEvent[] | null {
    const order = this.book.firstReached(next.ticks);
    const stop = this.stops.firstReached(next.ticks);
    if (stop !== null && (order === null || isPassedFirst(stop, order))) {
      return this.#fire(stop, this.#cursor(next, stop.stop_ticks));
    }
    if (order === null) return null;
    return this.#execute(order, this.#cursor(next, order.ticks));
  }

  /** Arrives at a point, in memory only: a quiet point need not be committed. */
  arrive(place: Place): void {
    this.book.release();
    this.#place = place;
  }

  /** The listener has seen the price of the present point. */
  wasTold(): void {
    this.#place = { ...this.#place, told: true };
  }

  /** Commits account, agenda and place as they are. */
  flush(): void {
    this.#commit({});
  }

  /**
   * Executes a resting order, or its next part, at its line as maker. A reduce-only order is
   * executed up to the position it may reduce; its rest is cancelled.
   */
  #execute(order: Resting<PaperOrder>, cursor: number): readonly VenueEvent[] {
    const part = nextPart(this.#rules.partialFill, this.#rules.seed, order);
    const most = order.reduce_only ? reducible(this.#account, order.side) : part;
    const lots = Math.min(part, most);
    const place: Place = { ...this.#place, cursor };
    const filled = order.filled + lots;
    const ended = filled === order.lots ? 'filled' : 'open';
    const changed: Resting<PaperOrder> = {
      ...order,
      filled,
      status: lots < part ? 'cancelled' : ended,
      updated_ms: this.#rules.timeAt(place),
      part_index: place.index,
    };
    const events = this.#settle(changed, order.ticks, lots, true, place);
    if (changed.status === 'open') this.book.hold(changed);
    else this.book.remove(order);
    return events;
  }

  /** Fires a stop: closes what there is to close at the market as taker, and is over. */
  #fire(stop: Waiting<PaperOrder>, cursor: number): readonly VenueEvent[] {
    const lots = Math.min(stop.lots, reducible(this.#account, stop.side));
    const place: Place = { ...this.#place, cursor };
    const changed: Waiting<PaperOrder> = {
      ...stop,
      filled: lots,
      status: lots === stop.lots ? 'filled' : 'cancelled',
      updated_ms: this.#rules.timeAt(place),
    };
    const events = this.#settle(changed, cursor, lots, false, place);
    this.stops.remove(stop);
    return events;
  }

  /** Commits what became of an order in a move; `lots` may be 0. */
  #settle(
    changed: PaperOrder,
    ticks: number,
    lots: number,
    maker: boolean,
    place: Place,
  ): readonly VenueEvent[] {
    const events: VenueEvent[] = [];
    if (lots === 0) this.#commit({ changedOrders: [changed], place });
    else {
      const trade = this.#trade(changed, ticks, lots, maker, place);
      const account = afterTrade(this.market, this.#account, trade);
      this.#commit({ changedOrders: [changed], trade, account, place });
      events.push(this.#told(trade));
    }
    if (changed.status === 'cancelled') events.push(this.#changed(changed));
    return events;
  }

  /** Where the market stands after an execution at `ticks` on the way to `next`. */
  #cursor(next: PricePoint, ticks: number): number {
    // In a jump nothing traded between: whoever trades now meets the price behind it.
    if (next.move === 'jump') return next.ticks;
    const isOnTheWay =
      Math.min(this.present, next.ticks) <= ticks && ticks <= Math.max(this.present, next.ticks);
    // What the price passed in an earlier move (the rest of a split order) does not bring it back.
    return isOnTheWay ? ticks : this.present;
  }

  #keep(order: PaperOrder): void {
    const { ticks, stop_ticks, part_index } = order;
    if (stop_ticks !== null) return this.stops.add({ ...order, stop_ticks });
    assert(ticks !== null, 'a resting order has a price');
    const resting: Resting<PaperOrder> = { ...order, ticks };
    this.book.add(resting);
    const { index, cursor } = this.#place;
    // It had its part of the move in which the venue was left.
    if (cursor !== null && part_index === index) this.book.hold(resting);
  }

  #knows(clientId: string): boolean {
    return this.#ledger.order(clientId) !== null;
  }

  get #standing(): Standing {
    const waiting = this.book.size + this.stops.size;
    const account = this.#account;
    const { present, market, book } = this;
    return {
      account,
      waiting,
      present,
      covers: (side, value) =>
        coversMargin(market, account, side, book.notionalOf(side) + value, present),
    };
  }

  #newOrder(
    request: Pick<
      PaperOrder,
      'client_id' | 'side' | 'ticks' | 'lots' | 'reduce_only' | 'stop_ticks'
    >,
  ): PaperOrder {
    const at_ms = this.time;
    return {
      id: this.#lastOrderId + 1,
      ...request,
      filled: 0,
      status: 'open',
      at_ms,
      updated_ms: at_ms,
      part_index: null,
    };
  }

  #cancelled(order: PaperOrder, at_ms: number): PaperOrder {
    return { ...order, status: 'cancelled', updated_ms: at_ms };
  }

  #trade(
    order: PaperOrder,
    ticks: number,
    lots: number,
    maker: boolean,
    place: Place,
  ): PaperTrade {
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
      at_ms: this.#rules.timeAt(place),
    };
  }

  #commit(change: Partial<LedgerChange>): void {
    const { account = this.#account, place = this.#place, agenda = this.#agenda } = change;
    this.#ledger.commit({ ...change, account, place, agenda });
    this.#account = account;
    this.#place = place;
    this.#agenda = agenda;
    if (change.newOrder !== undefined) this.#lastOrderId = change.newOrder.id;
    if (change.trade !== undefined) this.#lastTradeId = change.trade.id;
  }

  #told(trade: PaperTrade): VenueEvent {
    return { type: 'fill', fill: fillOf(this.market, trade) };
  }

  #changed(order: PaperOrder): VenueEvent {
    return { type: 'order', order: orderOf(this.market, order) };
  }
}

/** Whether a move passes a stop before it passes a resting order. */
function isPassedFirst(stop: Waiting<PaperOrder>, order: Resting<PaperOrder>): boolean {
  if (stop.side === order.side) return false;
  return stop.side === 'sell' ? stop.stop_ticks >= order.ticks : stop.stop_ticks <= order.ticks;
}

function accepted(order: PaperOrder, events: readonly VenueEvent[]): Submitted {
  return { outcome: { status: 'accepted', venue_order_id: String(order.id) }, events };
}

function refused(refusal: Refusal): Submitted {
  return { outcome: { status: 'rejected', ...refusal }, events: [] };
}
