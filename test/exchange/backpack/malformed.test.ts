/**
 * Answers that are not what the venue documents: whatever is missing, of another type, cut short,
 * huge or a page, a question rejects with a `VenueFault` that names the field's path, and an order
 * has an outcome. Never a raw exception.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { orderUpdateOf } from '../../../src/exchange/backpack/parse.ts';
import { VenueFault } from '../../../src/exchange/port.ts';
import type { OrderRequest, Venue } from '../../../src/exchange/port.ts';
import { Answer, parseExactJson } from '../../../src/exchange/wire/json.ts';
import { SYMBOL } from './account.ts';
import { ROUTES } from './answers.ts';
import { recordedVenue } from './recorded-venue.ts';
import type { Bent, Recorded } from './recorded-venue.ts';

let recorded: Recorded;
// Each with the whole limit of its requests.
beforeEach(async () => {
  recorded = await recordedVenue();
  await recorded.venue.market();
});
afterEach(() => recorded.close());

const ORDER: OrderRequest = {
  ...{ client_id: '4294967295', side: 'buy', price: '140.5', size: '2.5', post_only: true },
  reduce_only: false,
};

type Ask = (venue: Venue) => Promise<unknown>;

/** What is asked of each route; the rest of the routes answer as they should. */
const ASKS: Readonly<Record<string, Ask>> = {
  'GET /api/v1/time': (venue) => venue.serverTime(),
  'GET /api/v1/market': (venue) => venue.market(),
  'GET /api/v1/ticker': (venue) => venue.price(),
  'GET /api/v1/markPrices': (venue) => venue.price(),
  'GET /api/v1/account': (venue) => venue.account(),
  'GET /api/v1/capital/collateral': (venue) => venue.balance(),
  'GET /api/v1/position': (venue) => venue.position(),
  'GET /api/v1/order': (venue) => venue.orderByClientId('4294967295'),
  'GET /api/v1/orders': (venue) => venue.openOrders(),
  'GET /wapi/v1/history/orders': (venue) => venue.orderHistory(0),
  'GET /wapi/v1/history/fills': (venue) => venue.fillsSince(0),
  'GET /wapi/v1/history/funding': (venue) => venue.fundingSince(0),
};
const ACTS: Readonly<Record<string, Ask>> = {
  'POST /api/v1/order': (venue) => venue.submit(ORDER),
  'POST /api/v1/orders': (venue) => venue.submitBatch([ORDER]),
  'DELETE /api/v1/order': (venue) => venue.cancel('4294967295'),
};

type Path = readonly (string | number)[];

/** Every place in a value. */
function placesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, one]) => placesOf(one, [...path, key]))];
}

function replaced(value: unknown, [head, ...rest]: Path, by: unknown): unknown {
  if (head === undefined) return by;
  const copy: Record<string, unknown> = Array.isArray(value)
    ? (value.slice() as never)
    : { ...(value as object) };
  copy[head] = replaced(copy[head], rest, by);
  return copy;
}

const ODD: readonly unknown[] = [
  ...[undefined, null, true, {}, [], '', 'x', -1, 1e308, '1e999', '9'.repeat(400), 12.5, '-', [[]]],
  ...[{ symbol: SYMBOL }, '2026-99-99T99:99:99', 'NaN', Number.MAX_SAFE_INTEGER, '\u0000'],
];

const bends: fc.Arbitrary<(body: unknown) => Bent> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.nat(), fc.constantFrom(...ODD)).map(([nth, odd]) => {
    return (body: unknown): Bent => {
      const places = placesOf(body);
      return { body: replaced(body, places[nth % places.length] ?? [], odd) };
    };
  }) },
  { weight: 2, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }).map((part) => (body: unknown) => {
    const text = JSON.stringify(body);
    return { text: text.slice(0, Math.floor(text.length * part)) };
  }) },
  { weight: 1, arbitrary: fc.constantFrom(200, 400, 404, 500).map((status) => () => {
    return { status, text: '<!doctype html><title>Error</title>' };
  }) },
  { weight: 1, arbitrary: fc.json().map((text) => () => ({ text })) },
  { weight: 1, arbitrary: fc.constantFrom(null).map(() => () => ({ text: '{"code":7,"message":[]}' })) },
);

