/** Recorded markets: what comes with gridd, what a home's own file changes, what a venue tells. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makeMarket } from '../../src/contract/market.ts';
import { asterKind } from '../../src/exchange/aster/index.ts';
import { backpack } from '../../src/exchange/backpack/index.ts';
import {
  offlineMarket,
  paperMarket,
  readRecord,
  whenRecorded,
  recordFile,
  recordMarkets,
  recordText,
} from '../../src/exchange/paper/index.ts';
import type { MarketRecord } from '../../src/exchange/paper/index.ts';
import { asterFace } from '../../src/exchange/sim/aster/index.ts';
import { backpackFace } from '../../src/exchange/sim/backpack/index.ts';
import { openSimVenue } from '../../src/exchange/sim/index.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A folder of records with this one in it. */
function folderWith(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'gridd-markets-'));
  folders.push(folder);
  writeFileSync(join(folder, name), text);
  return folder;
}

function shipped(venue: string): MarketRecord {
  const record = readRecord('/nowhere', venue);
  if (record === null) throw new Error(`nothing is recorded of ${venue}`);
  return record;
}

const KINDS = [
  { kind: backpack, face: backpackFace },
  { kind: asterKind, face: asterFace },
] as const;

describe.each(KINDS)('the record of $kind.name', ({ kind, face }) => {
  const wire = { proxy: null, connect_timeout_ms: 2000, read_timeout_ms: 2000, clock };
  const dataAt = (rest_url: string, ws_url: string) =>
    kind.openData({ ...wire, rest_url, ws_url, trace: () => undefined });

  it('comes with gridd: usable rules, each with date and source, and what is only assumed', () => {
    const { venue, recorded_at, assumed, markets } = shipped(kind.name);
    expect(venue).toBe(kind.name);
    expect(recorded_at).toMatch(/^\d{4}-\d{2}-\d{2}/);
    for (const market of markets) {
      expect(makeMarket(market).rules.symbol).toBe(market.symbol);
      expect([market.recorded_at, market.source], market.symbol).not.toContain(undefined);
      // Bare: what is said of it is said in the reader's language.
      const { as, at } = whenRecorded(shipped(kind.name), market);
      expect(at, market.symbol).toMatch(as === 'year' ? /^\d{4}$/ : /^\d{4}-\d{2}-\d{2}$/);
    }
    // What the client cannot read without a key was not read by whoever recorded it, either.
    const data = dataAt(kind.rest_url, kind.ws_url);
    expect(Object.keys(assumed).sort()).toEqual(Object.keys(data.assumed).sort());
    data.close();
  });

  it('is renewed by what the venue tells anybody, and read again to the last figure', async () => {
    const sim = await openSimVenue({ face, symbols: 12 });
    const data = dataAt(sim.url, sim.ws_url);
    try {
      const from = { source: sim.url, at_ms: Date.UTC(2026, 10, 26), most: null };
      const all = await recordMarkets(data, from);
      expect(all).toMatchObject({ venue: kind.name, recorded_at: '2026-11-26T00:00:00.000Z' });
      expect(all.markets).toHaveLength(12);
      const folder = folderWith(`${kind.name}.json`, recordText(all));
      expect(readRecord(folder, kind.name)).toEqual(all);
      const few = await recordMarkets(data, { ...from, most: 3 });
      expect(few.markets).toEqual(all.markets.slice(0, 3));
      const tickers = await data.tickers();
      const volume = (symbol: string | undefined) =>
        Number(tickers.find((ticker) => ticker.symbol === symbol)?.quote_volume);
      const volumes = all.markets.map(({ symbol }) => volume(symbol));
      expect(volumes).toEqual([...volumes].sort((a, b) => b - a));
    } finally {
      data.close();
      await sim.close();
    }
  });
});

describe('offline rules', () => {
  it('are those of the venue that is named, whatever the spelling of the symbol', () => {
    const aster = shipped('aster');
    const btc = offlineMarket(aster, 'BTCUSDT');
    expect(btc).toMatchObject({ lot: '0.001', min_notional: '5', taker_fee: '0.00035' });
    expect(btc).not.toHaveProperty('source');
    const spelled = offlineMarket(shipped('ccxt:aster'), 'BTC/USDT:USDT');
    expect(spelled).toEqual({ ...btc, symbol: 'BTC/USDT:USDT' });
    expect(offlineMarket(shipped('backpack'), 'ETH_USDC_PERP')).toMatchObject({ lot: '0.0001' });
  });

  it('of a symbol that was not recorded are made up, but for the fees of the venue', () => {
    const aster = shipped('aster');
    const guessed = paperMarket('DOGEUSDT', '0.1');
    expect(offlineMarket(aster, 'DOGEUSDT', '0.1')).toEqual({
      ...{ ...guessed, maker_fee: '0.0001', taker_fee: '0.00035' },
    });
  });

  it('without a venue are round figures of our own', () => {
    for (const venue of ['paper', 'ccxt:okx', 'toString', '../aster']) {
      expect(readRecord('/nowhere', venue), venue).toBeNull();
    }
    expect(offlineMarket(null, 'SOL_USDC_PERP')).toEqual(paperMarket('SOL_USDC_PERP'));
  });

  it('a record lies under the name of its venue, and nowhere else', () => {
    expect(recordFile('/m', 'ccxt:okx')).toBe('/m/ccxt-okx.json');
    expect(recordFile('/m', '../x')).toBeNull();
  });
});

describe('a file that is no record', () => {
  it('is refused where it cannot be read at all', () => {
    const folder = folderWith('other.json', '');
    mkdirSync(join(folder, 'backpack.json'));
    const refused = expect.objectContaining({ code: 'MARKETS_FILE' });
    expect(() => readRecord(folder, 'backpack')).toThrow(refused);
  });

  const good = recordText(shipped('backpack'));
  it.each([
    ['{', /JSON/],
    ['[]', /instead of an object/],
    [good.replace('"tick":"0.1"', '"tick":"0"'), /BTC_USDC_PERP: tick and lot/],
    [good.replace('"lot":"0.00001"', '"lot":"small"'), /lot is "small" instead of a decimal/],
    [good.replace('"kind":"sqrt"', '"kind":"cube"'), /kind is "cube" instead of one of/],
    [good.replace('"markets"', '"market"'), /markets is missing instead of a list/],
    [recordText(shipped('aster')), /its venue is "aster", not "backpack"/],
  ])('is refused with what is wrong: %#', (text, why) => {
    const folder = folderWith('backpack.json', text);
    const read = () => readRecord(folder, 'backpack');
    expect(read).toThrow(expect.objectContaining({ code: 'MARKETS_FILE' }));
    expect(read).toThrow(why);
  });
});
