/**
 * What every venue behind the exchange port must do, whatever it is: one suite, run against each
 * with a fixture that can move its price. It trades small sizes near the present price and assumes
 * a fresh account that is flat and has no orders.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyRate, parseMoney } from '../../src/contract/decimal.ts';
import type { Money } from '../../src/contract/decimal.ts';
import { lotsOf, makeMarket, notional, priceText } from '../../src/contract/market.ts';
import { sizeText, ticksOf } from '../../src/contract/market.ts';
import type { Market } from '../../src/contract/market.ts';
import type { Side } from '../../src/contract/trading.ts';
import type { OrderRequest, Venue, VenueEvent, VenueFill } from '../../src/exchange/port.ts';

/** A venue under test, connected, and the means to drive it. */
export interface VenueFixture {
  readonly venue: Venue;
  /** Cash of the fresh account. */
  readonly startingCash: string;
  /** Everything the venue told, in order. */
  readonly events: readonly VenueEvent[];
  /** Moves the market continuously; resolves when all it caused was told. */
  moveTo(price: string): Promise<void>;
  /** Ends the venue object and opens another on the same account. */
  reopen(): Promise<VenueFixture>;
  dispose(): Promise<void>;
}

/** Registers the suite for one venue. */
export function venueConformance(name: string, makeVenue: () => Promise<VenueFixture>): void {
  describe(`venue conformance: ${name}`, () => {
    let bench: Bench;
    beforeEach(async () => {
      bench = await openBench(await makeVenue());
    });
    afterEach(async () => {
      await bench.fixture.dispose();
    });
    ordersAreJudged(() => bench);
    fillsAreTold(() => bench);
    ordersAreFound(() => bench);
    accountsReconcile(() => bench);
    nothingIsForgotten(() => bench);
  });
}

/** A fixture with its market and the price at which the test began. */
interface Bench {
  fixture: VenueFixture;
  readonly market: Market;
  readonly start: number;
  /** A price `percent` away from the start, on a tick. */
  at(percent: number): string;
  /** `count` smallest sizes. */
  size(count: number): string;
  order(id: string, side: Side, price: string | null, more?: Partial<OrderRequest>): OrderRequest;
}

async function openBench(fixture: VenueFixture): Promise<Bench> {
  const market = makeMarket(await fixture.venue.market());
  const start = ticksOf(market, (await fixture.venue.price()).last);
  if (start === null) throw new Error('the present price is not on a tick');
  const size = (count: number) => sizeText(market, market.min_lots * count);
  return {
    fixture,
    market,
    start,
    at: (percent) => priceText(market, Math.round(start * (1 + percent / 100))),
    size,
    order: (client_id, side, price, more = {}) => ({
      client_id,
      side,
      price,
      size: size(10),
      post_only: price !== null,
      reduce_only: false,
      ...more,
    }),
  };
}

async function accept(bench: Bench, order: OrderRequest): Promise<void> {
  expect(await bench.fixture.venue.submit(order)).toMatchObject({ status: 'accepted' });
}

async function reasonFor(bench: Bench, order: OrderRequest): Promise<string> {
  const outcome = await bench.fixture.venue.submit(order);
  return outcome.status === 'rejected' ? outcome.reason : outcome.status;
}

function toldFills(bench: Bench): readonly VenueFill[] {
  return bench.fixture.events.flatMap((event) => (event.type === 'fill' ? [event.fill] : []));
}

function ordersAreJudged(bench: () => Bench): void {
  it('accepts a resting order once and refuses its client id ever after', async () => {
    const b = bench();
    const order = b.order('a1', 'buy', b.at(-1));
    await accept(b, order);
    expect(await reasonFor(b, order)).toBe('duplicate_client_id');
    await b.fixture.venue.cancel('a1');
    expect(await reasonFor(b, order)).toBe('duplicate_client_id');
    expect(await b.fixture.venue.openOrders()).toEqual([]);
  });

  it('refuses post-only orders that would cross, on both sides', async () => {
    const b = bench();
    expect(await reasonFor(b, b.order('p1', 'buy', b.at(1)))).toBe('post_only_would_cross');
    expect(await reasonFor(b, b.order('p2', 'sell', b.at(-1)))).toBe('post_only_would_cross');
    expect(await b.fixture.venue.openOrders()).toEqual([]);
    expect(await b.fixture.venue.fillsSince(0)).toEqual([]);
  });

  it('refuses prices off the tick, sizes off the lot and sizes below the minimum', async () => {
    const b = bench();
    const { tick, lot } = b.market.rules;
    const offTick = `${b.at(-1)}${b.at(-1).includes('.') ? '' : '.'}${'0'.repeat(12)}1`;
    expect(await reasonFor(b, b.order('j1', 'buy', offTick)), tick).toBe('price_not_on_tick');
    const offLot = `${b.size(10)}${b.size(10).includes('.') ? '' : '.'}${'0'.repeat(12)}1`;
    expect(await reasonFor(b, b.order('j2', 'buy', b.at(-1), { size: offLot })), lot).toBe(
      'size_not_on_lot',
    );
    expect(await reasonFor(b, b.order('j3', 'buy', b.at(-1), { size: '0' }))).toBe(
      'size_not_on_lot',
    );
    expect(await b.fixture.venue.openOrders()).toEqual([]);
  });

  it('refuses reduce-only orders that would increase the position', async () => {
    const b = bench();
    const reduce = { reduce_only: true };
    const reason = 'reduce_only_would_increase';
    expect(await reasonFor(b, b.order('r1', 'sell', b.at(1), reduce))).toBe(reason);
    await accept(b, b.order('r2', 'buy', null));
    expect(await reasonFor(b, b.order('r3', 'buy', b.at(-1), reduce))).toBe(reason);
    await accept(b, b.order('r4', 'sell', b.at(1), reduce));
    expect(await b.fixture.venue.openOrders()).toMatchObject([
      { client_id: 'r4', reduce_only: true },
    ]);
  });

  it('refuses an order that the equity cannot carry', async () => {
    const b = bench();
    const cash = parseMoney(b.fixture.startingCash) ?? 0n;
    const lots = Number((cash * 200n) / notional(b.market, b.start, 1));
    const huge = b.order('m1', 'buy', b.at(-1), { size: sizeText(b.market, lots) });
    expect(await reasonFor(b, huge)).toBe('insufficient_margin');
  });
}

