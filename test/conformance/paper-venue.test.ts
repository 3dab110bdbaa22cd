/**
 * The paper venue passes the suite that every venue passes: with either fill rule, on a market with
 * narrow rules, with a rebate, and with funding of either sign.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeMarket, ticksOf } from '../../src/contract/market.ts';
import type { MarketRules } from '../../src/contract/market.ts';
import { STAMP_MS } from '../../src/exchange/matching/funding.ts';
import { openPaperVenue, paperMarket } from '../../src/exchange/paper/index.ts';
import type { VenueEvent } from '../../src/exchange/port.ts';
import { openDatabase } from '../../src/platform/sqlite.ts';
import { manualClock } from '../exchange/manual-clock.ts';
import type { ManualClock } from '../exchange/manual-clock.ts';
import { SCRIPT_STEP_MS, scriptedPath } from '../exchange/scripted-path.ts';
import type { ScriptedPath } from '../exchange/scripted-path.ts';
import { venueConformance } from './venue-suite.ts';
import type { VenueFixture } from './venue-fixture.ts';

const STARTING_CASH = '10000';

type PriceEvent = Extract<VenueEvent, { type: 'price' }>;

interface Setup {
  readonly folder: string;
  readonly rules: MarketRules;
  readonly path: ScriptedPath;
  readonly clock: ManualClock;
  readonly fill: 'through' | 'touch';
  readonly fundingRate: string | null;
}

async function openFixture(setup: Setup): Promise<VenueFixture> {
  const { folder, rules, path, clock, fill, fundingRate } = setup;
  const db = openDatabase(join(folder, 'paper.db'), 'NORMAL');
  const startingBalance = STARTING_CASH;
  const venue = openPaperVenue({
    ...{ db, rules, source: path, speed: 1, clock, fill, startingBalance },
    fundingRate: fundingRate ?? undefined,
  });
  const events: VenueEvent[] = [];
  let arrived: ((event: PriceEvent) => void) | null = null;
  await venue.connect(async (event) => {
    events.push(event);
    if (event.type === 'price') arrived?.(event);
  });
  async function end(): Promise<void> {
    await venue.close();
    db.close();
  }
  /** Lets steps pass until the price event of one at which `done` says so. */
  async function walkUntil(ms: number, done: (event: PriceEvent) => boolean): Promise<void> {
    for (let step = ms, reached = false; !reached; step = SCRIPT_STEP_MS) {
      const arrival = new Promise<PriceEvent>((resolve) => (arrived = resolve));
      clock.advance(step);
      reached = done(await arrival);
    }
  }
  async function pass(ms: number): Promise<void> {
    const end = clock.now() + ms;
    await walkUntil(ms, (event) => event.at_ms >= end);
  }
  return {
    venue,
    startingCash: STARTING_CASH,
    events,
    fundingRate,
    async moveTo(price) {
      const ticks = ticksOf(makeMarket(rules), price);
      if (ticks === null) throw new Error(`${price} is not on a tick`);
      path.push(ticks);
      await walkUntil(SCRIPT_STEP_MS, (event) => event.last === price);
    },
    pass,
    passFunding: () => pass(STAMP_MS),
    cutOff: () => {
      const tables = ['paper_orders', 'paper_trades'];
      for (const table of tables) db.exec(`ALTER TABLE ${table} RENAME TO ${table}_away`);
      return () => {
        for (const table of tables) db.exec(`ALTER TABLE ${table}_away RENAME TO ${table}`);
      };
    },
    async reopen() {
      await end();
      return openFixture(setup);
    },
    async dispose() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Variant {
  readonly name: string;
  readonly rules: MarketRules;
  readonly ticks: number;
  readonly fill: 'through' | 'touch';
  readonly fundingRate: string | null;
}

const SOL = paperMarket('SOL_USDC_PERP');
const NARROW: MarketRules = {
  ...{ ...SOL, min_quantity: '0.05', min_notional: '12', max_orders: 12, max_leverage: '10' },
  ...{ maker_fee: '-0.0001', taker_fee: '0.00045' },
};
const VARIANTS: readonly Variant[] = [
  { name: 'SOL', rules: SOL, ticks: 15_000, fill: 'through', fundingRate: null },
  {
    ...{ name: 'BTC, funding', rules: paperMarket('BTCUSDT'), ticks: 600_000, fill: 'through' },
    fundingRate: '0.0001',
  },
  { name: 'SOL, touch', rules: SOL, ticks: 15_000, fill: 'touch', fundingRate: '-0.000375' },
  { name: 'narrow rules', rules: NARROW, ticks: 15_000, fill: 'through', fundingRate: null },
];

for (const { name, rules, ticks, fill, fundingRate } of VARIANTS) {
  venueConformance(`paper ${name}`, () => {
    const path = scriptedPath(rules.tick, [{ ticks, move: 'continuous' }], 'holds');
    const folder = mkdtempSync(join(tmpdir(), 'gridd-paper-'));
    return openFixture({ folder, rules, path, clock: manualClock(), fill, fundingRate });
  });
}
