/**
 * A real client on a loopback venue that speaks the real protocol, as a fixture of the venue suite.
 * The venue's prices and time are moved by hand; what that causes counts as told when the client
 * told as many fills and ends of orders as the venue knows of.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { VenueEvent } from '../../src/exchange/port.ts';
import type { FaceKind, SimVenue } from '../../src/exchange/sim/index.ts';
import { FAULT_DEFAULTS, openSimVenue } from '../../src/exchange/sim/index.ts';
import type { Credentials, VenueKind } from '../../src/exchange/venue-kind.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { waitFor } from '../fixtures/wait-for.ts';
import type { VenueFixture } from './venue-fixture.ts';

export interface LoopbackSetup {
  readonly kind: VenueKind;
  readonly face: FaceKind;
  /** As the client names it, and as the loopback venue does. */
  readonly symbol: string;
  readonly sim_symbol: string;
  readonly credentials: (keys: Readonly<Record<string, string>>) => Credentials;
  /** Per stamp, as the loopback venue pays it; null: not looked at. */
  readonly fundingRate: string | null;
  /** What the loopback venue does with a post-only order that would cross. */
  readonly crossing?: 'refuse' | 'expire';
}

const STARTING_CASH = '10000';

/** Opens a fresh loopback venue and a client of its only account. */
export async function openLoopback(setup: LoopbackSetup): Promise<VenueFixture> {
  const { face, crossing = 'refuse' } = setup;
  const sim = await openSimVenue({ face, crossing, symbols: 5, balance: STARTING_CASH });
  return connected(setup, sim);
}

async function connected(setup: LoopbackSetup, sim: SimVenue): Promise<VenueFixture> {
  const { kind, symbol, sim_symbol, credentials, fundingRate } = setup;
  const venue = kind.open({
    symbol,
    credentials: credentials(sim.account().facts.keys),
    rest_url: sim.url,
    ws_url: sim.ws_url,
    proxy: null,
    connect_timeout_ms: 5000,
    read_timeout_ms: 5000,
    clock: systemClock,
    trace: () => undefined,
  });
  const events: VenueEvent[] = [];
  const account = sim.account();
  const filledBefore = account.fills.length;
  await venue.market();
  await venue.connect(async (event) => void events.push(event));

  async function told(): Promise<void> {
    await sim.settled();
    const { last } = await venue.price();
    await waitFor(`the price ${last}`, () => {
      const prices = events.flatMap((each) => (each.type === 'price' ? [each.last] : []));
      return Number(prices.at(-1)) === Number(last);
    });
    await waitFor('the fills', () => {
      const count = events.filter(({ type }) => type === 'fill').length;
      return count >= account.fills.length - filledBefore;
    });
    // What the sockets handed over is read by now; its handlers have their turn.
    await pause(0);
  }
  await told();
  return {
    venue,
    startingCash: STARTING_CASH,
    events,
    fundingRate,
    async moveTo(price) {
      sim.world.moveTo(sim_symbol, price);
      await told();
    },
    async pass(ms) {
      sim.world.pass(ms);
      await told();
    },
    async passFunding() {
      sim.world.nextFunding(sim_symbol);
      await told();
    },
    cutOff: () => {
      sim.faults.add({ ...FAULT_DEFAULTS, kind: 'error_before', times: null, status: 500 });
      return () => sim.faults.clear();
    },
    async reopen() {
      await venue.close();
      return connected(setup, sim);
    },
    async dispose() {
      await venue.close();
      await sim.close();
    },
  };
}
