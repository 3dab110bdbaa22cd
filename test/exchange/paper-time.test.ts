/**
 * The venue's clock never goes back, whatever it is opened with next, so that fills since the last
 * one known are complete; and what the clock makes due happens once.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STAMP_MS } from '../../src/exchange/matching/funding.ts';
import { replaySource } from '../../src/exchange/paper/index.ts';
import type { PaperOptions, PriceSource } from '../../src/exchange/paper/index.ts';
import type { Venue } from '../../src/exchange/port.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { SqliteDatabase } from '../../src/platform/sqlite.ts';
import { manualClock } from './manual-clock.ts';
import { RULES, brief, finite, memoryDatabase, order, paperVenue } from './paper-harness.ts';
import { path, stop, untilEnd } from './paper-harness.ts';
import { SCRIPT_STEP_MS, scriptedPath } from './scripted-path.ts';

const NOW = 1_700_000_000_000;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gridd-time-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A replay whose bars close at these ticks, a minute apart. */
function replay(opened: number, ...ticks: readonly number[]): PriceSource {
  const rows = ticks.map((each, index) => {
    const price = each / 100;
    return `${opened + index * 60_000},${price},${price},${price},${price},1`;
  });
  const file = join(folder, `${opened}.csv`);
  writeFileSync(file, ['ts_ms,open,high,low,close,volume', ...rows].join('\n'));
  return replaySource({ file, rules: RULES });
}

/** Trades once at each price of a venue that ends; returns the times of all its trades. */
async function tradeThrough(venue: Venue, tag: string): Promise<readonly number[]> {
  await untilEnd(venue, async (event) => {
    if (event.type !== 'price') return;
    await venue.submit(order(`${tag}${event.at_ms}`, 'buy', null, 1));
  });
  const times = (await venue.fillsSince(0)).map(({ at_ms }) => at_ms);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times.at(-1)).toBeLessThanOrEqual(await venue.serverTime());
  await venue.close();
  return times;
}

describe('time never goes back', () => {
  const four = () => finite(150, 151, 152, 153);
  const older = () => replay(NOW - 1_000_000_000, 150, 151, 152);
  const openings: readonly (readonly [string, () => Partial<PaperOptions>])[] = [
    ['an older replay', () => ({ source: older() })],
    ['a later replay', () => ({ source: replay(NOW + 1_000_000_000, 150, 151) })],
    ['another path', () => ({ source: { ...finite(150, 151), kind: 'other' } })],
    ['a wall clock set back', () => ({ source: four(), clock: set(-9e6) })],
    ['the pace of the clock', () => ({ ...{ speed: 1e9, clock: systemClock }, source: four() })],
  ];
  const set = (ms: number) => manualClock(NOW + ms);

  for (const [first, open] of openings) {
    it(`when ${first} follows, and then what was before`, async () => {
      const db = memoryDatabase();
      let known: readonly number[] = [];
      for (const [round, source] of [null, open(), null, open()].entries()) {
        const more = source ?? { source: finite(150, 151, 152) };
        const { source: points = finite(150) } = more;
        const venue = paperVenue(db, points, more);
        const before = known.at(-1) ?? 0;
        const times = await tradeThrough(venue, `r${round}-`);
        expect(times.slice(0, known.length)).toEqual(known);
        expect(times.slice(known.length).every((time) => time >= before)).toBe(true);
        known = times;
      }
      expect(known.length).toBeGreaterThan(3);
    });
  }

  it('a moved replay is found again at its place', async () => {
    const db = memoryDatabase();
    await tradeThrough(paperVenue(db, finite(150, 151)), 'a');
    const source = older();
    const first = paperVenue(db, source);
    const points = (await untilEnd(first)).length;
    await first.close();
    const again = paperVenue(db, source);
    expect(brief(await untilEnd(again))).toEqual(['connected', 'ended']);
    expect(points).toBeGreaterThan(10);
  });

  it('a jump of the wall clock does not move it while it is open', async () => {
    const clock = manualClock(NOW);
    let jump = 0;
    const jumping = { ...clock, now: () => clock.now() + jump };
    const source = scriptedPath(RULES.tick, path(150), 'holds');
    const venue = paperVenue(memoryDatabase(), source, { clock: jumping, speed: 1 });
    jump = -7_200_000;
    clock.advance(1000);
    expect(await venue.serverTime()).toBe(NOW + 1000);
    jump = 7_200_000;
    expect(await venue.serverTime()).toBe(NOW + 1000);
  });
});

