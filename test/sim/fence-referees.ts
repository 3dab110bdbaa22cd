/**
 * The referees of the fences of an instance, and of the trips that follow when one is met. Each
 * order is held against the fences as they were stored when it left, each trip against its cause.
 */
import { formatMoney } from '../../src/contract/decimal.ts';
import { lotsOf, notional, ticksOf } from '../../src/contract/market.ts';
import { decodeState } from '../../src/engine/index.ts';
import type { Fences, GridState } from '../../src/engine/index.ts';
import { equityOf } from '../../src/exchange/matching/account.ts';
import type { OrderRequest } from '../../src/exchange/port.ts';
import type { Turn } from '../../src/store/index.ts';
import { EPOCH_MS } from './clock.ts';
import type { Breach } from './referees.ts';
import type { TrueOrder, VenueTruth } from './truth.ts';

const MINUTE_MS = 60_000;
const MILLION = 1_000_000;
/**
 * A mark price that the bot may still go by. While it stands still the venue says it once, and that
 * one word may be lost.
 */
const MARK_MS = 60_000;
/** A loss that lasts so long trips the grid, whatever single words of the venue are lost. */
const TRIPPED_MS = 60_000;

/** What these referees look at. */
export interface FenceSight {
  readonly exchange: VenueTruth;
  /** Now, milliseconds since the world began. */
  readonly time: () => number;
  /** How much patience the weather of this world asks for. */
  readonly patience: number;
  /** Until when the venue could not be heard or the books not be written. */
  readonly outageUntil: () => number;
  /** The living process has not come as far as to trade. */
  readonly recovers: () => boolean;
  readonly fail: (referee: string, message: string) => void;
}

export class FenceReferees {
  readonly #sight: FenceSight;
  /** The state as it is stored, decoded when somebody looks. */
  #text: string | null = null;
  #known: GridState | null = null;
  /** More turns of the same commit follow. */
  #inParts = false;
  /** Prices at which orders at market were decided, by client id. */
  readonly #decidedAt = new Map<string, readonly number[]>();
  /** When stored orders are dated, by client id. */
  readonly #stored = new Map<string, number>();
  /** Moments at which the living process sent something. */
  #sent: number[] = [];
  /** What earlier processes had stored, and when. */
  #earlier: { readonly at: number; readonly name: string }[] = [];
  readonly #marks: { readonly since: number; readonly mark: number }[] = [];
  #lossSince: number | null = null;

  constructor(sight: FenceSight) {
    this.#sight = sight;
    sight.exchange.watchers.push({
      price: () => this.#marks.push({ since: sight.time(), mark: sight.exchange.mark }),
      order: (order) => this.#rests(order),
      trade: () => undefined,
    });
    this.#marks.push({ since: 0, mark: sight.exchange.mark });
  }

  /** A turn was stored. */
  committed({ state, intents, at_ms }: Turn): void {
    const before = this.#state;
    if (state !== null) this.#text = state;
    if (state !== null) this.#known = null;
    const after = this.#state;
    const prices = [before?.ticks, after?.ticks].filter((ticks) => typeof ticks === 'number');
    for (const { client_id, price } of intents) {
      this.#stored.set(client_id, at_ms - EPOCH_MS);
      if (price === null) this.#decidedAt.set(client_id, prices);
    }
    // Of several turns in one commit the first may have tripped it.
    const whole = state !== null && !this.#inParts;
    this.#inParts = state === null;
    if (whole && before?.tripped === null && after?.tripped) this.#trips(after);
  }

