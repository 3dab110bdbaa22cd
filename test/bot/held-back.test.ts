/** What our own budget holds back is asked for later; what guards orders is not held back. */
import { expect, test } from 'vitest';
import { meteredVenue } from '../../src/bot/metered-venue.ts';
import { RateBudget } from '../../src/bot/rate-budget.ts';
import { BudgetHeld, VenueFault } from '../../src/exchange/port.ts';
import { manualClock } from '../exchange/manual-clock.ts';
import { makeRig, openDesk, pass } from './fickle-desk.ts';

const DOWN = new VenueFault('unreachable', 'timeout');

test('funding that the budget held back comes first, a fault of it only once', async () => {
  const rig = makeRig();
  const desk = await openDesk(rig);
  await pass(rig, desk, 5000);
  const asked: string[] = [];
  let held: VenueFault = new BudgetHeld(90_000);
  rig.venue.mischief.question = (question) => {
    if (question === 'fills' || question === 'position') asked.push(question);
  };
  const fundingSince = async () => {
    asked.push('funding');
    throw held;
  };
  Object.assign(rig.venue, { fundingSince });
  const compared = async (ms: number): Promise<string[]> => {
    asked.length = 0;
    await pass(rig, desk, ms);
    return [...asked];
  };
  // The comparison goes on, and the next comes when the budget has room for what is owed.
  expect(await compared(61_000)).toEqual(['fills', 'funding', 'position', 'funding']);
  expect(await compared(27_000)).toEqual([]);
  held = DOWN;
  expect((await compared(67_000)).slice(0, 3)).toEqual(['funding', 'fills', 'funding']);
  expect(desk.session.runner.degraded.join()).toContain('does not answer');
});

test('the dead man\'s switch is wound where questions have used up the budget', async () => {
  const clock = manualClock();
  const rig = makeRig();
  const wound: (number | null)[] = [];
  const windDeadMan = async (timeoutMs: number | null) => void wound.push(timeoutMs);
  Object.assign(rig.venue, { windDeadMan });
  const budget = new RateBudget(4);
  const venue = meteredVenue(rig.venue, budget, clock, () => undefined);
  await venue.position();
  await venue.windDeadMan(30_000);
  await expect(venue.position()).rejects.toBeInstanceOf(BudgetHeld);
  await venue.windDeadMan(null);
  expect(wound).toEqual([30_000, null]);
  // The silence that a venue asks for is for everything.
  budget.hold(5000, clock.monotonic());
  await expect(venue.windDeadMan(30_000)).rejects.toMatchObject({ retry_after_ms: 5000 });
  expect(wound).toHaveLength(2);
});
