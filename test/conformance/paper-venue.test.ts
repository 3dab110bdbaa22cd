/** The paper venue passes the suite that every venue passes, with either fill rule. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeMarket, ticksOf } from '../../src/contract/market.ts';
import type { MarketRules } from '../../src/contract/market.ts';
import { openPaperVenue, paperMarket } from '../../src/exchange/paper/index.ts';
import type { VenueEvent } from '../../src/exchange/port.ts';
import { openDatabase } from '../../src/platform/sqlite.ts';
import { manualClock } from '../exchange/manual-clock.ts';
import type { ManualClock } from '../exchange/manual-clock.ts';
import { SCRIPT_STEP_MS, scriptedPath } from '../exchange/scripted-path.ts';
import type { ScriptedPath } from '../exchange/scripted-path.ts';
import { venueConformance } from './venue-suite.ts';
import type { VenueFixture } from './venue-suite.ts';

const STARTING_CASH = '10000';

interface Setup {
  readonly folder: string;
  readonly rules: MarketRules;
  readonly path: ScriptedPath;
  readonly clock: ManualClock;
  readonly fill: 'through' | 'touch';
}

async function openFixture(setup: Setup): Promise<VenueFixture> {
  const { folder, rules, path, clock, fill } = setup;
  const db = openDatabase(join(folder, 'paper.db'), 'NORMAL');
  const startingBalance = STARTING_CASH;
  const venue = openPaperVenue({
    ...{ db, rules, source: path, speed: 1, clock, fill, startingBalance },
  });
  const events: VenueEvent[] = [];
  let arrived: ((price: string) => void) | null = null;
  await venue.connect(async (event) => {
    events.push(event);
    if (event.type === 'price') arrived?.(event.last);
  });
  async function end(): Promise<void> {
    await venue.close();
    db.close();
  }
  return {
    venue,
    startingCash: STARTING_CASH,
    events,
    async moveTo(price) {
      const ticks = ticksOf(makeMarket(rules), price);
      if (ticks === null) throw new Error(`${price} is not on a tick`);
      path.push(ticks);
      for (let reached = ''; reached !== price; ) {
        const arrival = new Promise<string>((resolve) => (arrived = resolve));
        clock.advance(SCRIPT_STEP_MS);
        reached = await arrival;
      }
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

const MARKETS = { SOL_USDC_PERP: 15_000, BTCUSDT: 600_000 };

for (const fill of ['through', 'touch'] as const) {
  for (const [symbol, ticks] of Object.entries(MARKETS)) {
    venueConformance(`paper ${symbol}, fill ${fill}`, () => {
      const rules = paperMarket(symbol);
      const path = scriptedPath(rules.tick, [{ ticks, move: 'continuous' }], 'holds');
      const folder = mkdtempSync(join(tmpdir(), 'gridd-paper-'));
      return openFixture({ folder, rules, path, clock: manualClock(), fill });
    });
  }
}