async function outcomeOf(route: string, ask: Ask, bent: Bent): Promise<unknown> {
  recorded.answer(route, bent);
  try {
    return await ask(recorded.venue);
  } catch (error) {
    return error;
  } finally {
    recorded.answer(route, {});
  }
}

test('a question has an answer or a fault that says which', async () => {
  // Requests are many: the limit is the venue's affair here.
  const routes = fc.constantFrom(...Object.keys(ASKS));
  let faults = 0;
  await fc.assert(
    fc.asyncProperty(routes, bends, async (route, bend) => {
      const ask = ASKS[route];
      if (ask === undefined) return;
      const found = await outcomeOf(route, ask, bend(ROUTES[route]?.body));
      if (!(found instanceof Error)) return;
      expect(found, `${route}: ${found.stack ?? ''}`).toBeInstanceOf(VenueFault);
      if ((found as VenueFault).because !== 'answer') return;
      faults += 1;
      expect(found.message).toMatch(/GET \/|the market's rules/);
    }),
    { numRuns: 250 },
  );
  expect(faults).toBeGreaterThan(20);
});

test('an order has an outcome', async () => {
  const known = ['accepted', 'rejected', 'unknown', 'cancelled', 'gone'];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(ACTS)), bends, async (route, bend) => {
      const ask = ACTS[route];
      if (ask === undefined) return;
      const found = await outcomeOf(route, ask, bend(ROUTES[route]?.body));
      for (const outcome of Array.isArray(found) ? (found as unknown[]) : [found]) {
        expect(outcome).not.toBeInstanceOf(Error);
        expect(known).toContain((outcome as { status: string }).status);
      }
    }),
    { numRuns: 150 },
  );
});

test('each field that we read is missed by its path', async () => {
  for (const [route, field, path] of [
    ['GET /api/v1/market', ['filters', 'price', 'tickSize'], 'filters price tickSize is missing'],
    ['GET /api/v1/position', ['0', 'netQuantity'], '[0] netQuantity is missing'],
    ['GET /api/v1/orders', ['1', 'side'], '[1] side is missing'],
    ['GET /api/v1/capital/collateral', ['netEquity'], 'netEquity is missing'],
    ['GET /wapi/v1/history/fills', ['1', 'fee', 'deep'], '[1] fee is an object'],
  ] as const) {
    const [, ask] = Object.entries(ASKS).find(([name]) => name === route) ?? [];
    const last = field.at(-1) === 'deep' ? { deep: 1 } : undefined;
    const way = field.filter((name) => name !== 'deep');
    const body = replaced(ROUTES[route]?.body, way, last);
    const found = await outcomeOf(route, ask ?? (async () => null), { body });
    expect(found).toBeInstanceOf(VenueFault);
    expect((found as VenueFault).message).toContain(`${route}${path.startsWith('[') ? '' : ' '}${path}`);
  }
});

test('a message of the stream is read or is a fault', () => {
  const sound = {
    ...{ e: 'orderFill', E: 1_772_366_405_100_456, s: SYMBOL, c: 17, S: 'Ask', o: 'LIMIT', q: '2' },
    ...{ p: '151', X: 'PartiallyFilled', i: '114', t: 7, l: '0.2', z: '0.6', L: '151', m: true },
    ...{ n: '0.1', N: 'USDC', T: 1_772_366_405_100_123, r: true },
  };
  const read = (text: string) =>
    orderUpdateOf(new Answer(parseExactJson(text), 'stream'), { base: 'SOL', quote: 'USDC' });
  expect(read(JSON.stringify(sound)).fill?.size).toBe('0.2');
  fc.assert(
    fc.property(bends, (bend) => {
      const { body, text = JSON.stringify(body) ?? '' } = bend(sound);
      try {
        read(text);
      } catch (error) {
        expect(error).toBeInstanceOf(VenueFault);
      }
    }),
    { numRuns: 300 },
  );
});
