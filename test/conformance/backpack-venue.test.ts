/**
 * Our Backpack client passes the suite that every venue passes, over the wire: against the loopback
 * venue that speaks Backpack's protocol, with crossing post-only orders refused in either form.
 */
import { backpack } from '../../src/exchange/backpack/index.ts';
import type { VenueEvent } from '../../src/exchange/port.ts';
import { backpackFace } from '../../src/exchange/sim/backpack/index.ts';
import { openSimVenue } from '../../src/exchange/sim/index.ts';
import type { SimVenue } from '../../src/exchange/sim/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { venueConformance } from './venue-suite.ts';
import type { VenueFixture } from './venue-fixture.ts';

const STARTING_CASH = '10000';
const FUNDING_RATE = '0.0000125';

/** The time of this machine, and what a test let pass by hand. */
interface PassedClock extends Clock {
  passed_ms: number;
}

function passedClock(): PassedClock {
  const clock: PassedClock = {
    ...systemClock,
    passed_ms: 0,
    now: () => systemClock.now() + clock.passed_ms,
    monotonic: () => systemClock.monotonic() + clock.passed_ms,
  };
  return clock;
}

interface Setup {
  readonly sim: SimVenue;
  readonly symbol: string;
  readonly clock: PassedClock;
  /** How the venue is cut off: before or after it did what it was asked for. */
  readonly drop: 'drop_before' | 'drop_after';
}

async function openFixture(setup: Setup): Promise<VenueFixture> {
  const { sim, symbol, clock, drop } = setup;
  const [account] = sim.accounts;
  const venue = backpack.open({
    ...{ rest_url: sim.url, ws_url: sim.ws_url, proxy: null, symbol, clock },
    ...{ connect_timeout_ms: 2000, read_timeout_ms: 2000, trace: () => undefined },
    credentials: account?.keys ?? {},
  });
  const events: VenueEvent[] = [];
  let heard: () => void = () => undefined;
  await venue.connect(async (event) => {
    events.push(event);
    heard();
  });
  /** Resolves when the present price was told. */
  const told = async (): Promise<void> => {
    await sim.settled();
    const { last, mark } = await venue.price();
    await new Promise<void>((resolve) => {
      heard = () => {
        const price = events.findLast((event) => event.type === 'price');
        if (price?.last === last && price.mark === mark) resolve();
      };
      heard();
    });
  };
  await told();
  return {
    ...{ venue, startingCash: STARTING_CASH, events, fundingRate: FUNDING_RATE },
    async moveTo(price) {
      sim.command('move', { symbol, price });
      await told();
    },
    async pass(ms) {
      clock.passed_ms += ms;
      sim.command('pass', { ms });
      await told();
    },
    async passFunding() {
      const before = sim.world.now();
      sim.command('funding', { symbol });
      clock.passed_ms += sim.world.now() - before;
      await told();
    },
    cutOff: () => {
      sim.command('fault', { kind: drop, times: null });
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

for (const [symbol, crossing, drop] of [
  ['SOL_USDC_PERP', 'expire', 'drop_before'],
  ['BTC_USDC_PERP', 'refuse', 'drop_after'],
] as const) {
  venueConformance(`backpack ${symbol}, crossing orders ${crossing}`, async () => {
    const sim = await openSimVenue({
      ...{ face: backpackFace, symbols: 5, balance: STARTING_CASH, crossing },
    });
    return openFixture({ sim, symbol, clock: passedClock(), drop });
  });
}
