/**
 * The venue's position against the books', and its account against the total. A difference counts
 * only when two comparisons in a row see it without a fill between: listings may lag. What the user
 * accepts is booked as an adjustment.
 */
import { assert } from '../contract/assert.ts';
import { formatMoney, parseMoney } from '../contract/decimal.ts';
import { GriddError } from '../contract/errors.ts';
import type { Market } from '../contract/market.ts';
import { lotsOf, nearestTicks, priceText, sizeText } from '../contract/market.ts';
import { figures } from '../engine/index.ts';
import { VenueFault } from '../exchange/port.ts';
import type { Books } from '../store/index.ts';
import type { Runner } from './runner.ts';
import { SET_ASIDE } from './set-aside.ts';
import type { SetAside } from './set-aside.ts';
import { priceTicks, wholeLots } from './venue-numbers.ts';

export interface PositionParts {
  readonly runner: Runner;
  readonly books: Books;
  readonly market: Market;
  readonly aside?: SetAside | undefined;
}

/** What `accept-position` shows and books; sizes signed, `difference` = venue - books. */
export interface PositionDifference {
  readonly venue: string;
  readonly books: string;
  readonly difference: string;
  /** Mark price at which the difference is (or would be) booked. */
  readonly price: string;
}

/** Lots of difference that are tolerated. */
const TOLERANCE = 1;
/** Least difference between two sums of money that is a breach, in quote currency. */
const BREACH = parseMoney('0.00000001') ?? 0n;
/** What the account holds besides this grid; empty: to be taken anew. */
const ACCOUNT_BASE = 'account_base';

interface Suspicion {
  readonly difference: number;
  /** Fills booked by then. */
  readonly booked: number;
}

export class PositionCheck {
  readonly #parts: PositionParts;
  #suspicion: Suspicion | null = null;

  constructor(parts: PositionParts) {
    this.#parts = parts;
  }

  /** A difference was seen once: whether it is one shows the next comparison. */
  get suspicious(): boolean {
    return this.#suspicion !== null;
  }

  /** Compares once. Inside a task only. */
  async compare(): Promise<void> {
    const { runner, market } = this.#parts;
    const theirs = await this.#venueLots();
    const ours = runner.figures().position_lots;
    const difference = theirs - ours;
    if (Math.abs(difference) <= TOLERANCE) {
      this.#suspicion = null;
      runner.setDegraded('position', null);
      if (runner.state.mismatch === null) return;
      const event = { type: 'position', venue_lots: theirs, agrees: true } as const;
      return runner.apply({ ...event, at_ms: runner.venueNow() });
    }
    if (!this.#isSure(difference)) return;
    const held = `venue ${sizeText(market, theirs)}, books ${sizeText(market, ours)}`;
    const until = 'nothing is placed until they agree or `gridd accept-position` settles it';
    runner.setDegraded('position', `The position differs: ${held}; ${until}.`);
    if (runner.state.mismatch?.venue_lots === theirs) return;
    const event = { type: 'position', venue_lots: theirs, agrees: false } as const;
    await runner.apply({ ...event, at_ms: runner.venueNow() });
  }

  /**
   * The venue's own account against the books' total at the venue's price: what the account holds
   * besides this grid never changes. Only an embedded venue is ours alone; there a breach is our
   * bug.
   */
  async compareMoney(): Promise<void> {
    const { runner, books, market } = this.#parts;
    if (!runner.venue.capabilities.lockstep || runner.state.mismatch !== null) return;
    const equity = parseMoney((await runner.venue.balance()).equity);
    const mark = nearestTicks(market, (await runner.venue.price()).mark);
    assert(equity !== null && mark !== null, 'the venue reports a balance and a price');
    const base = equity - figures(market, runner.state, mark).total;
    const stored = parseMoney(books.meta(ACCOUNT_BASE) ?? '');
    if (stored === null) {
      return runner.keep(() => books.setMeta(ACCOUNT_BASE, formatMoney(base)));
    }
    const gap = base - stored;
    assert(gap < BREACH && gap > -BREACH, `venue and books differ by ${formatMoney(gap)}`);
  }

  /**
   * Books the venue's position as ours; `dry`: only says how. Only a difference that comparisons
   * have confirmed: INSTANCE_BUSY before. What was set aside is the grid's then, too: the whole of
   * the venue's position is. Inside a task only.
   */
  async accept(dry: boolean): Promise<PositionDifference> {
    const { runner, market } = this.#parts;
    await runner.fills.bookNew();
    const beside = await this.#venueLots();
    const { mark } = await runner.venue.price();
    const ticks = priceTicks(market, mark);
    if (ticks === null) throw new VenueFault('unreachable', `its price is "${mark}"`);
    const ours = runner.figures().position_lots;
    this.#assertConfirmed(beside, ours);
    const venue_lots = beside + (this.#parts.aside?.lots ?? 0);
    const size = sizeText(market, venue_lots - ours);
    const price = priceText(market, ticks);
    const answer = {
      venue: sizeText(market, venue_lots),
      books: sizeText(market, ours),
      difference: size,
      price,
    };
    if (dry) return answer;
    const event = { type: 'accept_position', venue_lots, ticks } as const;
    // The stranger's result and fees are in the account for good: its base is taken anew.
    const meta = { [ACCOUNT_BASE]: '', [SET_ASIDE]: '' };
    const adjustment = venue_lots === ours ? {} : { adjustment: { size, price } };
    await runner.apply({ ...event, at_ms: runner.venueNow() }, { meta, ...adjustment });
    this.#parts.aside?.clear();
    this.#suspicion = null;
    runner.setDegraded('position', null);
    runner.fills.settled();
    return answer;
  }

  #assertConfirmed(venueLots: number, ours: number): void {
    const { runner } = this.#parts;
    const lags = runner.venue.capabilities.listing_lag_ms > 0;
    const { mismatch } = runner.state;
    if (!lags || venueLots === ours || mismatch?.venue_lots === venueLots) return;
    // One answer may be older than the fills that are booked already.
    throw new GriddError('INSTANCE_BUSY', 'The venue has not confirmed its position yet.', {
      hint: 'Nothing was booked; repeat when `gridd status ID` says that the position differs.',
    });
  }

  #isSure(difference: number): boolean {
    const { runner } = this.#parts;
    const { booked } = runner.fills;
    const before = this.#suspicion;
    this.#suspicion = { difference, booked };
    if (runner.venue.capabilities.listing_lag_ms > 0) {
      if (before?.difference !== difference || before.booked !== booked) return false;
    }
    this.#suspicion = null;
    return true;
  }

  async #venueLots(): Promise<number> {
    const { runner, market } = this.#parts;
    const { size } = await runner.venue.position();
    const lots = wholeLots(market, size);
    if (lots === null) throw new VenueFault('unreachable', `its position is "${size}"`);
    const rest = lotsOf(market, size) === null;
    const text = `The venue's position ${size} is not whole lots: the part below one is left out.`;
    runner.setDegraded('position_rest', rest ? text : null);
    return lots;
  }
}
