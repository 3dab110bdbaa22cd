/**
 * The life of a grid on one venue: recovery, runs, comparisons, stop and receipts; no config file,
 * no page, no process. Whoever holds it calls `tick` each second, inside a runner task. Start and
 * crash recovery are the same code.
 */
import type { StopReceipt } from '../contract/instance-api.ts';
import type { StrategyValues } from '../contract/instance-config.ts';
import type { OnStop } from '../contract/trading.ts';
import { BudgetHeld, VenueFault } from '../exchange/port.ts';
import type { VenueEvent } from '../exchange/port.ts';
import { ComparisonSchedule } from './comparison-schedule.ts';
import { DeadMan } from './dead-man.ts';
import { bookFunding } from './funding.ts';
import { GridEnd, STARTS_AGAIN, asked } from './grid-end.ts';
import type { PositionDifference } from './position-check.ts';
import { BOOKS_BEGAN, dayIsOver } from './receipt.ts';
import { Comparison } from './reconcile.ts';
import { Refusal } from './refusal.ts';
import { RunTime } from './run-time.ts';
import { Runner } from './runner.ts';
import type { RunnerParts } from './runner.ts';
import type { SetAside } from './set-aside.ts';
import { StreamWatch } from './stream-watch.ts';
import { VenueClock } from './venue-clock.ts';

/** What a session works with; all of it the real thing, also in tests. */
export interface SessionParts extends Omit<RunnerParts, 'venueTime'> {
  /** The present boot of the machine. */
  readonly bootId: string;
  /** Values in force; replaced when the file is read anew. */
  readonly strategy: () => Pick<StrategyValues, 'duration' | 'interval'>;
  /** What of the venue's position is not the grid's; absent: nothing. */
  readonly aside?: SetAside;
  /** The stop-loss is to rest at the venue as well, where that watches stop orders. */
  readonly venueStops?: boolean;
  /** Milliseconds after which the venue's dead man's switch fires; null: it is not wanted. */
  readonly deadManMs?: () => number | null;
}

const MISSED = 'The stream may have missed something; it is being asked for.';
/** Least time between two comparisons of which the second confirms the first. */
const CONFIRM_MS = 1000;
/** Comparisons at a start until a difference is confirmed. */
const CONFIRM_ROUNDS = 3;

export class Session {
  readonly runner: Runner;
  /** The venue's time and how far ours is from it. */
  readonly venueClock: VenueClock;
  readonly #parts: SessionParts;
  readonly #comparison: Comparison;
  readonly #schedule: ComparisonSchedule;
  readonly #stream: StreamWatch;
  readonly #runTime: RunTime;
  readonly #end: GridEnd;
  readonly #deadMan: DeadMan;
  /** Our budget held the question for funding back: it comes first next time. */
  #fundingOwed = false;
  #recovering = false;
  /** It recovers for nothing but a panic. */
  #fenced = false;
  /** A stop came before the run was begun: it is not begun any more. */
  #stoppedEarly = false;
  readonly refusal = new Refusal();
  #closed = false;

