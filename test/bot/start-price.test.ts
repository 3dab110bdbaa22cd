/** The price that a start goes by: asked for anew, with the mark price. */
import { expect, test } from 'vitest';
import { done, makeRig, openDesk, openSession, pass } from './fickle-desk.ts';
import type { FickleRig } from './fickle-desk.ts';

/** The same venue with a mark price of its own. */
function markedAt(rig: FickleRig, mark: string): FickleRig {
  const { venue } = rig;
  const price = async () => ({ ...(await venue.price()), mark });
  return { ...rig, venue: { ...venue, price } };
}

test('a wick of the last price at a restart is no stop-loss by mark price', async () => {
  const rig = markedAt(makeRig(), '104.5');
  const values = { stop_loss_price: '103', trigger_by: 'mark' } as const;
  const first = await openDesk(rig, values);
  await pass(rig, first, 2000);
  await first.session.close();
  rig.venue.move(10290);
  const second = await openDesk(rig, values);
  await pass(rig, second, 2000);
  expect(second.session.runner.gridState).toBe('running');
  expect(second.bugs).toEqual([]);
});

test('a grid is laid out at the price of its start, not at that of the opening', async () => {
  const rig = makeRig();
  const desk = await openSession(rig);
  await done(rig, desk, desk.session.recover());
  rig.venue.move(10750);
  await done(rig, desk, desk.session.begin('start'));
  await pass(rig, desk, 3000);
  expect(desk.session.runner.state.run.start_ticks).toBe(10750);
  expect(rig.venue.sent).toHaveLength(11);
});
