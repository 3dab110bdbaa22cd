/** Every protocol that `gridd sim-venue` names opens by its name and goes on after a restart. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FACE_NAMES, faceNamed } from '../../../src/exchange/sim/faces.ts';
import { openSimVenue } from '../../../src/exchange/sim/index.ts';
import { openAsterBench } from './aster/aster-bench.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gridd-faces-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the protocols are those of the venues that we trade natively', () => {
  expect([...FACE_NAMES].sort()).toEqual(['aster', 'backpack']);
});

test.each(FACE_NAMES)('%s opens on a port of its own with keys for each account', async (name) => {
  const face = await faceNamed(name);
  expect(face.name).toBe(name);
  const venue = await openSimVenue({ face, symbols: 3, accounts: ['one', 'two'] });
  const secrets = venue.accounts.flatMap(({ keys }) => Object.values(keys));
  expect(new Set(secrets).size).toBe(secrets.length);
  expect(secrets.length).toBeGreaterThanOrEqual(4);
  expect((await fetch(`${venue.url}/nothing`)).status).toBe(404);
  await venue.close();
});

test('a loopback Aster goes on where it was: keys, orders, trades, settings', async () => {
  const state = join(folder, 'venue.db');
  const before = await openAsterBench({ state });
  await before.order({ type: 'MARKET', price: '', timeInForce: '' });
  await before.order({ newClientOrderId: 'rests' });
  await before.v3('POST', 'leverage', { symbol: 'SOLUSDT', leverage: '5' });
  const listed = await Promise.all(questions(before));
  await before.close();
  const after = await openAsterBench({ state });
  expect(after.venue.accounts).toEqual(before.venue.accounts);
  expect((await Promise.all(questions(after))).map(({ json }) => json)).toEqual(
    listed.map(({ json }) => json),
  );
  expect((await after.order({ newClientOrderId: 'rests' })).body).toMatchObject({ code: -4116 });
  await after.close();
});

function questions(bench: Awaited<ReturnType<typeof openAsterBench>>) {
  const symbol = { symbol: 'SOLUSDT' };
  return [
    bench.v3('GET', 'allOrders', symbol),
    bench.v3('GET', 'userTrades', symbol),
    bench.v3('GET', 'positionRisk', symbol),
    bench.v3('GET', 'income'),
  ];
}