function fillsAreTold(bench: () => Bench): void {
  it('fills a resting order once, as maker, at its own price', async () => {
    const b = bench();
    await accept(b, b.order('f1', 'buy', b.at(-1)));
    await b.fixture.moveTo(b.at(-2));
    await b.fixture.moveTo(b.at(0));
    await b.fixture.moveTo(b.at(-2));
    const fills = await b.fixture.venue.fillsSince(0);
    expect(fills).toHaveLength(1);
    const value = notional(b.market, ticksOf(b.market, b.at(-1)) ?? 0, b.market.min_lots * 10);
    const [fill] = fills;
    expect(fill).toMatchObject({ client_id: 'f1', side: 'buy', price: b.at(-1), maker: true });
    expect(fill).toMatchObject({ size: b.size(10) });
    expect(parseMoney(fill?.fee ?? '')).toBe(applyRate(value, b.market.maker_fee));
    expect(toldFills(b)).toEqual(fills);
  });

  it('leaves an order alone while the price stays on its own side', async () => {
    const b = bench();
    await accept(b, b.order('s1', 'buy', b.at(-2)));
    await accept(b, b.order('s2', 'sell', b.at(2)));
    await b.fixture.moveTo(b.at(-1));
    await b.fixture.moveTo(b.at(1));
    expect(await b.fixture.venue.fillsSince(0)).toEqual([]);
    expect(await b.fixture.venue.openOrders()).toHaveLength(2);
  });

  it('executes market and crossing orders at once, as taker, at the present price', async () => {
    const b = bench();
    await accept(b, b.order('t1', 'buy', null));
    await accept(b, b.order('t2', 'sell', b.at(-1), { post_only: false }));
    const fills = await b.fixture.venue.fillsSince(0);
    const price = b.at(0);
    expect(fills).toMatchObject([
      { client_id: 't1', side: 'buy', price, maker: false },
      { client_id: 't2', side: 'sell', price, maker: false },
    ]);
    const value = notional(b.market, b.start, b.market.min_lots * 10);
    expect(parseMoney(fills[0]?.fee ?? '')).toBe(applyRate(value, b.market.taker_fee));
    expect(await b.fixture.venue.openOrders()).toEqual([]);
  });

  it('gives each trade an id of its own and lists the fills since any moment', async () => {
    const b = bench();
    for (let k = 1; k <= 4; k += 1) await accept(b, b.order(`g${k}`, 'buy', b.at(-k)));
    await b.fixture.moveTo(b.at(-5));
    const all = await b.fixture.venue.fillsSince(0);
    expect(all.map((fill) => fill.client_id)).toEqual(['g1', 'g2', 'g3', 'g4']);
    expect(new Set(all.map((fill) => fill.trade_id)).size).toBe(4);
    for (const { at_ms } of all) {
      const rest = await b.fixture.venue.fillsSince(at_ms);
      expect(rest).toEqual(all.filter((fill) => fill.at_ms >= at_ms));
    }
  });
}

