/**
 * A client on a loopback venue that speaks the real protocol, as a fixture of the venue suite. One
 * clock runs on both sides; prices and stamps come by hand, and with them what the streams say each
 * second. That counts as told when the client told the present price and as many fills as the
 * account had.
 */
import type { Venue, VenueEvent } from '../../src/exchange/port.ts';
import type { FaceKind, Fault, SimVenue } from '../../src/exchange/sim/index.ts';
import { FAULT_DEFAULTS, openSimVenue } from '../../src/exchange/sim/index.ts';
import type { Credentials, VenueKind } from '../../src/exchange/venue-kind.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { beatenClock } from '../exchange/beaten-clock.ts';
import type { BeatenClock } from '../exchange/beaten-clock.ts';
import type { VenueFixture } from './venue-fixture.ts';

export interface LoopbackSetup {
  readonly kind: VenueKind;
  readonly face: FaceKind;
  /** As the loopback venue names it, and as the client does where that differs. */
  readonly symbol: string;
  readonly client_symbol?: string;
  /** What the client is given of the account's keys. */
  readonly credentials: (keys: Readonly<Record<string, string>>) => Credentials;
  /** What the venue does with a post-only order that would cross. */
  readonly crossing: 'refuse' | 'expire';
  /** How it is cut off. */
  readonly cut: Fault['kind'];
  /** Of the account; the face's own where it is absent. */
  readonly maker_fee?: string;
}

const STARTING_CASH = '10000';
/** Every stream has something to say within this. */
const BEAT_MS = 1000;
/** About so long a client takes to subscribe. */
const SUBSCRIBED_MS = 20;
const PATIENCE_MS = 20_000;

/** A venue that is open, and the clock that beats its streams. */
interface Standing {
  readonly sim: SimVenue;
  readonly clock: BeatenClock;
}

/** Opens a fresh loopback venue and a client of its only account. */
export async function openLoopback(setup: LoopbackSetup): Promise<VenueFixture> {
  const { face, crossing, maker_fee } = setup;
  const clock = hastenedClock();
  const sim = await openSimVenue({
    ...{ face, clock, crossing, symbols: 5, balance: STARTING_CASH },
    requests_per_minute: 1_000_000,
  });
  if (maker_fee !== undefined) sim.command('account', { name: 'main', maker_fee });
  return connected(setup, { sim, clock });
}

async function connected(setup: LoopbackSetup, standing: Standing): Promise<VenueFixture> {
  const { symbol, cut } = setup;
  const { sim, clock } = standing;
  const venue = openClient(setup, sim);
  const heard = new Heard();
  const filledBefore = sim.account().fills.length;
  // Some clients need what this tells before they can listen.
  await venue.market();
  await venue.connect(async (event) => heard.take(event));

  function beat(): void {
    // Passed by hand: who signs by the time of this machine may go on so.
    sim.world.pass(BEAT_MS);
    clock.forward(0);
  }
  async function told(): Promise<void> {
    beat();
    await sim.settled();
    const { last, mark } = await venue.price();
    await heard.until('the price and the fills', (events) => {
      const price = events.findLast((event) => event.type === 'price');
      const fills = events.filter(({ type }) => type === 'fill').length;
      const all = fills >= sim.account().fills.length - filledBefore;
      return all && price?.last === last && price.mark === mark;
    });
    // What else was sent is read by now, and what it made the client ask was answered.
    await venue.serverTime();
    await systemClock.breathe();
  }
  // Some subscribe only after they said that they are connected.
  const cancelBeats = systemClock.every(SUBSCRIBED_MS, beat);
  await heard.until('the first price', (events) => events.some(({ type }) => type === 'price'));
  cancelBeats();
  await told();
  return {
    venue,
    startingCash: STARTING_CASH,
    events: heard.events,
    fundingRate: sim.world.market(symbol)?.spec.funding_rate ?? null,
    async moveTo(price) {
      sim.world.moveTo(symbol, price);
      await told();
    },
    async pass(ms) {
      sim.world.pass(ms);
      await told();
    },
    async passFunding() {
      sim.world.nextFunding(symbol);
      await told();
    },
    cutOff: () => {
      sim.faults.add({ ...FAULT_DEFAULTS, kind: cut, times: null });
      return () => sim.faults.clear();
    },
    async reopen() {
      await venue.close();
      return connected(setup, standing);
    },
    async dispose() {
      await venue.close();
      await sim.close();
    },
  };
}

function openClient(setup: LoopbackSetup, sim: SimVenue): Venue {
  const { kind, symbol, client_symbol = symbol, credentials } = setup;
  return kind.open({
    ...{ rest_url: sim.url, ws_url: sim.ws_url, proxy: null, symbol: client_symbol },
    credentials: credentials(sim.account().facts.keys),
    ...{ connect_timeout_ms: 5000, read_timeout_ms: 5000, clock: clockBeside(sim) },
    trace: () => undefined,
  });
}

/** Its regular timers come due in their time, and by hand: nobody waits for a stream's next second. */
function hastenedClock(): BeatenClock {
  const clock = beatenClock();
  return {
    ...clock,
    every(ms, beat) {
      const cancels = [clock.every(ms, beat), systemClock.every(ms, beat)];
      return () => {
        for (const cancel of cancels) cancel();
      };
    },
  };
}

/** The venue's own clock; its monotonic part jumps with it. */
function clockBeside({ world }: SimVenue): Clock {
  let most = 0;
  return {
    ...systemClock,
    now: () => world.now(),
    monotonic() {
      const ahead = world.now() - systemClock.now();
      most = Math.max(most, systemClock.monotonic() + ahead);
      return most;
    },
  };
}

/** What a client told, and who waits for more of it. */
class Heard {
  readonly events: VenueEvent[] = [];
  #look: () => void = () => undefined;

  take(event: VenueEvent): void {
    this.events.push(event);
    this.#look();
  }

  /** Resolves once `enough` says so of what was told; `what`: the words of a test that fails. */
  async until(what: string, enough: (told: readonly VenueEvent[]) => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const giveUp = () => reject(new Error(`waited ${PATIENCE_MS} ms for ${what}`));
      const cancel = systemClock.after(PATIENCE_MS, giveUp);
      this.#look = () => {
        if (!enough(this.events)) return;
        cancel();
        resolve();
      };
      this.#look();
    });
  }
}
