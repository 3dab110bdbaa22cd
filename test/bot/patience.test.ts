/** How long a start waits between two questions of which the first had no answer. */
import { expect, test } from 'vitest';
import { askPatiently } from '../../src/bot/patience.ts';
import { BudgetHeld, VenueFault } from '../../src/exchange/port.ts';
import { manualClock } from '../exchange/manual-clock.ts';

test('what our own budget holds back is asked when there is room, and makes no later pause longer', async () => {
  const pauses: number[] = [];
  const delay = (ms: number): Promise<void> => {
    pauses.push(ms);
    return Promise.resolve();
  };
  const silent = () => new VenueFault('unreachable', 'no answer', null, 'timeout');
  const faults = [silent(), new BudgetHeld(10), new BudgetHeld(1500), new BudgetHeld(10), silent()];
  const patience = { venue: 'backpack', clock: { ...manualClock(), delay }, tell: () => undefined };
  const answer = await askPatiently(patience, () => {
    const fault = faults.shift();
    return fault === undefined ? Promise.resolve('here') : Promise.reject(fault);
  });
  expect(answer).toBe('here');
  expect(pauses).toEqual([500, 50, 1500, 50, 1000]);
});
