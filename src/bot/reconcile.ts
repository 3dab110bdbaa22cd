/**
 * Brings store and venue to one truth: at every start (which is the same thing as recovery) and
 * every `interval` seconds. Books missed fills, looks up orders whose fate is not known, cancels
 * our strays, compares the position. It cancels nothing that is not in our store.
 */
import type { Market } from '../contract/market.ts';
import { liveOrders } from '../engine/index.ts';
import type { CancelOutcome, VenueOrder } from '../exchange/port.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Books } from '../store/index.ts';
import { PositionCheck } from './position-check.ts';
import type { Runner } from './runner.ts';

export interface ComparisonParts {
  readonly runner: Runner;
  readonly books: Books;
  readonly market: Market;
  readonly clock: Clock;
  readonly log: Logger;
}

export class Comparison {
  readonly position: PositionCheck;
  readonly #parts: ComparisonParts;

  constructor(parts: ComparisonParts) {
    this.#parts = parts;
    this.position = new PositionCheck(parts);
  }

  /** Books what was executed: the first step of a comparison, worth having alone. */
  async bookFills(): Promise<void> {
    const { runner } = this.#parts;
    await runner.fills.bookNew();
    // What those fills caused is sent first: an order on its way would look lost.
    await runner.settle();
  }

  /**
   * Compares once, after `bookFills`; a question without an answer is a `VenueFault`. Inside a
   * runner task only.
   */
  async compare(): Promise<void> {
    const open = await this.#openOrders();
    await this.#settleOurs(open);
    await this.#cancelStrays(open);
    await this.position.compare();
    await this.position.compareMoney();
  }

  /** Cancels what rests of ours and is not wanted; answers how many orders that were. */
  async clearStrays(): Promise<number> {
    return this.#cancelStrays(await this.#openOrders());
  }

  async #openOrders(): Promise<ReadonlyMap<string, VenueOrder>> {
    const orders = await this.#parts.runner.venue.openOrders();
    return new Map(orders.map((order) => [order.client_id, order]));
  }

  /** Every order the engine believes alive: the venue says whether it is. */
  async #settleOurs(open: ReadonlyMap<string, VenueOrder>): Promise<void> {
    const { runner } = this.#parts;
    for (const { id, status } of [...liveOrders(runner.state)]) {
      if (runner.isUnsettled(id)) continue;
      const rests = open.has(runner.ids.of(id));
      if (rests && status === 'sent') await runner.rests(id);
      // A cancel that was stored but perhaps never sent.
      if (rests && status === 'cancelling') runner.cancelAgain(id);
      if (!rests) runner.lookFor(id);
    }
    await runner.settle();
  }

  /** Orders of our store that the engine no longer wants are cancelled; unknown ones reported. */
  async #cancelStrays(open: ReadonlyMap<string, VenueOrder>): Promise<number> {
    const { runner, books, clock, log } = this.#parts;
    const { ids, venue } = runner;
    const alive = new Set(liveOrders(runner.state).map(({ id }) => ids.of(id)));
    const foreign: string[] = [];
    const strays: string[] = [];
    for (const name of open.keys()) {
      if (!ids.isOurs(name) || alive.has(name)) continue;
      (books.orderIdOf(name) === null ? foreign : strays).push(name);
    }
    const bears = 'bears our mark but is not in our store: left alone';
    const text = `An order ${bears} (${foreign.join(', ')}).`;
    runner.setDegraded('foreign', foreign.length === 0 ? null : text);
    const most = Math.max(1, venue.capabilities.batch.cancel);
    for (let from = 0; from < strays.length; from += most) {
      // What the budget leaves over the next comparison finds again.
      if (runner.budget.wait('cancel', clock.monotonic()) > 0) break;
      const batch = strays.slice(from, from + most);
      log.warn({ client_ids: batch }, 'cancelling orders of ours that the grid does not want');
      const [only = ''] = batch;
      const outcomes: readonly CancelOutcome[] =
        batch.length === 1 ? [await venue.cancel(only)] : await venue.cancelBatch(batch);
      // A silent venue would hold this task up once for each of them.
      if (outcomes.every(({ status }) => status === 'unknown')) break;
    }
    return strays.length;
  }
}
