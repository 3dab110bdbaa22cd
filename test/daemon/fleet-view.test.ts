/** The fleet's view: who looks is told to the bots once. */
import { expect, test } from 'vitest';
import { FleetView } from '../../src/daemon/fleet-view.ts';
import type { FleetViewParts } from '../../src/daemon/fleet-view.ts';
import { manualClock } from '../exchange/manual-clock.ts';

test('says when the first begins to look, and when the last has ended', () => {
  const said: boolean[] = [];
  let forgotten = 0;
  const unasked = (): never => {
    throw new Error('nobody asked for it');
  };
  const forget = () => {
    forgotten += 1;
  };
  const figures = { ofDay: unasked, forget };
  const parts: FleetViewParts = {
    ...{ clock: manualClock(), figures, known: unasked, info: unasked, marks: unasked },
    ...{ accountOf: unasked, watched: (watched: boolean) => said.push(watched) },
  };
  const view = new FleetView(parts);
  expect(view.watched).toBe(false);
  const [first, second] = [view.subscribe(() => {}), view.subscribe(() => {})];
  expect([view.watched, said]).toEqual([true, [true]]);
  first();
  first();
  expect([view.watched, said, forgotten]).toEqual([true, [true], 0]);
  second();
  second();
  expect([view.watched, said, forgotten]).toEqual([false, [true, false], 1]);
});
