/** Three sums that disagree: a crash on paper; with money in it a trip, stored, and no crash loop. */
import { expect, test } from 'vitest';
import { decodeState } from '../../src/engine/index.ts';
import { makeRig, openDesk, openSession, pass } from './fickle-desk.ts';
import type { FickleRig } from './fickle-desk.ts';

/** Books whose stored sums were bent by one unit of the last digit, as by a bug of ours. */
async function bent(rig: FickleRig): Promise<void> {
  const desk = await openDesk(rig);
  await pass(rig, desk, 3000);
  await desk.session.close();
  const text = rig.books.engineState() ?? '';
  const { books } = JSON.parse(text) as { books: { cash: string } };
  const state = text.replace(`"cash":"${books.cash}"`, `"cash":"${BigInt(books.cash) + 1n}"`);
  expect(decodeState(state).books.cash).toBe(BigInt(books.cash) + 1n);
  rig.books.commit({ at_ms: 1, state, intents: [], updates: [], notes: [] });
}

test('live: the grid trips, says so aloud, stays up, and the next process finds it tripped', async () => {
  const rig = makeRig();
  await bent(rig);
  const desk = await openDesk(rig, {}, { onBreach: 'trip' });
  const { runner } = desk.session;
  expect(runner.gridState).toBe('tripped');
  expect(runner.state.tripped?.reason).toBe('identity');
  expect(rig.logged.filter((line) => line.includes('ALARM'))).toHaveLength(1);
  const sent = rig.venue.sent.length;
  rig.venue.move(10290);
  await pass(rig, desk, 5000);
  expect(rig.venue.resting()).toEqual([]);
  expect(rig.venue.sent).toHaveLength(sent);
  expect(desk.bugs).toEqual([]);
  await desk.session.close();
  const next = await openSession(rig, {}, { onBreach: 'trip' });
  expect(next.session.runner.gridState).toBe('tripped');
});

test('paper: it crashes', async () => {
  const rig = makeRig();
  await bent(rig);
  const desk = await openSession(rig);
  await desk.session.recover();
  await expect(desk.session.begin('start')).rejects.toThrow('the books do not add up');
  expect(desk.bugs).toHaveLength(1);
});