  constructor(parts: SessionParts) {
    const { market, books, clock, log, tag, venue, aside } = parts;
    this.#parts = parts;
    this.runner = new Runner({ ...parts, venueTime: () => this.venueClock });
    const { runner } = this;
    this.venueClock = new VenueClock(runner.venue, clock);
    this.#comparison = new Comparison({ runner, books, market, clock, log, aside });
    this.#schedule = new ComparisonSchedule(() => this.#interval, tag, clock.monotonic());
    this.#stream = new StreamWatch(venue.capabilities.silence_ms);
    this.#runTime = new RunTime(books, clock, parts.bootId);
    this.#end = new GridEnd({
      ...{ runner, books, market, clock, runTime: this.#runTime },
      compare: () => this.#compare(),
      clearStrays: () => this.#comparison.clearStrays(),
      confirmMs: this.#confirmMs,
    });
    const timeoutMs = parts.deadManMs ?? (() => null);
    this.#deadMan = new DeadMan({ runner, books, clock, log, timeoutMs });
  }

  /** Milliseconds since the stream's last word; null: it cannot be silent. */
  get streamAge(): number | null {
    return this.#stream.age(this.#parts.clock.monotonic());
  }

  /** Ended for good in this run: the process has nothing more to do. */
  get done(): boolean {
    return this.runner.gridState === 'finished' && !this.#endedBySource;
  }

  /**
   * Brings books and venue to one truth: the first step of every start. Rejects where the venue
   * refuses for good.
   */
  async recover(): Promise<void> {
    const { clock } = this.#parts;
    this.#recovering = true;
    for (let confirmed = 0; confirmed < CONFIRM_ROUNDS && !this.#closed; ) {
      const answered = await this.runner.run(() => this.#compare());
      if (answered && !this.#comparison.position.suspicious) return;
      // Nothing is begun before the venue has answered, however long that takes.
      this.refusal.assertNone(this.runner.venue.name);
      if (answered) confirmed += 1;
      await clock.delay(answered ? this.#confirmMs : this.#schedule.wait(clock.monotonic()));
    }
  }

  /** Recovers behind a fence: what nobody saw is booked, causes nothing, and nothing is begun. */
  async recoverFenced(): Promise<void> {
    // Orders stay for the panic itself, whose receipt counts what it cancels.
    const on_stop = { orders: 'keep', position: 'keep' } as const;
    this.#fenced = true;
    await this.runner.run(() => this.#end.raiseFence(on_stop, 'panic'));
    await this.recover();
    this.#recovering = false;
  }

  /** Continues the run, or begins a new one after an end (only at a user's `start`). */
  async begin(cause: 'start' | 'restart'): Promise<void> {
    const { runner } = this;
    const { clock, log } = this.#parts;
    this.#recovering = false;
    if (this.#stoppedEarly) return;
    const finished = runner.gridState === 'finished';
    if (finished && (this.#endedBySource || cause === 'restart')) {
      const source = 'the replay has ended; --fresh runs it again';
      log.info(this.#endedBySource ? source : 'the run ended');
      return;
    }
    const at_ms = clock.now();
    const began = this.#parts.books.meta(BOOKS_BEGAN) ?? String(at_ms);
    const run_clock = this.#runTime.going(finished);
    const unfinished = runner.state.stopping?.final === 'stopped' ? 'yes' : '';
    const again: Record<string, string> =
      cause === 'start' ? { [STARTS_AGAIN]: unfinished } : {};
    const meta = { ...run_clock, ended_by: '', [BOOKS_BEGAN]: began, ...again };
    if (finished) log.info('a new run begins on the same books');
    await this.#lookAtPrice();
    await runner.run(() => runner.apply(this.#startEvent(), { meta }));
    await runner.run(() => this.#startAgain());
  }

  #startEvent() {
    const { ticks, state } = this.runner;
    const known = state.mark === null ? {} : { mark_ticks: state.mark };
    const at_ms = this.runner.venueNow();
    return { type: 'start', ticks, ...known, venue_stops: this.#venueStops, at_ms } as const;
  }

  /** Whether the stop-loss is to rest at the venue as well, as the account is now. */
  get #venueStops(): boolean {
    const { venue, venueStops = false } = this.#parts;
    return venueStops && venue.capabilities.trigger_orders;
  }

  /** The price of the opening may be old by now, and says nothing of the mark price. */
  async #lookAtPrice(): Promise<void> {
    const { runner } = this;
    await asked(runner, async () => runner.takePrice(await runner.venue.price()));
  }

  /** A start that found a stop unfinished lets it end first, then starts. Inside a task only. */
  async #startAgain(): Promise<void> {
    const { runner } = this;
    if (runner.gridState !== 'stopped' || this.#parts.books.meta(STARTS_AGAIN) !== 'yes') return;
    await runner.apply(this.#startEvent(), { meta: { [STARTS_AGAIN]: '' } });
  }

  /** Lets the venue's events in. */
  async connect(): Promise<void> {
    const { venue, clock } = this.#parts;
    await venue.connect((event) => this.hear(event));
    this.#stream.opened(clock.monotonic());
    // What happened between the first comparison and this moment was told to nobody.
    if (!venue.capabilities.lockstep) this.#schedule.within(0, clock.monotonic());
  }

  /** Takes one event of the venue's stream. */
  async hear(event: VenueEvent): Promise<void> {
    if (this.#closed) return;
    const { runner } = this;
    const now = this.#parts.clock.monotonic();
    const missed = this.#stream.hears(event, now);
    runner.setDegraded('stream', this.#stream.fault(now) ?? (missed ? MISSED : null));
    await runner.take(event);
    if (missed && !this.#closed) await runner.run(() => this.#compare());
  }

  /** Ends the stream of events and what goes on by itself; orders stay as they are. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#deadMan.close();
    await this.#parts.venue.close();
    await this.runner.close();
  }

  /** What is due by time. Inside a runner task only. */
  async tick(): Promise<void> {
    await this.#startAgain();
    await this.#checkDuration();
    await this.#deadMan.tick(this.#isGoing);
    await this.#watchStream();
    if (this.runner.answers) this.#schedule.answered(this.#parts.clock.monotonic());
    if (this.#schedule.isDue(this.#parts.clock.monotonic())) await this.#compare();
    if (dayIsOver(this.#parts.books, this.#parts.clock.now())) await this.#end.receipt('day');
    this.#runTime.carryOn((write) => this.runner.keep(write));
  }

  /** Comparisons come at least as often as the interval now in force. */
  intervalChanged(): void {
    this.#schedule.within(this.#interval, this.#parts.clock.monotonic());
  }

  /** The stop command: a fence, then the receipt. */
  async stop(wanted: Partial<OnStop>): Promise<StopReceipt> {
    this.#stoppedEarly = this.#recovering;
    const receipt = await this.#end.stop(wanted);
    // Orders that are kept must not be cancelled for want of a bot.
    await this.#deadMan.leave();
    return receipt;
  }

  /** Cancels and closes now, whatever the grid is doing; the receipt says what would not go. */
  panic(): Promise<StopReceipt> {
    this.#stoppedEarly = this.#recovering;
    return this.#end.panic();
  }

  /**
   * Takes the venue's position for true (GRID 10) and answers what differed; `dry`: only answers.
   * Rejects with a `VenueFault` when the venue does not say.
   */
  acceptPosition(dry: boolean): Promise<PositionDifference> {
    const { runner } = this;
    return runner.run(async () => {
      const difference = await this.#comparison.position.accept(dry);
      // Nothing is set aside any more: the venue may watch all of the position.
      const on = this.#venueStops;
      if (!dry && on !== runner.state.venue_stops) {
        await runner.apply({ type: 'venue_stops', on, at_ms: runner.venueNow() });
      }
      return difference;
    });
  }

  /** Safe mode: cancels what rests of ours and books what was missed; places nothing. */
  clearOrders(): Promise<StopReceipt> {
    return this.#end.clearOrders();
  }

  /** Writes the receipt of a run's end, once a run. */
  writeEndReceipt(): Promise<void> {
    return this.#end.writeEndReceipt();
  }

  get #endedBySource(): boolean {
    return this.#parts.books.meta('ended_by') === 'source';
  }

  get #interval(): number {
    return this.#parts.strategy().interval * 1000;
  }

  /**
   * Brings books and venue to one truth; false when the venue did not answer: it is asked again,
   * with growing pauses. Inside a runner task only.
   */
  async #compare(): Promise<boolean> {
    const { clock } = this.#parts;
    const { runner } = this;
    let fundingWait = 0;
    try {
      // What a fill causes may be sent at once, and is held against the last minute.
      if (this.venueClock.offset === null) await this.venueClock.measure();
      const wasOwed = this.#fundingOwed;
      if (wasOwed) await this.#bookFunding();
      await this.#comparison.bookFills();
      await this.venueClock.measure();
      // What was paid comes before sums are compared.
      if (!wasOwed) await this.#bookFunding();
      await this.#comparison.compare();
      // Only now is it known how long the budget needs for it; sooner it would be held for ever.
      if (this.#fundingOwed) fundingWait = await this.#bookFunding();
    } catch (error) {
      if (!(error instanceof VenueFault)) throw error;
      const urgent = this.#fenced || runner.gridState === 'stopping';
      this.#schedule.failed(clock.monotonic(), error.retry_after_ms, urgent);
      this.refusal.failed(error, clock.monotonic());
      runner.unanswered(error);
      return false;
    }
    const now = clock.monotonic();
    this.#schedule.done(now, fundingWait);
    this.refusal.answered();
    if (this.#comparison.position.suspicious) this.#schedule.within(this.#confirmMs, now);
    runner.setDegraded('stream', this.#stream.fault(now));
    return true;
  }

  /** Books what was paid; answers for how long our budget holds the question back, ms. */
  async #bookFunding(): Promise<number> {
    const { books } = this.#parts;
    const { runner } = this;
    try {
      await bookFunding({ runner, venue: runner.venue, books });
      this.#fundingOwed = false;
      return 0;
    } catch (error) {
      // A fault must not come before the fills next time.
      this.#fundingOwed = error instanceof BudgetHeld;
      if (!(error instanceof BudgetHeld)) throw error;
      return error.retry_after_ms ?? 0;
    }
  }

  get #confirmMs(): number {
    return Math.max(CONFIRM_MS, this.#parts.venue.capabilities.listing_lag_ms);
  }

  /** A stream that fell silent is polled around: price, fills, orders, position. */
  async #watchStream(): Promise<void> {
    const { runner } = this;
    const now = this.#parts.clock.monotonic();
    const fault = this.#stream.fault(now);
    if (fault === null) return;
    runner.setDegraded('stream', fault);
    if (!this.#stream.pollDue(now)) return;
    try {
      await runner.takePrice(await runner.venue.price());
    } catch (error) {
      if (!(error instanceof VenueFault)) throw error;
      runner.unanswered(error);
      return;
    }
    this.#schedule.within(0, now);
  }

  get #isGoing(): boolean {
    return ['running', 'paused', 'waiting', 'tripped'].includes(this.runner.gridState);
  }

  async #checkDuration(): Promise<void> {
    const { duration } = this.#parts.strategy();
    const { runner } = this;
    if (duration === undefined || !this.#isGoing) return;
    if (this.#runTime.elapsed < duration * 1000) return;
    const { on_stop } = runner.state.plan;
    const at_ms = runner.venueNow();
    await runner.apply({ type: 'end', on_stop, reason: 'duration', at_ms });
  }
}
