/**
 * How a grid ends: stop, panic, the safe run, and the receipts that say what came of it. The fence
 * is stored before anything else is done; from then on nothing is placed but what closes. A panic
 * that the venue does not let end says so when its patience is over.
 */
import { formatMoney } from '../contract/decimal.ts';
import type { ReceiptKind, StopReceipt } from '../contract/instance-api.ts';
import type { Market } from '../contract/market.ts';
import { sizeText } from '../contract/market.ts';
import { say, sentenceOf } from '../contract/sentences.ts';
import type { OnStop } from '../contract/trading.ts';
import { liveOrders } from '../engine/index.ts';
import { VenueFault } from '../exchange/port.ts';
import type { Clock } from '../platform/clock.ts';
import { isoTime } from '../platform/clock.ts';
import type { Books } from '../store/index.ts';
import { cutPeriod } from './receipt.ts';
import type { RunTime } from './run-time.ts';
import type { Runner } from './runner.ts';
import { CLOSES, ENDING, REASON, parseEnding } from './turn.ts';

export interface GridEndParts {
  readonly runner: Runner;
  readonly books: Books;
  readonly market: Market;
  readonly clock: Clock;
  readonly runTime: RunTime;
  /** Compares books and venue; false: the venue did not answer. Inside a runner task only. */
  readonly compare: () => Promise<boolean>;
  /** Cancels what rests of ours; answers how many that were. Inside a runner task only. */
  readonly clearStrays: () => Promise<number>;
  /** Milliseconds after which the venue's listings show what has happened. */
  readonly confirmMs: number;
}

/** `yes`: the user's start waits for the end of a stop that was cut off. */
export const STARTS_AGAIN = 'starts_again';
const PATIENT = true;
/** Rounds of a stop in which something of ours still rests at the venue. */
const CLEAR_ROUNDS = 10;
/** So long a panic waits while no cancel and no close gets on before it says what is left. */
const PANIC_PATIENCE_MS = 8000;
const PANIC_LOOK_MS = 500;
/**
 * So long it waits in all while they get on, or wait for their turn on a small share of a key: of
 * the supervisor's three minutes, what two requests without an answer leave.
 */
const PANIC_LONGEST_MS = 150_000;

export class GridEnd {
  readonly #parts: GridEndParts;

  constructor(parts: GridEndParts) {
    this.#parts = parts;
  }

  /** The stop command: a fence, then the receipt. */
  stop(wanted: Partial<OnStop>): Promise<StopReceipt> {
    // A close under way, of a stop-loss or a panic, is called off only by `position: keep` itself.
    const how = () => {
      const { plan, stopping } = this.#parts.runner.state;
      return { ...plan.on_stop, ...stopping?.on_stop, ...wanted };
    };
    return this.#stopFor('stop', how, null);
  }

  /** Cancels and closes now, whatever the grid is doing; the receipt says what would not go. */
  panic(): Promise<StopReceipt> {
    const how = () => ({ orders: 'cancel', position: 'close' }) as const;
    return this.#stopFor('panic', how, PANIC_PATIENCE_MS);
  }

  /** Stores the fence. Inside a runner task only. */
  async raiseFence(on_stop: OnStop, reason: string): Promise<void> {
    const { runner, runTime } = this.#parts;
    const meta = { ...runTime.halted(), [STARTS_AGAIN]: '' };
    await runner.apply({ type: 'stop', on_stop, reason, at_ms: runner.venueNow() }, { meta });
  }

  /** Safe mode: cancels what rests of ours and books what was missed; places nothing. */
  async clearOrders(): Promise<StopReceipt> {
    const { runner, compare } = this.#parts;
    // One task, so that who is told to end meanwhile ends after it.
    return runner.run(async () => {
      // The fence first: a fill that nobody saw must cause nothing now.
      await this.raiseFence({ orders: 'cancel', position: 'keep' }, 'safe mode');
      await runner.settle(PATIENT);
      await compare();
      await runner.settle(PATIENT);
      return this.receipt('stop');
    });
  }

  /** Writes the receipt of a run's end, once a run. */
  async writeEndReceipt(): Promise<void> {
    const { runner, books } = this.#parts;
    const run = String(runner.state.run.number);
    if (books.meta('receipt_of_run') === run) return;
    await runner.run(() => this.receipt('end', { receipt_of_run: run }));
  }