  /** A process is started: what its predecessors had stored counts from then on as sent. */
  started(): void {
    for (const [name, at] of this.#stored) this.#earlier.push({ at, name });
    this.#stored.clear();
    this.#sent = [];
  }

  /** An order leaves the process. */
  submits(order: OrderRequest, role: string): void {
    const state = this.#state;
    if (state === null) return;
    const { fences } = state.plan;
    this.#isSmall(order, fences);
    if (role === 'line') this.#isNear(order, fences);
    this.#isSlow(role === 'close' ? null : fences.max_orders_per_minute);
    const closes = role === 'close' && order.reduce_only;
    if (state.tripped === null || closes) return;
    this.#sight.fail('tripped', `${order.client_id} was sent while the grid is tripped`);
  }

  /** What holds whenever the process waits for something. */
  afterStep(): void {
    const { time, outageUntil, patience, recovers } = this.#sight;
    const state = this.#state;
    if (state === null || recovers()) return;
    const loss = this.#unmetLoss(state);
    this.#lossSince = loss === null ? null : (this.#lossSince ?? time());
    if (this.#lossSince === null) return;
    const lasts = time() - Math.max(this.#lossSince, outageUntil());
    if (lasts > TRIPPED_MS * patience) {
      this.#sight.fail('max loss', `${loss} is lost for ${lasts} ms, and nothing tripped`);
    }
  }

  /** What a fenced grid that was left in peace has not done yet; null: nothing. */
  unrest(): Breach | null {
    const { exchange } = this.#sight;
    const state = this.#state;
    if (state?.phase !== 'running') return null;
    const loss = this.#unmetLoss(state);
    if (loss !== null) return { referee: 'max loss', message: `${loss} is lost, nothing trips` };
    const { price_collar: collar } = state.plan.fences;
    for (const order of exchange.live) {
      if (order.foreign || order.ticks === null) continue;
      const name = order.client_id;
      if (state.tripped !== null && !order.reduce_only) {
        return { referee: 'tripped', message: `${name} rests in a tripped grid` };
      }
      if (collar !== null && !within(collar, exchange.mark, order.ticks)) {
        return { referee: 'price collar', message: `${name} rests beyond the collar` };
      }
    }
    return null;
  }

  get #state(): GridState | null {
    if (this.#known === null && this.#text !== null) this.#known = decodeState(this.#text);
    return this.#known;
  }

  #rests(order: TrueOrder): void {
    if (order.foreign || order.ticks === null || order.status !== 'open') return;
    const most = this.#state?.plan.fences.max_open_orders ?? null;
    if (most === null || order.filled > 0) return;
    const own = this.#sight.exchange.live.filter(({ foreign, ticks }) => !foreign && ticks !== null);
    if (own.length <= most) return;
    this.#sight.fail('max open orders', `${own.length} orders rest, ${most} may`);
  }

  /** One at market is judged at the price at which it was decided; it may leave no dust behind. */
  #isSmall({ client_id, price, size }: OrderRequest, { max_order_notional: most }: Fences): void {
    if (most === null) return;
    const { market } = this.#sight.exchange;
    const lots = lotsOf(market, size) ?? 0;
    const fits = (ticks: number): boolean => {
      if (notional(market, ticks, lots) <= most) return true;
      if (price !== null) return false;
      const perLot = notional(market, ticks, 1);
      const dust = Number((market.min_notional + perLot - 1n) / perLot);
      return lots < 2 * Math.max(market.min_lots, dust);
    };
    const at = price === null ? this.#decidedAt.get(client_id) : [ticksOf(market, price) ?? 0];
    if (at?.some(fits) === true) return;
    const text = `${client_id} of ${size} at ${price ?? 'market'}`;
    this.#sight.fail('max order notional', `${text} is worth more than ${formatMoney(most)}`);
  }

  /** Near enough by a mark price of late. */
  #isNear({ client_id, price }: OrderRequest, { price_collar: collar }: Fences): void {
    const { exchange, time, outageUntil, patience } = this.#sight;
    const ticks = price === null ? null : ticksOf(exchange.market, price);
    const since = time() - MARK_MS * patience;
    if (collar === null || ticks === null || outageUntil() > since) return;
    while ((this.#marks[1]?.since ?? Infinity) <= since) this.#marks.shift();
    if (this.#marks.some(({ mark }) => within(collar, mark, ticks))) return;
    this.#sight.fail('price collar', `${client_id} at ${price} was sent beyond the collar`);
  }

  /** Closing is what such a fence is for: `most` is null then. */
  #isSlow(most: number | null): void {
    this.#sent.push(this.#sight.time());
    // What was lost on the way is none, and proved so.
    const sent = this.#recent(({ name }) => this.#sight.exchange.orders.has(name));
    if (most === null || sent <= most) return;
    this.#sight.fail('orders per minute', `${sent} were sent, ${most} may be`);
  }

  /** Orders of the last minute; of those of earlier processes only what `counts`. */
  #recent(counts: (order: { readonly name: string }) => boolean): number {
    const since = this.#sight.time() - MINUTE_MS;
    this.#sent = this.#sent.filter((at) => at > since);
    this.#earlier = this.#earlier.filter(({ at }) => at > since);
    return this.#sent.length + this.#earlier.filter(counts).length;
  }

  /** A trip has a cause. */
  #trips({ tripped, plan, books, loss_base: base, mark }: GridState): void {
    const { exchange, fail } = this.#sight;
    const { max_loss: loss, max_orders_per_minute: rate } = plan.fences;
    const total = books.cash + notional(exchange.market, mark ?? 0, books.position_lots);
    const causes: Readonly<Record<string, boolean>> = {
      max_loss: loss !== null && base - total >= loss,
      max_position: Math.abs(books.position_lots) > (plan.max_position_lots ?? Infinity),
      max_orders_per_minute: this.#recent(() => true) >= (rate ?? Infinity),
    };
    const reason = tripped?.reason ?? '';
    if (causes[reason] !== true) fail('trips', `${tripped?.text}, and that is not so`);
  }

  /** Money lost beyond `max_loss` by the exchange's account while nothing has tripped. */
  #unmetLoss({ plan, phase, tripped, loss_base: base }: GridState): string | null {
    const { market, account, mark, trades } = this.#sight.exchange;
    const { max_loss: most } = plan.fences;
    if (most === null || tripped !== null || (phase !== 'running' && phase !== 'waiting')) return null;
    // What a stranger's trades cost is in the account, not in the books.
    if (trades.some(({ order }) => order.foreign)) return null;
    const loss = base - (equityOf(market, account, mark) - account.starting);
    return loss >= most ? formatMoney(loss) : null;
  }
}

function within(collar: number, mark: number, ticks: number): boolean {
  return Math.abs(ticks - mark) * MILLION <= collar * mark;
}
