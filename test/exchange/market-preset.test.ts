/** Market presets of the paper venue: any spelling, and a usable rule for every other symbol. */
import { describe, expect, it } from 'vitest';
import { makeMarket, nearestTicks, notional } from '../../src/contract/market.ts';
import { formatMoney } from '../../src/contract/decimal.ts';
import { paperMarket, splitSymbol } from '../../src/exchange/paper/index.ts';

describe('paper markets', () => {
  it('reads a symbol in every common spelling', () => {
    const spellings = [
      ...['SOL_USDC_PERP', 'SOLUSDC', 'SOL/USDC:USDC', 'SOL-USDC', 'sol_usdc', 'SOL', 'SOL-PERP'],
      ...['SOLPERP', 'SOLUSDCPERP'],
    ];
    for (const spelling of spellings) {
      expect(splitSymbol(spelling), spelling).toEqual({ base: 'SOL', quote: 'USDC' });
    }
    expect(splitSymbol('BTCUSDT')).toEqual({ base: 'BTC', quote: 'USDT' });
    expect(splitSymbol('1000PEPEUSDT')).toEqual({ base: '1000PEPE', quote: 'USDT' });
    expect(splitSymbol('USDT')).toEqual({ base: 'USDT', quote: 'USDC' });
  });

  it('has presets for SOL, ETH and BTC', () => {
    const steps = (symbol: string) => {
      const { tick, lot, min_quantity } = paperMarket(symbol, '7');
      return [tick, lot, min_quantity];
    };
    expect(steps('SOL_USDC_PERP')).toEqual(['0.01', '0.01', '0.01']);
    expect(steps('ETHUSDT')).toEqual(['0.01', '0.001', '0.001']);
    expect(steps('BTC/USDT:USDT')).toEqual(['0.1', '0.00001', '0.00001']);
    expect(steps('SOLO_USDC')).not.toEqual(['0.01', '0.01', '0.01']);
  });

  it('gives any other symbol five digits of price and a lot worth a few cents', () => {
    expect(paperMarket('DOGEUSDT')).toMatchObject({ tick: '0.0001', lot: '0.01' });
    expect(paperMarket('DOGEUSDT', '0.1')).toMatchObject({ tick: '0.00001', lot: '0.1' });
    expect(paperMarket('XAUUSDT', 4200)).toMatchObject({ tick: '0.1', lot: '0.00001' });
    for (const price of ['0.00000123', '0.00099', '0.5', '1', '9.99', '10', '777', '123456']) {
      const rules = paperMarket('ANY_USDC_PERP', price);
      const market = makeMarket(rules);
      const ticks = nearestTicks(market, price) ?? 0;
      const error = Math.abs(ticks * Number(rules.tick) - Number(price)) / Number(price);
      expect(error, price).toBeLessThan(0.0001);
      expect(Number(formatMoney(notional(market, ticks, 1))), price).toBeLessThanOrEqual(0.2);
    }
  });
});