describe('funding', () => {
  const STAMP = Math.ceil(NOW / STAMP_MS) * STAMP_MS;

  function live(db: SqliteDatabase, now: number, fundingRate: string) {
    const clock = manualClock(now);
    const source = scriptedPath(RULES.tick, path(15_000), 'holds');
    return { clock, venue: paperVenue(db, source, { clock, speed: 1, fundingRate }) };
  }

  it('is settled before whatever happens after the stamp, by the position at the stamp', async () => {
    const { clock, venue } = live(memoryDatabase(), STAMP - 10, '0.0001');
    await venue.submit(order('long', 'buy', null, 100));
    clock.advance(10);
    // Nothing has walked yet: the order itself meets the stamp.
    await venue.submit(order('more', 'buy', null, 900));
    const paid = { funding_id: String(STAMP), amount: '-0.015', at_ms: STAMP };
    expect(await venue.fundingSince(0)).toEqual([paid]);
    clock.advance(STAMP_MS);
    expect((await venue.position()).size).toBe('10');
    expect(await venue.fundingSince(STAMP + 1)).toMatchObject([{ amount: '-0.15' }]);
  });

  it('is received by longs when the rate is below zero, and marks the equity', async () => {
    const { clock, venue } = live(memoryDatabase(), STAMP - 10, '-0.0001');
    await venue.submit(order('long', 'buy', null, 100));
    const before = await venue.balance();
    clock.advance(3 * STAMP_MS);
    const after = await venue.balance();
    expect(await venue.fundingSince(0)).toHaveLength(3);
    expect(Number(after.cash) - Number(before.cash)).toBeCloseTo(0.045, 12);
    expect(Number(after.equity) - Number(before.equity)).toBeCloseTo(0.045, 12);
  });

  it('is paid for the stamps while nobody had the venue open, once', async () => {
    const db = memoryDatabase();
    const first = live(db, STAMP - 10, '0.0001');
    await first.venue.submit(order('long', 'buy', null, 100));
    for (const now of [STAMP + STAMP_MS + 5, STAMP + STAMP_MS + 9]) {
      const { venue } = live(db, now, '0.0001');
      expect((await venue.fundingSince(0)).map(({ at_ms }) => at_ms)).toEqual([
        ...[STAMP, STAMP + STAMP_MS],
      ]);
    }
  });

  it('is not paid for the years between one path and another', async () => {
    const db = memoryDatabase();
    const fundingRate = '0.0001';
    const before = paperVenue(db, replay(NOW - 1e11, 150, 151), { fundingRate });
    await before.submit(order('long', 'buy', null, 100));
    await untilEnd(before);
    await before.close();
    const after = paperVenue(db, finite(150, 151), { fundingRate });
    await untilEnd(after);
    expect(await after.position()).toMatchObject({ size: '1' });
    expect(await after.fundingSince(0)).toEqual([]);
  });

  it('has not happened when it cannot be committed: the question is not answered', async () => {
    const db = memoryDatabase();
    const { clock, venue } = live(db, STAMP - 10, '0.0001');
    await venue.submit(order('long', 'buy', null, 100));
    clock.advance(10);
    db.pragma('query_only = ON');
    await expect(venue.balance()).rejects.toMatchObject({ name: 'VenueFault' });
    expect(await venue.submit(order('x', 'buy', null, 1))).toMatchObject({ status: 'unknown' });
    db.pragma('query_only = OFF');
    expect(await venue.fundingSince(0)).toMatchObject([{ amount: '-0.015' }]);
    expect(await venue.orderByClientId('x')).toBeNull();
  });
});

describe("the dead man's switch", () => {
  it('fires within the move that reaches its time, before anything that move fills', async () => {
    const venue = paperVenue(memoryDatabase(), finite(150, 150, 150, 100));
    await venue.submit(order('a', 'buy', 140, 5));
    await venue.submit(order('m', 'buy', null, 5));
    await venue.submitTrigger(stop('s', 'sell', 120, 5));
    await venue.windDeadMan(2 * SCRIPT_STEP_MS + 1);
    const told = brief(await untilEnd(venue));
    const rest = ['price 1.5', 'cancelled a 0/0.05', 'sell s@1.2', 'price 1', 'ended'];
    expect(told.slice(-5)).toEqual(rest);
    const [made] = await venue.orderHistory(0);
    expect(made).toMatchObject({ client_id: 'a', status: 'cancelled' });
  });

  it('fires at the reopening when its time passed meanwhile', async () => {
    const db = memoryDatabase();
    const source = scriptedPath(RULES.tick, path(150), 'holds');
    const first = paperVenue(db, source, { clock: manualClock(NOW), speed: 1 });
    await first.submit(order('a', 'buy', 140, 5));
    await first.windDeadMan(60_000);
    const clock = manualClock(NOW + 59_999);
    const second = paperVenue(db, source, { clock, speed: 1 });
    expect(await second.openOrders()).toHaveLength(1);
    clock.advance(1);
    expect(await second.openOrders()).toEqual([]);
  });
});
