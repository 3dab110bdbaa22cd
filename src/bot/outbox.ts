/**
 * What the engine wants sent and is not sent yet: stored intents on their way to the venue. Cancels
 * go first, in batches where the venue takes them, within the request budget. Invariants: what a
 * stop, a pause or a trip finds unsent is never sent; after an answer that is missing nothing
 * follows at once, and ever more rarely; a payload that the venue must refuse never leaves.
 */
import type { Market } from '../contract/market.ts';
import { priceText, sizeText } from '../contract/market.ts';
import { say, sentenceOf } from '../contract/sentences.ts';
import { carriesStop, liveOrders } from '../engine/index.ts';
import type { EngineCommand, GridState } from '../engine/index.ts';
import type { CancelOutcome, OrderRequest, SubmitOutcome, Venue } from '../exchange/port.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { ClientIds } from './client-id.ts';
import type { GridDoor } from './grid-door.ts';
import type { LookUps } from './look-up.ts';
import type { OrderNumbers } from './order-numbers.ts';
import { checkPayload } from './payload-check.ts';
import { PlacementCount } from './rate-budget.ts';
import type { RateBudget, RequestKind } from './rate-budget.ts';
import { Silence } from './silence.ts';

type Place = EngineCommand & { type: 'place' };

export interface OutboxParts {
  readonly market: Market;
  readonly venue: Venue;
  readonly clock: Clock;
  readonly log: Logger;
  readonly ids: ClientIds;
  readonly budget: RateBudget;
  readonly grid: GridDoor;
  readonly lookUps: LookUps;
  readonly numbers: Pick<OrderNumbers, 'isFree'>;
  /** Orders, up to `most`, that earlier processes sent in the last `withinMs`. */
  readonly sentEarlier: (most: number, withinMs: number) => number;
}

/** Pauses after missing answers: a cancel must get through, an order must not pile up. */
const SILENT_FIRST_MS = 250;
const SILENT_PLACES_MS = 30_000;
const SILENT_CANCELS_MS = 2000;
const SILENT_TOLD = 3;
const NO_ID = { reason: 'bad_client_id', message: 'no client id is free' } as const;

