/** The simulator's venue, with its faults off, passes the suite that every venue passes. */
import { parseMoney } from '../../src/contract/decimal.ts';
import { makeMarket, ticksOf } from '../../src/contract/market.ts';
import { paperMarket } from '../../src/exchange/paper/index.ts';
import type { VenueEvent } from '../../src/exchange/port.ts';
import { EPOCH_MS, Life, Schedule } from '../sim/clock.ts';
import { Exchange } from '../sim/exchange.ts';
import { FaultPlan } from '../sim/faults.ts';
import { Dice } from '../sim/random.ts';
import { SimVenue } from '../sim/venue.ts';
import { venueConformance } from './venue-suite.ts';
import type { VenueFixture } from './venue-fixture.ts';

const STARTING_CASH = '10000';

const FUNDING_RATE = '0.0001';

async function openFixture(exchange: Exchange, schedule: Schedule): Promise<VenueFixture> {
  const events: VenueEvent[] = [];
  const network = { up: true, mutedFrom: 0, mutedUntil: 0, requests: [] };
  const venue = new SimVenue({
    ...{ exchange, network },
    life: new Life(schedule),
    faults: noFaults(),
    dice: new Dice(1),
    watcher: { submits: () => undefined, cancels: () => undefined, asks: () => undefined },
    instant: true,
  });
  await venue.connect(async (event) => void events.push(event));
  const pass = (ms: number) => schedule.runUntil(schedule.time + ms, () => false);
  return {
    venue,
    startingCash: STARTING_CASH,
    events,
    fundingRate: FUNDING_RATE,
    pass,
    async passFunding() {
      await pass(1000);
      exchange.fund(FUNDING_RATE);
    },
    cutOff: () => {
      network.up = false;
      return () => (network.up = true);
    },
    async moveTo(price) {
      await pass(1000);
      const ticks = ticksOf(exchange.market, price);
      if (ticks === null) throw new Error(`${price} is not on a tick`);
      exchange.moveTo(ticks);
    },
    async reopen() {
      await venue.close();
      return openFixture(exchange, schedule);
    },
    dispose: () => venue.close(),
  };
}

function noFaults(): FaultPlan {
  const faults = new FaultPlan(1, {});
  faults.on = false;
  return faults;
}

const MARKETS = { SOL_USDC_PERP: 15_000, BTCUSDT: 600_000 };

for (const [symbol, ticks] of Object.entries(MARKETS)) {
  venueConformance(`sim ${symbol}`, () => {
    const schedule = new Schedule();
    const market = makeMarket(paperMarket(symbol));
    const cash = parseMoney(STARTING_CASH) ?? 0n;
    const now = () => EPOCH_MS + schedule.time;
    const exchange = new Exchange({ market, ticks, cash, now, faults: noFaults() });
    return openFixture(exchange, schedule);
  });
}
