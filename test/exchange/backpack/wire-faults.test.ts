/**
 * Faults on the way to the loopback venue, against its own truth: what we say was accepted is there,
 * what we say was refused is not, and what we do not know is found by its client id as it is.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backpackFace } from '../../../src/exchange/sim/backpack/index.ts';
import { FAULT_KINDS } from '../../../src/exchange/sim/faults.ts';
import { openSimVenue } from '../../../src/exchange/sim/index.ts';
import type { SimVenue } from '../../../src/exchange/sim/index.ts';
import type { OrderRequest, SubmitOutcome, Venue } from '../../../src/exchange/port.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { SYMBOL, openAt } from './account.ts';

let sim: SimVenue;
let venue: Venue;
beforeEach(async () => {
  sim = await openSimVenue({ face: backpackFace, symbols: 3 });
  const credentials = sim.accounts[0]?.keys ?? {};
  venue = openAt(sim.url, { ws_url: sim.ws_url, credentials, read_timeout_ms: 300 });
  await venue.market();
});
afterEach(async () => {
  await venue.close();
  await sim.close();
});

function order(client_id: string): OrderRequest {
  const price = '100';
  return { client_id, side: 'buy', price, size: '1', post_only: true, reduce_only: false };
}

/** Client ids of the orders that the venue has, by its own books. */
const held = () => sim.account().alive(SYMBOL).map(({ client_id }) => client_id);

const FAULTS = FAULT_KINDS.map((kind) => ({ kind, ms: kind === 'latency' ? 600 : 0 }));

describe.each(FAULTS)('$kind', (fault) => {
  test('a submit says what is so, or is found', async () => {
    sim.command('fault', { ...fault, method: 'POST' });
    const outcome = await venue.submit(order('1'));
    sim.command('clear');
    await systemClock.delay(fault.ms);
    if (outcome.status === 'accepted') expect(held()).toEqual(['1']);
    else if (isRefused(outcome)) expect(held()).toEqual([]);
    else {
      const found = await waited(() => venue.orderByClientId('1'));
      expect(found?.client_id ?? null).toBe(held()[0] ?? null);
      expect(await venue.openOrders()).toEqual(found === null ? [] : [found]);
    }
  });

  test('a batch says of each what is so, or it is found', async () => {
    sim.command('fault', { ...fault, method: 'POST' });
    const outcomes = await venue.submitBatch(['1', '2', '3'].map(order));
    sim.command('clear');
    await systemClock.delay(fault.ms);
    const statuses = new Set(outcomes.map(({ status }) => status));
    if (statuses.has('accepted')) expect(held()).toEqual(['1', '2', '3']);
    if (outcomes.some(isRefused)) expect(held()).toEqual([]);
    expect(statuses.size).toBe(1);
    const listed = await waited(() => venue.openOrders());
    expect(listed.map(({ client_id }) => client_id)).toEqual(held());
  });

  test('a cancel says what is so', async () => {
    await venue.submit(order('1'));
    sim.command('fault', { ...fault, method: 'DELETE' });
    const outcome = await venue.cancel('1');
    sim.command('clear');
    await systemClock.delay(fault.ms);
    if (outcome.status === 'cancelled' || outcome.status === 'gone') expect(held()).toEqual([]);
    if (outcome.status === 'rejected') expect(held()).toEqual(['1']);
    const again = await waited(() => venue.cancel('1'));
    expect(['cancelled', 'gone']).toContain(again.status);
    expect(held()).toEqual([]);
  });
});

/** Whether nothing was done; a client id that was used before says that something was. */
function isRefused(outcome: SubmitOutcome): boolean {
  return outcome.status === 'rejected' && outcome.reason !== 'duplicate_client_id';
}

/** The answer once the venue may be asked again. */
async function waited<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      const answer = await ask();
      const put = typeof answer === 'object' && answer !== null && 'retry_after_ms' in answer;
      if (!put) return answer;
    } catch (error) {
      expect(error).toMatchObject({ kind: 'rate_limited' });
    }
    await systemClock.delay(100);
  }
}

test('a cut stream comes back by itself, and what it missed can be asked for', async () => {
  const heard: string[] = [];
  let back: () => void = () => undefined;
  const again = new Promise<void>((resolve) => (back = resolve));
  await venue.connect(async ({ type }) => {
    heard.push(type);
    if (heard.filter((each) => each === 'connected').length === 2) back();
  });
  await venue.submit(order('1'));
  sim.disconnect();
  sim.command('move', { symbol: SYMBOL, price: '99' });
  await again;
  expect(heard.filter((type) => type.includes('connected')).slice(0, 3)).toEqual([
    ...['connected', 'disconnected', 'connected'],
  ]);
  expect(await venue.fillsSince(0)).toMatchObject([{ client_id: '1', price: '100' }]);
});

test('a clock of the venue that was wrong and is set right is followed at once', async () => {
  sim.command('clock', { offset_ms: 30_000 });
  // Refused for its time and measured anew.
  expect(await venue.openOrders()).toEqual([]);
  const ahead = await venue.serverTime();
  sim.command('clock', { offset_ms: 0 });
  expect(await venue.openOrders()).toEqual([]);
  expect((await venue.submit(order('1'))).status).toBe('accepted');
  expect(await venue.serverTime()).toBeGreaterThanOrEqual(ahead);
});
