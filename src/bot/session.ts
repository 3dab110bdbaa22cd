/**
 * The life of a grid on one venue: recovery, runs, comparisons, stop and receipts; no config file,
 * no page, no process. Whoever holds it calls `tick` each second, inside a runner task. Start and
 * crash recovery are the same code.
 */
import type { ReceiptKind, StopReceipt } from '../contract/instance-api.ts';
import type { StrategyValues } from '../contract/instance-config.ts';
import { formatMoney } from '../contract/decimal.ts';
import type { Market } from '../contract/market.ts';
import { sizeText } from '../contract/market.ts';
import type { OnStop } from '../contract/trading.ts';
import { liveOrders } from '../engine/index.ts';
import type { GridState } from '../engine/index.ts';
import type { Venue } from '../exchange/port.ts';
import type { Clock } from '../platform/clock.ts';
import { isoTime } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Books } from '../store/index.ts';
import { bookFunding } from './funding.ts';
import { BOOKS_BEGAN, cutPeriod, dayIsOver } from './receipt.ts';
import { reconcile } from './reconcile.ts';
import type { ReconcileParts } from './reconcile.ts';
import {
  NEW_RUN_CLOCK,
  carriedOn,
  elapsed,
  goOn,
  halt,
  parseRunClock,
  runMoment,
} from './run-clock.ts';
import { Runner } from './runner.ts';
import { ENDING, parseEnding } from './turn.ts';
import { VenueClock } from './venue-clock.ts';

/** What a session works with; all of it the real thing, also in tests. */
export interface SessionParts {
  readonly market: Market;
  readonly venue: Venue;
  readonly books: Books;
  readonly clock: Clock;
  /** The present boot of the machine. */
  readonly bootId: string;
  readonly log: Logger;
  /** Our mark in client ids. */
  readonly tag: string;
  readonly state: GridState;
  /** Price at the opening, ticks. */
  readonly ticks: number;
  /** Values in force; replaced when the file is read anew. */
  readonly strategy: () => Pick<StrategyValues, 'duration' | 'interval'>;
  /** Told of anything thrown that is not the user's to mend: the process must end. */
  readonly onBug: (error: unknown) => void;
}

/** So often the run clock is stored: the most of it that a reboot must take from the wall clock. */
const RUN_CLOCK_MS = 60_000;

export class Session {
  readonly runner: Runner;
  /** The venue's time and how far ours is from it. */
  readonly venueClock: VenueClock;
  readonly #parts: SessionParts;
  readonly #comparison: ReconcileParts;
  #nextComparison = 0;
  #runClockStored = 0;

  constructor(parts: SessionParts) {
    const { market, venue, books, clock, log, tag } = parts;
    this.#parts = parts;
    this.runner = new Runner(parts);
    this.venueClock = new VenueClock(venue, clock);
    const { runner } = this;
    this.#comparison = { runner, venue, books, market, tag, log, now: () => clock.now() };
  }

  /** Ended for good in this run: the process has nothing more to do. */
  get done(): boolean {
    return this.runner.gridState === 'finished' && !this.#endedBySource;
  }

