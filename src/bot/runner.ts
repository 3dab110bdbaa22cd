/**
 * The runner: facts in, engine decides, intent is stored, then sent. One task at a time; on a
 * lockstep venue a task ends when every command it caused has its answer, so that the market stands
 * still until the grid is quiet; elsewhere what must wait goes on by itself later. Invariants:
 * nothing is sent that is not stored; if the store cannot commit, the engine does not move and
 * nothing new is sent; a question that the venue does not answer is never a bug.
 */
import { assert } from '../contract/assert.ts';
import { GriddError } from '../contract/errors.ts';
import type { Market } from '../contract/market.ts';
import { nearestTicks } from '../contract/market.ts';
import type { GridStateName } from '../contract/trading.ts';
import {
  auditIdentity,
  decide,
  encodeState,
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
import { VenueFault } from '../exchange/port.ts';
import type { Venue, VenueEvent } from '../exchange/port.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { isStorageFault } from '../store/index.ts';
import type { Books, Turn } from '../store/index.ts';
import { Alarm } from './alarm.ts';
import { clientIds } from './client-id.ts';
import type { ClientIds } from './client-id.ts';
import { Degradation } from './degradation.ts';
import { takeEvent } from './event-intake.ts';
import { FillBooking } from './fill-booking.ts';
import type { GridDoor } from './grid-door.ts';
import { LookUps } from './look-up.ts';
import type { Findings } from './look-up.ts';
import { meteredVenue } from './metered-venue.ts';
import { OrderNumbers } from './order-numbers.ts';
import { Outbox } from './outbox.ts';
import { RateBudget } from './rate-budget.ts';
import { TaskQueue } from './task-queue.ts';
import { makeTurn } from './turn.ts';

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
  /** The venue's clock, ms since the epoch; the local one where it is not given. */
  readonly venueNow?: () => number;
  /** What follows when the three sums disagree (GRID 4); `crash` where it is not given. */
  readonly onBreach?: 'crash' | 'trip';
}

const COMMIT_RETRY_MS = 1000;

/** Rows that go with a turn besides what the event itself says. */
type TurnExtras = Pick<Turn, 'meta' | 'receipt' | 'request' | 'funding' | 'adjustment'>;

export class Runner implements GridDoor {
  /** The venue within the request budget; every question goes through it. */
  readonly venue: Venue;
  readonly ids: ClientIds;
  readonly budget: RateBudget;
  readonly fills: FillBooking;
  readonly #parts: RunnerParts;
  readonly #numbers: OrderNumbers;
  readonly #outbox: Outbox;
  readonly #lookUps: LookUps;
  readonly #listeners = new Set<() => void>();
  readonly #degraded: Degradation;
  #state: GridState;
  #ticks: number;
  readonly #queue: TaskQueue;
  readonly #sendAlarm: Alarm;
  readonly #lookAlarm: Alarm;
  #closed = false;

