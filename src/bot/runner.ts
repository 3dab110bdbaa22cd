/**
 * The runner: facts in, engine decides, intent is stored, then sent. One task at a time; a task
 * ends when every command it caused has its answer, so a lockstep venue stands still until the
 * grid is quiet. Invariants: nothing is sent that is not stored; a trade id is booked once; if
 * the store cannot commit, the engine does not move and nothing new is sent.
 */
import { assert } from '../contract/assert.ts';
import { formatMoney, parseMoney } from '../contract/decimal.ts';
import { GriddError } from '../contract/errors.ts';
import type { StopReceipt } from '../contract/instance-api.ts';
import type { Market } from '../contract/market.ts';
import { lotsOf, nearestTicks, priceText, sizeText, ticksOf } from '../contract/market.ts';
import type { GridStateName, OnStop } from '../contract/trading.ts';
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
  EngineCommand,
  EngineEvent,
  GridFigures,
  GridPlan,
  GridState,
  LiveOrder,
} from '../engine/index.ts';
import type { Venue, VenueEvent, VenueFill } from '../exchange/port.ts';
import type { Clock } from '../platform/clock.ts';
import { isoTime } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { isStorageFault } from '../store/index.ts';
import type { Books, Turn } from '../store/index.ts';
import { clientId } from './client-id.ts';
import { ENDING, makeTurn, parseEnding } from './turn.ts';

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
}

/** Venue time of the last trade of the last listing that was booked to its end. */
const FILLS_SINCE = 'fills_since_ms';
/** Trades may be listed late and out of order: so much is asked for again each time. */
const FILLS_OVERLAP_MS = 60_000;
const COMMIT_RETRY_MS = 1000;
const LOOK_UPS = 6;
const LOOK_UP_FIRST_MS = 100;

/** Rows that go with a turn besides what the event itself says. */
type TurnExtras = Pick<Turn, 'meta' | 'receipt' | 'request'>;

export class Runner {
  readonly #parts: RunnerParts;
  readonly #listeners = new Set<() => void>();
  readonly #degraded = new Map<string, string>();
  readonly #pending: EngineCommand[] = [];
  #state: GridState;
  #ticks: number;
  #queue: Promise<unknown> = Promise.resolve();
  #busySince: number | null = null;
  /** Reason of the last rejected order since one was accepted. */
  #refusal: string | null = null;
  #lastTurn: number;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#state = parts.state;
    this.#ticks = parts.ticks;
    this.#lastTurn = parts.clock.monotonic();
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
    return [...this.#degraded.values()];
  }

  /** Sets (or with null clears) one reason for being degraded. */
  setDegraded(key: string, reason: string | null): void {
    if (this.#degraded.get(key) === (reason ?? undefined)) return;
    if (reason === null) this.#degraded.delete(key);
    else this.#degraded.set(key, reason);
    this.#parts.log.warn({ key, reason }, reason === null ? 'recovered' : 'degraded');
    this.changed();
  }

  /**
   * Milliseconds since the last turn ended, or since a turn that still hangs began or last tried
   * to store.
   */
  turnAge(): number {
    return this.#parts.clock.monotonic() - (this.#busySince ?? this.#lastTurn);
  }

  /** Calls `listener` after every task that may have changed something. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Runs `task` alone, then everything it caused; tasks keep their order. */
  run<T>(task: () => Promise<T> | T): Promise<T> {
    const result = this.#queue.then(async () => {
      this.#busySince = this.#parts.clock.monotonic();
      try {
        const value = await task();
        await this.settle();
        return value;
      } catch (error) {
        if (!(error instanceof GriddError)) this.#parts.onBug(error);
        throw error;
      } finally {
        this.#busySince = null;
        this.#lastTurn = this.#parts.clock.monotonic();
        this.changed();
      }
    });
    // The caller hears of a failure; the queue itself goes on to the next task.
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Feeds one event of the venue. */
  take(event: VenueEvent): Promise<void> {
    return this.run(async () => {
      const { market } = this.#parts;
      switch (event.type) {
        case 'price': {
          const ticks = nearestTicks(market, event.last);
          assert(ticks !== null, `the venue sent the price "${event.last}"`);
          this.#ticks = ticks;
          await this.apply({ type: 'price', ticks, at_ms: event.at_ms });
          break;
        }
        case 'fill':
          await this.bookFill(event.fill);
          break;
        case 'order':
          if (event.order.status === 'cancelled') await this.orderGone(event.order.client_id);
          break;
        case 'ended':
          await this.apply(
            { type: 'source_ended', at_ms: event.at_ms },
            { meta: { ended_by: 'source' } },
          );
          this.#parts.log.info('the price source has ended; the figures stay as they are');
          break;
        case 'connected':
          this.setDegraded('venue', null);
          break;
        case 'position':
        case 'alive':
        case 'gap':
          // The next comparison asks for what was missed.
          break;
        case 'disconnected':
          this.setDegraded('venue', `The venue is not connected: ${event.reason}.`);
          break;
      }
    });
  }

