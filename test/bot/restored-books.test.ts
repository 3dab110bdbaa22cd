/** Restored books that the bot outran: what they lack is taken over once, whatever happens. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientIds } from '../../src/bot/client-id.ts';
import type { PatienceParts } from '../../src/bot/patience.ts';
import { numberOf, takeOverRestored } from '../../src/bot/restored-books.ts';
import { BudgetHeld } from '../../src/exchange/port.ts';
import type { CancelOutcome } from '../../src/exchange/port.ts';
import { RateLimit } from '../../src/exchange/wire/rate-limit.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { manualClock } from '../exchange/manual-clock.ts';
import { TAG } from './grid-rig.ts';
import { makeRig, served } from './fickle-desk.ts';
import type { FickleRig } from './fickle-desk.ts';

const WINDOW = 2 ** 21;
const LOST: CancelOutcome = { status: 'unknown', message: 'timeout' };

test('a number is read back from its client id, also where those come again', () => {
  const last = fc.nat({ max: 2 ** 24 });
  const ahead = fc.integer({ min: 1, max: WINDOW });
  fc.assert(
    fc.property(last, ahead, fc.constantFrom('text', 'uint32'), (last_order, more, form) => {
      const ids = clientIds(form, TAG);
      expect(numberOf(ids, ids.of(last_order + more), { last_order })).toBe(last_order + more);
      const beyond = ids.of(last_order + WINDOW + 1);
      expect(numberOf(ids, beyond, { last_order })).toBeNull();
      if (last_order > 0) expect(numberOf(ids, ids.of(last_order), { last_order })).toBeNull();
    }),
  );
  const ids = clientIds('text', TAG);
  for (const name of ['hand-1', `g${TAG}-`, `g${TAG}-1x`, `g${TAG}-01`, '7']) {
    expect(numberOf(ids, name, { last_order: 0 })).toBeNull();
  }
});

/** Two orders rest that the books lack, one of them executed in part, one has ended. */
async function outrun() {
  const rig = makeRig();
  const { venue, books, clock } = rig;
  const name = (id: number) => clientIds('text', TAG).of(id);
  const order = { side: 'buy', size: '0.5', post_only: true, reduce_only: false } as const;
  for (const id of [8, 9, 12]) {
    await venue.submit({ ...order, client_id: name(id), price: String(90 + id) });
  }
  await venue.submit({ ...order, client_id: 'hand-1', price: '95' });
  venue.fillPart(name(9), 10);
  venue.fillPart(name(12), 50);
  const mark = { since_ms: clock.now(), last_order: 7, reserved: 600 };
  books.setMeta('restored', JSON.stringify(mark));
  clock.advance(1000);
  return { rig, name };
}

/**
 * Some seconds of a process that takes over: what it told meanwhile and, unless null, at its end.
 * Then its own clock stands still, as that of one that was killed.
 */
async function takenOver({ venue, books, clock: time, logged }: FickleRig, seconds = 20) {
  const clock = manualClock();
  const told: (string | null)[] = [];
  const log = makeLogger('restored', [
    { level: 'info', file: { write: (line) => logged.push(line) } },
  ]);
  const tell: PatienceParts['tell'] = (reason) => told.push(reason?.text ?? null);
  const patience = { venue: 'fickle', clock, tell };
  let notes: readonly string[] | null = null;
  void takeOverRestored({ venue, books, log, tag: TAG }, patience).then((all) => (notes = all));
  for (let k = 0; k < seconds && notes === null; k += 1) {
    await served();
    clock.advance(1000);
    time.advance(1000);
  }
  return { notes: notes as readonly string[] | null, told };
}

test('what rests is cancelled before it goes on; their fills and numbers are known then', async () => {
  const { rig, name } = await outrun();
  const { venue, books } = rig;
  const { notes, told } = await takenOver(rig);
  expect(notes?.join()).toMatch(/2 rested and were cancelled; what was executed of them is carry/);
  expect(told.join()).toContain('2 orders of ours from after the backup may still rest');
  expect(venue.resting().map(({ client_id }) => client_id)).toEqual(['hand-1']);
  expect([8, 9, 12].map((id) => books.orderIdOf(name(id)))).toEqual([8, 9, 12]);
  expect(books.orderIdOf('hand-1')).toBeNull();
  expect(books.reservedIds).toBeGreaterThan(600 + 1000);
  expect(books.restored()).toBeNull();
  const cancels = venue.cancels.length;
  expect((await takenOver(rig)).notes).toEqual([]);
  expect(venue.cancels).toHaveLength(cancels);
});

test('a venue that does not take the cancels is waited for; cut off, it begins anew', async () => {
  const { rig } = await outrun();
  rig.venue.mischief.cancel = () => LOST;
  const first = await takenOver(rig);
  expect(first.notes).toBeNull();
  expect(rig.books.restored()).not.toBeNull();
  rig.venue.mischief.cancel = undefined;
  // The next process, on the same books.
  const { notes } = await takenOver(rig);
  expect(notes).not.toBeNull();
  expect(rig.venue.resting().map(({ client_id }) => client_id)).toEqual(['hand-1']);
  expect(rig.books.lastOrder()).toBe(12);
});

test('on a small share it comes to its end: no question uses up what the next waits for', async () => {
  const { rig } = await outrun();
  const limit = new RateLimit({ weight: 75 }, rig.clock);
  limit.take({ weight: 14 }, 'cancel');
  const within = async <T>(weight: number, question: () => Promise<T>): Promise<T> => {
    const wait = limit.take({ weight }, 'question');
    if (wait > 0) throw new BudgetHeld(wait);
    return question();
  };
  const { venue } = rig;
  const asked: FickleRig['venue'] = {
    ...venue,
    openOrders: () => within(1, () => venue.openOrders()),
    orderHistory: (since) => within(5, () => venue.orderHistory(since)),
    fillsSince: (since) => within(5, () => venue.fillsSince(since)),
  };
  const { notes } = await takenOver({ ...rig, venue: asked }, 60);
  expect(notes?.join()).toContain('2 rested and were cancelled');
  expect(venue.resting().map(({ client_id }) => client_id)).toEqual(['hand-1']);
});
