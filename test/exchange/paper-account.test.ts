/**
 * Random orders on random paths, against an independent model: cash flows and a plain position
 * summed from the trades, fills in price-time order, no resting order that the price has reached.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyRate, parseMoney } from '../../src/contract/decimal.ts';
import { lotsOf, notional, ticksOf } from '../../src/contract/market.ts';
import type { VenueEvent, VenueFill, VenueOrder, Venue } from '../../src/exchange/port.ts';
import type { FillRule } from '../../src/exchange/matching/order-book.ts';
import { MARKET, finite, memoryDatabase, order, paperVenue, untilEnd } from './paper-harness.ts';

const START = 1000;
const STARTING = '5000.123';

const action = fc.record({
  side: fc.constantFrom('buy' as const, 'sell' as const),
  /** Null: market; else ticks from the present price. */
  away: fc.option(fc.integer({ min: -60, max: 60 }), { freq: 6 }),
  lots: fc.integer({ min: 1, max: 40 }),
  post_only: fc.boolean(),
  reduce_only: fc.integer({ min: 0, max: 4 }).map((draw) => draw === 0),
  cancels: fc.integer({ min: 0, max: 5 }).map((draw) => draw === 0),
});
const moves = fc.array(
  fc.tuple(fc.integer({ min: -80, max: 80 }), fc.boolean(), fc.array(action, { maxLength: 4 })),
  { minLength: 1, maxLength: 25 },
);

describe('the paper account', () => {
  it('reconciles cash, position and equity with the sum of its trades, exactly', async () => {
    await fc.assert(
      fc.asyncProperty(
        moves,
        fc.constantFrom<FillRule>('through', 'touch'),
        async (script, fill) => {
          const points = script.map(([away, jump]) => (START + away) * (jump ? -1 : 1));
          const source = finite(START, ...points);
          const options = { fill, startingBalance: STARTING, makerFee: '-0.00013' };
          const venue = paperVenue(memoryDatabase(), source, options);
          let turn = 0;
          const events = await untilEnd(venue, async (event) => {
            if (event.type === 'price') await act(venue, script[turn]?.[2] ?? [], (turn += 1));
            if (event.type === 'price') await noneIsReached(venue, fill);
            if (event.type === 'fill') await reconciles(venue);
          });
          await reconciles(venue);
          fillsAreOrdered(events, await ordersOf(venue, events));
          const told = events.flatMap((event) => (event.type === 'fill' ? [event.fill] : []));
          expect(told).toEqual(await venue.fillsSince(0));
        },
      ),
      { numRuns: 150 },
    );
  });
});

type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

async function act(venue: Venue, actions: readonly Action[], turn: number): Promise<void> {
  for (const [index, each] of actions.entries()) {
    const present = ticksOf(MARKET, (await venue.price()).last) ?? 0;
    const ticks = each.away === null ? null : present + each.away;
    const { side, lots, reduce_only } = each;
    const post_only = each.post_only && ticks !== null;
    const more = { reduce_only, post_only };
    await venue.submit(order(`${turn}-${index}`, side, ticks, lots, more));
    const [oldest] = await venue.openOrders();
    if (each.cancels && oldest !== undefined) await venue.cancel(oldest.client_id);
  }
}

/** Cash flows in a plain sum: nothing here knows of entries or averages. */
async function reconciles(venue: Venue): Promise<void> {
  let flow = parseMoney(STARTING) ?? 0n;
  let lots = 0;
  for (const fill of await venue.fillsSince(0)) {
    const { size, value, fee } = read(fill);
    expect(fee).toBe(applyRate(value, fill.maker ? rate(-13n) : rate(50n)));
    lots += fill.side === 'buy' ? size : -size;
    flow += (fill.side === 'buy' ? -value : value) - fee;
  }
  const last = ticksOf(MARKET, (await venue.price()).last) ?? 0;
  const balance = await venue.balance();
  const position = await venue.position();
  expect(lotsOf(MARKET, position.size)).toBe(lots);
  expect(parseMoney(balance.equity)).toBe(flow + notional(MARKET, last, lots));
  if (lots !== 0) return;
  expect(position.entry_price).toBeNull();
  expect(parseMoney(balance.cash)).toBe(flow);
}

function rate(hundredThousandths: bigint): { digits: bigint; scale: number } {
  return { digits: hundredThousandths, scale: 5 };
}

function read(fill: VenueFill): { size: number; value: bigint; fee: bigint } {
  const size = lotsOf(MARKET, fill.size) ?? NaN;
  const value = notional(MARKET, ticksOf(MARKET, fill.price) ?? NaN, size);
  return { size, value, fee: parseMoney(fill.fee) ?? 0n };
}

async function noneIsReached(venue: Venue, fill: FillRule): Promise<void> {
  const present = ticksOf(MARKET, (await venue.price()).last) ?? 0;
  for (const resting of await venue.openOrders()) {
    const line = ticksOf(MARKET, resting.price ?? '') ?? 0;
    const left = resting.side === 'buy' ? present - line : line - present;
    expect(left).toBeGreaterThanOrEqual(fill === 'through' ? 0 : 1);
  }
}

async function ordersOf(
  venue: Venue,
  events: readonly VenueEvent[],
): Promise<ReadonlyMap<string, VenueOrder>> {
  const found = new Map<string, VenueOrder>();
  for (const event of events) {
    if (event.type !== 'fill') continue;
    const known = await venue.orderByClientId(event.fill.client_id);
    if (known !== null) found.set(known.client_id, known);
  }
  return found;
}

/** Within one move: best price first, at one price the older order first; each at its own line. */
function fillsAreOrdered(
  events: readonly VenueEvent[],
  orders: ReadonlyMap<string, VenueOrder>,
): void {
  let before: { line: number; id: number } | null = null;
  for (const event of events) {
    if (event.type !== 'fill' || !event.fill.maker) {
      before = null;
      continue;
    }
    const known = orders.get(event.fill.client_id);
    expect(known?.price).toBe(event.fill.price);
    const ticks = ticksOf(MARKET, event.fill.price) ?? 0;
    const line = event.fill.side === 'buy' ? -ticks : ticks;
    const id = Number(event.fill.venue_order_id);
    const later =
      before === null || line > before.line || (line === before.line && id > before.id);
    expect(later, `${event.fill.client_id} was filled out of turn`).toBe(true);
    before = { line, id };
  }
}
