/** Price paths: the same seed on any machine, CSV files read strictly and walked bar by bar. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GriddError } from '../../src/contract/errors.ts';
import { replaySource, syntheticSource } from '../../src/exchange/paper/index.ts';
import type { PricePoint, PriceSource } from '../../src/exchange/paper/index.ts';
import { RULES, brief, memoryDatabase, order, paperVenue, untilEnd } from './paper-harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'gridd-replay-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function walk(source: PriceSource, most: number): PricePoint[] {
  const points: PricePoint[] = [];
  for (let at: PricePoint | null = source.first(); at !== null && points.length < most; ) {
    points.push(at);
    at = source.after(at);
  }
  return points;
}

function synthetic(seed: number, startPrice = '150', volatility = 0.0008): PriceSource {
  return syntheticSource({ seed, startPrice, volatility, rules: RULES });
}

describe('synthetic', () => {
  it('gives the same path for the same seed and another for another', () => {
    const path = walk(synthetic(7), 10_000);
    expect(walk(synthetic(7), 10_000)).toEqual(path);
    const other = walk(synthetic(8), 10_000);
    const same = path.filter((point, index) => point.ticks === other[index]?.ticks);
    expect(same.length).toBeLessThan(1000);
  });

  it('is the path that it was when this test was written', () => {
    // Any change here breaks the paths of accounts that are half way along them.
    const path = walk(synthetic(1), 10_001);
    const at = [0, 1, 2, 3, 100, 1000, 10_000].map((index) => path[index]?.ticks);
    expect(at).toMatchInlineSnapshot(`
      [
        15000,
        14980,
        14965,
        14958,
        14920,
        14955,
        15427,
      ]
    `);
  });

  it('goes on from any stored place as if it had not stopped', () => {
    const path = walk(synthetic(3), 3000);
    for (const index of [0, 1, 17, 1234, 2500]) {
      const left = path[index] ?? synthetic(3).first();
      const source = synthetic(3);
      const again = source.resume(left.index, left.state);
      expect(again).toMatchObject({ index: left.index, ticks: left.ticks });
      const next = again === null ? null : source.after(again);
      expect(next).toEqual(path[index + 1]);
    }
  });

  it('moves as volatile as asked, jumps now and then and comes back to its start', () => {
    const path = walk(synthetic(11), 200_000);
    const steps = path.slice(1).map((point, index) => ({
      move: point.move,
      size: (point.ticks - (path[index]?.ticks ?? 0)) / 15_000,
    }));
    const quiet = steps.filter((step) => step.move === 'continuous');
    const squares = quiet.reduce((sum, each) => sum + each.size ** 2, 0);
    const deviation = Math.sqrt(squares / quiet.length);
    expect(deviation).toBeGreaterThan(0.0007);
    expect(deviation).toBeLessThan(0.0009);
    const jumps = steps.filter((step) => step.move === 'jump');
    expect(jumps.length).toBeGreaterThan(200);
    expect(jumps.length).toBeLessThan(600);
    expect(jumps.some((step) => step.size > 0) && jumps.some((step) => step.size < 0)).toBe(true);
    const mean = path.reduce((sum, point) => sum + point.ticks, 0) / path.length;
    expect(Math.abs(mean - 15_000)).toBeLessThan(300);
    const crossings = path.filter(
      (point, index) => point.ticks > 15_000 !== (path[index - 1]?.ticks ?? 0) > 15_000,
    );
    expect(crossings.length).toBeGreaterThan(20);
  });

  it('stays above zero however wild, also at the smallest prices', () => {
    for (const start of ['0.01', '0.03', '150']) {
      const lowest = Math.min(...walk(synthetic(5, start, 1), 5000).map((point) => point.ticks));
      expect(lowest).toBeGreaterThanOrEqual(1);
    }
  });
});

const HEADER = 'ts_ms,open,high,low,close,volume';

function csv(name: string, ...lines: readonly string[]): string {
  const file = join(folder, name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

function faults(...lines: readonly string[]): string[] {
  const file = csv('faulty.csv', ...lines);
  try {
    replaySource({ file, rules: RULES });
  } catch (error) {
    if (!(error instanceof GriddError)) throw error;
    expect(error.code).toBe('REPLAY_FILE');
    expect(error.message).toContain(file);
    return error.problems.map((problem) => `${problem.path}: ${problem.message}`);
  }
  return [];
}

describe('replay', () => {
  it('walks open, the nearer extreme, the other, close, and jumps to the next open', () => {
    const file = csv(
      'two.csv',
      HEADER,
      '60000,100,103,99,102,5',
      '120000,101.004,102,96,97,0',
    );
    const points = walk(replaySource({ file, rules: RULES }), 100);
    expect(points.map((point) => [point.ticks, point.move, point.at_ms])).toEqual([
      [10_000, 'jump', 60_000],
      [9900, 'continuous', 79_999],
      [10_300, 'continuous', 99_999],
      [10_200, 'continuous', 119_999],
      [10_100, 'jump', 120_000],
      [10_200, 'continuous', 139_999],
      [9600, 'continuous', 159_999],
      [9700, 'continuous', 179_999],
    ]);
  });

  it('names every faulty line', () => {
    expect(
      faults(
        HEADER,
        '1000,1,2,1,2,3',
        '2000,1,x,1,2,3',
        '1000,1,2,1,2,3',
        '3000,1.5,1,2,1.5,3',
        '4000,3,2,1,2,3',
        '5000,1,2,1,0.5,3',
        '6000,1,2,1',
        '7000,0.001,2,0.001,2,3',
        'soon,1,2,1,2,3',
        '8000.5,1,2,1,2,3',
        '9000,1,2,1,2,3',
      ),
    ).toEqual([
      'line 3: high is not a number',
      'line 4: ts_ms does not ascend',
      'line 5: high is below low',
      'line 6: open lies outside low and high',
      'line 7: close lies outside low and high',
      'line 8: close is not a number',
      'line 9: a price is below one tick (0.01) or out of range',
      'line 10: ts_ms is not a number',
      'line 11: ts_ms is not a whole number of milliseconds',
    ]);
  });

  it('refuses a missing column, an empty file and an absent one', () => {
    expect(faults('ts_ms,open,high,close', '1,1,1,1')).toEqual([
      'line 1: the header lacks low, volume',
    ]);
    expect(faults(HEADER)).toEqual(['line 1: the file has no bars']);
    const file = join(folder, 'absent.csv');
    const open = () => replaySource({ file, rules: RULES });
    expect(open).toThrow(/absent\.csv cannot be read \(ENOENT/);
  });

  it('takes columns in any order, Windows line ends and a byte order mark', () => {
    const file = csv('odd.csv', '\uFEFFvolume,close,low,high,open,ts_ms\r', '1,2,1,3,1.5,1000\r');
    const ticks = walk(replaySource({ file, rules: RULES }), 9).map((point) => point.ticks);
    expect(ticks).toEqual([150, 100, 300, 200]);
  });

  it('fills a counter order in the same bar, ends once, ends again after a restart', async () => {
    const file = csv('bar.csv', HEADER, '60000,1.5,1.7,1.4,1.6,1');
    const db = memoryDatabase();
    const venue = paperVenue(db, replaySource({ file, rules: RULES }));
    await venue.submit(order('b', 'buy', 145, 5));
    const events = await untilEnd(venue, async (event) => {
      if (event.type === 'fill' && event.fill.client_id === 'b') {
        await venue.submit(order('s', 'sell', 155, 5));
      }
    });
    expect(brief(events)).toEqual([
      ...['connected', 'price 1.5', 'buy b@1.45', 'price 1.4', 'sell s@1.55', 'price 1.7'],
      ...['price 1.6', 'ended'],
    ]);
    expect((await venue.fillsSince(0)).map((fill) => fill.at_ms)).toEqual([79_999, 99_999]);
    const late = await venue.submit(order('late', 'buy', null, 5));
    expect(late).toMatchObject({ status: 'accepted' });
    await venue.close();
    const again = paperVenue(db, replaySource({ file, rules: RULES }));
    expect(brief(await untilEnd(again))).toEqual(['connected', 'ended']);
  });
});

describe('recorded market data', () => {
  const file = resolve(import.meta.dirname, '../../../shared/data/SOL_USDT_1m_2024-08.csv');
  const present = existsSync(file);

  const title = present
    ? 'walks every bar of three days of SOL'
    : 'skipped: ../shared/data/SOL_USDT_1m_2024-08.csv is not there';
  it.skipIf(!present)(title, async () => {
    const source = replaySource({ file, rules: RULES });
    expect(walk(source, Infinity)).toHaveLength(4 * 4320);
    const venue = paperVenue(memoryDatabase(), source);
    for (let price = 143; price < 172; price += 1) {
      await venue.submit(order(`b${price}`, 'buy', price * 100, 10));
    }
    const events = await untilEnd(venue);
    expect(events.filter((event) => event.type === 'price')).toHaveLength(4 * 4320);
    expect((await venue.fillsSince(0)).length).toBeGreaterThan(20);
    expect(events.at(-1)).toEqual({ type: 'ended', at_ms: source.resume(4 * 4320 - 1, 0)?.at_ms });
  });
});
