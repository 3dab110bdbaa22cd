/**
 * What the page of the bot asks for beside the figures: charts, heat, the engine's state, and long
 * tables in pages. Reads the books and the runner; changes nothing.
 */
import type { Market } from '../contract/market.ts';
import { priceText, ticksOf } from '../contract/market.ts';
import type {
  BotHealth,
  CandleInterval,
  CandleView,
  CurveSpan,
  EngineView,
  EquityView,
  FillPage,
  Happening,
  LineHeat,
  OrderPage,
  PageMarks,
  PageService,
} from '../contract/page-api.ts';
import { encodeState } from '../engine/index.ts';
import type { Clock } from '../platform/clock.ts';
import { logMark } from '../platform/log-reading/log-files.ts';
import {
  STEPS,
  newestRows,
  readCandles,
  readFillPage,
  readHappenings,
  readLineFills,
  readOrderPage,
} from '../store/index.ts';
import type { Books } from '../store/index.ts';
import type { HealthWatch } from './bot-health.ts';
import type { ChartRecord } from './chart-record.ts';
import type { Runner } from './runner.ts';
import { TotalCurve } from './total-curve.ts';

export interface PageReadsParts {
  readonly market: Market;
  readonly books: Books;
  readonly runner: Runner;
  readonly charts: ChartRecord;
  /** What the engine's state does not hold of `EngineView`. */
  readonly engineFacts: () => Omit<EngineView, 'market' | 'state' | 'price'>;
  /** Quote currency the grid works with. */
  readonly investment: () => string;
  readonly health: HealthWatch;
  /** Moves with each change of an order. */
  readonly orderChanges: () => number;
  /** The bot's log folder; null: not known. */
  readonly logDir: string | null;
  readonly clock: Clock;
}

/** So often it is looked whether the log has grown. */
const LOG_LOOK_MS = 1000;

export class PageReads implements PageService {
  readonly #parts: PageReadsParts;
  readonly #curve: TotalCurve;
  #marks: PageMarks | null = null;
  #log = { mark: 0, lookAt: -Infinity };

  constructor(parts: PageReadsParts) {
    this.#parts = parts;
    this.#curve = new TotalCurve(parts);
  }

  candles(interval: CandleInterval, from: number, to: number): readonly CandleView[] {
    const { books, charts } = this.#parts;
    const stored = readCandles(books.db, STEPS[interval], from, to);
    return charts.over(interval, stored, from, to).map(({ time, open, high, low, close }) => {
      return { time, open, high, low, close };
    });
  }

  equity(span: CurveSpan): Promise<EquityView> {
    return this.#curve.over(span);
  }

  heat(from: number): readonly LineHeat[] {
    const { market, books, runner } = this.#parts;
    const counts = new Map<string, number>();
    for (const { price, side, fills } of readLineFills(books.db, from)) {
      counts.set(`${ticksOf(market, price)} ${side}`, fills);
    }
    return runner.state.plan.lines.map((ticks, index) => ({
      index,
      price: priceText(market, ticks),
      buys: counts.get(`${ticks} buy`) ?? 0,
      sells: counts.get(`${ticks} sell`) ?? 0,
    }));
  }

  engine(): EngineView {
    const { market, runner, engineFacts } = this.#parts;
    const price = priceText(market, runner.ticks);
    return { market: market.rules, state: encodeState(runner.state), price, ...engineFacts() };
  }

  fills(limit: number, before: string | null): FillPage {
    return readFillPage(this.#parts.books.db, limit, before);
  }

  orders(limit: number, before: string | null, status: string | null): OrderPage {
    return readOrderPage(this.#parts.books.db, limit, before, status);
  }

  happenings(limit: number, before: number | null): readonly Happening[] {
    return readHappenings(this.#parts.books.db, limit, before);
  }

  health(): BotHealth {
    return this.#parts.health.read();
  }

  marks(): PageMarks {
    const { books, charts, orderChanges } = this.#parts;
    const marks: PageMarks = {
      ...{ candles: charts.mark, orders: orderChanges(), log: this.#logMark() },
      ...newestRows(books.db),
    };
    const last = this.#marks;
    const names = Object.keys(marks) as (keyof PageMarks)[];
    if (last === null || names.some((name) => last[name] !== marks[name])) this.#marks = marks;
    return this.#marks ?? marks;
  }

  #logMark(): number {
    const { logDir, clock } = this.#parts;
    const now = clock.monotonic();
    if (logDir === null || now < this.#log.lookAt) return this.#log.mark;
    this.#log = { mark: logMark(logDir), lookAt: now + LOG_LOOK_MS };
    return this.#log.mark;
  }
}