  constructor(parts: RunnerParts) {
    const { venue, books, clock, log, market } = parts;
    const { client_id, history_ms, requests_per_minute } = venue.capabilities;
    this.#parts = parts;
    this.#ticks = parts.ticks;
    this.#degraded = new Degradation(log, () => this.changed());
    this.#queue = new TaskQueue(clock);
    this.#sendAlarm = new Alarm(clock, () => this.#goOn());
    this.#lookAlarm = new Alarm(clock, () => this.#askBeside());
    this.budget = new RateBudget(requests_per_minute);
    this.venue = meteredVenue(venue, this.budget, clock, (well) => {
      this.#queue.stillAlive();
      if (well) this.setDegraded('venue', null);
    });
    this.ids = clientIds(client_id.form, parts.tag);
    this.#numbers = new OrderNumbers(books, this.ids, history_ms);
    const next_id = this.#numbers.first(parts.state.next_id);
    this.#state = { ...parts.state, next_id };
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
      flush: () => this.#outbox.send(() => false),
    });
    this.#outbox = new Outbox({ ...common, budget: this.budget, lookUps: this.#lookUps });
  }

  get state(): GridState {
    return this.#state;
  }

  get gridState(): GridStateName {
    return gridState(this.#state);
  }

  /** Last price in ticks. */
  get ticks(): number {
    return this.#ticks;
  }

  figures(): GridFigures {
    return figures(this.#parts.market, this.#state, this.#ticks);
  }

  /** Why the bot is degraded, one sentence each; empty when it is not. */
  get degraded(): readonly string[] {
    return this.#degraded.sentences;
  }

  /** Sets (or with null clears) one reason for being degraded. */
  setDegraded(key: string, reason: string | null): void {
    this.#degraded.set(key, reason);
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
    return Math.round((this.#parts.venueNow ?? this.#parts.clock.now)());
  }

  /**
   * Runs `task` alone, then everything it caused; tasks keep their order. What the venue does not
   * answer degrades the bot and rejects with its `VenueFault`.
   */
  run<T>(task: () => Promise<T> | T): Promise<T> {
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

  async #whole<T>(task: () => Promise<T> | T): Promise<T> {
    try {
      const value = await task();
      await this.settle();
      return value;
    } catch (error) {
      if (!(error instanceof VenueFault)) throw error;
      this.setDegraded('venue', `The venue does not answer: ${error.message}.`);
      // What the task caused before that question is sent all the same.
      await this.settle();
      throw error;
    }
  }

  /** Feeds one event of the venue. */
  take(event: VenueEvent): Promise<void> {
    const { market, books, log } = this.#parts;
    const parts = { market, books, log, fills: this.fills, grid: this };
    return this.run(() => takeEvent(parts, event)).catch((error: unknown) => {
      // It is told already, and a comparison asks again.
      if (!(error instanceof VenueFault)) throw error;
    });
  }

  /** A new price, told or asked for. Inside a task only. */
  async takePrice(price: { last: string; mark: string; at_ms: number }): Promise<void> {
    const { market } = this.#parts;
    const ticks = nearestTicks(market, price.last);
    const mark_ticks = nearestTicks(market, price.mark);
    assert(ticks !== null && mark_ticks !== null, `the venue's price is "${price.last}"`);
    this.#ticks = ticks;
    await this.apply({ type: 'price', ticks, mark_ticks, at_ms: price.at_ms });
  }

  /** Looks an order of ours up at the venue, from the moment its intent was stored. */
  lookFor(id: number): void {
    const live = liveOrders(this.#state).find((order) => order.id === id);
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
    try {
      write();
      this.setDegraded('store', null);
    } catch (error) {
      if (!isStorageFault(error)) throw error;
      this.setDegraded('store', unwritable(error));
    }
  }

  /** One engine turn: decide, store, then queue what is to be sent. Inside a task only. */
  async apply(event: EngineEvent, extras: TurnExtras = {}): Promise<void> {
    const { market } = this.#parts;
    const next_id = this.#numbers.free(this.#state.next_id, this.#parts.clock.now());
    const before = { ...this.#state, next_id };
    const { state, commands } = decide(market, before, event);
    // A price that nothing follows from is not stored; one that arms or ends something is.
    const same = state.run === before.run && gridState(state) === gridState(before);
    const quiet = event.type === 'price' && commands.length === 0 && same;
    if (!quiet) {
      const { ids } = this;
      const turn = makeTurn({ market, ids, event, before, state, commands });
      await this.#commit({ ...turn, ...extras, meta: { ...turn.meta, ...extras.meta } }, state);
    }
    this.#state = state;
    for (const command of commands) {
      if (command.type === 'note') this.#parts.log.info({ code: command.code }, command.text);
      else this.#outbox.add(command);
    }
    if (!quiet) await this.#audit();
  }

  /** A breach of the identity is our bug: no crash loop where money is in it (GRID 4). */
  async #audit(): Promise<void> {
    const { market, onBreach, log } = this.#parts;
    const breach = auditIdentity(market, this.#state, this.#ticks);
    if (breach === null) return;
    assert(onBreach === 'trip', `the books do not add up: ${breach}`);
    if (this.#state.tripped !== null) return;
    log.error({ breach }, 'ALARM: the books do not add up; the grid places nothing more');
    const text = `the books do not add up: ${breach}`;
    await this.apply({ type: 'trip', reason: 'identity', text, at_ms: this.venueNow() });
  }

  /** What an adjust to `plan` would do now. */
  preview(plan: GridPlan, position: 'carry' | 'rebalance'): AdjustPreview {
    return previewAdjust(this.#parts.market, this.#state, plan, position);
  }

  /** Resolves when the grid is in one of these states. */
  untilGridState(wanted: readonly GridStateName[]): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!wanted.includes(this.gridState)) return;
        end();
        resolve();
      };
      const end = this.subscribe(look);
      look();
    });
  }

  /** Stores something beside the state as it is. Inside a task only. */
  async record(extras: TurnExtras): Promise<void> {
    const at_ms = this.#parts.clock.now();
    const state = encodeState(this.#state);
    await this.#commit({ at_ms, state, intents: [], updates: [], notes: [], ...extras });
  }

  /**
   * Sends what is stored. A lockstep venue waits for every answer; elsewhere, unless `patient`, the
   * rest goes on by itself. Inside a task only; a task ends with it.
   */
  async settle(patient = this.venue.capabilities.lockstep): Promise<void> {
    for (;;) {
      const wait = await this.#outbox.send(() => !patient && this.#queue.waiting > 0);
      const look = this.#lookUps.waitMs();
      if (!patient) {
        if (wait !== null) this.#sendAlarm.in(wait);
        if (look !== null) this.#lookAlarm.in(look);
        return;
      }
      if (wait === null && look === null) return;
      const pause = Math.min(wait ?? Infinity, look ?? Infinity);
      if (pause > 0) await this.#parts.clock.delay(pause);
      this.#queue.stillAlive();
      if (this.#lookUps.waitMs() === 0) await this.#lookUps.round();
    }
  }

  /** Ends what goes on by itself, and the present task; orders stay as they are. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#sendAlarm.stop();
    this.#lookAlarm.stop();
    await this.#queue.idle();
  }

  async #goOn(task: () => Promise<void> | void = () => undefined): Promise<void> {
    // What fails in it was told to whoever must know.
    if (!this.#closed) await this.run(task).catch(() => undefined);
  }

  /** The venue is asked beside the queue: an answer that takes long holds nothing up. */
  async #askBeside(): Promise<void> {
    try {
      const findings: Findings = await this.#lookUps.ask();
      await this.#goOn(() => this.#lookUps.conclude(findings));
    } catch (error) {
      if (!(error instanceof VenueFault)) return this.#parts.onBug(error);
      await this.#goOn(() => this.#lookUps.failed(error));
    }
  }

  #commit(turn: Turn, state?: GridState): Promise<void> {
    return this.store(() => {
      if (state !== undefined) this.#numbers.reserve(state.next_id);
      this.#parts.books.commit(turn);
    });
  }

  /** Stores what nothing may go on without: waits for room. Inside a task only. */
  async store(write: () => void): Promise<void> {
    for (;;) {
      try {
        write();
        this.setDegraded('store', null);
        return;
      } catch (error) {
        if (!isStorageFault(error)) throw error;
        this.setDegraded('store', unwritable(error));
        await this.#parts.clock.delay(COMMIT_RETRY_MS);
        // Waiting for room is a sign of life: a restart makes none, and ends the waiting.
        this.#queue.stillAlive();
      }
    }
  }
}

function unwritable(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return `The books cannot be written (${why}); nothing new is sent.`;
}