function ordersAreFound(bench: () => Bench): void {
  it('answers for open, filled, cancelled and unknown client ids', async () => {
    const b = bench();
    const { venue } = b.fixture;
    await accept(b, b.order('o1', 'buy', b.at(-1)));
    await accept(b, b.order('o2', 'buy', b.at(-3)));
    await accept(b, b.order('o3', 'sell', b.at(3)));
    await b.fixture.moveTo(b.at(-2));
    expect(await venue.cancel('o2')).toEqual({ status: 'cancelled' });
    const size = b.size(10);
    const found = await Promise.all(['o1', 'o2', 'o3'].map((id) => venue.orderByClientId(id)));
    expect(found).toMatchObject([
      { client_id: 'o1', status: 'filled', filled: size, size, price: b.at(-1), side: 'buy' },
      { client_id: 'o2', status: 'cancelled', filled: '0', size, price: b.at(-3) },
      { client_id: 'o3', status: 'open', filled: '0', size, price: b.at(3), side: 'sell' },
    ]);
    expect(await venue.orderByClientId('never-sent')).toBeNull();
    expect(await venue.openOrders()).toEqual([found[2]]);
  });

  it('says gone when there is nothing left to cancel', async () => {
    const b = bench();
    const { venue } = b.fixture;
    await accept(b, b.order('c1', 'buy', b.at(-1)));
    await accept(b, b.order('c2', 'sell', b.at(2)));
    await b.fixture.moveTo(b.at(-2));
    expect(await venue.cancel('c1')).toEqual({ status: 'gone' });
    expect(await venue.cancel('c2')).toEqual({ status: 'cancelled' });
    expect(await venue.cancel('c2')).toEqual({ status: 'gone' });
    expect(await venue.cancel('never-sent')).toEqual({ status: 'gone' });
    await b.fixture.moveTo(b.at(4));
    expect((await venue.fillsSince(0)).map((fill) => fill.client_id)).toEqual(['c1']);
  });
}

function accountsReconcile(bench: () => Bench): void {
  it('averages the entry and flips it with the position', async () => {
    const b = bench();
    const { venue } = b.fixture;
    expect(await venue.position()).toMatchObject({ size: '0', entry_price: null });
    await accept(b, b.order('e1', 'buy', b.at(-1)));
    await accept(b, b.order('e2', 'buy', b.at(-3)));
    await b.fixture.moveTo(b.at(-4));
    const sum = (ticksOf(b.market, b.at(-1)) ?? 0) + (ticksOf(b.market, b.at(-3)) ?? 0);
    const { size, entry_price } = await venue.position();
    expect(size).toBe(b.size(20));
    const average = (parseMoney(priceText(b.market, sum)) ?? 0n) / 2n;
    expect(parseMoney(entry_price ?? '')).toBe(average);
    await accept(b, b.order('e3', 'sell', null, { size: b.size(50) }));
    expect(await venue.position()).toMatchObject({ size: `-${b.size(30)}`, entry_price: b.at(-4) });
    await accept(b, b.order('e4', 'buy', null, { size: b.size(30), reduce_only: true }));
    expect(await venue.position()).toMatchObject({ size: '0', entry_price: null });
  });

  it('cash is the start plus realised minus fees; equity marks the position', async () => {
    const b = bench();
    await accept(b, b.order('b1', 'buy', b.at(-1)));
    await accept(b, b.order('b2', 'sell', b.at(2), { size: b.size(7) }));
    await b.fixture.moveTo(b.at(-2));
    await b.fixture.moveTo(b.at(3));
    const fills = await b.fixture.venue.fillsSince(0);
    expect(fills).toHaveLength(2);
    const value = (fill: VenueFill) => valueOf(b.market, fill);
    const bought = value(fills[0] ?? fail());
    const sold = value(fills[1] ?? fail());
    const fees = fills.reduce((sum, fill) => sum + (parseMoney(fill.fee) ?? 0n), 0n);
    const cash = (parseMoney(b.fixture.startingCash) ?? 0n) + sold - (bought * 7n) / 10n - fees;
    const balance = await b.fixture.venue.balance();
    expect(parseMoney(balance.cash)).toBe(cash);
    const last = ticksOf(b.market, (await b.fixture.venue.price()).last) ?? 0;
    const open = notional(b.market, last, b.market.min_lots * 3) - (bought * 3n) / 10n;
    expect(parseMoney(balance.equity)).toBe(cash + open);
  });
}

function nothingIsForgotten(bench: () => Bench): void {
  it('keeps orders, fills, position, balance and price over a reopen', async () => {
    const b = bench();
    await accept(b, b.order('k1', 'buy', b.at(-1)));
    await accept(b, b.order('k2', 'buy', b.at(-3)));
    await accept(b, b.order('k3', 'sell', b.at(3)));
    await b.fixture.moveTo(b.at(-2));
    await b.fixture.venue.cancel('k3');
    const before = await everythingOf(b.fixture.venue);
    b.fixture = await b.fixture.reopen();
    expect(await everythingOf(b.fixture.venue)).toEqual(before);
    expect(await reasonFor(b, b.order('k1', 'buy', b.at(-5)))).toBe('duplicate_client_id');
    await b.fixture.moveTo(b.at(-4));
    const fills = await b.fixture.venue.fillsSince(0);
    expect(fills.map((fill) => fill.client_id)).toEqual(['k1', 'k2']);
  });
}

async function everythingOf(venue: Venue): Promise<unknown> {
  return {
    open: await venue.openOrders(),
    known: await Promise.all(['k1', 'k2', 'k3'].map((id) => venue.orderByClientId(id))),
    fills: await venue.fillsSince(0),
    position: await venue.position(),
    balance: await venue.balance(),
    last: (await venue.price()).last,
  };
}

function valueOf(market: Market, fill: VenueFill): Money {
  return notional(market, ticksOf(market, fill.price) ?? 0, lotsOf(market, fill.size) ?? 0);
}

function fail(): never {
  throw new Error('a fill is missing');
}
