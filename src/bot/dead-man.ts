/**
 * The dead man's switch: a timer at the venue that cancels the resting orders of a bot that winds
 * it no more. Invariants: it is never wound where an order that is not ours is known to rest on the
 * symbol, which it would take along, and begun only after a look; whoever leaves orders resting on
 * purpose takes it off first. What it cancelled comes back by comparisons, as what any venue
 * cancels.
 */
import { BudgetHeld, VenueFault } from '../exchange/port.ts';
import type { VenueOrder } from '../exchange/port.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Books } from '../store/index.ts';
import type { Runner } from './runner.ts';

export interface DeadManParts {
  readonly runner: Runner;
  readonly books: Books;
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds after which it fires, as configured now; null: it is not wanted. */
  readonly timeoutMs: () => number | null;
}

/** `yes` while a timer may be running at the venue, whichever process wound it. */
const ARMED = 'dead_man_armed';
/** It is wound so often within its time. */
const WINDS = 3;
/** Pause after a question that the venue did not answer. */
const RETRY_MS = 2000;
/** A process that ends waits no longer than this for the venue. */
const LEAVE_MS = 2000;
/** Pause after which it is tried again meanwhile. */
const LEAVE_RETRY_MS = 250;

export class DeadMan {
  readonly #parts: DeadManParts;
  #nextAt = 0;
  #retryAt = 0;
  /** When it is looked again for orders of others that our budget let nobody see; null: seen. */
  #lookAt: number | null = null;
  /** Until then the timer runs, wound by this process. */
  #runsUntil = 0;
  /** What was wanted when it was last looked at; null: off. */
  #wantedMs: number | null = null;
  #unable = false;
  /** The last request that winds it; it never rejects. */
  #winding: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(parts: DeadManParts) {
    this.#parts = parts;
  }

  /** Winds it when it is time; `active`: the grid's orders rest and are looked after. In a task. */
  async tick(active: boolean): Promise<void> {
    if (this.#closed) return;
    const { runner, clock, timeoutMs } = this.#parts;
    const wanted = active && this.#isAble() ? timeoutMs() : null;
    const now = clock.monotonic();
    if (now < this.#retryAt) return;
    const isDue = wanted === null || now >= this.#nextAt || wanted !== this.#wantedMs;
    if (!isDue && now < (this.#lookAt ?? Infinity)) return;
    this.#wantedMs = wanted;
    if (isDue) this.#nextAt = now + (wanted ?? 0) / WINDS;
    try {
      const foreign = wanted === null ? [] : await this.#foreign();
      if (wanted === null || foreign.length > 0) await this.#takeOff();
      else if (isDue) await this.#wind(wanted);
      const text = `orders that are not ours rest on the symbol (${foreign.join(', ')})`;
      const off = foreign.length === 0 ? null : `The dead man's switch is off: ${text}.`;
      runner.setDegraded('dead_man', off);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** As `leave`, for good: no tick that is under way or still to come winds it again. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.leave();
  }

  /** Takes it off before orders are left resting; a venue that is silent is not waited for. */
  async leave(): Promise<void> {
    const { clock } = this.#parts;
    this.#wantedMs = null;
    if (!this.#isArmed) return;
    const taken = this.#takeOffUntil(clock.monotonic() + LEAVE_MS);
    await Promise.race([taken, clock.delay(LEAVE_MS)]);
  }

  get #isArmed(): boolean {
    return this.#parts.books.meta(ARMED) === 'yes';
  }

  #isAble(): boolean {
    const { runner, log, timeoutMs } = this.#parts;
    if (runner.venue.capabilities.dead_man_switch) return true;
    const told = this.#unable || timeoutMs() === null;
    if (!told) log.warn("dead_man_s has no effect: the venue has no dead man's switch");
    this.#unable ||= !told;
    return false;
  }

  async #wind(timeoutMs: number): Promise<void> {
    const { runner, books, clock } = this.#parts;
    // Before it is wound: a process that dies in between leaves nothing that nobody knows of.
    if (!this.#isArmed) await runner.store(() => books.setMeta(ARMED, 'yes'));
    // Taken off meanwhile.
    if (this.#wantedMs !== timeoutMs) return;
    // At the venue it runs a little longer: from when that has heard of it.
    const runsUntil = clock.monotonic() + timeoutMs;
    const wound = runner.venue.windDeadMan(timeoutMs);
    this.#winding = wound.catch(() => undefined);
    await wound;
    this.#runsUntil = runsUntil;
  }

  /** Tries until the venue takes it, until `untilMs` (monotonic) or until it is wanted again. */
  async #takeOffUntil(untilMs: number): Promise<void> {
    const { clock } = this.#parts;
    // Of two requests under way at once nobody knows which the venue takes for the last.
    await Promise.race([this.#winding, clock.delay(LEAVE_MS / 2)]);
    while (this.#wantedMs === null) {
      try {
        return await this.#takeOff();
      } catch (error) {
        this.#failed(error);
      }
      if (clock.monotonic() + LEAVE_RETRY_MS >= untilMs) return;
      await clock.delay(LEAVE_RETRY_MS);
    }
  }

  async #takeOff(): Promise<void> {
    const { runner, books } = this.#parts;
    if (!this.#isArmed) return;
    this.#runsUntil = 0;
    await runner.venue.windDeadMan(null);
    runner.keep(() => books.setMeta(ARMED, ''));
  }

  #failed(error: unknown): void {
    const { runner, clock } = this.#parts;
    if (!(error instanceof VenueFault)) throw error;
    this.#retryAt = clock.monotonic() + RETRY_MS;
    this.#nextAt = 0;
    const text = `The dead man's switch cannot be set: ${error.message}.`;
    runner.setDegraded('dead_man', text);
  }

  /** Orders on the symbol that are not ours, by name; none where a running timer must not wait. */
  async #foreign(): Promise<string[]> {
    const { runner, books } = this.#parts;
    const open = await this.#openOrders();
    return open
      .filter(({ client_id: id }) => !runner.ids.isOurs(id) || books.orderIdOf(id) === null)
      .map(({ client_id, venue_order_id }) => (client_id === '' ? venue_order_id : client_id));
  }

  async #openOrders(): Promise<readonly VenueOrder[]> {
    const { runner, clock } = this.#parts;
    try {
      const open = await runner.venue.openOrders();
      this.#lookAt = null;
      return open;
    } catch (error) {
      const now = clock.monotonic();
      if (!(error instanceof BudgetHeld) || now >= this.#runsUntil) throw error;
      // A timer that runs takes all orders, others' too, the sooner when it is not wound.
      this.#lookAt = now + Math.max(RETRY_MS, error.retry_after_ms ?? 0);
      return [];
    }
  }
}
