/** Public data without a key: markets, prices, candles however many, tickers, time. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeMarket } from '../../../src/contract/market.ts';
import { asterKind } from '../../../src/exchange/aster/index.ts';
import type { MarketData } from '../../../src/exchange/market-data.ts';
import { VenueFault } from '../../../src/exchange/port.ts';
import { asterFace } from '../../../src/exchange/sim/aster/index.ts';
import { openSimVenue } from '../../../src/exchange/sim/index.ts';
import * as recorded from './recorded.ts';
import { scriptedAster } from './scripted-aster.ts';
import type { ScriptedAster } from './scripted-aster.ts';

const MINUTE_MS = 60_000;

let aster: ScriptedAster;
let data: MarketData;
beforeEach(async () => {
  aster = await scriptedAster();
  data = asterKind.openData(aster.options());
});
afterEach(async () => {
  data.close();
  await aster.close();
});

/** Serves minutes from `first` on, at most `most` at once. */
function serveCandles(first: number, count: number, most: number): void {
  aster.script('GET klines', ({ params }) => {
    const [from, to] = [Number(params['startTime']), Number(params['endTime'])];
    const all = Array.from({ length: count }, (_, k) => first + k * MINUTE_MS);
    const fit = all.filter((at) => at >= from && at <= to).slice(0, most);
    return { body: fit.map((at) => [at, ...recorded.KLINE.slice(1)]) };
  });
}

describe('public data', () => {
  it('lists the markets that are open, with rules that can be computed with', async () => {
    const markets = await data.markets();
    expect(markets.map(({ symbol }) => symbol)).toEqual(['SOLUSDT', 'BTCUSDT']);
    for (const rules of markets) expect(makeMarket(rules).min_lots).toBe(2);
    expect(markets[0]).toMatchObject({ maker_fee: '0.0001', max_leverage: '20' });
  });

  it('lists candles over as many pages as it takes, the end left out', async () => {
    const first = 1_700_000_040_000;
    serveCandles(first, 3000, 1000);
    const candles = await data.candles('SOLUSDT', '1m', first, first + 2500 * MINUTE_MS);
    expect(candles.map(({ at_ms }) => at_ms)).toEqual(
      Array.from({ length: 2500 }, (_, k) => first + k * MINUTE_MS),
    );
    expect(aster.to('GET klines')).toHaveLength(3);
    expect(await data.candles('SOLUSDT', '1m', first, first)).toEqual([]);
    expect(await data.candles('SOLUSDT', '1m', 0, MINUTE_MS)).toEqual([]);
  });

  it('tells price, tickers and time without a signature', async () => {
    expect(await data.price('SOLUSDT')).toEqual({
      ...{ last: '151.01', mark: '151.02', at_ms: 1597370495002 },
    });
    expect(await data.tickers()).toMatchObject([{ symbol: 'SOLUSDT', change: '-0.0295' }]);
    expect(Math.abs((await data.serverTime()) - Date.now())).toBeLessThan(3000);
    for (const { params, version } of aster.asked) {
      expect(params).not.toHaveProperty('signature');
      expect(version).toBe('v3');
    }
  });

  it('is a fault where it cannot be read', async () => {
    aster.script('GET klines', { body: [[1]] });
    await expect(data.candles('SOLUSDT', '1m', 0, MINUTE_MS)).rejects.toBeInstanceOf(VenueFault);
    aster.script('GET ticker/24hr', { body: [{}] });
    await expect(data.tickers()).rejects.toThrow('symbol is missing');
  });

  it('reads all of a loopback venue with several hundred markets', async () => {
    const sim = await openSimVenue({ face: asterFace, symbols: 300 });
    const own = asterKind.openData(aster.options({ rest_url: sim.url, ws_url: sim.ws_url }));
    const markets = await own.markets();
    expect(markets).toHaveLength(300);
    expect(await own.tickers()).toHaveLength(300);
    const now = await own.serverTime();
    const from = now - (now % MINUTE_MS) - 1200 * MINUTE_MS;
    const candles = await own.candles('SOLUSDT', '1m', from, from + 1100 * MINUTE_MS);
    expect(candles).toHaveLength(1100);
    expect(candles[0]?.at_ms).toBe(from);
    own.close();
    await sim.close();
  });
});
