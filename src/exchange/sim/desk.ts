/**
 * What happens to the orders of a loopback venue: they are judged, rest, wait, meet the outside
 * market, and end. Orders meet the price, never each other, and find no end of depth there. All
 * accounts are treated alike, in the order of prices and then of ids.
 */
import { applyRate } from '../../contract/decimal.ts';
import { notional } from '../../contract/market.ts';
import type { Side } from '../../contract/trading.ts';
import { afterTrade } from '../matching/account.ts';
import { leftOf } from '../matching/order-book.ts';
import { orderRefusal, readOrder, reducible, usedBefore } from '../matching/order-judge.ts';
import type { Refusal, ReadRequest } from '../matching/order-judge.ts';
import { nextPart } from '../matching/part-plan.ts';
import type { PartialFill } from '../matching/part-plan.ts';
import type { SimAccount } from './account.ts';
import { carries } from './margin.ts';
import type { SimMarket } from './market.ts';
import type { EndReason, OrderAsk, Origin, Placed, SimFill, SimOrder } from './orders.ts';
import { readAmend, readTriggerAsk } from './order-reading.ts';
import type { Records } from './records.ts';

/** How resting orders are executed. */
export interface DeskRules {
  /** The venue's clock. */
  readonly now: () => number;
  readonly split: PartialFill;
  readonly seed: number;
  /** No account has margin for more than it holds. */
  readonly marginless: () => boolean;
}

/** An execution that is cut to a part of what is left, once or more often. */
export interface PartCut {
  readonly symbol: string | null;
  /** In thousandths of what is left. */
  readonly thousandths: number;
  times: number;
}

export class SimDesk {
  readonly records: Records;
  /** Parts set by hand, used first come first served. */
  readonly cuts: PartCut[] = [];
  readonly #rules: DeskRules;

  constructor(records: Records, rules: DeskRules) {
    this.records = records;
    this.#rules = rules;
  }

