/** Which figures a beat holds, watched or not. */
import { beforeEach, expect, test } from 'vitest';
import { BeatFigures } from '../../src/bot/beat-figures.ts';
import { SAMPLE_STATUS } from '../web/sample-service.ts';

const BEAT_MS = 2000;
let figures: BeatFigures;
beforeEach(() => {
  figures = new BeatFigures();
});

/** Beats at which figures were told, of `count`; the price and what hangs on it move at each. */
function told(count: number, from = 0, more: (beat: number) => object = () => ({})): number[] {
  return Array.from({ length: count }, (_, n) => from + n).filter((beat) => {
    const moved = { price: String(100 + beat), unpaired: String(beat), updated_at: `t${beat}` };
    const status = { ...SAMPLE_STATUS, ...moved, ...more(beat) };
    const sent = figures.of(status, beat * BEAT_MS, false);
    if (sent !== null) expect(sent).toBe(status);
    return sent !== null;
  });
}

test('nobody looks: what only the price moved is told every third beat', () => {
  figures.watched = false;
  expect(told(10)).toEqual([0, 3, 6, 9]);
});

test('anything else is told at once', () => {
  figures.watched = false;
  expect(told(6, 0, (beat) => ({ open_orders: beat < 2 ? 20 : 19 }))).toEqual([0, 2, 5]);
  expect(told(3, 6, (beat) => ({ grid_state: beat < 7 ? 'running' : 'paused' }))).toEqual([6, 7]);
  expect(told(2, 9, () => ({ degraded: ['the venue is silent'] }))).toEqual([9]);
});

test('somebody looks, or an older supervisor never says: all of them', () => {
  expect(told(3)).toEqual([0, 1, 2]);
  figures.watched = false;
  expect(told(3, 3)).toEqual([5]);
  figures.watched = true;
  expect(told(3, 6)).toEqual([6, 7, 8]);
});

test('whoever waits for them gets them, and a new line knows nothing yet', () => {
  figures.watched = false;
  expect(told(1)).toEqual([0]);
  expect(figures.of(SAMPLE_STATUS, 100, true)).toBe(SAMPLE_STATUS);
  expect(figures.of(SAMPLE_STATUS, 200, false)).toBeNull();
  figures.forget();
  figures.watched = false;
  expect(figures.of(SAMPLE_STATUS, 300, false)).toBe(SAMPLE_STATUS);
  expect(figures.of(null, 400, true)).toBeNull();
});
