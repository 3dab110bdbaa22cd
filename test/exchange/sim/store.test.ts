/** A venue that was killed goes on from its last answer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountFacts } from '../../../src/exchange/sim/index.ts';
import type { SimStore } from '../../../src/exchange/sim/store.ts';
import { openStore } from '../../../src/exchange/sim/store.ts';
import { HOUR_MS, openBench } from './sim-world.ts';
import type { Bench } from './sim-world.ts';

let folder: string;
const stores: SimStore[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gridd-sim-'));
});
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens the venue on its file; the one before is left as a kill leaves it. */
function open(more: { speed?: number } = {}): Bench {
  const store = openStore(join(folder, 'venue.db'));
  stores.push(store);
  return openBench({ store, ...more });
}

test('accounts, orders, fills, funding and prices are found again', () => {
  const before = open();
  before.accept({ size: '2' });
  before.accept({ symbol: 'ETH', price: '3900', size: '0.1', client_id: '77' });
  before.accept({ side: 'sell', trigger: { price: '90', by: 'mark', falls: true }, size: '2' });
  before.world.moveTo('SOL', '97');
  before.world.pass(HOUR_MS);
  before.world.act(() => before.world.setFacts(before.account, { leverage: 7 }));
  const facts = accountFacts(before.world, before.account);
  expect(facts.payments).toHaveLength(1);

  const after = open();
  expect(accountFacts(after.world, after.account)).toEqual(facts);
  expect(after.account.facts).toEqual(before.account.facts);
  expect(after.world.market('SOL')?.present).toBe(9700);
  expect(after.world.now()).toBeGreaterThanOrEqual(before.world.now());
  expect(after.place({ client_id: '77', price: '90' })).toMatchObject({
    refused: { reason: 'duplicate_client_id' },
  });
  after.world.moveTo('SOL', '89');
  after.world.moveTo('ETH', '3800');
  const { fills, positions } = accountFacts(after.world, after.account);
  expect(fills.map(({ id, price }) => [id, price])).toEqual(
    [[1, '100'], [2, '90'], [3, '3900']],
  );
  expect(positions.map(({ size }) => size)).toEqual(['0', '0.1']);
});

test('what a killed venue did not commit did not happen, what it answered did', () => {
  const before = open();
  const order = before.accept({ price: '99' });
  expect(() =>
    before.world.act(() => {
      before.world.desk.cancel(before.account, order);
      throw new Error('killed');
    }),
  ).toThrow('killed');
  const after = open();
  expect(after.account.alive(null).map(({ id }) => id)).toEqual([order.id]);
});

test('a running price goes on from where it stood, past the orders on its way', () => {
  const before = open({ speed: 50 });
  before.accept({ price: '99.99' });
  before.accept({ side: 'sell', price: '100.01' });
  before.world.stop();
  stores.length = 0;
  const after = open({ speed: 50 });
  after.clock.advance(HOUR_MS);
  after.world.act(() => undefined);
  expect(after.account.fills.length).toBeGreaterThan(0);
  expect(after.account.fills[0]?.ticks).toBeGreaterThanOrEqual(9999);
});
