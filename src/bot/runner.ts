/**
 * The runner: facts in, engine decides, intent is stored, then sent. One task at a time; on a
 * lockstep venue a task ends when every command it caused has its answer, so that the market stands
 * still until the grid is quiet; elsewhere what must wait goes on by itself later. Invariants:
 * nothing is sent that is not stored; if the store cannot commit, the engine does not move and
 * nothing new is sent; a question that the venue does not answer is never a bug.
 */
import { GriddError } from '../contract/errors.ts';
import type { Market } from '../contract/market.ts';
import type { CodedText, DegradedCode } from '../contract/said-codes.ts';
import type { GridStateName } from '../contract/trading.ts';
import {
  figures,
  gridState,
  liveOrders,
  previewAdjust,
} from '../engine/index.ts';
import type {
  AdjustPreview,
  EngineEvent,
  GridFigures,
  GridPlan,
  GridState,
} from '../engine/index.ts';
import { BudgetHeld, VenueFault } from '../exchange/port.ts';
import type { Venue, VenueEvent } from '../exchange/port.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Books } from '../store/index.ts';
import { Alarm } from './alarm.ts';
import { BooksWriter } from './books-writer.ts';
import { clientIds } from './client-id.ts';
import type { ClientIds } from './client-id.ts';
import { Degradation } from './degradation.ts';
import { takeEvent } from './event-intake.ts';
import { FillBooking } from './fill-booking.ts';
import type { GridDoor } from './grid-door.ts';
import { GridTurns } from './grid-turns.ts';
import type { TurnExtras } from './grid-turns.ts';
import { Latency } from './latency.ts';
import { LookUps } from './look-up.ts';
import { meteredVenue } from './metered-venue.ts';
import { OrderNumbers } from './order-numbers.ts';
import { Outbox } from './outbox.ts';
import { RateBudget } from './rate-budget.ts';
import { TaskQueue } from './task-queue.ts';
import type { VenueClock } from './venue-clock.ts';
import { priceTicks } from './venue-numbers.ts';

/** What a runner works with. `books` and `venue` are the real ones, also in tests. */
export interface RunnerParts {
  readonly market: Market;
  readonly venue: Venue;
  readonly books: Books;
  readonly clock: Clock;
  readonly log: Logger;
  /** Our mark in client ids. */
  readonly tag: string;
  readonly state: GridState;
  /** Price at the start, ticks. */
  readonly ticks: number;
  /** Told of anything thrown that is not the user's to mend: the process must end. */
  readonly onBug: (error: unknown) => void;
  /** The venue's time; asked once there is a runner. */
  readonly venueTime: () => Pick<VenueClock, 'now' | 'offset'>;
  /** What follows when the three sums disagree (GRID 4); `crash` where it is not given. */
  readonly onBreach?: 'crash' | 'trip';
}

export class Runner implements GridDoor {
  /** The venue within the request budget; every question goes through it. */
  readonly venue: Venue;
  readonly ids: ClientIds;
  readonly budget: RateBudget;
  readonly latency = new Latency();
  readonly fills: FillBooking;
  readonly #parts: RunnerParts;
  readonly #numbers: OrderNumbers;
  readonly #outbox: Outbox;
  readonly #lookUps: LookUps;
  readonly #listeners = new Set<() => void>();
  readonly #degraded: Degradation;
  readonly #turns: GridTurns;
  #ticks: number;
  #pricedAt: number | null = null;
  readonly #queue: TaskQueue;
  readonly #writer: BooksWriter;
  readonly #sendAlarm: Alarm;
  readonly #lookAlarm: Alarm;
  #closed = false;
  #answers = true;

