/**
 * Orders whose fate is not known: looked up at the venue until it is, with growing pauses, bounded.
 * Invariants: the fills of an order are booked before the engine hears that it is gone; an order is
 * absent only when open orders, history and fills all lack it, asked twice with the venue's own
 * delay between; that one question does not find it proves nothing. One from before the venue's
 * history is absent only when the position agrees as well: then nothing of it can have executed.
 */
import type { Market } from '../contract/market.ts';
import { lotsOf } from '../contract/market.ts';
import { liveOrders } from '../engine/index.ts';
import type { LiveOrder } from '../engine/index.ts';
import { VenueFault } from '../exchange/port.ts';
import type { Venue, VenueFill, VenueOrder } from '../exchange/port.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { ClientIds } from './client-id.ts';
import type { FillBooking } from './fill-booking.ts';
import type { GridDoor } from './grid-door.ts';

export interface LookUpParts {
  readonly market: Market;
  readonly venue: Venue;
  readonly clock: Clock;
  readonly log: Logger;
  readonly ids: ClientIds;
  readonly fills: FillBooking;
  readonly grid: GridDoor;
  /** Sends the cancel of an order again. */
  readonly cancel: (id: number) => void;
  /** An order whose answer was missing is at the venue. */
  readonly found: () => void;
  /** Milliseconds until so many questions may be asked one after another; 0: now. */
  readonly held: (questions: number) => number;
  /** Sends what the engine has just asked for. */
  readonly flush: () => Promise<unknown>;
}

/** What the venue said in one round; `begunAt` on the monotonic clock. */
export interface Findings {
  readonly begunAt: number;
  readonly asked: readonly number[];
  readonly orders: ReadonlyMap<string, VenueOrder>;
  readonly fills: readonly VenueFill[];
  /** The venue's position where an order is older than its history; else null. */
  readonly position: string | null;
  /** A listing is missing: only the fills are of use. */
  readonly fault: VenueFault | null;
}

interface Watched {
  /** Venue time before which nothing of this order can have happened, ms. */
  readonly sinceMs: number;
  /** Monotonic moments: of the next round, and before which no round counts as proof. */
  nextAt: number;
  proofFrom: number;
  /** A first round, begun then, found it nowhere. */
  missedAt: number | null;
  rounds: number;
  /** The bound was reached: only a comparison asks again. */
  givenUp: boolean;
  /** It is older than the venue's history, and the position does not agree. */
  beyond: boolean;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
/** Rounds until the next comparison is left to go on: about a minute. */
const ROUNDS = 12;
/**
 * Listings of a round. On a share that is used up they wait together: the first would else use up
 * again and again what the others wait for.
 */
const LISTINGS = 3;
/** Orders that are asked for one by one in a round; the rest trusts the listings. */
const ASKED_BY_ID = 10;
/** How far the venue's clock, as we know it, may be wrong. */
const SKEW_MARGIN_MS = 60_000;

export class LookUps {
  readonly #parts: LookUpParts;
  readonly #watched = new Map<number, Watched>();

  constructor(parts: LookUpParts) {
    this.#parts = parts;
  }

