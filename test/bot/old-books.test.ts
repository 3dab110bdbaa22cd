/** Books written before the money work: first schema, old run clock, no generation, no cursor. */
import { expect, test } from 'vitest';
import { encodeState } from '../../src/engine/index.ts';
import { migrate, openDatabase } from '../../src/platform/sqlite.ts';
import { Books } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';
import { movePrice, openDesk, openRig } from './grid-rig.ts';

/** What a state of the first version did not have. */
const LATER = [
  ...(['mark', 'mismatch', 'tripped', 'pending', 'generation', 'loss_base'] as const),
  ...(['venue_stops', 'stops', 'stop_hold'] as const),
] as const;

test('are brought to the present: orders, fills, clock and figures go on, and it trades', async () => {
  const rig = openRig(10450);
  const first = await openDesk(rig);
  let { runner } = first;
  await rig.venue.connect((event) => runner.take(event));
  await movePrice(rig, first, 10250);
  const before = first.runner.figures();
  const old = openDatabase(':memory:', 'NORMAL');
  migrate(old, MIGRATIONS.slice(0, 1));
  const copy = (table: string, columns: string) => {
    const marks = columns.replace(/\w+/g, (name) => `@${name}`);
    const write = old.prepare(`INSERT INTO ${table} (${columns}) VALUES (${marks})`);
    for (const row of rig.books.db.prepare(`SELECT ${columns} FROM ${table}`).all()) write.run(row);
  };
  const terms = 'id, client_id, venue_order_id, role, gap, side, price, size, filled, status';
  copy('orders', `${terms}, reason, created_ms, updated_ms`);
  copy('fills', 'trade_id, order_id, gap, side, price, size, fee, cycle_profit, at_ms');
  const state = JSON.parse(encodeState(first.runner.state)) as Record<string, unknown>;
  for (const key of LATER) Reflect.deleteProperty(state, key);
  const plan = state['plan'] as Record<string, unknown>;
  for (const key of ['trigger_by', 'fences']) Reflect.deleteProperty(plan, key);
  old.prepare('INSERT INTO engine VALUES (1, ?, 1)').run(JSON.stringify(state));
  const clock = JSON.stringify({ before_ms: 5000, since_ms: Date.now() - 1000 });
  old.prepare(`INSERT INTO meta VALUES ('run_clock', ?)`).run(clock);
  old.prepare(`INSERT INTO receipts (at_ms, body) VALUES (1, '{}')`).run();
  migrate(old, MIGRATIONS);
  await first.runner.close();

  const books = new Books(old);
  const second = await openDesk({ ...rig, books });
  expect(second.runner.figures()).toEqual(before);
  expect(books.fills(10)).toHaveLength(2);
  const run = JSON.parse(books.meta('run_clock') ?? '{}') as { before_ms: number };
  expect(run.before_ms).toBe(5000);
  const highest = Math.max(...first.runner.state.orders.map(({ id }) => id));
  ({ runner } = second);
  await movePrice(rig, second, 10150);
  expect(second.runner.figures().position_lots).toBe(150);
  expect(Math.max(...second.runner.state.orders.map(({ id }) => id))).toBeGreaterThan(highest);
  expect(await rig.venue.openOrders()).toHaveLength(10);
  expect(second.bugs).toEqual([]);
  await second.session.stop({});
  expect(await rig.venue.openOrders()).toEqual([]);
});
