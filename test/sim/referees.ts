/**
 * The referees: what must be true at every moment (`watch` hooks and `afterStep`) and what must be
 * true once the world has been quiet for a while (`unrest`). They look at the exchange's truth and
 * at the stored books, not at what the bot believes, wherever the two could differ.
 */
import { formatMoney, parseMoney } from '../../src/contract/decimal.ts';
import { lotsOf, notional, priceText, ticksOf } from '../../src/contract/market.ts';
import { auditIdentity, figures, ladder, liveOrders } from '../../src/engine/index.ts';
import type { GridState } from '../../src/engine/index.ts';
import { survey } from '../../src/engine/survey.ts';
import { equityOf } from '../../src/exchange/matching/account.ts';
import type { OrderRequest } from '../../src/exchange/port.ts';
import type { SqliteDatabase } from '../../src/platform/sqlite.ts';
import type { Turn } from '../../src/store/index.ts';
import { EPOCH_MS } from './clock.ts';
import { FenceReferees } from './fence-referees.ts';
import type { Cause } from './process.ts';
import { orderText } from './truth.ts';
import type { TrueOrder, VenueTruth } from './truth.ts';

/** What a grid that was left in peace does. */
export type Expected = 'running' | 'paused' | 'differs';

/** A rule that was broken. */
export interface Breach {
  readonly referee: string;
  readonly message: string;
}

/** Most requests in one simulated second, beyond what an order book of the grid's size needs. */
const MOST_REQUESTS = 60;
/** An order whose fate stays unknown for so long without any outage is forgotten. */
const RESOLVED_MS = 240_000;

/** A trade is booked so long after the next comparison was due, whatever single faults happen. */
const FOUND_MS = 30_000;

/** A stream that is silent is polled around: what it did not tell is booked so much later. */
const POLLED_MS = 30_000;

/** What the referees look at. */
export interface Sight {
  readonly exchange: VenueTruth;
  readonly db: SqliteDatabase;
  /** Now, milliseconds since the world began. */
  readonly time: () => number;
  /** Since when nothing but single faults happened: no outage, no full disk, no new process. */
  readonly troubledUntil: () => number;
  /** Until when the venue could not be heard or the books not be written. */
  readonly outageUntil: () => number;
  /** The state of the living process; null while none is ready. */
  readonly state: () => GridState | null;
  /** The living process has not come as far as to trade. */
  readonly recovers: () => boolean;
  readonly breach: (breach: Breach) => void;
  /** Since when the stream is silent; null: it is not. */
  readonly mutedSince: () => number | null;
  /** A stream without a sign of life for so long is silent. */
  readonly silence_ms: number;
  /** 1, or more where many questions stay without an answer. */
  readonly patience: number;
  /** Between comparisons. */
  readonly interval_ms: number;
}

interface StoredOrder {
  readonly id: number;
  readonly side: string;
  readonly price: string | null;
  readonly size: string;
  readonly role: string;
}

interface StoredFill {
  readonly row: number;
  readonly trade_id: string;
  readonly client_id: string;
  readonly side: string;
  readonly price: string;
  readonly size: string;
  readonly fee: string;
}

export class Referees {
  readonly #sight: Sight;
  readonly #fences: FenceReferees;
  /** The living process was started for a panic. */
  #begunForPanic = false;
  readonly #foreign = new Set<TrueOrder>();
  readonly #pendingSince = new Map<number, number>();
  readonly #submitted = new Map<string, string>();
  readonly #statements;
  #phase = 'new';
  #paused = false;
  #differs = false;
  #close = false;
  #second = 0;
  #requests = 0;
  #lastFill = 0;
  #position = 0;
  #cash = 0n;
  #booked = new Set<string>();
  #lastAdjustment = 0;
  #adjustedLots = 0;