export class Outbox {
  readonly #parts: OutboxParts;
  readonly #count: PlacementCount;
  readonly #silentPlaces = new Silence(SILENT_FIRST_MS, SILENT_PLACES_MS);
  readonly #silentCancels = new Silence(SILENT_FIRST_MS, SILENT_CANCELS_MS);
  #places: Place[] = [];
  #cancels: number[] = [];
  /** Orders that will never be sent; the engine is not told yet. */
  #dropped: number[] = [];
  /** The venue put something off: the engine is told when it may be tried again. */
  #putOff = false;
  /** Reason of the last rejected order since one was accepted. */
  #refusal: string | null = null;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    const { clock, sentEarlier } = parts;
    this.#count = new PlacementCount(clock.monotonic(), sentEarlier);
  }

  /** Takes a command whose intent is stored. The cancel of an unsent order takes it back. */
  add(command: EngineCommand): void {
    if (command.type === 'place') this.#places.push(command);
    else if (command.type === 'cancel') this.#addCancel(command.id);
  }

  /** An order whose answer was missing did arrive: the way to the venue is open. */
  arrived(): void {
    if (this.#silentPlaces.missing === 0) return;
    this.#silentPlaces.answered();
    this.#parts.grid.setDegraded('unanswered', null);
  }

  /** Whether an order's place or cancel is not sent yet. */
  has(id: number): boolean {
    return (
      this.#cancels.includes(id) ||
      this.#dropped.includes(id) ||
      this.#places.some((place) => place.id === id)
    );
  }

  /**
   * Sends until nothing is left, until `stops` says so after a request, or until it must wait.
   * Answers the milliseconds to wait; null when nothing is left. Inside a task only.
   */
  async send(stops: () => boolean): Promise<number | null> {
    for (;;) {
      await this.#tellDropped();
      if (this.#cancels.length > 0) {
        const wait = this.#wait('cancel');
        if (wait > 0) return wait;
        await this.#sendCancels();
      } else if (this.#putOff || this.#places.length > 0) {
        // To try again sends nothing by itself.
        const isUrgent = this.#putOff || this.#places[0]?.role === 'close';
        const wait = this.#wait(isUrgent ? 'close' : 'place');
        if (wait > 0) return wait;
        if (this.#putOff) await this.#retry();
        else await this.#sendPlaces();
      } else return null;
      if (stops()) return 0;
    }
  }

  #addCancel(id: number): void {
    const unsent = this.#places.some((place) => place.id === id);
    if (unsent) this.#drop((place) => place.id === id);
    else if (!this.#cancels.includes(id)) this.#cancels.push(id);
  }

  #drop(which: (place: Place) => boolean): void {
    for (const place of this.#places) if (which(place)) this.#dropped.push(place.id);
    this.#places = this.#places.filter((place) => !which(place));
  }

  async #tellDropped(): Promise<void> {
    const { grid } = this.#parts;
    this.#drop(({ role }) => !mayPlace(grid.state, role));
    for (let id = this.#dropped.shift(); id !== undefined; id = this.#dropped.shift()) {
      await grid.apply({ type: 'absent', id, at_ms: grid.venueNow() });
    }
  }

  #wait(kind: RequestKind): number {
    const { budget, clock } = this.#parts;
    const now = clock.monotonic();
    const silence = kind === 'cancel' ? this.#silentCancels : this.#silentPlaces;
    return Math.max(budget.wait(kind, now), silence.wait(now));
  }

  async #retry(): Promise<void> {
    const { grid } = this.#parts;
    this.#putOff = false;
    await grid.apply({ type: 'retry', at_ms: grid.venueNow() });
  }

  async #sendCancels(): Promise<void> {
    const { venue, ids, lookUps, grid, log, clock } = this.#parts;
    const batch = this.#cancels.splice(0, Math.max(1, venue.capabilities.batch.cancel));
    const names = batch.map((id) => ids.of(id));
    const [only = ''] = names;
    const outcomes: readonly CancelOutcome[] =
      batch.length === 1 ? [await venue.cancel(only)] : await venue.cancelBatch(names);
    const answered = outcomes.some(({ status }) => status !== 'unknown');
    if (answered) this.#silentCancels.answered();
    else this.#silentCancels.unanswered(clock.monotonic());
    const gone: number[] = [];
    for (const [index, id] of batch.entries()) {
      const outcome = outcomes[index] ?? { status: 'unknown', message: 'no answer to it' };
      if (outcome.status === 'cancelled' || outcome.status === 'gone') gone.push(id);
      else if (outcome.status === 'unknown') lookUps.watch(id, grid.venueNow());
      else if (isPutOff(outcome.reason)) this.#addCancel(id);
      else {
        log.warn({ id, reason: outcome.reason }, `a cancel was refused: ${outcome.message}`);
        lookUps.watch(id, grid.venueNow());
      }
    }
    await lookUps.ended(gone);
  }

  async #sendPlaces(): Promise<void> {
    const { venue, grid, lookUps } = this.#parts;
    const batch = await this.#nextPlaces();
    const [only] = batch;
    if (only === undefined) return;
    const sentAt = grid.venueNow();
    const { trigger_ticks: trigger } = only;
    if (trigger !== undefined) {
      return this.#settlePlace(only, await this.#sendStop(only, trigger), sentAt);
    }
    const requests = batch.map((place) => this.#request(place));
    const [first] = requests;
    const outcomes =
      first !== undefined && requests.length === 1
        ? [await venue.submit(first)]
        : await venue.submitBatch(requests);
    const accepted: Place[] = [];
    for (const [index, place] of batch.entries()) {
      const outcome = outcomes[index] ?? { status: 'unknown', message: 'no answer to it' };
      if (outcome.status === 'accepted') {
        accepted.push(place);
        continue;
      }
      await this.#accepted(accepted.splice(0));
      await this.#settlePlace(place, outcome, sentAt);
    }
    await this.#accepted(accepted);
    // A market order has executed by now; whoever asks next shall see the position.
    if (only.ticks === null) await lookUps.executed(only.id, sentAt);
  }

  #sendStop({ id, side, lots }: Place, trigger: number): Promise<SubmitOutcome> {
    const { venue, market, ids, grid } = this.#parts;
    const trigger_price = priceText(market, trigger);
    const { trigger_by } = grid.state.plan;
    const size = sizeText(market, lots);
    return venue.submitTrigger({ client_id: ids.of(id), side, trigger_price, trigger_by, size });
  }

  /** The next orders that may go out together; what is refused here is refused at once. */
  async #nextPlaces(): Promise<Place[]> {
    const { venue, market, grid } = this.#parts;
    const most = Math.max(1, venue.capabilities.batch.submit);
    const batch: Place[] = [];
    while (batch.length < most) {
      const place = this.#places[0];
      // An order at market goes alone: what follows may depend on it.
      if (place === undefined || (place.ticks === null && batch.length > 0)) break;
      const unsent = new Set(this.#places.map(({ id }) => id));
      const resting = liveOrders(grid.state).filter(({ id }) => !unsent.has(id)).length;
      const { capabilities } = venue;
      const context = { market, capabilities, ticks: grid.ticks, resting };
      const used = !this.#parts.numbers.isFree(place.id);
      const fault = used ? NO_ID : checkPayload(this.#request(place), context);
      if (fault === null && !this.#withinFence(place)) {
        // What is within it goes first: after a trip nothing is sent.
        if (batch.length === 0) await this.#trip();
        break;
      }
      this.#places.shift();
      if (fault === null) batch.push(place);
      else await this.#rejected(place.id, fault.reason, fault.message);
      if (place.ticks === null) break;
    }
    return batch;
  }

  #withinFence({ role }: Place): boolean {
    const { grid, clock } = this.#parts;
    // Closing is what such a fence is for.
    const max = closes(role) ? null : grid.state.plan.fences.max_orders_per_minute;
    return this.#count.allows(max, clock.monotonic());
  }

  async #trip(): Promise<void> {
    const { grid } = this.#parts;
    const reason = 'max_orders_per_minute';
    const max = grid.state.plan.fences.max_orders_per_minute ?? 0;
    const text = sentenceOf(say('rate_beyond', { limit: max }));
    await grid.apply({ type: 'trip', reason, text, at_ms: grid.venueNow() });
    // What is unsent now would be the next to break it.
    this.#drop(({ role }) => !closes(role));
  }

  #request(place: Place): OrderRequest {
    const { market, ids } = this.#parts;
    const { id, side, ticks, lots, post_only, reduce_only } = place;
    const price = ticks === null ? null : priceText(market, ticks);
    const size = sizeText(market, lots);
    return { client_id: ids.of(id), side, price, size, post_only, reduce_only };
  }

  async #settlePlace(place: Place, outcome: SubmitOutcome, sentAt: number): Promise<void> {
    const { lookUps } = this.#parts;
    const { id } = place;
    const used = outcome.status === 'rejected' && outcome.reason === 'duplicate_client_id';
    if (outcome.status === 'unknown' || used) {
      // Used already: by an earlier copy of this very order, or by nobody we know.
      lookUps.watch(id, sentAt);
      return this.#unanswered(outcome.message);
    }
    if (outcome.status === 'accepted') return this.#accepted([place]);
    this.arrived();
    if (isPutOff(outcome.reason)) this.#putOff = true;
    return this.#rejected(id, outcome.reason, outcome.message);
  }

  /** A ladder of orders that the venue took is one commit. */
  async #accepted(places: readonly Place[]): Promise<void> {
    if (places.length === 0) return;
    const { grid } = this.#parts;
    this.arrived();
    this.#refusal = null;
    const at_ms = grid.venueNow();
    await grid.applyAll(places.map(({ id }) => ({ type: 'accepted', id, at_ms })));
  }

  async #rejected(id: number, reason: string, message: string): Promise<void> {
    const { grid, log } = this.#parts;
    // A venue without margin refuses every line alike: the first says it, the ladder shows all.
    if (reason !== this.#refusal) log.warn({ id, reason }, `an order was rejected: ${message}`);
    this.#refusal = reason;
    await grid.apply({ type: 'rejected', id, reason, at_ms: grid.venueNow() });
  }

  #unanswered(message: string): void {
    const { clock, grid } = this.#parts;
    this.#silentPlaces.unanswered(clock.monotonic());
    if (this.#silentPlaces.missing < SILENT_TOLD) return;
    const text = `The venue leaves orders without an answer (${message}); placing waits.`;
    grid.setDegraded('unanswered', text);
  }
}

/** Whether an order does nothing but end the position. */
function closes(role: Place['role']): boolean {
  return role === 'close' || role === 'stop_loss';
}

/** Whether an unsent order may still be sent as the grid is now. */
function mayPlace(state: GridState, role: Place['role']): boolean {
  if (role === 'close') return true;
  if (role === 'stop_loss') return carriesStop(state);
  if (state.tripped !== null || state.mismatch !== null) return false;
  return role === 'carry' || (state.phase === 'running' && !state.paused);
}

/** Refusals that say nothing of the order itself. */
function isPutOff(reason: string): boolean {
  return reason === 'rate_limited' || reason === 'maintenance' || reason === 'wrong_time';
}
