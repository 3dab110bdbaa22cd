/**
 * Cancels through ccxt, together where the class can. Of a call for many only what its answer
 * plainly says to be cancelled is believed; the rest is cancelled one by one, which does nothing to
 * what is gone already.
 */
import { assert } from '../../contract/assert.ts';
import type { CancelOutcome, VenueOrder } from '../port.ts';
import { correctionsOf } from './corrections.ts';
import type { CcxtExchange, CcxtMarket, CcxtOrder } from './exchange.ts';
import { classesOf, messageOf, rejectionOf } from './faults.ts';
import type { Lane } from './lane.ts';
import type { OrderIds } from './order-ids.ts';

export interface CancelParts {
  readonly exchange: CcxtExchange;
  readonly lane: Lane;
  readonly ids: OrderIds;
  /** Most cancels in one call; 1: the class knows no such call. */
  readonly most: number;
  readonly market: () => Promise<CcxtMarket>;
  /** What rests; `ids` knows it from then on. */
  readonly openOrders: () => Promise<readonly VenueOrder[]>;
  /** Told the venue's id of what was cancelled. */
  readonly ended: (venueId: string) => void;
}

const URGENT = true;

export class CcxtCancels {
  readonly #parts: CancelParts;
  /** The class has refused to cancel many at once: it is not asked again. */
  #oneByOne = false;

  constructor(parts: CancelParts) {
    this.#parts = parts;
  }

  async cancel(clientId: string): Promise<CancelOutcome> {
    const { ids, market, openOrders } = this.#parts;
    try {
      const { symbol } = await market();
      if (ids.venueId(clientId) === null) await openOrders();
      const id = ids.venueId(clientId);
      return id === null ? { status: 'gone' } : await this.#one(id, symbol);
    } catch (error) {
      return failureOf(error);
    }
  }

  async #one(id: string, symbol: string): Promise<CancelOutcome> {
    const { ids, lane, exchange, ended } = this.#parts;
    ids.learnCancel(id);
    try {
      await lane.run(() => exchange.cancelOrder(id, symbol), URGENT);
      ended(id);
      return { status: 'cancelled' };
    } catch (error) {
      if (saysGone(exchange.id, error)) return { status: 'gone' };
      ids.forgetCancel(id);
      return failureOf(error);
    }
  }

  async cancelBatch(clientIds: readonly string[]): Promise<readonly CancelOutcome[]> {
    assert(clientIds.length <= this.#parts.most, 'no more cancels in one call than declared');
    const together = clientIds.length > 1 && !this.#oneByOne;
    const said = together ? await this.#together(clientIds) : NOTHING_SAID;
    if ('status' in said) return clientIds.map(() => said);
    const outcomes: CancelOutcome[] = [];
    let silent: CancelOutcome | null = null;
    for (const name of clientIds) {
      const outcome: CancelOutcome = said.has(name)
        ? { status: 'cancelled' }
        : (silent ?? (await this.cancel(name)));
      // A venue that does not answer would be asked in vain for each of them.
      if (outcome.status === 'unknown') silent = outcome;
      outcomes.push(outcome);
    }
    return outcomes;
  }

  /** Client ids that the answer says to be cancelled; what it was instead of an answer. */
  async #together(names: readonly string[]): Promise<ReadonlySet<string> | CancelOutcome> {
    const { ids, market, openOrders } = this.#parts;
    try {
      const { symbol } = await market();
      if (names.some((name) => ids.venueId(name) === null)) await openOrders();
      const known = names.flatMap((name) => ids.venueId(name) ?? []);
      if (known.length < 2) return NOTHING_SAID;
      const answer = await this.#many(known, symbol);
      const ended = answer.filter(({ id, status }) => id !== undefined && status === 'canceled');
      const told = new Set(ended.map(({ id }) => id));
      for (const id of told) this.#parts.ended(id ?? '');
      return new Set(names.filter((name) => told.has(ids.venueId(name) ?? '')));
    } catch (error) {
      const refused = rejectionOf(error);
      const putOff = refused?.reason === 'rate_limited' || refused?.reason === 'maintenance';
      if (refused !== null && putOff) return refused;
      // A class that fails in code of its own would do so each time.
      this.#oneByOne ||= !classesOf(error).includes('BaseError');
      if (!classesOf(error).includes('ExchangeError')) {
        return { status: 'unknown', message: messageOf(error) };
      }
      this.#oneByOne ||= classesOf(error).some((name) => UNFIT.includes(name));
      return NOTHING_SAID;
    }
  }

  /** Whatever it fails with: only an answer says that these are being cancelled. */
  async #many(ids: readonly string[], symbol: string): Promise<readonly CcxtOrder[]> {
    const { exchange, lane } = this.#parts;
    for (const id of ids) this.#parts.ids.learnCancel(id);
    try {
      return await lane.run(() => exchange.cancelOrders(ids, symbol), URGENT);
    } catch (error) {
      for (const id of ids) this.#parts.ids.forgetCancel(id);
      throw error;
    }
  }
}

function failureOf(error: unknown): CancelOutcome {
  return rejectionOf(error) ?? { status: 'unknown', message: messageOf(error) };
}

function saysGone(exchange: string, error: unknown): boolean {
  const { gone } = correctionsOf(exchange);
  const known = classesOf(error).some((name) => /^Order(NotFound|NotCached)$/.test(name));
  return known || gone?.test(messageOf(error)) === true;
}

const NOTHING_SAID: ReadonlySet<string> = new Set();
/** What a class throws whose call is for other markets, or wants what it is not given. */
const UNFIT = ['NotSupported', 'ArgumentsRequired'];
