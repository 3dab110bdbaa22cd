/** What comes while a stop is on its way: another stop, and the start of the next process. */
import { expect, test } from 'vitest';
import { done, makeRig, openDesk, openSession, pass } from './fickle-desk.ts';

const REFUSED = { status: 'rejected', reason: 'maintenance', message: 'be back soon' } as const;

test('a stop that says nothing of the position leaves the close of a stop-loss going', async () => {
  const rig = makeRig();
  const desk = await openDesk(rig, { stop_loss_price: '103' });
  await pass(rig, desk, 2000);
  rig.venue.mischief.submit = (order, execute) => (order.price === null ? REFUSED : execute());
  rig.venue.move(10290);
  await pass(rig, desk, 3000);
  expect(desk.session.runner.gridState).toBe('stopping');
  const stopped = desk.session.stop({});
  await pass(rig, desk, 1000);
  expect(desk.session.runner.gridState).toBe('stopping');
  rig.venue.mischief.submit = undefined;
  const receipt = await done(rig, desk, stopped);
  expect(receipt.position).toBe('0');
  expect(desk.bugs).toEqual([]);
});

test('a stop with position: keep calls the close off', async () => {
  const rig = makeRig();
  const desk = await openDesk(rig, { stop_loss_price: '103' });
  await pass(rig, desk, 2000);
  rig.venue.mischief.submit = (order, execute) => (order.price === null ? REFUSED : execute());
  rig.venue.move(10290);
  await pass(rig, desk, 3000);
  const receipt = await done(rig, desk, desk.session.stop({ position: 'keep' }));
  expect(receipt.position).not.toBe('0');
});

test.each([
  { then: 'and trades on after it', stops: false, word: 'running' },
  { then: 'unless it is stopped again', stops: true, word: 'stopped' },
])('a start while a stop of an earlier process is under way follows it, $then', async (given) => {
  const rig = makeRig();
  const first = await openDesk(rig);
  await pass(rig, first, 2000);
  rig.venue.mischief.cancel = () => ({ status: 'unknown', message: 'no answer' });
  void first.session.stop({}).catch(() => undefined);
  await pass(rig, first, 1000);
  await first.session.close();
  const second = await openSession(rig);
  await done(rig, second, second.session.recover());
  await done(rig, second, second.session.begin('start'));
  await second.session.connect();
  expect(second.session.runner.gridState).toBe('stopping');
  rig.venue.sent.length = 0;
  const again = given.stops ? second.session.stop({}) : null;
  rig.venue.mischief.cancel = undefined;
  await pass(rig, second, 90_000);
  if (again !== null) await done(rig, second, again);
  expect(second.session.runner.gridState).toBe(given.word);
  const { length } = rig.venue.resting();
  expect(length).toBe(given.stops ? 0 : 11);
  expect(second.bugs).toEqual([]);
});