  constructor(sight: Sight) {
    this.#sight = sight;
    const fail = (referee: string, message: string) => this.#fail(referee, message);
    this.#fences = new FenceReferees({ ...sight, fail });
    const { db } = sight;
    this.#statements = {
      order: db.prepare<[string], StoredOrder>(
        'SELECT id, side, price, size, role FROM orders WHERE client_id = ?',
      ),
      fills: db.prepare<[number], StoredFill>(
        `SELECT fills.rowid AS row, trade_id, client_id, fills.side, fills.price, fills.size, fee
         FROM fills JOIN orders ON orders.id = fills.order_id
         WHERE fills.rowid > ? ORDER BY fills.rowid`,
      ),
      adjustments: db.prepare<[number], { id: number; size: string; price: string }>(
        'SELECT id, size, price FROM adjustments WHERE id > ? ORDER BY id',
      ),
      funding: db.prepare<[], { amount: string; funding_id: string }>(
        'SELECT funding_id, amount FROM funding',
      ),
    };
    sight.exchange.watchers.push({
      price: () => undefined,
      order: (order) => this.#orderChanged(order),
      trade: () => undefined,
    });
  }

  /** An order of somebody else that nobody may touch. */
  foreign(order: TrueOrder): void {
    this.#foreign.add(order);
  }

  /** A process is started. */
  started(cause: Cause): void {
    this.#begunForPanic = cause === 'panic';
    this.#fences.started();
  }

  /** The request leaves the process: is it allowed to? */
  submits(order: OrderRequest): void {
    this.#counts();
    const { client_id } = order;
    const stored = this.#statements.order.get(client_id);
    if (stored === undefined) return this.#fail('stored first', `${client_id} was sent unstored`);
    const same =
      stored.side === order.side && stored.price === order.price && stored.size === order.size;
    if (!same) this.#fail('stored first', `${client_id} was sent otherwise than stored`);
    const payload = JSON.stringify([order.side, order.price, order.size]);
    const before = this.#submitted.get(client_id) ?? payload;
    if (before !== payload) this.#fail('client id', `${client_id} names two orders`);
    this.#submitted.set(client_id, payload);
    this.#isAllowed(order, stored.role);
    this.#fences.submits(order, stored.role);
  }

  /** What the stored state forbids is not sent; carry may be closed whenever it is asked for. */
  #isAllowed({ client_id, price, reduce_only }: OrderRequest, role: string): void {
    const ends = this.#phase === 'stopping' && this.#close && reduce_only;
    const closes = ends && price === null;
    if (this.#differs && !closes) {
      this.#fail('position differs', `${client_id} was sent all the same`);
    }
    if (this.#begunForPanic && !closes) {
      this.#fail('panic', `${client_id} was sent by a bot that is there to close`);
    }
    if (role === 'carry') return;
    if (this.#phase !== 'running' && !closes) {
      const recovers = this.#sight.recovers() ? 'stop, at recovery' : 'stop';
      this.#fail(recovers, `${client_id} was sent while the grid is ${this.#phase}`);
    }
    if (this.#paused) this.#fail('pause', `${client_id} was sent while the grid is paused`);
  }

  cancels(clientId: string): void {
    this.#counts();
    const order = this.#sight.exchange.orders.get(clientId);
    if (order !== undefined && this.#foreign.has(order)) {
      this.#fail('foreign', `a cancel of ${clientId}, which is not ours, was sent`);
    }
  }

  asks(): void {
    this.#counts();
  }

  /** A turn was stored: the fence is up from here on. */
  committed(turn: Turn): void {
    this.#fences.committed(turn);
    // Several turns in one commit: the last has the state.
    if (turn.state === null) return;
    this.#phase = /"phase":"(\w+)"/.exec(turn.state)?.[1] ?? this.#phase;
    this.#paused = /"paused":true/.test(turn.state);
    this.#differs = /"mismatch":\{/.test(turn.state);
    this.#close = /"position":"close"/.test(/"stopping":\{.*?\}/.exec(turn.state)?.[0] ?? '');
  }

  /** What must hold at every moment at which the process waits for something. */
  afterStep(): void {
    const { exchange, state: present } = this.#sight;
    for (const order of this.#foreign) {
      if (order.status !== 'open') this.#fail('foreign', `${order.client_id} is gone`);
    }
    this.#readFills();
    this.#readAdjustments();
    const state = present();
    if (state === null) return;
    const audit = auditIdentity(exchange.market, state, exchange.ticks);
    if (audit !== null) this.#fail('identity', audit);
    if (state.books.position_lots !== this.#position) {
      const { position_lots: lots } = state.books;
      this.#fail('sum of fills', `the state has ${lots} lots, the fills make ${this.#position}`);
    }
    const funding = this.#fundingBooked();
    if (state.books.cash !== this.#cash + funding) {
      const cash = formatMoney(state.books.cash);
      this.#fail('sum of fills', `cash is ${cash}, fills make ${formatMoney(this.#cash)}`);
    }
    this.#watchPending(state);
    this.#watchTrades();
    this.#fences.afterStep();
  }

  /** Why a world that has been left in peace is not right yet; null: it is. */
  unrest(expected: Expected): Breach | null {
    const state = this.#sight.state();
    if (state === null) return said('lives', 'no process is ready');
    if ((state.mismatch !== null) !== (expected === 'differs')) {
      return said('position differs', `the grid knows ${JSON.stringify(state.mismatch)}`);
    }
    return (
      this.#ordersAgree(state) ??
      this.#fillsAgree() ??
      this.#positionAgrees(state) ??
      this.#moneyAgrees(state) ??
      this.#fences.unrest() ??
      this.#linesAreWhole(state, expected)
    );
  }

  /** Lots of the account that are neither ours nor accepted as ours. */
  get strangeLots(): number {
    this.#readAdjustments();
    return this.#sight.exchange.foreignLots - this.#adjustedLots;
  }

  #orderChanged(order: TrueOrder): void {
    if (this.#foreign.has(order) || order.foreign || order.ticks === null) return;
    if (order.status !== 'open' || order.filled > 0) return;
    this.#watchFence(order);
    const twin = this.#sight.exchange.live.find(
      (other) => other !== order && !other.foreign && other.ticks === order.ticks,
    );
    if (twin === undefined) return;
    this.#fail('one order a line', `${this.#text(order)} beside ${this.#text(twin)}`);
  }

  /** Whatever rests on the side of a new order is filled: `max_position` holds all the same. */
  #watchFence(added: TrueOrder): void {
    const { exchange, state } = this.#sight;
    const max = state()?.plan.max_position_lots ?? null;
    this.#readAdjustments();
    if (max === null || added.reduce_only || this.#lastAdjustment > 0) return;
    const sign = added.side === 'buy' ? 1 : -1;
    const held = sign * (exchange.account.lots - exchange.foreignLots);
    const resting = exchange.live
      .filter((order) => !order.foreign && !order.reduce_only && order.side === added.side)
      .reduce((sum, { lots, filled }) => sum + lots - filled, 0);
    if (held + resting <= max) return;
    this.#fail('max position', `${held} held and ${resting} resting are beyond ${max} lots`);
  }

  #counts(): void {
    const second = Math.floor(this.#sight.time() / 1000);
    if (second !== this.#second) this.#requests = 0;
    this.#second = second;
    this.#requests += 1;
    const most = MOST_REQUESTS + 8 * this.#lineCount();
    if (this.#requests > most) this.#fail('tight loop', `over ${most} requests in a second`);
  }

  #lineCount(): number {
    return this.#sight.state()?.plan.lines.length ?? 13;
  }

  /** Every stored fill is a trade of the exchange, told truly, once. */
  #readFills(): void {
    const { exchange } = this.#sight;
    const { market } = exchange;
    for (const fill of this.#statements.fills.all(this.#lastFill)) {
      this.#lastFill = fill.row;
      if (this.#booked.has(fill.trade_id)) this.#fail('booked once', `${fill.trade_id} again`);
      this.#booked.add(fill.trade_id);
      const trade = exchange.trades.find(({ trade_id }) => trade_id === fill.trade_id);
      const lots = lotsOf(market, fill.size) ?? 0;
      const ticks = ticksOf(market, fill.price) ?? 0;
      const fee = parseMoney(fill.fee) ?? 0n;
      const true_ =
        trade !== undefined &&
        trade.order.client_id === fill.client_id &&
        trade.order.side === fill.side &&
        trade.lots === lots &&
        trade.ticks === ticks &&
        trade.fee === fee;
      if (!true_) this.#fail('booked truly', `${fill.trade_id} is booked as ${JSON.stringify(fill)}`);
      const value = notional(market, ticks, lots);
      this.#position += fill.side === 'buy' ? lots : -lots;
      this.#cash += (fill.side === 'buy' ? -value : value) - fee;
    }
  }

  /** What the user took for true is booked at a price, without a fee. */
  #readAdjustments(): void {
    const { market } = this.#sight.exchange;
    for (const { id, size, price } of this.#statements.adjustments.all(this.#lastAdjustment)) {
      this.#lastAdjustment = id;
      const lots = lotsOf(market, size) ?? 0;
      this.#adjustedLots += lots;
      this.#position += lots;
      this.#cash -= notional(market, ticksOf(market, price) ?? 0, lots);
    }
  }

  #fundingBooked(): bigint {
    let sum = 0n;
    for (const { amount, funding_id } of this.#statements.funding.all()) {
      const paid = this.#sight.exchange.fundings.find((each) => each.funding_id === funding_id);
      const money = parseMoney(amount) ?? 0n;
      if (paid?.amount !== money) this.#fail('funding', `${funding_id} is booked as ${amount}`);
      sum += money;
    }
    return sum;
  }

  #watchPending(state: GridState): void {
    if (this.#sight.recovers()) return this.#pendingSince.clear();
    const time = this.#sight.time();
    const pending = liveOrders(state).filter(({ status }) => status !== 'open');
    for (const id of this.#pendingSince.keys()) {
      if (!pending.some((order) => order.id === id)) this.#pendingSince.delete(id);
    }
    for (const { id, status } of pending) {
      const since = this.#pendingSince.get(id) ?? time;
      this.#pendingSince.set(id, since);
      const calm = time - Math.max(since, this.#sight.troubledUntil());
      if (calm > RESOLVED_MS) this.#fail('resolved', `order ${id} is "${status}" for ${calm} ms`);
    }
  }

  /** A trade that no event told of is found by a comparison. */
  #watchTrades(): void {
    const { exchange, interval_ms, troubledUntil, recovers, time } = this.#sight;
    if (recovers()) return;
    const { patience } = this.#sight;
    const late = interval_ms + FOUND_MS * patience;
    const silence = (this.#sight.silence_ms + POLLED_MS) * patience;
    const mutedSince = this.#sight.mutedSince() ?? Infinity;
    for (const { order, trade_id, at_ms } of exchange.trades.slice(-30)) {
      if (order.foreign || this.#booked.has(trade_id)) continue;
      const since = Math.max(at_ms - EPOCH_MS, troubledUntil());
      const waits = time() - since;
      const silent = mutedSince <= time() && time() - Math.max(since, mutedSince) > silence;
      if (silent) this.#fail('silence', `${trade_id} is not booked in ${waits} ms of silence`);
      if (waits > late) this.#fail('booked soon', `${trade_id} is not booked after ${waits} ms`);
    }
  }

  #ordersAgree(state: GridState): Breach | null {
    const { exchange } = this.#sight;
    const resting = exchange.live.filter((order) => !order.foreign);
    const believed = liveOrders(state);
    const unsure = believed.find(({ status }) => status !== 'open');
    if (unsure !== undefined) return said('resolved', `order ${unsure.id} is ${unsure.status}`);
    for (const order of resting) {
      const id = this.#statements.order.get(order.client_id)?.id;
      const ours = believed.find((each) => each.id === id);
      if (ours === undefined) return said('orders', `a stray rests: ${this.#text(order)}`);
      const same = ours.lots === order.lots && ours.filled === order.filled;
      if (!same) return said('orders', `${this.#text(order)} is believed ${JSON.stringify(ours)}`);
    }
    if (resting.length === believed.length) return null;
    return said('orders', `${believed.length} orders are believed, ${resting.length} rest`);
  }

  #fillsAgree(): Breach | null {
    const missed = this.#sight.exchange.trades.find(({ trade_id, order }) => {
      return !order.foreign && !this.#booked.has(trade_id);
    });
    if (missed === undefined) return null;
    return said('nothing lost', `${missed.trade_id} of ${this.#text(missed.order)} is not booked`);
  }

  #positionAgrees(state: GridState): Breach | null {
    const theirs = this.#sight.exchange.account.lots - this.strangeLots;
    const ours = state.books.position_lots;
    return theirs === ours ? null : said('position', `books ${ours} lots, venue ${theirs}`);
  }

  #moneyAgrees(state: GridState): Breach | null {
    const { exchange } = this.#sight;
    const { market, account, ticks } = exchange;
    // What a stranger's trades cost is in the account, not in the books.
    const strange = exchange.trades.some(({ order }) => order.foreign);
    if (strange || this.#lastAdjustment > 0) return null;
    const theirs = equityOf(market, account, ticks) - account.starting;
    const ours = figures(market, state, ticks).total;
    if (theirs === ours) return null;
    return said('money', `books ${formatMoney(ours)}, venue ${formatMoney(theirs)}`);
  }

  /** GRID 2: N orders and one empty line, every missing order with its reason. */
  #linesAreWhole(state: GridState, expected: Expected): Breach | null {
    const { market } = this.#sight.exchange;
    const views = ladder(market, state);
    for (const { index, side, order_id, reason } of views) {
      if (side !== null && order_id === null && (reason === null || reason === 'pending')) {
        return said('reasons', `line ${index} has no order and no reason`);
      }
    }
    if (state.phase !== 'running' || state.gaps.length === 0) return null;
    if (expected === 'differs') return null;
    if (state.paused) return expected === 'paused' ? null : said('pause', 'still paused');
    for (const { index, ticks, side, reason } of views) {
      const price = state.ticks ?? 0;
      const right = side === 'buy' ? price > ticks : price < ticks;
      const text = `line ${index} at ${priceText(market, ticks)}: ${reason}`;
      if (right && reason === 'post_only_would_cross') return said('reasons', text);
      if (reason === 'cancelled' || reason === 'start_order') return said('reasons', text);
    }
    // A line that was missed, or a gap of another size, may leave two orders for one line.
    const odd = state.gaps.some(({ size }) => size !== state.plan.lots_per_grid);
    const held = survey(market, state, 'missing').length > 0;
    if (state.plan.direction !== 'neutral' || odd || held) return null;
    const empty = views.filter(({ side }) => side === null).length;
    const open = state.gaps.some(({ opening }) => opening === null);
    if (empty === (open ? 0 : 1)) return null;
    return said('lines', `${empty} empty lines`);
  }

  #text(order: TrueOrder): string {
    return orderText(this.#sight.exchange.market, order);
  }

  #fail(referee: string, message: string): void {
    this.#sight.breach({ referee, message });
  }
}

function said(referee: string, message: string): Breach {
  return { referee, message };
}
