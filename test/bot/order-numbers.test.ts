/** Whose order it is, and that no id ever comes twice where it could be mistaken. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { clientIds, clientTag } from '../../src/bot/client-id.ts';
import { OrderNumbers } from '../../src/bot/order-numbers.ts';
import { migrate, openDatabase } from '../../src/platform/sqlite.ts';
import { Books } from '../../src/store/index.ts';
import type { Intent } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';
import { done, makeRig, openDesk, pass } from './fickle-desk.ts';

const TAG = '7e577e57';
const DAY_MS = 86_400_000;

function openFile(file: string): Books {
  const db = openDatabase(file, 'NORMAL');
  migrate(db, MIGRATIONS);
  return new Books(db);
}

function intent(id: number, client_id: string): Intent {
  const terms = { role: 'line', gap: 1, side: 'buy', price: '1', size: '1' };
  return { id, client_id, ...terms, generation: 3 };
}

function turn(at_ms: number, intents: readonly Intent[], ended: readonly number[] = []) {
  const updates = ended.map((id) => ({ id, status: 'cancelled' }) as const);
  return { at_ms, state: '{}', intents, updates, notes: [] };
}

test('a client id fits its form, bears our mark and no other, and differs for every order', () => {
  const property = (home: string, other: string, id: number, more: number) => {
    for (const form of ['text', 'uint32'] as const) {
      const ids = clientIds(form, clientTag(home, 'a'));
      const name = ids.of(id);
      expect(ids.isOurs(name)).toBe(true);
      expect(name.length).toBeLessThanOrEqual(36);
      if (form === 'uint32') expect(name).toMatch(/^[1-9]\d{0,9}$/);
      if (form === 'uint32') expect(Number(name)).toBeLessThan(2 ** 32);
      if (ids.span === null || more < ids.span) expect(ids.of(id + more)).not.toBe(name);
      if (ids.span !== null) expect(ids.of(id + ids.span)).toBe(name);
      expect(ids.isOurs('by-hand-1') || ids.isOurs('0') || ids.isOurs('')).toBe(false);
    }
    const [a, b] = [clientTag(home, 'a'), clientTag(other, 'a')];
    if (a !== b) expect(clientIds('text', a).isOurs(clientIds('text', b).of(id))).toBe(false);
  };
  const id = fc.integer({ min: 1, max: 2 ** 31 });
  const more = fc.integer({ min: 1, max: 2 ** 22 });
  fc.assert(fc.property(fc.string(), fc.string(), id, more, property), { verbose: true });
});

test('a power failure that takes every turn since the block away repeats no number', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gridd-numbers-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [file, lost] = [join(folder, 'a.db'), join(folder, 'lost.db')];
  const books = openFile(file);
  const modes: unknown[] = [];
  const { pragma } = books.db;
  books.db.pragma = (source, options) => {
    if (source.includes('=')) modes.push(source);
    return pragma.call(books.db, source, options);
  };
  const ids = clientIds('text', TAG);
  const numbers = new OrderNumbers(books, ids, DAY_MS);
  numbers.reserve(numbers.first(1) + 1);
  // The commit itself waited for the disk; afterwards it is as before.
  expect(modes).toEqual(['synchronous = FULL', 'synchronous = 1']);
  for (const suffix of ['', '-wal']) {
    if (existsSync(file + suffix)) copyFileSync(file + suffix, lost + suffix);
  }
  // Sent, and then forgotten by the disk.
  for (let id = 1; id <= 40; id += 1) {
    numbers.reserve(id + 1);
    books.commit(turn(1, [intent(id, ids.of(id))]));
  }
  books.close();
  const again = openFile(lost);
  expect(again.madeAt(1)).toBeNull();
  expect(new OrderNumbers(again, ids, DAY_MS).first(1)).toBeGreaterThan(40);
  again.close();
});

test('a restart begins after the block; intents keep gap, side and generation', async () => {
  const rig = makeRig();
  const first = await openDesk(rig);
  await pass(rig, first, 3000);
  const highest = Math.max(...first.session.runner.state.orders.map(({ id }) => id));
  await first.session.close();
  const second = await openDesk(rig);
  rig.venue.move(10290);
  await pass(rig, second, 3000);
  const made = second.session.runner.state.orders.filter(({ id }) => id > highest);
  expect(made.length).toBeGreaterThan(0);
  for (const { id } of made) expect(id).toBeGreaterThan(highest + 100);
  const rows = rig.books.db.prepare('SELECT gap, side, generation FROM orders').all();
  expect(rows).toContainEqual({ gap: 0, side: 'buy', generation: 1 });
});

test('a short id comes again only when its order ended before the history window', () => {
  const books = openFile(':memory:');
  const ids = clientIds('uint32', TAG);
  const span = ids.span ?? 0;
  const now = 1000 * DAY_MS;
  const old = now - 100 * DAY_MS;
  for (let id = 1; id <= 6000; id += 1) {
    // One still rests, one ended within the window.
    const ended = id === 2500 ? [] : [id];
    books.commit(turn(id === 3000 ? now - DAY_MS : old, [intent(id, ids.of(id))], ended));
  }
  const numbers = new OrderNumbers(books, ids, 90 * DAY_MS);
  const next = numbers.free(span + 1, now);
  expect(next).toBe(span + 3001);
  expect(ids.of(next)).toBe(ids.of(3001));
  books.commit(turn(now, [intent(next, ids.of(next))]));
  // The name belongs to the new order now; the old row has given it up.
  expect(books.orderIdOf(ids.of(3001))).toBe(next);
  expect(books.orderIdOf(`${ids.of(3001)}~3001`)).toBe(3001);
  expect(books.orderIdOf(ids.of(2500))).toBe(2500);
  books.close();
});

test('without a free id nothing is sent, with words; fills are booked, a stop ends', async () => {
  const rig = makeRig({ client_id: { form: 'uint32', max_length: 10 } });
  const desk = await openDesk(rig);
  await pass(rig, desk, 3000);
  const { runner } = desk.session;
  const sent = rig.venue.sent.length;
  // As if the venue remembered everything: no number is free any more.
  rig.books.freeIds = () => null;
  const again = await openDesk(rig);
  rig.venue.move(10290);
  await pass(rig, again, 5000);
  const { figures, degraded, state } = again.session.runner;
  expect(figures.call(again.session.runner).position_lots).toBe(100);
  expect(degraded.join()).toContain('nothing new is placed');
  expect(state.gaps.some(({ sell_hold }) => sell_hold?.reason === 'bad_client_id')).toBe(true);
  expect(rig.venue.sent).toHaveLength(sent);
  expect(runner.ids.span).not.toBeNull();
  await done(rig, again, again.session.stop({}));
  expect(rig.venue.resting()).toEqual([]);
  expect([...desk.bugs, ...again.bugs]).toEqual([]);
});

test('a grid on a venue that takes only numbers trades and recovers by them', async () => {
  const rig = makeRig({ client_id: { form: 'uint32', max_length: 10 } });
  const desk = await openDesk(rig);
  rig.venue.move(10290);
  await pass(rig, desk, 5000);
  for (const { client_id } of rig.venue.sent) expect(client_id).toMatch(/^\d{1,10}$/);
  expect(desk.session.runner.figures().position_lots).toBe(100);
  expect(rig.venue.resting()).toHaveLength(10);
  expect(desk.bugs).toEqual([]);
});