  /** Brings books and venue to one truth: the first step of every start. */
  async recover(): Promise<void> {
    await this.runner.run(() => this.#compare());
  }

  /** Continues the run, or begins a new one after an end (only at a user's `start`). */
  async begin(cause: 'start' | 'restart'): Promise<void> {
    const { runner } = this;
    const { clock, log } = this.#parts;
    const finished = runner.gridState === 'finished';
    if (finished && (this.#endedBySource || cause === 'restart')) {
      const source = 'the replay has ended; --fresh runs it again';
      log.info(this.#endedBySource ? source : 'the run ended');
      return;
    }
    const at_ms = clock.now();
    const before = finished ? NEW_RUN_CLOCK : this.#runClock;
    const began = this.#parts.books.meta(BOOKS_BEGAN) ?? String(at_ms);
    const run_clock = JSON.stringify(goOn(before, this.#moment));
    const meta = { run_clock, ended_by: '', [BOOKS_BEGAN]: began };
    if (finished) log.info('a new run begins on the same books');
    await runner.run(() => runner.apply({ type: 'start', ticks: runner.ticks, at_ms }, { meta }));
  }

  /** Lets the venue's events in. */
  async connect(): Promise<void> {
    await this.#parts.venue.connect((event) => this.runner.take(event));
  }

  /** What is due by time. Inside a runner task only. */
  async tick(): Promise<void> {
    await this.#checkDuration();
    await this.#compareWhenDue();
    if (dayIsOver(this.#parts.books, this.#parts.clock.now())) await this.#receipt('day');
    this.#storeRunClock();
  }

  /** Comparisons come at least as often as the interval now in force. */
  intervalChanged(): void {
    const soon = this.#parts.clock.monotonic() + this.#interval;
    this.#nextComparison = Math.min(this.#nextComparison, soon);
  }

  /** The stop command: a fence, then the receipt. */
  async stop(wanted: Partial<OnStop>): Promise<StopReceipt> {
    const { runner } = this;
    const on_stop = { ...runner.state.plan.on_stop, ...wanted };
    const meta = this.#halted();
    await runner.run(() => {
      const at_ms = this.#parts.clock.now();
      return runner.apply({ type: 'stop', on_stop, reason: 'stop', at_ms }, { meta });
    });
    await runner.untilGridState(['stopped', 'finished']);
    return runner.run(() => this.#receipt('stop'));
  }

  /** Safe mode: cancels what rests of ours and books what was missed; places nothing. */
  async clearOrders(): Promise<StopReceipt> {
    const { runner } = this;
    const at_ms = this.#parts.clock.now();
    const meta = this.#halted();
    const on_stop = { orders: 'cancel', position: 'keep' } as const;
    // One task, so that who is told to end meanwhile ends after it.
    return runner.run(async () => {
      // The fence first: a fill that nobody saw must cause nothing now.
      await runner.apply({ type: 'stop', on_stop, reason: 'safe mode', at_ms }, { meta });
      await runner.settle();
      await this.#compare();
      await runner.settle();
      return this.#receipt('stop');
    });
  }

  /** Writes the receipt of a run's end, once a run. */
  async writeEndReceipt(): Promise<void> {
    const { books } = this.#parts;
    const run = String(this.runner.state.run.number);
    if (books.meta('receipt_of_run') === run) return;
    await this.runner.run(() => this.#receipt('end', { receipt_of_run: run }));
  }

  get #endedBySource(): boolean {
    return this.#parts.books.meta('ended_by') === 'source';
  }

  get #interval(): number {
    return this.#parts.strategy().interval * 1000;
  }

  get #runClock() {
    return parseRunClock(this.#parts.books.meta('run_clock'));
  }

  get #moment() {
    return runMoment(this.#parts.clock, this.#parts.bootId);
  }

  #halted(): Record<string, string> {
    return { run_clock: JSON.stringify(halt(this.#runClock, this.#moment)) };
  }

  #storeRunClock(): void {
    const now = this.#parts.clock.monotonic();
    if (now - this.#runClockStored < RUN_CLOCK_MS) return;
    this.#runClockStored = now;
    const present = this.#runClock;
    const carried = carriedOn(present, this.#moment);
    if (carried === present) return;
    this.runner.keep(() => this.#parts.books.setMeta('run_clock', JSON.stringify(carried)));
  }

  /** Makes and stores a receipt. Inside a runner task only. */
  async #receipt(kind: ReceiptKind, meta: Record<string, string> = {}): Promise<StopReceipt> {
    const { market, books, clock } = this.#parts;
    const { runner } = this;
    const figures = runner.figures();
    const at_ms = clock.now();
    const left = liveOrders(runner.state).length;
    const ending = parseEnding(books.meta(ENDING));
    const cut = cutPeriod(market, books, kind, { at_ms, ticks: runner.ticks, figures });
    const body: StopReceipt = {
      reason: kind === 'day' ? 'day' : ending.reason,
      orders_cancelled: kind === 'day' ? 0 : Math.max(0, ending.open - left),
      orders_left: left,
      position: sizeText(market, figures.position_lots),
      grid_profit: formatMoney(figures.grid_profit),
      unpaired: formatMoney(figures.unpaired),
      total_pnl: formatMoney(figures.total),
      at: isoTime(at_ms),
      period: cut.period,
    };
    const { after_fill, last_fill } = cut;
    const receipt = { kind, body, after_fill, last_fill };
    await runner.record({ receipt, meta: { ...cut.meta, ...meta } });
    return body;
  }

  /** Brings books and venue to one truth. Inside a runner task only. */
  async #compare(): Promise<void> {
    await this.venueClock.measure();
    // What was paid comes before sums are compared.
    await bookFunding(this.#comparison);
    await reconcile(this.#comparison);
  }

  async #checkDuration(): Promise<void> {
    const { duration } = this.#parts.strategy();
    const { runner } = this;
    const going = ['running', 'paused', 'waiting', 'tripped'].includes(runner.gridState);
    if (duration === undefined || !going) return;
    if (elapsed(this.#runClock, this.#moment) < duration * 1000) return;
    const { on_stop } = runner.state.plan;
    const at_ms = this.#parts.clock.now();
    await runner.apply({ type: 'end', on_stop, reason: 'duration', at_ms });
  }

  async #compareWhenDue(): Promise<void> {
    const now = this.#parts.clock.monotonic();
    if (now < this.#nextComparison) return;
    const first = this.#nextComparison === 0;
    this.#nextComparison = now + this.#interval;
    // The start itself has just compared.
    if (!first) await this.#compare();
  }
}
