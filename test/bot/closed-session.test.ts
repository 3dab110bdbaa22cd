/** After its end a session touches its books no more: whoever comes then is told so. */
import { expect, test } from 'vitest';
import { done, makeRig, openDesk, pass } from './fickle-desk.ts';

const ENDING = { code: 'INSTANCE_BUSY', message: 'The bot is ending; nothing was done.' };

async function closed() {
  const rig = makeRig();
  const desk = await openDesk(rig);
  await pass(rig, desk, 3000);
  return { rig, desk, session: desk.session };
}

test('verbs, ticks and events that come after the end find no books and do no harm', async () => {
  const { rig, desk, session } = await closed();
  await session.close();
  rig.books.close();
  const { runner } = session;
  await expect(session.stop({})).rejects.toMatchObject(ENDING);
  await expect(session.panic()).rejects.toMatchObject(ENDING);
  await expect(session.acceptPosition(true)).rejects.toMatchObject(ENDING);
  await expect(session.clearOrders()).rejects.toMatchObject(ENDING);
  await expect(runner.run(() => session.tick())).rejects.toMatchObject(ENDING);
  await expect(runner.soon(() => session.tick())).rejects.toMatchObject(ENDING);
  const fill = { type: 'price', last: '90', mark: '90', at_ms: 1 } as const;
  await session.hear(fill);
  await runner.take(fill);
  const sent = rig.venue.requests();
  rig.clock.advance(120_000);
  await new Promise((resolve) => setImmediate(resolve));
  expect(rig.venue.requests()).toBe(sent);
  expect(desk.bugs).toEqual([]);
});

test('what was asked for before the end is done before it', async () => {
  const { session } = await closed();
  const { runner } = session;
  const order: string[] = [];
  const task = runner.run(() => void order.push('task'));
  await session.close();
  order.push('closed');
  await task;
  expect(order).toEqual(['task', 'closed']);
});

test('who waits for a state that cannot come any more is told', async () => {
  const { rig, desk, session } = await closed();
  rig.venue.mischief.cancel = () => ({ status: 'unknown', message: 'timeout' });
  const waiting = session.runner.untilGridState(['finished']);
  const stopping = session.stop({});
  const settled = Promise.allSettled([waiting, stopping]);
  await pass(rig, desk, 2000);
  await done(rig, desk, session.close());
  for (const result of await settled) {
    expect(result).toMatchObject({ status: 'rejected', reason: ENDING });
  }
  await expect(session.runner.untilGridState(['finished'])).rejects.toMatchObject(ENDING);
  await session.runner.untilGridState(['stopping']);
});
