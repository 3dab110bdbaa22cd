/**
 * The way of a price past the orders of all accounts: from where it stands to where it goes,
 * through every price between, doing the nearest thing first. An account whose equity is down to
 * its maintenance margin is liquidated at the price at which that happens.
 */
import type { Waiting } from '../matching/stop-book.ts';
import type { SimAccount, StopEntry } from './account.ts';
import type { SimDesk } from './desk.ts';
import { isGone, liquidationPrice } from './margin.ts';
import type { SimMarket } from './market.ts';

/** Market time of one step of a running price. */
const STEP_MS = 250;
/** A longer absence is walked in as many steps. */
const MOST_STEPS = 4000;

/** Something on the way, and where. */
interface Event {
  readonly ticks: number;
  readonly order: number;
  readonly happen: () => void;
}

export class PriceWalk {
  readonly #desk: SimDesk;

  constructor(desk: SimDesk) {
    this.#desk = desk;
  }

  /** Walks a running or standing market up to a moment; `settle` pays what is due by then. */
  advance(sim: SimMarket, now_ms: number, settle: (at_ms: number) => void): void {
    const missed = now_ms - sim.walked_ms;
    const { speed } = sim.path;
    if (speed > 0 && missed > 0) {
      const step = Math.max(STEP_MS / speed, missed / MOST_STEPS, 1);
      for (let at = sim.walked_ms + step; at < now_ms; at += step) {
        settle(Math.floor(at));
        this.moveTo(sim, sim.path.at(at));
      }
    }
    settle(now_ms);
    if (missed > 0) this.moveTo(sim, sim.path.at(now_ms));
    sim.walked_ms = Math.max(sim.walked_ms, now_ms);
  }

  /** One move to a price; without one, what had its part goes on waiting for one. */
  moveTo(sim: SimMarket, ticks: number): void {
    if (ticks !== sim.present) this.#release(sim);
    for (;;) {
      const next = this.#first(sim, ticks);
      if (next === null) break;
      sim.present = next.ticks;
      next.happen();
    }
    sim.present = ticks;
  }

  #release(sim: SimMarket): void {
    for (const account of this.#desk.records.accounts.values()) {
      account.holdings.get(sim.symbol)?.book.release();
    }
  }

  /** The nearest thing on the way to `ticks`; null: nothing more. */
  #first(sim: SimMarket, ticks: number): Event | null {
    let first: Event | null = null;
    for (const account of this.#desk.records.accounts.values()) {
      for (const event of this.#eventsOf(account, sim, ticks)) {
        if (first === null || isSooner(sim.present, event, first)) first = event;
      }
    }
    return first;
  }

  #eventsOf(account: SimAccount, sim: SimMarket, ticks: number): readonly Event[] {
    const holding = account.holdings.get(sim.symbol);
    if (holding === undefined) return [];
    const events: Event[] = [];
    const resting = holding.book.firstReached(ticks);
    if (resting !== null) {
      const happen = () => this.#desk.fillResting(account, sim, account.order(resting.id));
      const at = onTheWay(sim.present, ticks, resting.ticks);
      events.push({ ticks: at, order: resting.id, happen });
    }
    const stop = holding.stops.firstReached(ticks);
    if (stop !== null) events.push(this.#stopEvent(account, sim, ticks, stop));
    const gone = holding.sums.lots === 0 ? null : this.#goneAt(account, sim, ticks);
    if (gone !== null) {
      events.push({ ticks: gone, order: 0, happen: () => this.#desk.liquidate(account) });
    }
    return events;
  }

  #stopEvent(
    account: SimAccount,
    sim: SimMarket,
    ticks: number,
    stop: Waiting<StopEntry>,
  ): Event {
    const happen = () => this.#desk.fire(account, sim, account.order(stop.id));
    const at = onTheWay(sim.present, ticks, stop.stop_ticks);
    return { ticks: at, order: stop.id, happen };
  }

  /** Where on the way to `ticks` the account is liquidated; null: nowhere. */
  #goneAt(account: SimAccount, sim: SimMarket, ticks: number): number | null {
    const marketOf = (symbol: string) => this.#desk.records.market(symbol);
    const { present } = sim;
    sim.present = ticks;
    const gone = isGone(account, marketOf);
    sim.present = present;
    if (!gone) return null;
    const at = liquidationPrice(account, sim, marketOf);
    return at === null ? ticks : onTheWay(present, ticks, at);
  }
}

/** A price that the move passes; one that it does not, happens where the move begins. */
function onTheWay(from: number, to: number, ticks: number): number {
  return ticks >= Math.min(from, to) && ticks <= Math.max(from, to) ? ticks : from;
}

function isSooner(from: number, a: Event, b: Event): boolean {
  const near = Math.abs(a.ticks - from) - Math.abs(b.ticks - from);
  return near === 0 ? a.order < b.order : near < 0;
}