  /** Makes and stores a receipt. Inside a runner task only. */
  async receipt(kind: ReceiptKind, meta: Record<string, string> = {}): Promise<StopReceipt> {
    const { market, books, clock, runner } = this.#parts;
    const figures = runner.figures();
    const at_ms = clock.now();
    const left = liveOrders(runner.state).length;
    const ending = parseEnding(books.meta(ENDING));
    const flat = left === 0 && figures.position_lots === 0;
    const owes = kind !== 'day' && books.meta(CLOSES) === 'yes' && !flat;
    const cut = cutPeriod(market, books, kind, { at_ms, ticks: runner.ticks, figures });
    const body: StopReceipt = {
      reason: kind === 'day' ? 'day' : (books.meta(REASON) ?? ending.reason),
      orders_cancelled: kind === 'day' ? 0 : Math.max(0, ending.open - left),
      orders_left: left,
      position: sizeText(market, figures.position_lots),
      grid_profit: formatMoney(figures.grid_profit),
      unpaired: formatMoney(figures.unpaired),
      total_pnl: formatMoney(figures.total),
      at: isoTime(at_ms),
      period: cut.period,
      ...(owes ? { why_not_flat: this.#whyNotFlat() } : {}),
    };
    const { after_fill, last_fill } = cut;
    const receipt = { kind, body, after_fill, last_fill };
    await runner.record({ receipt, meta: { ...cut.meta, ...meta } });
    return body;
  }

  /**
   * `patienceMs`: the receipt is written at the latest when nothing has got on for so long; null:
   * once the stop has ended.
   */
  async #stopFor(
    reason: string,
    wanted: () => OnStop,
    patienceMs: number | null,
  ): Promise<StopReceipt> {
    const { runner } = this.#parts;
    const stopped = this.#stopped(reason, wanted);
    const ends = patienceMs === null ? [stopped] : [stopped, this.#stuck(patienceMs)];
    const how = await Promise.race(ends);
    if (how !== null && (how.position === 'close' || how.orders === 'cancel')) {
      await this.#clearStrays();
    }
    return runner.soon(() => this.receipt('stop'));
  }

  /**
   * Resolves when orders and position stayed the same for `patienceMs`, or it lasts too long. A
   * wait for the bot's own share of requests, where nothing else is wrong, is no such time.
   */
  async #stuck(patienceMs: number): Promise<null> {
    const { runner, clock } = this.#parts;
    const left = () => `${liveOrders(runner.state).length} ${runner.state.books.position_lots}`;
    const began = clock.monotonic();
    let before = left();
    for (let since = began; ; ) {
      await clock.delay(PANIC_LOOK_MS);
      const now = clock.monotonic();
      const waits = runner.degraded.length === 0 && runner.budget.isUsedUp(now);
      if (waits || left() !== before) since = now;
      before = left();
      if (now - since >= patienceMs || now - began >= PANIC_LONGEST_MS) return null;
    }
  }

  /** Raises the fence and waits until the grid has stopped. */
  async #stopped(reason: string, wanted: () => OnStop): Promise<OnStop> {
    const { runner } = this.#parts;
    const how = await runner.soon(async () => {
      const on_stop = wanted();
      await this.raiseFence(on_stop, reason);
      return on_stop;
    });
    await runner.untilGridState(['stopped', 'finished']);
    return how;
  }

  /** What stands in the way of a close: the bot's faults, else the refusal of its last order. */
  #whyNotFlat(): string {
    const { runner, books } = this.#parts;
    const { degraded } = runner;
    if (degraded.length > 0) return degraded.join(' ');
    const refusal = books.lastCloseRefusal();
    if (refusal === null) return sentenceOf(say('not_confirmed_yet'));
    return sentenceOf(say('close_refused', { refusal: refusal.replaceAll('_', ' ') }));
  }

  /**
   * What arrived at the venue only after it was given up is cancelled, and what was executed last
   * is booked, before a receipt is made.
   */
  async #clearStrays(): Promise<void> {
    const { runner, clock, clearStrays, confirmMs } = this.#parts;
    for (let round = 0; round < CLEAR_ROUNDS; round += 1) {
      const left = await asked(runner, clearStrays);
      if (left === 0) break;
      await clock.delay(confirmMs);
    }
    const { listing_lag_ms: lag } = runner.venue.capabilities;
    if (lag === 0) return;
    await clock.delay(lag);
    await asked(runner, () => runner.fills.bookNew());
  }
}

/** The answer to a question in a task of its own; null when the venue gave none. */
export async function asked<T>(runner: Runner, question: () => Promise<T>): Promise<T | null> {
  try {
    return await runner.run(question);
  } catch (error) {
    if (!(error instanceof VenueFault)) throw error;
    return null;
  }
}
