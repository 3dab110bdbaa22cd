/**
 * The life of a grid on one venue: recovery, runs, comparisons, stop and receipts; no config file,
 * no page, no process. Whoever holds it calls `tick` each second, inside a runner task. Start and
 * crash recovery are the same code.
 */
import type { StopReceipt } from '../contract/instance-api.ts';
import type { StrategyValues } from '../contract/instance-config.ts';
import type { Market } from '../contract/market.ts';
import type { OnStop } from '../contract/trading.ts';
import type { GridState } from '../engine/index.ts';
import type { Venue } from '../exchange/port.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Books } from '../store/index.ts';
import { reconcile } from './reconcile.ts';
import type { ReconcileParts } from './reconcile.ts';
import { NEW_RUN_CLOCK, elapsed, goOn, halt, parseRunClock } from './run-clock.ts';
import { Runner } from './runner.ts';

/** What a session works with; all of it the real thing, also in tests. */
export interface SessionParts {
  readonly market: Market;
  readonly venue: Venue;
  readonly books: Books;
  readonly clock: Clock;
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

export class Session {
  readonly runner: Runner;
  readonly #parts: SessionParts;
  readonly #comparison: ReconcileParts;
  #nextComparison = 0;

  constructor(parts: SessionParts) {
    const { market, venue, books, clock, log, tag } = parts;
    this.#parts = parts;
    this.runner = new Runner(parts);
    const { runner } = this;
    this.#comparison = { runner, venue, books, market, tag, log, now: () => clock.now() };
  }

  /** Ended for good in this run: the process has nothing more to do. */
  get done(): boolean {
    return this.runner.gridState === 'finished' && !this.#endedBySource;
  }

  /** Brings books and venue to one truth: the first step of every start. */
  async recover(): Promise<void> {
    await this.runner.run(() => reconcile(this.#comparison));
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
    const now = clock.now();
    const before = finished ? NEW_RUN_CLOCK : this.#runClock;
    const meta = { run_clock: JSON.stringify(goOn(before, now)), ended_by: '' };
    if (finished) log.info('a new run begins on the same books');
    await runner.run(() =>
      runner.apply({ type: 'start', ticks: runner.ticks, at_ms: now }, { meta }),
    );
  }

  /** Lets the venue's events in. */
  async connect(): Promise<void> {
    await this.#parts.venue.connect((event) => this.runner.take(event));
  }

  /** What is due by time. Inside a runner task only. */
  async tick(): Promise<void> {
    await this.#checkDuration();
    await this.#compareWhenDue();
  }

  /** Comparisons come at least as often as the interval now in force. */
  intervalChanged(): void {
    const soon = this.#parts.clock.monotonic() + this.#interval;
    this.#nextComparison = Math.min(this.#nextComparison, soon);
  }

  /** The stop command: a fence, then the receipt. */
  async stop(wanted: Partial<OnStop>): Promise<StopReceipt> {
    const onStop = { ...this.runner.state.plan.on_stop, ...wanted };
    return this.runner.stop(onStop, 'stop', this.#halted(this.#parts.clock.now()));
  }

  /** Safe mode: cancels what rests of ours and books what was missed; places nothing. */
  async clearOrders(): Promise<StopReceipt> {
    const { runner } = this;
    const at_ms = this.#parts.clock.now();
    const meta = this.#halted(at_ms);
    const on_stop = { orders: 'cancel', position: 'keep' } as const;
    // One task, so that who is told to end meanwhile ends after it.
    return runner.run(async () => {
      // The fence first: a fill that nobody saw must cause nothing now.
      await runner.apply({ type: 'stop', on_stop, reason: 'safe mode', at_ms }, { meta });
      await runner.settle();
      await reconcile(this.#comparison);
      await runner.settle();
      return runner.makeReceipt();
    });
  }

  /** Writes the receipt of a run's end, once a run. */
  async writeEndReceipt(): Promise<void> {
    const { books } = this.#parts;
    const run = String(this.runner.state.run.number);
    if (books.meta('receipt_of_run') === run) return;
    await this.runner.run(() => this.runner.makeReceipt());
    this.runner.keep(() => books.setMeta('receipt_of_run', run));
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

  #halted(nowMs: number): Record<string, string> {
    return { run_clock: JSON.stringify(halt(this.#runClock, nowMs)) };
  }

  async #checkDuration(): Promise<void> {
    const { duration } = this.#parts.strategy();
    const { runner } = this;
    const going = ['running', 'paused', 'waiting', 'tripped'].includes(runner.gridState);
    if (duration === undefined || !going) return;
    const now = this.#parts.clock.now();
    if (elapsed(this.#runClock, now) < duration * 1000) return;
    const { on_stop } = runner.state.plan;
    await runner.apply({ type: 'end', on_stop, reason: 'duration', at_ms: now });
  }

  async #compareWhenDue(): Promise<void> {
    const now = this.#parts.clock.monotonic();
    if (now < this.#nextComparison) return;
    const first = this.#nextComparison === 0;
    this.#nextComparison = now + this.#interval;
    // The start itself has just compared.
    if (!first) await reconcile(this.#comparison);
  }
}
