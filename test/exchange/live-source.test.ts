import { expect, test } from 'vitest';
import type { MarketData } from '../../src/exchange/market-data.ts';
import { LiveFeed, liveSource, openPaperVenue, paperMarket } from '../../src/exchange/paper/index.ts';
import { VenueFault } from '../../src/exchange/port.ts';
import type { VenueEvent } from '../../src/exchange/port.ts';
import { openDatabase } from '../../src/platform/sqlite.ts';
import { waitFor } from '../fixtures/wait-for.ts';
import { manualClock } from './manual-clock.ts';
import type { ManualClock } from './manual-clock.ts';

/** Public data of a venue whose price and life are in the test's hand. */
class HandData implements MarketData {
  readonly name = 'hand';
  readonly assumed = {};
  price_text = '150';
  silent = false;
  asked = 0;
  closed = false;

  async price(): Promise<{ last: string; mark: string; at_ms: number }> {
    this.asked += 1;
    if (this.silent) throw new VenueFault('unreachable', 'no answer');
    return { last: this.price_text, mark: this.price_text, at_ms: 0 };
  }

  markets = () => Promise.resolve([]);
  candles = () => Promise.resolve([]);
  tickers = () => Promise.resolve([]);
  serverTime = () => Promise.resolve(0);

  close(): void {
    this.closed = true;
  }
}

const RULES = paperMarket('SOL_USDC_PERP');

/** Lets time pass in steps in which questions are asked and answered. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 250) {
    clock.advance(250);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function openFeed() {
  const clock = manualClock();
  const data = new HandData();
  const feed = await LiveFeed.open({ data, symbol: 'SOL_USDC_PERP', clock });
  return { clock, data, feed };
}

test('the path follows the price of the venue, through every price between', async () => {
  const { clock, data, feed } = await openFeed();
  const source = liveSource(RULES, feed);
  const first = source.first();
  expect(first).toMatchObject({ index: 0, ticks: 15_000 });
  data.price_text = '151.234';
  await pass(clock, 1000);
  expect(source.after(first)).toMatchObject({ index: 1, ticks: 15_123, move: 'continuous' });
  expect(source.resume(0, 0), 'no place of it is found again').toBeNull();
});

test('an outage keeps the price, is told once, and is followed by a jump', async () => {
  const { clock, data, feed } = await openFeed();
  const source = liveSource(RULES, feed);
  const told: (string | null)[] = [];
  source.watch?.((fault) => told.push(fault));
  let point = source.first();
  data.silent = true;
  await pass(clock, 40_000);
  expect(told).toEqual(['no price of SOL_USDC_PERP from hand: no answer']);
  expect(data.asked, 'it asks with growing pauses').toBeLessThan(10);
  const held = source.after(point);
  expect(held).toMatchObject({ ticks: 15_000, move: 'continuous' });
  if (held !== null) point = held;
  data.silent = false;
  data.price_text = '140';
  await pass(clock, 40_000);
  expect(told.at(-1)).toBeNull();
  expect(source.after(point)).toMatchObject({ ticks: 14_000, move: 'jump' });
});

test('a first price that is not told opens nothing', async () => {
  const data = new HandData();
  data.silent = true;
  const opening = LiveFeed.open({ data, symbol: 'S', clock: manualClock() });
  await expect(opening).rejects.toMatchObject({ name: 'VenueFault' });
});

test('a paper venue trades on it, says when it is silent, and lets go of it', async () => {
  const { clock, data, feed } = await openFeed();
  const db = openDatabase(':memory:', 'NORMAL');
  const venue = openPaperVenue({ db, rules: RULES, source: liveSource(RULES, feed), speed: 1, clock });
  const events: VenueEvent[] = [];
  await venue.connect(async (event) => void events.push(event));
  const order = { client_id: 'a', side: 'buy', price: '149', size: '1' } as const;
  const outcome = await venue.submit({ ...order, post_only: true, reduce_only: false });
  expect(outcome.status).toBe('accepted');
  data.price_text = '148.5';
  await pass(clock, 3000);
  await waitFor('the fill', () => events.some(({ type }) => type === 'fill'));
  data.silent = true;
  await pass(clock, 40_000);
  await waitFor('the outage', () => events.some(({ type }) => type === 'disconnected'));
  const closing = venue.close();
  await pass(clock, 1000);
  await closing;
  expect(data.closed).toBe(true);
  db.close();
});
