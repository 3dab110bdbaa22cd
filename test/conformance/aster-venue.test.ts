/**
 * The Aster client passes the suite that every venue passes, over the wire against the loopback
 * Aster: signed by an agent (V3), where a post-only order that would cross is refused; and by an
 * older key (V1), where it expires and makers are paid.
 */
import { openSimVenue } from '../../src/exchange/sim/index.ts';
import type { SimVenue } from '../../src/exchange/sim/index.ts';
import { asterFace } from '../../src/exchange/sim/aster/index.ts';
import { asterKind } from '../../src/exchange/aster/index.ts';
import type { VenueEvent } from '../../src/exchange/port.ts';
import type { Credentials } from '../../src/exchange/venue-kind.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { beatenClock } from '../exchange/beaten-clock.ts';
import type { BeatenClock } from '../exchange/beaten-clock.ts';
import { venueConformance } from './venue-suite.ts';
import type { VenueFixture } from './venue-fixture.ts';

const SYMBOL = 'SOLUSDT';
const STARTING_CASH = '10000';

/** So often a stream tells the mark price, ms. */
const MARK_MS = 1000;

interface Setup {
  readonly sim: SimVenue;
  readonly clock: BeatenClock;
  readonly credentials: Credentials;
}

async function openFixture(setup: Setup): Promise<VenueFixture> {
  const { sim, clock, credentials } = setup;
  const venue = asterKind.open({
    ...{ rest_url: sim.url, ws_url: sim.ws_url, proxy: null, symbol: SYMBOL, credentials },
    ...{ connect_timeout_ms: 2000, read_timeout_ms: 5000, clock: systemClock },
    trace: () => undefined,
  });
  const events: VenueEvent[] = [];
  let heard: () => void = () => undefined;
  const priced = new Promise<void>((resolve) => (heard = resolve));
  await venue.connect(async (event) => {
    events.push(event);
    if (event.type === 'price') heard();
  });
  await priced;
  /** What the venue has sent is read, and what it caused to be asked was answered. */
  const settled = async (): Promise<void> => {
    await sim.settled();
    await venue.serverTime();
    await systemClock.breathe();
  };
  return {
    venue,
    startingCash: STARTING_CASH,
    events,
    fundingRate: '0.0001',
    async moveTo(price) {
      sim.world.moveTo(SYMBOL, price);
      clock.forward(MARK_MS);
      await settled();
    },
    async pass(ms) {
      sim.world.pass(ms);
      await settled();
    },
    async passFunding() {
      sim.world.nextFunding(SYMBOL);
      await settled();
    },
    cutOff: () => {
      sim.command('fault', { kind: 'drop_before', times: null });
      return () => void sim.command('clear');
    },
    async reopen() {
      await venue.close();
      return openFixture(setup);
    },
    async dispose() {
      await venue.close();
      await sim.close();
    },
  };
}

for (const [name, wanted, crossing] of [
  ['V3', ['account_address', 'private_key'], 'refuse'],
  ['V1, rebate', ['api_key', 'secret_key'], 'expire'],
] as const) {
  venueConformance(`aster ${name}`, async () => {
    const clock = beatenClock();
    const sim = await openSimVenue({
      ...{ clock, face: asterFace, symbols: 3, balance: STARTING_CASH, crossing },
      requests_per_minute: 1_000_000,
    });
    if (crossing === 'expire') {
      sim.command('account', { name: 'main', maker_fee: '-0.00005' });
    }
    const keys: Readonly<Record<string, string>> = sim.accounts[0]?.keys ?? {};
    const credentials = Object.fromEntries(wanted.map((each) => [each, keys[each] ?? '']));
    return openFixture({ sim, clock, credentials });
  });
}