  /** Books a fill once, whatever told of it. Inside a task only. */
  async bookFill(fill: VenueFill): Promise<void> {
    const { books, market, log } = this.#parts;
    if (books.hasFill(fill.trade_id)) return;
    const id = books.orderIdOf(fill.client_id);
    if (id === null) {
      log.warn({ fill }, 'a fill of an order that is not in our store was left alone');
      return;
    }
    const ticks = ticksOf(market, fill.price);
    const lots = lotsOf(market, fill.size);
    const fee = parseMoney(fill.fee);
    assert(ticks !== null && lots !== null && fee !== null, `unreadable fill ${fill.trade_id}`);
    const { trade_id, side, at_ms } = fill;
    await this.apply({ type: 'fill', trade_id, id, side, ticks, lots, fee, at_ms });
    const { price, size } = fill;
    log.info({ trade_id, side, price, size, fee: fill.fee }, 'filled');
  }

  /** Books what the venue executed since this was asked last. Inside a task only. */
  async bookNewFills(): Promise<void> {
    const { books, venue } = this.#parts;
    const since = Number(books.meta(FILLS_SINCE) ?? 0);
    const fills = await venue.fillsSince(Math.max(0, since - FILLS_OVERLAP_MS));
    for (const fill of fills) await this.bookFill(fill);
    const last = fills.at(-1);
    // Only up to here is everything booked: a stream may have told of a later trade first.
    if (last === undefined || last.at_ms === since) return;
    this.keep(() => books.setMeta(FILLS_SINCE, String(last.at_ms)));
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

  /** Tells the engine that an order of ours rests no more. Inside a task only. */
  async orderGone(venueClientId: string): Promise<void> {
    const id = this.#parts.books.orderIdOf(venueClientId);
    if (id === null || !liveOrders(this.#state).some((order) => order.id === id)) return;
    await this.apply({ type: 'cancelled', id, at_ms: this.#parts.clock.now() });
  }

  /** One engine turn: decide, store, then queue what is to be sent. Inside a task only. */
  async apply(event: EngineEvent, extras: TurnExtras = {}): Promise<void> {
    const { market } = this.#parts;
    const before = this.#state;
    const { state, commands } = decide(market, before, event);
    // A price that nothing follows from is not stored; one that arms or ends something is.
    const same = state.run === before.run && gridState(state) === gridState(before);
    const quiet = event.type === 'price' && commands.length === 0 && same;
    if (!quiet) {
      const { tag } = this.#parts;
      const turn = makeTurn({ market, tag, event, before, state, commands });
      await this.#commit({ ...turn, ...extras, meta: { ...turn.meta, ...extras.meta } });
    }
    this.#state = state;
    if (!quiet) {
      const breach = auditIdentity(market, state, this.#ticks);
      assert(breach === null, `the books do not add up: ${breach}`);
    }
    for (const command of commands) {
      if (command.type === 'note') this.#parts.log.info({ code: command.code }, command.text);
      else this.#pending.push(command);
    }
  }

  /** What an adjust to `plan` would do now. */
  preview(plan: GridPlan, position: 'carry' | 'rebalance'): AdjustPreview {
    return previewAdjust(this.#parts.market, this.#state, plan, position);
  }

  /**
   * Stops the grid as told and resolves with the receipt once the venue has nothing of ours left.
   */
  async stop(onStop: OnStop, reason: string, meta: Record<string, string>): Promise<StopReceipt> {
    await this.run(() => {
      const at_ms = this.#parts.clock.now();
      return this.apply({ type: 'stop', on_stop: onStop, reason, at_ms }, { meta });
    });
    await this.untilGridState(['stopped', 'finished']);
    return this.run(() => this.makeReceipt());
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

  /** Makes and stores the receipt of the last stop or end. Inside a task only. */
  async makeReceipt(): Promise<StopReceipt> {
    const { market, clock, books } = this.#parts;
    const sums = this.figures();
    const left = liveOrders(this.#state).length;
    const { reason, open } = parseEnding(books.meta(ENDING));
    const receipt: StopReceipt = {
      reason,
      orders_cancelled: Math.max(0, open - left),
      orders_left: left,
      position: sizeText(market, sums.position_lots),
      grid_profit: formatMoney(sums.grid_profit),
      unpaired: formatMoney(sums.unpaired),
      total_pnl: formatMoney(sums.total),
      at: isoTime(clock.now()),
    };
    const state = encodeState(this.#state);
    const at_ms = clock.now();
    await this.#commit({ at_ms, state, intents: [], updates: [], notes: [], receipt });
    return receipt;
  }

  /** Sends what is stored and waits for every answer. Inside a task only; a task ends with it. */
  async settle(): Promise<void> {
    for (let command = this.#pending.shift(); command; command = this.#pending.shift()) {
      if (command.type === 'place') await this.#place(command);
      else if (command.type === 'cancel') await this.cancel(command.id);
    }
  }

  async #place(command: EngineCommand & { type: 'place' }): Promise<void> {
    const { venue, market, clock, tag, log } = this.#parts;
    const { id, side, ticks, post_only, reduce_only } = command;
    const outcome = await venue.submit({
      client_id: clientId(tag, id),
      side,
      price: ticks === null ? null : priceText(market, ticks),
      size: sizeText(market, command.lots),
      post_only,
      reduce_only,
    });
    const at_ms = clock.now();
    if (outcome.status === 'accepted') {
      this.#refusal = null;
      await this.apply({ type: 'accepted', id, at_ms });
      // A market order has executed by now; whoever asks next shall see the position.
      if (ticks === null) await this.bookNewFills();
    } else if (outcome.status === 'rejected') {
      // A venue without margin refuses every line alike: the first says it, the ladder shows all.
      if (outcome.reason !== this.#refusal) {
        log.warn({ id, reason: outcome.reason }, `an order was rejected: ${outcome.message}`);
      }
      this.#refusal = outcome.reason;
      await this.apply({ type: 'rejected', id, reason: outcome.reason, at_ms });
    } else await this.#lookUp(id);
  }

  /** Sends an order again that was stored and never reached the venue. Inside a task only. */
  async resend(order: LiveOrder): Promise<void> {
    await this.#place({ ...order, type: 'place', post_only: order.role === 'line' });
  }

  /** Cancels one order of ours at the venue. Inside a task only. */
  async cancel(id: number): Promise<void> {
    const { venue, tag } = this.#parts;
    const outcome = await venue.cancel(clientId(tag, id));
    if (outcome.status === 'cancelled') await this.orderGone(clientId(tag, id));
    else await this.#lookUp(id);
  }

  /** Asks the venue what became of an order of ours, until it says so; bounded. */
  async #lookUp(id: number): Promise<void> {
    const { venue, clock, tag } = this.#parts;
    for (let attempt = 0; attempt < LOOK_UPS; attempt += 1) {
      if (attempt > 0) await clock.delay(LOOK_UP_FIRST_MS * 2 ** attempt);
      const order = await venue.orderByClientId(clientId(tag, id));
      if (order === null) continue;
      const at_ms = clock.now();
      if (order.status === 'open') await this.apply({ type: 'accepted', id, at_ms });
      else if (order.status === 'filled') await this.bookNewFills();
      else await this.orderGone(order.client_id);
      return;
    }
    this.#parts.log.warn({ id }, 'the venue does not know an order; the next comparison decides');
  }

  async #commit(turn: Turn): Promise<void> {
    for (;;) {
      try {
        this.#parts.books.commit(turn);
        this.setDegraded('store', null);
        return;
      } catch (error) {
        if (!isStorageFault(error)) throw error;
        this.setDegraded('store', unwritable(error));
        await this.#parts.clock.delay(COMMIT_RETRY_MS);
        // Waiting for room is a sign of life: a restart makes none, and ends the waiting.
        this.#busySince = this.#parts.clock.monotonic();
      }
    }
  }
}

function unwritable(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return `The books cannot be written (${why}); nothing new is sent.`;
}
