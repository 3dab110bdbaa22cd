/** What the chart is told to draw: lines, prices beside them, candles, fills, and which labels. */
import { describe, expect, it } from 'vitest';
import {
  candleAt,
  fillMarkers,
  toCandle,
  withPrice,
} from '../../src/web/ui/instance/chart/candle-data.ts';
import {
  framed,
  gridLines,
  keyLines,
  previewLines,
} from '../../src/web/ui/instance/chart/chart-lines.ts';
import { thinned } from '../../src/web/ui/instance/chart/label-thinning.ts';
import type { Outcome } from '../../src/web/ui/instance/range/preview.ts';
import { wordsIn } from '../../src/web/ui/words/languages.ts';
import { SAMPLE_FILL, SAMPLE_LEVEL, SAMPLE_STATUS } from './sample-service.ts';

const LEVELS = [
  { ...SAMPLE_LEVEL, index: 2, price: '142', side: 'sell' as const },
  { ...SAMPLE_LEVEL, index: 1, price: '141', side: null },
  { ...SAMPLE_LEVEL, index: 0, price: '140', reason: 'insufficient_margin' },
];

describe('lines', () => {
  it('look as their order does, and say why there is none', async () => {
    const t = await wordsIn('en');
    const heat = [{ index: 2, price: '142', buys: 1, sells: 4 }];
    expect(gridLines(t, LEVELS, heat)).toEqual([
      { price: 142, look: 'sell', label: 'Sell 142 · 0.5', buys: 1, sells: 4 },
      { price: 141, look: 'empty', label: 'empty', buys: 0, sells: 0 },
      {
        price: 140,
        look: 'missing',
        label: '! Buy 140 · 0.5 · refused: not enough margin',
        ...{ buys: 0, sells: 0 },
      },
    ]);
  });

  it('of a change tell those that stay, come and go apart', async () => {
    const t = await wordsIn('en');
    const lines = [
      { price: '140', side: 'buy', kept: true },
      { price: '141.5', side: null, kept: false },
      { price: '143', side: 'sell', kept: false },
    ];
    const drawn = previewLines(t, { lines } as unknown as Outcome, LEVELS);
    expect(drawn.map(({ price, look, label }) => [price, look, label])).toEqual([
      [142, 'gone', ''],
      [141, 'gone', ''],
      [140, 'buy', 'Buy 140'],
      [141.5, 'empty', 'empty'],
      [143, 'new_sell', '+ Sell 143'],
    ]);
  });

  it('stand beside every price that matters and is there', async () => {
    const t = await wordsIn('en');
    const all = keyLines(t, {
      ...SAMPLE_STATUS,
      mark_price: '150.4',
      average_entry: '149',
      stop_loss: '130',
      take_profit: '170',
      trail: { lower: null, upper: '165' },
    });
    expect(all.map(({ look, price }) => `${look} ${price}`)).toEqual([
      ...['stop 130', 'profit 170', 'entry 149', 'mark 150.4', 'trail 165'],
      ...['liquidation 88.1', 'liquidation 1230.55'],
    ]);
    // A mark that is the price itself needs no second line, and an older bot says nothing.
    expect(keyLines(t, { ...SAMPLE_STATUS, mark_price: SAMPLE_STATUS.price })).toHaveLength(2);
    const { liquidation: _unknown, ...older } = SAMPLE_STATUS;
    expect(keyLines(t, older)).toEqual([]);
  });

  it('frame the grid with what lies near it, not with what is far away', async () => {
    const t = await wordsIn('en');
    const lines = gridLines(t, LEVELS, []);
    const keys = keyLines(t, { ...SAMPLE_STATUS, stop_loss: '139.5', take_profit: '170' });
    expect(framed(lines, keys)).toEqual({ from: 139.5, to: 142 });
    expect(framed([], keys)).toBeNull();
  });
});

describe('labels', () => {
  it('keep their distance, the most important first', () => {
    const labels = [0, 6, 12, 18, 24].map((y, rank) => ({ y, rank: y === 12 ? -1 : rank }));
    expect(thinned(labels, 10).map(({ y }) => y)).toEqual([12, 0, 24]);
    expect(thinned(labels, 10, [12]).map(({ y }) => y)).toEqual([0, 24]);
    const many = Array.from({ length: 200 }, (_, i) => ({ y: i * 2, rank: i }));
    const kept = thinned(many, 15).map(({ y }) => y);
    expect(kept.length).toBe(25);
    expect(kept.every((y, i) => i === 0 || y - (kept[i - 1] ?? 0) >= 15)).toBe(true);
  });
});

describe('candles', () => {
  const last = toCandle({ time: 600, open: '10', high: '12', low: '9', close: '11' });

  it('grow with the price, begin with the next minute, and never change afterwards', () => {
    expect(withPrice('1m', last, 13, 630)).toEqual({ ...last, high: 13, close: 13 });
    expect(withPrice('1m', last, 8.5, 659)).toEqual({ ...last, low: 8.5, close: 8.5 });
    const next = { time: 660, open: 8, high: 8, low: 8, close: 8 };
    expect(withPrice('1m', last, 8, 660)).toEqual(next);
    expect(withPrice('1m', undefined, 8, 700)).toEqual(next);
    expect(withPrice('1m', last, 8, 599)).toBeNull();
    expect([candleAt('5m', 899), candleAt('1h', 7199)]).toEqual([600, 3600]);
  });

  it('carry their fills: one arrow for each side, with their number', () => {
    const fill = (side: 'buy' | 'sell', price: string, seconds: number) => {
      return { ...SAMPLE_FILL, side, price, at: new Date(seconds * 1000).toISOString() };
    };
    const fills = [
      ...[fill('sell', '151', 730), fill('buy', '149', 665), fill('buy', '148', 670)],
      ...[fill('sell', '150', 601), fill('buy', '1', 59)],
    ];
    const markers = fillMarkers('1m', fills, 600, { buy: 'blue', sell: 'orange' });
    expect(markers.map(({ time, price, shape, text }) => [time, price, shape, text])).toEqual([
      [600, 150, 'arrowDown', undefined],
      [660, 148, 'arrowUp', '2'],
      [720, 151, 'arrowDown', undefined],
    ]);
  });
});