  constructor(parts: RunnerParts) {
    const { venue, books, clock, log, market } = parts;
    const { client_id, history_ms, requests_per_minute } = venue.capabilities;
    this.#parts = parts;
    this.#ticks = parts.ticks;
    this.#degraded = new Degradation(log, () => this.changed());
    this.#queue = new TaskQueue(clock);
    this.#writer = new BooksWriter({
      clock,
      tell: (fault) => this.setDegraded('store', fault),
      stillAlive: () => this.#queue.stillAlive(),
    });
    this.#sendAlarm = new Alarm(clock, () => this.#goOn());
    this.#lookAlarm = new Alarm(clock, () => this.#askBeside());
    this.budget = new RateBudget(requests_per_minute);
    this.venue = meteredVenue(venue, this.budget, clock, (well, tookMs) => {
      if (well) this.latency.took(tookMs, clock.monotonic());
      this.#queue.stillAlive();
      this.#answers ||= well;
      if (well) this.setDegraded('venue', null);
    });
    this.ids = clientIds(client_id.form, parts.tag);
    this.#numbers = new OrderNumbers(books, this.ids, history_ms);
    const next_id = this.#numbers.first(parts.state.next_id);
    this.#turns = new GridTurns(
      {
        ...{ market, books, clock, log, writer: this.#writer, numbers: this.#numbers },
        ticks: () => this.#ticks,
        queue: (command) => this.#outbox.add(command),
        tell: (fault) => this.setDegraded('numbers', fault),
        onBreach: parts.onBreach ?? 'crash',
      },
      { ...parts.state, next_id },
    );
    const common = { market, clock, log, venue: this.venue, ids: this.ids, grid: this };
    this.fills = new FillBooking({
      ...{ ...common, books },
      keep: (write) => this.keep(write),
      store: (write) => this.store(write),
    });
    this.#lookUps = new LookUps({
      ...common,
      fills: this.fills,
      cancel: (id) => this.#outbox.add({ type: 'cancel', id }),
      found: () => this.#outbox.arrived(),
      held: (questions) => this.budget.wait('question', clock.monotonic(), questions),
      flush: () => this.#outbox.send(() => false),
    });
    const { budget } = this;
    const [lookUps, numbers] = [this.#lookUps, this.#numbers];
    const sentEarlier = (most: number, withinMs: number) =>
      books.sentBefore(next_id, this.venueNow(), withinMs, most);
    this.#outbox = new Outbox({ ...common, budget, lookUps, numbers, sentEarlier });
  }

  get state(): GridState {
    return this.#turns.state;
  }

  get gridState(): GridStateName {
    return gridState(this.state);
  }

  /** Last price in ticks. */
  get ticks(): number {
    return this.#ticks;
  }

  /** The venue's moment of the last price, ms; null before the first. */
  get pricedAt(): number | null {
    return this.#pricedAt;
  }

  figures(): GridFigures {
    return figures(this.#parts.market, this.state, this.#ticks);
  }

  /** Why the bot is degraded, one sentence each; empty when it is not. */
  get degraded(): readonly string[] {
    return this.#degraded.sentences;
  }

  /** The same sentences, each with its code. */
  get degradedCodes(): readonly CodedText[] {
    return this.#degraded.coded;
  }

  /** Sets (or with null clears) one reason for being degraded. */
  setDegraded(key: DegradedCode, reason: string | null): void {
    this.#degraded.set(key, reason);
  }

  /** A question had no answer; one that our own budget held back was not asked at all. */
  unanswered(fault: VenueFault): void {
    this.#answers = false;
    if (fault instanceof BudgetHeld) return;
    this.setDegraded('venue', `The venue does not answer: ${fault.message}.`);
  }

  /** Whether the venue has answered since the last time that it did not. */
  get answers(): boolean {
    return this.#answers;
  }

  /** The request budget as status shows it; `left` null without a limit. */
  get venueRequests(): { per_minute: number | null; left: number | null } {
    const left = this.budget.left(this.#parts.clock.monotonic());
    return { per_minute: this.budget.requestsPerMinute, left };
  }

  /**
   * Milliseconds since the last turn ended, or since a turn that still hangs began or last tried
   * to store.
   */
  turnAge(): number {
    return this.#queue.age;
  }

  /** Calls `listener` after every task that may have changed something. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** The venue's clock, whole ms since the epoch. */
  venueNow(): number {
    return Math.round(this.#parts.venueTime().now());
  }

  /** The same, as far as it is measured; null while it is not. */
  measuredNow(): number | null {
    return this.#parts.venueTime().offset === null ? null : this.venueNow();
  }

  /**
   * Runs `task` alone, then everything it caused; tasks keep their order. What the venue does not
   * answer degrades the bot and rejects with its `VenueFault`; after `close` it is INSTANCE_BUSY.
   */
  run<T>(task: () => Promise<T> | T): Promise<T> {
    if (this.#closed) return Promise.reject(ending());
    return this.#queue.run(async () => {
      try {
        return await this.#whole(task);
      } catch (error) {
        const known = error instanceof GriddError || error instanceof VenueFault;
        if (!known) this.#parts.onBug(error);
        throw error;
      } finally {
        this.changed();
      }
    });
  }

  /** As `run`, but answers as soon as `task` itself has ended: what it causes may take long. */
  soon<T>(task: () => Promise<T> | T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.run(async () => resolve(await task())).catch(reject);
    });
  }

  async #whole<T>(task: () => Promise<T> | T): Promise<T> {
    try {
      const value = await task();
      await this.settle();
      return value;
    } catch (error) {
      if (!(error instanceof VenueFault)) throw error;
      this.unanswered(error);
      // What the task caused before that question is sent all the same.
      await this.settle();
      throw error;
    }
  }

  /** Feeds one event of the venue. */
  take(event: VenueEvent): Promise<void> {
    const { market, books, log } = this.#parts;
    const parts = { market, books, log, fills: this.fills, grid: this };
    // A hint that comes too late is asked for by the next process.
    if (this.#closed) return Promise.resolve();
    return this.run(() => takeEvent(parts, event)).catch((error: unknown) => {
      // It is told already, and a comparison asks again.
      if (!(error instanceof VenueFault)) throw error;
    });
  }

  /** A new price, told or asked for. Inside a task only. */
  async takePrice(price: { last: string; mark: string; at_ms: number }): Promise<void> {
    const { market } = this.#parts;
    const ticks = priceTicks(market, price.last);
    const mark_ticks = priceTicks(market, price.mark);
    const readable = ticks !== null && mark_ticks !== null;
    const text = `The venue's price is "${price.last}", its mark "${price.mark}".`;
    this.setDegraded('price', readable ? null : text);
    if (!readable) return;
    this.#ticks = ticks;
    const at_ms = Number.isFinite(price.at_ms) ? Math.round(price.at_ms) : this.venueNow();
    this.#pricedAt = at_ms;
    await this.apply({ type: 'price', ticks, mark_ticks, at_ms });
  }

  /** Looks an order of ours up at the venue, from the moment its intent was stored. */
  lookFor(id: number): void {
    const live = liveOrders(this.state).find((order) => order.id === id);
    if (live === undefined || this.#outbox.has(id) || this.#lookUps.has(id)) return;
    // What the venue had taken can have ended only since the last listing of fills.
    const { since } = this.fills;
    const made = this.#parts.books.madeAt(id) ?? since;
    this.#lookUps.watch(id, live.status === 'open' ? since : made);
  }

  /** Whether an order is on its way, or looked for: a listing says nothing of it. */
  isUnsettled(id: number): boolean {
    return this.#outbox.has(id) || this.#lookUps.has(id);
  }

  /** A listing shows that an order rests. Inside a task only. */
  async rests(id: number): Promise<void> {
    this.#lookUps.forget(id);
    await this.apply({ type: 'accepted', id, at_ms: this.venueNow() });
  }

  /** Cancels an order of ours at the venue once more. */
  cancelAgain(id: number): void {
    this.#outbox.add({ type: 'cancel', id });
  }

  /** Stores something that may be stored again later; a full disk only degrades. */
  keep(write: () => void): void {
    this.#writer.keep(write);
  }

  /** Stores what nothing may go on without: waits for room. Inside a task only. */
  store(write: () => void): Promise<void> {
    return this.#writer.store(write);
  }

  /** One engine turn: decide, store, then queue what is to be sent. Inside a task only. */
  apply(event: EngineEvent, extras: TurnExtras = {}): Promise<void> {
    return this.#turns.apply(event, extras);
  }

  /** Turns that are stored in one commit, before anything of them is queued. Inside a task only. */
  applyAll(events: readonly EngineEvent[]): Promise<void> {
    return this.#turns.applyAll(events);
  }

  /** Stores something beside the state as it is. Inside a task only. */
  record(extras: TurnExtras): Promise<void> {
    return this.#turns.record(extras);
  }

  /** What an adjust to `plan` would do now. */
  preview(plan: GridPlan, position: 'carry' | 'rebalance'): AdjustPreview {
    return previewAdjust(this.#parts.market, this.state, plan, position);
  }

  /** Resolves when the grid is in one of these states; INSTANCE_BUSY when `close` comes first. */
  untilGridState(wanted: readonly GridStateName[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const reached = wanted.includes(this.gridState);
        if (!reached && !this.#closed) return;
        end();
        if (reached) resolve();
        else reject(ending());
      };
      const end = this.subscribe(look);
      look();
    });
  }

  /**
   * Sends what is stored. A lockstep venue waits for every answer; elsewhere, unless `patient`, the
   * rest goes on by itself. Inside a task only; a task ends with it.
   */
  async settle(patient = this.venue.capabilities.lockstep): Promise<void> {
    for (;;) {
      const gives = () => !patient && (this.#queue.waiting > 0 || this.#closed);
      const wait = await this.#outbox.send(gives);
      this.#lookUps.tidy();
      const look = this.#lookUps.waitMs();
      if (!patient) {
        if (wait !== null) this.#sendAlarm.in(wait);
        // Questions would come between orders that go out at once, and use their share up.
        if (look !== null && wait !== 0) this.#lookAlarm.in(look);
        return;
      }
      if (wait === null && look === null) return;
      const pause = Math.min(wait ?? Infinity, look ?? Infinity);
      if (pause > 0) await this.#parts.clock.delay(pause);
      this.#queue.stillAlive();
      if (this.#lookUps.waitMs() === 0) await this.#lookUps.round();
    }
  }

  /**
   * Ends what goes on by itself, and every task asked for until now; later ones are refused. Orders
   * stay as they are.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#sendAlarm.stop();
    this.#lookAlarm.stop();
    await this.#queue.idle();
    this.changed();
  }

  async #goOn(task: () => Promise<void> | void = () => undefined): Promise<void> {
    // What fails in it was told to whoever must know.
    if (!this.#closed) await this.run(task).catch(() => undefined);
  }

  /** The venue is asked beside the queue: an answer that takes long holds nothing up. */
  async #askBeside(): Promise<void> {
    try {
      const findings = await this.#lookUps.ask();
      // A timer may ring a little early: then the task that follows winds it again.
      await this.#goOn(() => (findings === null ? undefined : this.#lookUps.conclude(findings)));
    } catch (error) {
      this.#parts.onBug(error);
    }
  }
}

function ending(): GriddError {
  return new GriddError('INSTANCE_BUSY', 'The bot is ending; nothing was done.', {
    hint: 'Repeat when `gridd list` shows that it has ended, or runs again.',
  });
}
