/**
 * The life of a grid on one venue: recovery, runs, comparisons, stop and receipts; no config file,
 * no page, no process. Whoever holds it calls `tick` each second, inside a runner task. Start and
 * crash recovery are the same code.
 */
import type { ReceiptKind, StopReceipt } from '../contract/instance-api.ts';
import type { StrategyValues } from '../contract/instance-config.ts';
import { formatMoney } from '../contract/decimal.ts';
import { sizeText } from '../contract/market.ts';
import type { OnStop } from '../contract/trading.ts';
import { liveOrders } from '../engine/index.ts';
import { VenueFault } from '../exchange/port.ts';
import type { VenueEvent } from '../exchange/port.ts';
import { isoTime } from '../platform/clock.ts';
import { ComparisonSchedule } from './comparison-schedule.ts';
import { bookFunding } from './funding.ts';
import type { PositionDifference } from './position-check.ts';
import { BOOKS_BEGAN, cutPeriod, dayIsOver } from './receipt.ts';
import { Comparison } from './reconcile.ts';
import {
  NEW_RUN_CLOCK,
  carriedOn,
  elapsed,
  goOn,
  halt,
  parseRunClock,
  runMoment,
} from './run-clock.ts';
import { Refusal } from './refusal.ts';
import { Runner } from './runner.ts';
import type { RunnerParts } from './runner.ts';
import type { SetAside } from './set-aside.ts';
import { StreamWatch } from './stream-watch.ts';
import { ENDING, parseEnding } from './turn.ts';
import { VenueClock } from './venue-clock.ts';

/** What a session works with; all of it the real thing, also in tests. */
export interface SessionParts extends Omit<RunnerParts, 'venueNow'> {
  /** The present boot of the machine. */
  readonly bootId: string;
  /** Values in force; replaced when the file is read anew. */
  readonly strategy: () => Pick<StrategyValues, 'duration' | 'interval'>;
  /** What of the venue's position is not the grid's; absent: nothing. */
  readonly aside?: SetAside;
}

const MISSED = 'The stream may have missed something; it is being asked for.';
const PATIENT = true;
/** `yes`: the user's start waits for the end of a stop that was cut off. */
const STARTS_AGAIN = 'starts_again';
/** Least time between two comparisons of which the second confirms the first. */
const CONFIRM_MS = 1000;
/** Comparisons at a start until a difference is confirmed. */
const CONFIRM_ROUNDS = 3;
/** Rounds of a stop in which something of ours still rests at the venue. */
const CLEAR_ROUNDS = 10;
/** So long a panic waits for cancels and closes before it says what is left. */
const PANIC_PATIENCE_MS = 8000;
/** So often the run clock is stored: the most of it that a reboot must take from the wall clock. */
const RUN_CLOCK_MS = 60_000;

export class Session {
  readonly runner: Runner;
  /** The venue's time and how far ours is from it. */
  readonly venueClock: VenueClock;
  readonly #parts: SessionParts;
  readonly #comparison: Comparison;
  readonly #schedule: ComparisonSchedule;
  readonly #stream: StreamWatch;
  #runClockStored = 0;
  #recovering = false;
  /** A stop came before the run was begun: it is not begun any more. */
  #stoppedEarly = false;
  readonly refusal = new Refusal();
  #closed = false;

