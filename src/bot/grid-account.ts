/**
 * What stands behind a grid: the account's equity and the age of the books, read now and then, and
 * what follows from them: funds for the designer, liquidation prices, yearly rates. Places nothing.
 */
import type { Money } from '../contract/decimal.ts';
import { formatMoney, parseMoney } from '../contract/decimal.ts';
import { GriddError } from '../contract/errors.ts';
import type { LiquidationView, StatusView } from '../contract/instance-api.ts';
import type { Market } from '../contract/market.ts';
import { priceText } from '../contract/market.ts';
import {
  apr,
  investmentOf,
  liquidations,
  restingOrders,
  survivalProblems,
} from '../engine/index.ts';
import type {
  AdjustPreview,
  DesignInput,
  Exposure,
  Funds,
  GridState,
  Liquidations,
} from '../engine/index.ts';
import { VenueFault } from '../exchange/port.ts';
import type { Venue } from '../exchange/port.ts';
import type { Clock } from '../platform/clock.ts';
import type { Books } from '../store/index.ts';
import type { Runner } from './runner.ts';
import type { SetAside } from './set-aside.ts';

/** What the account is read from. */
export interface AccountParts {
  readonly market: Market;
  readonly venue: Venue;
  readonly books: Books;
  readonly runner: Runner;
  readonly clock: Clock;
  /** What stands on the symbol beside the grid; absent: nothing. */
  readonly aside?: SetAside;
}

/**
 * When the books began, milliseconds of the market's clock: a replay has dates of its own, while
 * receipts count from a moment of the wall clock.
 */
const BEGAN = 'began_at_ms';
/** So often a venue that counts requests is asked for the balance. */
const READ_MS = 30_000;

