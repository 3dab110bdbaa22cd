/** A stranger trades on the account of a bot: `gridd accept-position`, as a user types it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { InstanceStatus } from '../../../src/contract/fleet-api.ts';
import type { AcceptPositionAnswer, ReceiptView } from '../../../src/contract/instance-api.ts';
import { FleetHome, freePorts } from '../../fixtures/fleet-home.ts';
import { tradeAsStranger } from '../../fixtures/stranger.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

let home: FleetHome;
beforeEach(async () => {
  home = new FleetHome();
  const [web_port] = await freePorts(1);
  const paper = { seed: 7, volatility: 1e-7 };
  home.write('a', { daemon: { web_port }, exchange: { paper }, strategy: { direction: 'long' } });
});
afterEach(() => home.dispose());

type Flat = InstanceStatus & NonNullable<InstanceStatus['status']>;

async function json<T>(words: readonly string[], code = 0): Promise<T> {
  return JSON.parse((await home.ok([...words, '--json'], code)).stdout) as T;
}

test('a real difference is told, shown, booked once, and then trading goes on', async () => {
  await home.ok(['start', 'a']);
  const before = await waitFor('a position', async () => {
    const found = await json<Flat>(['status', 'a']);
    return found.position === '0' ? null : found;
  });
  await home.ok(['stop', 'a', '--orders', 'keep']);
  await tradeAsStranger(home.path('database', 'a.db'), { size: '0.7', price: '150' });
  await home.ok(['start', 'a']);
  const told = await home.ok(['status', 'a']);
  expect(told.stdout).toMatch(/degraded +The position differs: venue [\d.]+, books [\d.]+; noth/);
  const shown = await json<AcceptPositionAnswer>(['accept-position', 'a', '--dry-run']);
  expect(shown).toMatchObject({ applied: false, books: before.position, difference: '0.7' });
  const refused = await home.ok(['accept-position', 'a'], 2);
  expect(refused.stderr).toMatch(/^ANSWER_NEEDED: Nothing was booked: nobody said yes/m);
  expect((await home.ok(['accept-position', 'a', '--yes'])).stdout).toMatch(
    new RegExp(`a: booked 0.7; the position is ${shown.venue}\n$`),
  );
  const after = await json<Flat>(['status', 'a']);
  expect(after).toMatchObject({ position: shown.venue, degraded: [], carry: '0.7' });
  expect(after.grid_state).toBe('running');
  const again = await home.ok(['accept-position', 'a', '--yes']);
  expect(again.stdout).toMatch(/^a: nothing to accept, venue and books agree on [\d.]+\n$/);
  await home.ok(['stop', 'a', '--position', 'close']);
  const [receipt] = await json<ReceiptView[]>(['receipts', 'a']);
  expect(receipt).toMatchObject({ position: '0', period: { adjusted: '0.7', difference: '0' } });
});