  constructor(parts: SessionParts) {
    const { market, books, clock, log, tag, venue, aside } = parts;
    this.#parts = parts;
    this.runner = new Runner({ ...parts, venueNow: () => this.venueClock.now() });
    const { runner } = this;
    this.venueClock = new VenueClock(runner.venue, clock);
    this.#comparison = new Comparison({ runner, books, market, clock, log, aside });
    this.#schedule = new ComparisonSchedule(() => this.#interval, tag, clock.monotonic());
    this.#stream = new StreamWatch(venue.capabilities.silence_ms);
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
    await this.runner.run(() => this.#raiseFence(on_stop, 'panic'));
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
    const before = finished ? NEW_RUN_CLOCK : this.#runClock;
    const began = this.#parts.books.meta(BOOKS_BEGAN) ?? String(at_ms);
    const run_clock = JSON.stringify(goOn(before, this.#moment));
    const unfinished = runner.state.stopping?.final === 'stopped' ? 'yes' : '';
    const again: Record<string, string> =
      cause === 'start' ? { [STARTS_AGAIN]: unfinished } : {};
    const meta = { run_clock, ended_by: '', [BOOKS_BEGAN]: began, ...again };
    if (finished) log.info('a new run begins on the same books');
    await this.#lookAtPrice();
    await runner.run(() => runner.apply(this.#startEvent(), { meta }));
    await runner.run(() => this.#startAgain());
  }

  #startEvent() {
    const { ticks, state } = this.runner;
    const known = state.mark === null ? {} : { mark_ticks: state.mark };
    return { type: 'start', ticks, ...known, at_ms: this.#parts.clock.now() } as const;
  }

  /** The price of the opening may be old by now, and says nothing of the mark price. */
  async #lookAtPrice(): Promise<void> {
    const { runner } = this;
    await this.#asked(async () => runner.takePrice(await runner.venue.price()));
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
    await this.#parts.venue.close();
    await this.runner.close();
  }

  /** What is due by time. Inside a runner task only. */
  async tick(): Promise<void> {
    await this.#startAgain();
    await this.#checkDuration();
    await this.#watchStream();
    if (this.runner.answers) this.#schedule.answered(this.#parts.clock.monotonic());
    if (this.#schedule.isDue(this.#parts.clock.monotonic())) await this.#compare();
    if (dayIsOver(this.#parts.books, this.#parts.clock.now())) await this.#receipt('day');
    this.#storeRunClock();
  }

  /** Comparisons come at least as often as the interval now in force. */
  intervalChanged(): void {
    this.#schedule.within(this.#interval, this.#parts.clock.monotonic());
  }

  /** The stop command: a fence, then the receipt. */
  stop(wanted: Partial<OnStop>): Promise<StopReceipt> {
    // A close under way, of a stop-loss or a panic, is called off only by `position: keep` itself.
    const how = () => {
      const { plan, stopping } = this.runner.state;
      return { ...plan.on_stop, ...stopping?.on_stop, ...wanted };
    };
    return this.#stopFor('stop', how, null);
  }

  /** Cancels and closes now, whatever the grid is doing; the receipt says what would not go. */
  panic(): Promise<StopReceipt> {
    return this.#stopFor(
      'panic',
      () => ({ orders: 'cancel', position: 'close' }),
      PANIC_PATIENCE_MS,
    );
  }

  /** `patienceMs`: the receipt is written then at the latest; null: once the stop has ended. */
  async #stopFor(
    reason: string,
    wanted: () => OnStop,
    patienceMs: number | null,
  ): Promise<StopReceipt> {
    const { runner } = this;
    const { clock } = this.#parts;
    this.#stoppedEarly = this.#recovering;
    const on_stop = await runner.run(() => this.#raiseFence(wanted(), reason));
    const over = runner.untilGridState(['stopped', 'finished']).then(() => true);
    const late = () => clock.delay(patienceMs ?? 0).then(() => false);
    const ended = patienceMs === null ? await over : await Promise.race([over, late()]);
    const closes = on_stop.position === 'close';
    if (ended && (closes || on_stop.orders === 'cancel')) await this.#clearStrays();
    return runner.run(() => this.#receipt('stop', {}, closes));
  }

  async #raiseFence(on_stop: OnStop, reason: string): Promise<OnStop> {
    const meta = this.#halted();
    const at_ms = this.#parts.clock.now();
    await this.runner.apply({ type: 'stop', on_stop, reason, at_ms }, { meta });
    return on_stop;
  }

  /**
   * Takes the venue's position for true (GRID 10) and answers what differed; `dry`: only answers.
   * Rejects with a `VenueFault` when the venue does not say.
   */
  acceptPosition(dry: boolean): Promise<PositionDifference> {
    return this.runner.run(() => this.#comparison.position.accept(dry));
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
      await runner.settle(PATIENT);
      await this.#compare();
      await runner.settle(PATIENT);
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
    const run_clock = JSON.stringify(halt(this.#runClock, this.#moment));
    return { run_clock, [STARTS_AGAIN]: '' };
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

  /** Makes and stores a receipt; `closes`: of a close. Inside a runner task only. */
  async #receipt(
    kind: ReceiptKind,
    meta: Record<string, string> = {},
    closes = false,
  ): Promise<StopReceipt> {
    const { market, books, clock } = this.#parts;
    const { runner } = this;
    const figures = runner.figures();
    const at_ms = clock.now();
    const left = liveOrders(runner.state).length;
    const ending = parseEnding(books.meta(ENDING));
    const flat = left === 0 && figures.position_lots === 0;
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
      ...(flat || !closes ? {} : { why_not_flat: this.#whyNotFlat() }),
    };
    const { after_fill, last_fill } = cut;
    const receipt = { kind, body, after_fill, last_fill };
    await runner.record({ receipt, meta: { ...cut.meta, ...meta } });
    return body;
  }

  /** What stands in the way of a close: the bot's faults, else the refusal of its last order. */
  #whyNotFlat(): string {
    const { degraded } = this.runner;
    if (degraded.length > 0) return degraded.join(' ');
    const refusal = this.#parts.books.lastCloseRefusal();
    if (refusal === null) return 'The venue has not confirmed all of it yet.';
    return `The venue refused the last order that closes: ${refusal.replaceAll('_', ' ')}.`;
  }

  /**
   * Brings books and venue to one truth; false when the venue did not answer: it is asked again,
   * with growing pauses. Inside a runner task only.
   */
  async #compare(): Promise<boolean> {
    const { books, clock } = this.#parts;
    const { runner } = this;
    try {
      await this.#comparison.bookFills();
      await this.venueClock.measure();
      // What was paid comes before sums are compared.
      await bookFunding({ runner, venue: runner.venue, books });
      await this.#comparison.compare();
    } catch (error) {
      if (!(error instanceof VenueFault)) throw error;
      this.#schedule.failed(clock.monotonic(), error.retry_after_ms);
      this.refusal.failed(error, clock.monotonic());
      runner.unanswered(error);
      return false;
    }
    const now = clock.monotonic();
    this.#schedule.done(now);
    this.refusal.answered();
    if (this.#comparison.position.suspicious) this.#schedule.within(this.#confirmMs, now);
    runner.setDegraded('stream', this.#stream.fault(now));
    return true;
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

  /**
   * What arrived at the venue only after it was given up is cancelled, and what was executed last
   * is booked, before a receipt is made.
   */
  async #clearStrays(): Promise<void> {
    const { clock, venue } = this.#parts;
    const { runner } = this;
    for (let round = 0; round < CLEAR_ROUNDS; round += 1) {
      const left = await this.#asked(() => this.#comparison.clearStrays());
      if (left === 0) break;
      await clock.delay(this.#confirmMs);
    }
    const { listing_lag_ms: lag } = venue.capabilities;
    if (lag === 0) return;
    await clock.delay(lag);
    await this.#asked(() => runner.fills.bookNew());
  }

  /** The answer to a question in a task of its own; null when the venue gave none. */
  async #asked<T>(question: () => Promise<T>): Promise<T | null> {
    try {
      return await this.runner.run(question);
    } catch (error) {
      if (!(error instanceof VenueFault)) throw error;
      return null;
    }
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
}