export class GridAccount {
  readonly #parts: AccountParts;
  /**
   * What the account holds besides this grid's result: equity moves with the total between reads.
   * Null before the first.
   */
  #base: Money | null = null;
  #nextRead = 0;
  /** Age of the books at the last read, milliseconds. */
  #ageMs = 0;

  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  /**
   * Reads balance and time; of a venue in lockstep inside a task, so that they belong to the same
   * moment. Any other is asked beside the queue: it may take long to answer.
   */
  async refresh(): Promise<void> {
    const { venue, runner, clock } = this.#parts;
    const read = clock.monotonic();
    // Between two reads only this grid moves it: a request each second would be for nothing.
    if (!venue.capabilities.lockstep && read < this.#nextRead) return;
    this.#nextRead = read + READ_MS;
    try {
      const equity = parseMoney((await venue.balance()).equity);
      if (equity !== null) this.#base = equity - runner.figures().total;
    } catch (error) {
      // The last known one stays; comparisons say that the venue does not answer.
      if (!(error instanceof VenueFault)) throw error;
    }
    // A market that stands still for us has a time of its own: a replay's dates.
    const now = venue.capabilities.lockstep ? await venue.serverTime() : clock.now();
    this.#ageMs = now - this.#beganAt(now);
  }

  /** Reads the account inside a task: of a venue in lockstep before it goes on, else beside. */
  async refreshWithin(): Promise<void> {
    const reading = this.refresh();
    if (this.#parts.venue.capabilities.lockstep) await reading;
    // Whatever else than a venue's silence ends it is a bug of ours, and told by a task.
    else {
      const { runner } = this.#parts;
      void reading.catch((bug: Error) => runner.run(() => Promise.reject(bug)).catch(() => {}));
    }
  }

  /** Balance with the position marked to the price; null before the first `refresh`. */
  get equity(): Money | null {
    return this.#base === null ? null : this.#base + this.#parts.runner.figures().total;
  }

  /** The money for a new plan of this grid; without a balance before the first `refresh`. */
  funds(margin_check: 'warn' | 'refuse'): Funds {
    const { equity } = this;
    const laid_out = this.#parts.runner.state.gaps.length > 0;
    const balance = equity === null ? {} : { balance: formatMoney(equity) };
    return { margin_check, laid_out, ...balance };
  }

  /** The position of `state` and what stands beside it, at the price; null without equity. */
  exposure(state: GridState): Exposure | null {
    const { equity } = this;
    if (equity === null) return null;
    const lots = state.books.position_lots + (this.#parts.aside?.lots ?? 0);
    return { lots, equity, ticks: this.#parts.runner.ticks };
  }

  /** Liquidation prices of `state`, with equity and price as they are now; null without equity. */
  liquidations(state: GridState): Liquidations | null {
    const exposure = this.exposure(state);
    if (exposure === null) return null;
    return liquidations(this.#parts.market, exposure, restingOrders(state));
  }

  /** Age of the books at the last read, milliseconds of the market's clock. */
  get ageMs(): number {
    return this.#ageMs;
  }

  /**
   * Refuses with `code` an adjust after which the range could not be walked alive, or liquidation
   * would come before the stop-loss (GRID 7). What stays as it is is not judged again.
   */
  assertSurvives(preview: AdjustPreview, code: 'ADJUST_REFUSED' | 'GRID_REFUSED'): void {
    const found = this.liquidations(preview.after);
    if (found === null) return;
    const { market, runner } = this.#parts;
    const before = runner.state.plan;
    const problems = survivalProblems(market, before, preview, { found, ticks: runner.ticks });
    const [first] = problems;
    if (first === undefined) return;
    const prefix = code === 'GRID_REFUSED' ? 'strategy_config.' : '';
    throw new GriddError(code, `This adjust was refused: ${first.message}`, {
      problems: problems.map((problem) => ({ ...problem, path: prefix + problem.path })),
    });
  }

  /** What the grid works with and earns on it; `values`: those in force. */
  yieldOf(
    values: Pick<DesignInput, 'investment' | 'leverage'>,
  ): Required<Pick<StatusView, 'investment' | 'apr'>> {
    const { market, runner } = this.#parts;
    const { plan, run } = runner.state;
    const investment = investmentOf(market, plan, values, run.start_ticks ?? runner.ticks);
    const { grid_profit, total } = runner.figures();
    const rate = (profit: Money) => apr(profit, investment, this.#ageMs);
    return {
      investment: formatMoney(investment),
      apr: { grid: rate(grid_profit), total: rate(total) },
    };
  }

  // Books of an older version did not note it: their present run is the best that is known.
  #beganAt(now: number): number {
    const { books, runner } = this.#parts;
    const noted = books.meta(BEGAN);
    if (noted !== null) return Number(noted);
    const { number, started_at_ms } = runner.state.run;
    if (number === 0) return now;
    const began = Math.min(now, started_at_ms);
    runner.keep(() => books.setMeta(BEGAN, String(began)));
    return began;
  }
}

/** Prices in ticks as text. */
export function liquidationView(market: Market, found: Liquidations): LiquidationView {
  const text = (ticks: number | null) => (ticks === null ? null : priceText(market, ticks));
  return {
    now: text(found.now),
    buys_filled: text(found.buys_filled),
    sells_filled: text(found.sells_filled),
    nearest_percent: found.nearest_percent,
    alarm: found.alarm,
  };
}

/** The warning that liquidation is near, with the nearest price; none while it is not. */
export function liquidationAlarm(market: Market, ticks: number, found: Liquidations): string[] {
  if (!found.alarm) return [];
  const cases = [
    { when: 'as it stands', at: found.now },
    { when: 'with all buys filled', at: found.buys_filled },
    { when: 'with all sells filled', at: found.sells_filled },
  ];
  const distance = ({ at }: { at: number | null }) => {
    return at === null ? Infinity : Math.abs(at - ticks);
  };
  const [nearest] = cases.sort((a, b) => distance(a) - distance(b));
  if (nearest === undefined || nearest.at === null) return [];
  const price = priceText(market, nearest.at);
  const away = `${found.nearest_percent} % from the price`;
  return [`Liquidation is near: at ${price} ${nearest.when}, ${away}.`];
}