  /** Begins to look for an order of ours that was sent at `sentAtMs` (venue time). */
  watch(id: number, sentAtMs: number): void {
    const known = this.#watched.get(id);
    if (known !== undefined && !known.givenUp) return;
    const now = this.#parts.clock.monotonic();
    this.#watched.set(id, {
      sinceMs: known?.sinceMs ?? Math.max(0, sentAtMs - SKEW_MARGIN_MS),
      nextAt: now,
      proofFrom: now + this.#lag,
      missedAt: null,
      rounds: 0,
      givenUp: false,
      beyond: false,
    });
  }

  /** Whether an order is being looked for. */
  has(id: number): boolean {
    return this.#watched.get(id)?.givenUp === false;
  }

  /** A listing has shown that it rests: there is nothing to look for any more. */
  forget(id: number): void {
    if (this.#watched.delete(id)) this.#tellUnknown();
  }

  /** Forgets orders given up whose end was heard of otherwise. */
  tidy(): void {
    const ended = [...this.#watched.keys()].filter((id) => this.#live(id) === undefined);
    for (const id of ended) this.#watched.delete(id);
    if (ended.length > 0) this.#tellUnknown();
  }

  /** Milliseconds until the next round; null when none is due ever. */
  waitMs(): number | null {
    const waiting = [...this.#watched.values()].filter(({ givenUp }) => !givenUp);
    if (waiting.length === 0) return null;
    const next = Math.min(...waiting.map(({ nextAt }) => nextAt));
    const pause = next - this.#parts.clock.monotonic();
    return pause > 0 ? pause : this.#parts.held(LISTINGS);
  }

  /**
   * The venue says these rest no more. With listings that never lag their fills can be booked at
   * once; otherwise they are looked up. Inside a task only.
   */
  async ended(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    const { fills, grid } = this.#parts;
    if (this.#lag > 0 || (await this.#attempt(() => fills.bookNew())) === null) {
      for (const id of ids) this.watch(id, grid.venueNow());
      return;
    }
    for (const id of ids) await this.#gone(id);
  }

  /** An order at market was accepted: it is followed to its end. Inside a task only. */
  async executed(id: number, sentAtMs: number): Promise<void> {
    const { fills } = this.#parts;
    if (this.#lag === 0) await this.#attempt(() => fills.bookNew());
    if (this.#live(id) !== undefined) this.watch(id, sentAtMs);
  }

  /** Asks the venue once about all that is due; null when nothing may be. Touches nothing. */
  async ask(): Promise<Findings | null> {
    const { venue, clock, ids } = this.#parts;
    const begunAt = clock.monotonic();
    const asked = this.#due(begunAt);
    if (asked.length === 0 || this.#parts.held(LISTINGS) > 0) return null;
    const since = Math.min(...asked.map((id) => this.#watched.get(id)?.sinceMs ?? 0));
    const [fills, open, history] = await Promise.allSettled([
      venue.fillsSince(since),
      venue.openOrders(),
      venue.orderHistory(since),
    ]);
    const faults = [fills, open, history].flatMap((answer) => {
      return answer.status === 'rejected' ? [answer.reason as unknown] : [];
    });
    const bug = faults.find((fault) => !(fault instanceof VenueFault));
    if (bug !== undefined) throw bug;
    const [fault = null] = faults as VenueFault[];
    const listed = fills.status === 'fulfilled' ? fills.value : [];
    const orders = new Map<string, VenueOrder>();
    const none = { begunAt, asked, orders, fills: listed, position: null, fault };
    if (open.status === 'rejected' || history.status === 'rejected') return none;
    // History last: an order that has ended does not rest, whatever an older listing says.
    for (const order of [...open.value, ...history.value]) {
      const known = orders.get(order.client_id);
      if (known === undefined || known.status === 'open') orders.set(order.client_id, order);
    }
    if (fault !== null) return none;
    const unlisted = asked.map((id) => ids.of(id)).filter((name) => !orders.has(name));
    // The listings prove; these find sooner, and must not use the budget of many rounds up.
    for (const name of unlisted.slice(0, ASKED_BY_ID)) {
      const order = await this.#attempt(() => venue.orderByClientId(name));
      if (order === null) break;
      if (order.value !== null) orders.set(name, order.value);
    }
    if (!asked.some((id) => this.#isForgotten(id))) return none;
    const position = await this.#attempt(() => venue.position());
    return { ...none, position: position?.value.size ?? null };
  }

  /** Whether an order without an answer may have ended so long ago that no history tells of it. */
  #isForgotten(id: number): boolean {
    const { venue, grid } = this.#parts;
    const watched = this.#watched.get(id);
    // What the venue is known to have taken needs no history: it rests, or it has ended.
    if (watched === undefined || this.#live(id)?.status === 'open') return false;
    return watched.sinceMs < grid.venueNow() - venue.capabilities.history_ms;
  }

  /** Draws the conclusions of a round, with `after` between any two. Inside a task only. */
  async conclude(findings: Findings, after?: () => Promise<unknown>): Promise<void> {
    const { fills, ids } = this.#parts;
    await fills.book(findings.fills);
    if (findings.fault !== null) return this.#failed(findings.fault);
    for (const id of findings.asked) {
      const seen = findings.orders.get(ids.of(id)) ?? null;
      const told = findings.fills.some((fill) => fill.client_id === ids.of(id));
      await this.#judge(id, seen, told, findings);
      await after?.();
    }
    this.#tellUnknown();
  }

  /** A round that the venue did not answer counts as one. */
  #failed(fault: VenueFault): void {
    const now = this.#parts.clock.monotonic();
    for (const id of this.#due(now)) this.#later(id, fault.retry_after_ms ?? 0);
    this.#tellUnknown();
  }

  /** One round inside a task, where the venue waits for it. */
  async round(): Promise<void> {
    const findings = await this.ask();
    // Each conclusion is acted on before the next: who dies over and over still gets on.
    if (findings !== null) await this.conclude(findings, this.#parts.flush);
  }

  get #lag(): number {
    return this.#parts.venue.capabilities.listing_lag_ms;
  }

  #due(now: number): number[] {
    const due = [...this.#watched].filter(([, { givenUp, nextAt }]) => !givenUp && nextAt <= now);
    return due.map(([id]) => id);
  }

  #live(id: number): LiveOrder | undefined {
    return liveOrders(this.#parts.grid.state).find((order) => order.id === id);
  }

  async #judge(
    id: number,
    seen: VenueOrder | null,
    executed: boolean,
    findings: Findings,
  ): Promise<void> {
    const watched = this.#watched.get(id);
    const live = this.#live(id);
    if (watched === undefined) return;
    if (seen !== null || executed) this.#parts.found();
    if (live === undefined) {
      this.#watched.delete(id);
      return;
    }
    const { grid, market, cancel } = this.#parts;
    if (seen === null) {
      watched.missedAt = executed ? null : watched.missedAt;
      return executed ? this.#later(id) : this.#missed(live, watched, findings);
    }
    watched.missedAt = null;
    if (seen.status === 'open') {
      if (live.status === 'cancelling') cancel(id);
      if (live.status === 'sent') {
        await grid.apply({ type: 'accepted', id, at_ms: grid.venueNow() });
      }
      // A cancel is watched to its end, and so is what cannot rest.
      const rests = live.ticks !== null || live.trigger_ticks !== undefined;
      if (live.status === 'cancelling' || !rests) this.#later(id);
      else this.#watched.delete(id);
    } else if ((lotsOf(market, seen.filled) ?? live.lots) > live.filled) this.#later(id);
    else if (seen.status === 'rejected' && live.status === 'sent') {
      this.#watched.delete(id);
      const reason = seen.reason ?? 'other';
      await grid.apply({ type: 'rejected', id, reason, at_ms: grid.venueNow() });
    } else await this.#gone(id);
  }

  /** Found nowhere: the second time, the venue's delay after the first, it is so. */
  async #missed(live: LiveOrder, watched: Watched, findings: Findings): Promise<void> {
    const { grid, log, clock } = this.#parts;
    const { id } = live;
    const { begunAt } = findings;
    watched.beyond = this.#isForgotten(id) && !this.#agrees(findings.position);
    if (watched.beyond) {
      watched.missedAt = null;
      return this.#later(id);
    }
    if (watched.missedAt !== null && begunAt >= watched.missedAt + this.#lag) {
      log.warn({ id }, 'the venue proves never to have had this order, or to have it no more');
      if (live.status !== 'sent') return this.#gone(id);
      this.#watched.delete(id);
      return grid.apply({ type: 'absent', id, at_ms: grid.venueNow() });
    }
    const counts = begunAt >= watched.proofFrom;
    // From the answer on, not from the question: it may have been long on its way.
    if (counts && watched.missedAt === null) watched.missedAt = clock.monotonic();
    watched.nextAt = watched.missedAt === null ? watched.proofFrom : watched.missedAt + this.#lag;
    this.#count(id, watched);
  }

  /** Whether the venue's position is exactly that of the books. */
  #agrees(position: string | null): boolean {
    const { grid, market } = this.#parts;
    return position !== null && lotsOf(market, position) === grid.state.books.position_lots;
  }

  async #gone(id: number): Promise<void> {
    const { grid } = this.#parts;
    this.#watched.delete(id);
    if (this.#live(id) === undefined) return;
    await grid.apply({ type: 'cancelled', id, at_ms: grid.venueNow() });
  }

  #later(id: number, atLeastMs = 0): void {
    const watched = this.#watched.get(id);
    if (watched === undefined) return;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** watched.rounds);
    watched.nextAt = this.#parts.clock.monotonic() + Math.max(pause, atLeastMs);
    this.#count(id, watched);
  }

  #count(id: number, watched: Watched): void {
    watched.rounds += 1;
    if (watched.rounds < ROUNDS) return;
    watched.givenUp = true;
    this.#parts.log.warn({ id }, 'what became of an order is not known; a comparison goes on');
  }

  #tellUnknown(): void {
    const unknown = [...this.#watched].filter(([, { givenUp }]) => givenUp).map(([id]) => id);
    const beyond = unknown.some((id) => this.#watched.get(id)?.beyond === true);
    const why = beyond
      ? "it is older than the venue's history, and the position differs from the books"
      : 'the venue does not say';
    const text = `What became of order ${unknown.join(', ')} is not known: ${why}.`;
    this.#parts.grid.setDegraded('orders', unknown.length === 0 ? null : text);
  }

  /** The answer to a question; null when the venue gave none. */
  async #attempt<T>(question: () => Promise<T>): Promise<{ readonly value: T } | null> {
    try {
      return { value: await question() };
    } catch (error) {
      if (!(error instanceof VenueFault)) throw error;
      return null;
    }
  }
}
