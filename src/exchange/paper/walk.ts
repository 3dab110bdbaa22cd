/**
 * The walk along the price path, in lockstep: it tells one thing, waits for the listener, and
 * only then does the next one thing (one fill, or the arrival at a point). A place counts as told
 * only after the listener finished, so a process killed in between is told again and nothing is
 * skipped.
 */
import { assert } from '../../contract/assert.ts';
import { priceText } from '../../contract/market.ts';
import type { Clock } from '../../platform/clock.ts';
import type { VenueEvent, VenueListener } from '../port.ts';
import type { PaperDesk } from './desk.ts';
import { isStoreFailure } from './ledger.ts';
import type { PathGuide } from './path-guide.ts';

/** Longest work without letting timers and sockets of the process have their turn. */
const BREATH_MS = 8;
const FLUSH_MS = 500;
const FLUSH_POINTS = 2000;
/**
 * A walk that is later than this (a suspended machine) goes on from now instead of catching up.
 */
const LATEST_MS = 1000;
const RETRY_MS = 1000;

export class PriceWalk {
  readonly #desk: PaperDesk;
  readonly #guide: PathGuide;
  readonly #clock: Clock;
  readonly #speed: number;
  readonly #outbox: VenueEvent[] = [];
  #listener: VenueListener | null = null;
  #running: Promise<void> = Promise.resolve();
  #closing = false;
  #wake: (() => void) | null = null;
  #endTold = false;
  #down = false;
  #due = 0;
  #blockedUntil = 0;
  #breathedAt = 0;
  #flushedAt = 0;
  #quietPoints = 0;

  constructor(desk: PaperDesk, guide: PathGuide, clock: Clock, speed: number) {
    this.#desk = desk;
    this.#guide = guide;
    this.#clock = clock;
    this.#speed = speed;
  }

  /** Begins; a failure of the listener is our bug and is left unhandled on purpose. */
  start(listener: VenueListener): void {
    assert(this.#listener === null, 'the paper venue has one listener');
    this.#listener = listener;
    const now = this.#clock.monotonic();
    this.#breathedAt = now;
    this.#flushedAt = now;
    this.#due = now + this.#pace();
    this.#running = this.#run();
  }

  /** Events to be told before the market moves on. */
  tell(events: readonly VenueEvent[]): void {
    this.#outbox.push(...events);
    this.#wake?.();
  }

  /**
   * Ends the walk; resolves when the listener will not be called again. Not for use inside it.
   */
  async close(): Promise<void> {
    this.#closing = true;
    this.#wake?.();
    await this.#running.catch(() => undefined);
  }

  async #run(): Promise<void> {
    await this.#deliver({ type: 'connected' });
    while (!this.#closing) {
      await this.#breathe();
      const event = this.#outbox.shift();
      if (event !== undefined) await this.#deliver(event);
      else if (!this.#desk.place.told) await this.#tellPrice();
      else if (this.#guide.next === null) await this.#rest();
      else if (await this.#isDue()) this.#guarded(() => this.#advance());
    }
    this.#guarded(() => this.#desk.flush());
  }

  /** One step: what is due by then, the first order that the move reaches, or its end. */
  #advance(): void {
    const next = this.#guide.next;
    if (next === null) return;
    const { arrival_ms } = this.#guide;
    const events = this.#desk.keepTime(arrival_ms, this.#desk.present);
    const caused = events.length > 0 ? events : this.#desk.step(next);
    if (caused !== null) {
      this.#outbox.push(...caused);
      return;
    }
    this.#desk.arrive(this.#guide.arrive(this.#desk.place));
    const now = this.#clock.monotonic();
    this.#due = Math.max(this.#due + this.#pace(), now - LATEST_MS);
    this.#quietPoints += 1;
    if (this.#down || this.#quietPoints >= FLUSH_POINTS || now - this.#flushedAt >= FLUSH_MS) {
      this.#desk.flush();
      this.#flushedAt = now;
      this.#quietPoints = 0;
    }
  }

  /** Wall milliseconds from the present point to the next. */
  #pace(): number {
    return this.#speed === 0 ? 0 : this.#guide.distance_ms / this.#speed;
  }

  /** Waits for the time of the next step; false when something else came first. */
  async #isDue(): Promise<boolean> {
    const paced = this.#speed === 0 || this.#desk.place.cursor !== null ? 0 : this.#due;
    const left = Math.max(paced, this.#blockedUntil) - this.#clock.monotonic();
    if (left <= 0) return true;
    await this.#pause(left);
    return false;
  }

  async #tellPrice(): Promise<void> {
    const { ticks, at_ms } = this.#desk.place;
    const price = priceText(this.#desk.market, ticks);
    await this.#deliver({ type: 'price', last: price, mark: price, at_ms });
    this.#desk.wasTold();
  }

  /** The end of a replay: told once, then the venue only answers. */
  async #rest(): Promise<void> {
    if (this.#endTold) {
      await this.#pause(null);
      return;
    }
    this.#endTold = true;
    this.#guarded(() => this.#desk.flush());
    await this.#deliver({ type: 'ended', at_ms: this.#desk.place.at_ms });
  }

  /** Runs a step; a store that cannot commit stops the market (nothing happened) until it can. */
  #guarded(step: () => void): void {
    try {
      step();
      if (this.#down) this.#outbox.unshift({ type: 'connected' });
      this.#down = false;
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      this.#blockedUntil = this.#clock.monotonic() + RETRY_MS;
      if (this.#down) return;
      this.#down = true;
      this.#outbox.push({ type: 'disconnected', reason: `the store failed: ${error.message}` });
    }
  }

  async #deliver(event: VenueEvent): Promise<void> {
    await this.#listener?.(event);
  }

  async #breathe(): Promise<void> {
    if (this.#clock.monotonic() - this.#breathedAt < BREATH_MS) return;
    await this.#clock.breathe();
    this.#breathedAt = this.#clock.monotonic();
  }

  /** Resolves after `ms` (null: never), when there is something to tell, or at the close. */
  #pause(ms: number | null): Promise<void> {
    if (this.#closing || this.#outbox.length > 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = ms === null ? () => undefined : this.#clock.after(ms, () => this.#wake?.());
      this.#wake = () => {
        this.#wake = null;
        cancel();
        resolve();
      };
    });
  }
}