  /** Judges an order; accepted ones rest, wait, are executed or end at once. */
  place(account: SimAccount, ask: OrderAsk): Placed {
    const sim = this.records.markets.get(ask.symbol);
    if (sim === undefined) return refuse('other', `no market ${ask.symbol}`);
    if (!sim.open) return refuse('symbol_closed', `${ask.symbol} takes no orders`);
    if (!account.facts.can_trade) return refuse('permission', 'the key may not trade');
    const id = this.records.counters.order + 1;
    const client_id = ask.client_id ?? `auto-${id}`;
    const read = readOrder(sim.market, { ...ask, client_id });
    if ('reason' in read) return { ok: false, refused: read };
    if (account.named(client_id) !== null) return { ok: false, refused: usedBefore(client_id) };
    if (ask.trigger !== null) return this.#placeTrigger(account, sim, ask, read);
    const expires = this.#expiry(account, sim, ask, read);
    const judged = expires === 'post_only' ? { ...read, post_only: false } : read;
    const refused = this.#refusal(account, sim, judged);
    if (refused !== null) return { ok: false, refused };
    const order = this.#newOrder(account, sim, ask, read);
    if (expires !== null) return this.#endedAtOnce(order, expires);
    this.records.order(order, 'accepted');
    if (this.#rests(account, sim, read)) return { ok: true, order, fills: [] };
    const { ended, fill } = this.#execute(account, sim, order, read.lots, sim.present, false);
    return { ok: true, order: ended, fills: [fill] };
  }

  /** Cancels an order that rests or waits; null when it does neither. */
  cancel(account: SimAccount, order: SimOrder, reason: EndReason | null = null): SimOrder | null {
    const known = account.orders.get(order.id);
    if (known === undefined || !isAlive(known)) return null;
    return this.#end(known, 'cancelled', reason);
  }

  /** Changes price and size of a resting order; it loses its place among its price. */
  amend(account: SimAccount, order: SimOrder, price: string, size: string): Placed {
    const sim = this.records.market(order.symbol);
    const read = readAmend(sim.market, order, price, size);
    if ('reason' in read) return { ok: false, refused: read };
    if (order.post_only && !this.#rests(account, sim, read)) {
      return refuse('post_only_would_cross', 'the order would execute at once');
    }
    const more = notional(sim.market, read.ticks ?? 0, read.lots - order.filled);
    const before = notional(sim.market, order.ticks ?? 0, leftOf(order));
    if (!order.reduce_only && more > before) {
      const marketOf = (symbol: string) => this.records.market(symbol);
      if (!carries(account, sim, order.side, more - before, marketOf)) {
        return refuse('insufficient_margin', 'equity does not cover the initial margin');
      }
    }
    const changed = { ...order, ticks: read.ticks, lots: read.lots, updated_ms: this.#date() };
    this.records.order(changed, 'modified');
    if (this.#rests(account, sim, read)) return { ok: true, order: changed, fills: [] };
    const left = leftOf(changed);
    const { ended, fill } = this.#execute(account, sim, changed, left, sim.present, false);
    return { ok: true, order: ended, fills: [fill] };
  }

  /** Executes a resting order, or its next part, at its price as maker. */
  fillResting(account: SimAccount, sim: SimMarket, order: SimOrder): void {
    const { split, seed } = this.#rules;
    const cut = this.#cutOf(sim, order);
    const part = cut ?? nextPart(split, seed, order);
    const holding = account.holding(sim.market);
    const most = order.reduce_only ? reducible(holding.sums, order.side) : part;
    const lots = Math.min(part, most);
    if (lots === 0) {
      this.#end(order, 'expired', 'reduce_only');
      return;
    }
    const { ended } = this.#execute(account, sim, order, lots, order.ticks ?? sim.present, true);
    if (lots < part) this.#end(ended, 'expired', 'reduce_only');
  }

  /** Fires a stop: it closes at the market, or becomes the limit order that it carries. */
  fire(account: SimAccount, sim: SimMarket, order: SimOrder): void {
    const { trigger } = order;
    if (trigger === null) return;
    const now = this.#date();
    const fired: SimOrder = {
      ...order,
      status: 'open',
      trigger: { ...trigger, fired_ms: now },
      updated_ms: now,
    };
    const holding = account.holding(sim.market);
    const most = order.reduce_only ? reducible(holding.sums, order.side) : order.lots;
    const lots = Math.min(order.lots, most);
    if (lots === 0) {
      this.#end({ ...order, trigger: fired.trigger }, 'expired', 'reduce_only');
      return;
    }
    const { ticks, side } = fired;
    const resting = ticks !== null && !holding.book.reaches(side, ticks, sim.present);
    this.records.order(fired, 'triggered');
    if (resting) return;
    const { ended } = this.#execute(account, sim, fired, lots, sim.present, false);
    if (lots < order.lots) this.#end(ended, 'expired', 'reduce_only');
  }

  /** Ends every order of an account and closes its positions at the present prices. */
  liquidate(account: SimAccount): void {
    for (const order of account.alive(null)) this.#end(order, 'expired', 'liquidation');
    for (const [symbol, holding] of account.holdings) {
      const { lots } = holding.sums;
      if (lots === 0) continue;
      const sim = this.records.market(symbol);
      const side: Side = lots > 0 ? 'sell' : 'buy';
      const order = this.#systemOrder(account, sim, side, Math.abs(lots));
      this.records.order(order, 'accepted');
      this.#execute(account, sim, order, order.lots, sim.present, false);
    }
  }

  #placeTrigger(account: SimAccount, sim: SimMarket, ask: OrderAsk, read: ReadRequest): Placed {
    const { book, stops } = account.holding(sim.market);
    const trigger = readTriggerAsk(sim, ask);
    if ('reason' in trigger) return { ok: false, refused: trigger };
    if (read.lots < sim.market.min_lots) {
      const smallest = sim.market.rules.min_quantity;
      return refuse('below_min_quantity', `the smallest size is ${smallest}`);
    }
    if (book.size + stops.size >= sim.max_orders) {
      return refuse('max_orders', `at most ${sim.max_orders} orders may rest`);
    }
    const made = this.#newOrder(account, sim, ask, read);
    const order: SimOrder = { ...made, status: 'waiting', trigger };
    this.records.order(order, 'trigger_placed');
    return { ok: true, order, fills: [] };
  }

  /** Why an order would end without a trade although it is sound; null: it would not. */
  #expiry(
    account: SimAccount,
    sim: SimMarket,
    ask: OrderAsk,
    read: ReadRequest,
  ): EndReason | null {
    const rests = this.#rests(account, sim, read);
    if (read.post_only && read.ticks !== null && !rests) {
      return ask.crossing === 'expire' ? 'post_only' : null;
    }
    if (!rests || ask.tif === 'GTC') return null;
    return ask.tif === 'IOC' ? 'immediate_or_cancel' : 'fill_or_kill';
  }

  #refusal(account: SimAccount, sim: SimMarket, read: ReadRequest): Refusal | null {
    const { sums, book, stops } = account.holding(sim.market);
    const { market } = sim;
    const rules = { ...market.rules, max_orders: sim.max_orders };
    return orderRefusal({ ...market, rules }, read, this.#rests(account, sim, read), {
      account: sums,
      waiting: book.size + stops.size,
      present: sim.present,
      covers: (side, value) => {
        if (this.#rules.marginless() && read.lots > reducible(sums, side)) return false;
        return carries(account, sim, side, value, (symbol) => this.records.market(symbol));
      },
    });
  }

  #rests(account: SimAccount, sim: SimMarket, read: Pick<ReadRequest, 'side' | 'ticks'>): boolean {
    const { book } = account.holding(sim.market);
    return read.ticks !== null && !book.reaches(read.side, read.ticks, sim.present);
  }

  #execute(
    account: SimAccount,
    sim: SimMarket,
    order: SimOrder,
    lots: number,
    ticks: number,
    maker: boolean,
  ): { ended: SimOrder; fill: SimFill } {
    const holding = account.holding(sim.market);
    const { market } = sim;
    const { maker_fee, taker_fee } = account.facts;
    const value = notional(market, ticks, lots);
    const rate = maker ? (maker_fee ?? market.maker_fee) : (taker_fee ?? market.taker_fee);
    const fee = applyRate(value, rate);
    const before = holding.sums;
    holding.sums = afterTrade(market, before, { side: order.side, ticks, lots, fee });
    const { counters } = this.records;
    counters.trade += 1;
    const at_ms = this.#date();
    const { id: order_id, account: name, symbol, client_id, named, side, origin } = order;
    const fill: SimFill = {
      id: counters.trade,
      ...{ account: name, symbol, order_id, client_id, named, side, ticks, lots, fee },
      ...{ realised: holding.sums.realised - before.realised, maker, origin, at_ms },
    };
    const filled = order.filled + lots;
    const ended: SimOrder = {
      ...order,
      filled,
      quote: order.quote + value,
      status: filled === order.lots ? 'filled' : 'open',
      updated_ms: at_ms,
    };
    this.records.order(ended, 'filled', fill);
    return { ended, fill };
  }

  #end(order: SimOrder, status: 'cancelled' | 'expired', reason: EndReason | null): SimOrder {
    const ended: SimOrder = { ...order, status, reason, updated_ms: this.#date() };
    const failed = order.status === 'waiting' && reason === 'reduce_only';
    this.records.order(ended, failed ? 'trigger_failed' : status);
    return ended;
  }

  #endedAtOnce(order: SimOrder, reason: EndReason): Placed {
    return { ok: true, order: this.#end(order, 'expired', reason), fills: [] };
  }

  #newOrder(account: SimAccount, sim: SimMarket, ask: OrderAsk, read: ReadRequest): SimOrder {
    const { counters } = this.records;
    counters.order += 1;
    const at_ms = this.#date();
    const { side, ticks, lots, reduce_only, post_only, client_id } = read;
    return {
      id: counters.order,
      account: account.name,
      symbol: sim.symbol,
      ...{ client_id, named: ask.client_id !== null, side, ticks, lots, reduce_only, post_only },
      ...{ filled: 0, quote: 0n, status: 'open', reason: null, origin: 'user' as Origin },
      ...{ tif: ask.tif, trigger: null, at_ms, updated_ms: at_ms, note: ask.note },
    };
  }

  #systemOrder(account: SimAccount, sim: SimMarket, side: Side, lots: number): SimOrder {
    const ask: OrderAsk = {
      ...{ symbol: sim.symbol, client_id: null, side, price: null, size: '', tif: 'IOC' },
      ...{ post_only: false, reduce_only: true, crossing: 'refuse', trigger: null, note: {} },
    };
    const client_id = `auto-${this.records.counters.order + 1}`;
    const read = { client_id, side, ticks: null, lots, post_only: false, reduce_only: true };
    return { ...this.#newOrder(account, sim, ask, read), origin: 'liquidation' };
  }

  #cutOf(sim: SimMarket, order: SimOrder): number | null {
    const index = this.cuts.findIndex(
      ({ symbol, times }) => times > 0 && (symbol === null || symbol === sim.symbol),
    );
    const cut = this.cuts[index];
    if (cut === undefined) return null;
    cut.times -= 1;
    if (cut.times === 0) this.cuts.splice(index, 1);
    return Math.max(1, Math.floor((leftOf(order) * cut.thousandths) / 1000));
  }

  #date(): number {
    return this.records.date(this.#rules.now());
  }
}

/** Whether an order rests or waits. */
export function isAlive(order: SimOrder): boolean {
  return order.status === 'open' || order.status === 'waiting';
}

function refuse(reason: Refusal['reason'], message: string): Placed {
  return { ok: false, refused: { reason, message } };
}
