/** How a venue judges orders: what it accepts, and each refusal on the exact payload. */
import { expect, it } from 'vitest';
import { parseMoney } from '../../../src/contract/decimal.ts';
import { notional, sizeText, ticksOf } from '../../../src/contract/market.ts';
import type { OrderRequest, RejectReason } from '../../../src/exchange/port.ts';
import { accept, listed, reasonFor } from '../venue-fixture.ts';
import type { Bench, BenchOf } from '../venue-fixture.ts';

/** Markets that allow more resting orders than this are not filled up. */
const FEW_ORDERS = 64;

export function ordersAreJudged(bench: BenchOf): void {
  it('accepts a resting order once and refuses its client id ever after', async () => {
    const b = bench();
    const order = b.order('a1', 'buy', b.at(-1));
    await accept(b, order);
    expect(await reasonFor(b, order)).toBe('duplicate_client_id');
    await b.fixture.venue.cancel(b.id('a1'));
    expect(await reasonFor(b, order)).toBe('duplicate_client_id');
    await accept(b, b.order('a2', 'buy', null));
    expect(await reasonFor(b, b.order('a2', 'sell', null))).toBe('duplicate_client_id');
    expect(await b.fixture.venue.openOrders()).toEqual([]);
    expect(await b.fixture.venue.fillsSince(0)).toHaveLength(1);
  });

  it('refuses each faulty payload with its reason, and then has done nothing', async () => {
    const b = bench();
    for (const { order, reasons } of faultyPayloads(b)) {
      const reason = await reasonFor(b, order);
      expect(reasons, `${reason} for ${JSON.stringify(order)}`).toContain(reason);
    }
    await listed(b);
    expect(await b.fixture.venue.openOrders()).toEqual([]);
    expect(await b.fixture.venue.fillsSince(0)).toEqual([]);
    expect(await b.fixture.venue.position()).toMatchObject({ size: '0', entry_price: null });
    expect((await b.fixture.venue.balance()).cash).toBe(b.fixture.startingCash);
  });

  it('refuses reduce-only orders that would increase the position, accepts others', async () => {
    const b = bench();
    if (!b.fixture.venue.capabilities.reduce_only) return;
    const reduce = { reduce_only: true };
    const reason = 'reduce_only_would_increase';
    expect(await reasonFor(b, b.order('r1', 'sell', b.at(1), reduce))).toBe(reason);
    await accept(b, b.order('r2', 'buy', null));
    expect(await reasonFor(b, b.order('r3', 'buy', b.at(-1), reduce))).toBe(reason);
    await accept(b, b.order('r4', 'sell', b.at(1), reduce));
    expect(await b.fixture.venue.openOrders()).toMatchObject([
      { client_id: b.id('r4'), reduce_only: true },
    ]);
    await accept(b, b.order('r5', 'sell', null, { ...reduce, size: b.size(10) }));
    expect(await b.fixture.venue.position()).toMatchObject({ size: '0' });
  });

  it('lets as many orders rest as the market allows, and no more', async () => {
    const b = bench();
    const { max_orders } = b.market.rules;
    const many = Math.min(max_orders, FEW_ORDERS);
    for (let k = 0; k < many; k += 1) await accept(b, b.order(`n${k}`, 'buy', b.at(-1 - k / 8)));
    const next = await reasonFor(b, b.order('more', 'buy', b.at(-1)));
    expect(next).toBe(max_orders === many ? 'max_orders' : 'accepted');
    if (max_orders > many) return;
    await b.fixture.venue.cancel(b.id('n0'));
    await accept(b, b.order('again', 'buy', b.at(-1)));
    expect(await b.fixture.venue.openOrders()).toHaveLength(max_orders);
  });

  it('takes client ids in its declared form up to the declared length', async () => {
    const b = bench();
    const { form, max_length } = b.fixture.venue.capabilities.client_id;
    const longest = form === 'text' ? 'x'.repeat(max_length) : '4294967295';
    expect(longest.length).toBeLessThanOrEqual(max_length);
    await accept(b, { ...b.order('i', 'buy', b.at(-1)), client_id: longest });
    const tooLong = form === 'text' ? [`${longest}x`] : ['4294967296', '-1', '1.5', 'text', '007'];
    for (const client_id of ['', ...tooLong]) {
      const order = { ...b.order('j', 'buy', b.at(-2)), client_id };
      expect(await reasonFor(b, order), client_id).toBe('bad_client_id');
    }
    expect(await b.fixture.venue.orderByClientId(longest)).toMatchObject({ status: 'open' });
    expect(await b.fixture.venue.cancel(longest)).toEqual({ status: 'cancelled' });
  });
}

interface FaultyPayload {
  readonly order: OrderRequest;
  readonly reasons: readonly RejectReason[];
}

function faultyPayloads(b: Bench): readonly FaultyPayload[] {
  const { capabilities } = b.fixture.venue;
  const found: FaultyPayload[] = [];
  const add = (order: OrderRequest, ...reasons: RejectReason[]) => found.push({ order, reasons });
  add(b.order('j1', 'buy', offStep(b.at(-1))), 'price_not_on_tick');
  add(b.order('j2', 'buy', '0'), 'price_not_on_tick', 'price_out_of_bounds');
  add(b.order('j3', 'buy', b.at(-1), { size: offStep(b.size(10)) }), 'size_not_on_lot');
  const none = b.order('j4', 'buy', b.at(-1), { size: '0' });
  add(none, 'size_not_on_lot', 'below_min_quantity');
  add({ ...none, client_id: b.id('j5'), size: `-${b.size(10)}` }, 'size_not_on_lot');
  for (const [index, price] of [b.at(-1), null].entries()) {
    const order = b.order(`small${index}`, 'buy', price);
    const ticks = price === null ? b.start : (ticksOf(b.market, price) ?? 0);
    for (const { lots, reason } of tooSmall(b, ticks)) {
      add({ ...order, size: sizeText(b.market, lots) }, reason);
    }
  }
  if (capabilities.post_only) {
    add(b.order('p1', 'buy', b.at(1)), 'post_only_would_cross');
    add(b.order('p2', 'sell', b.at(-1)), 'post_only_would_cross');
    add(b.order('p3', 'buy', null, { post_only: true }), 'post_only_without_price');
  }
  const cash = parseMoney(b.fixture.startingCash) ?? 0n;
  const lots = Number((cash * 2000n) / notional(b.market, b.start, 1));
  const size = sizeText(b.market, lots);
  add(b.order('m1', 'buy', b.at(-1), { size }), 'insufficient_margin');
  add(b.order('m2', 'sell', null, { size }), 'insufficient_margin');
  return found;
}

/** The largest sizes that are still too small, where the market has such limits. */
function tooSmall(b: Bench, ticks: number): { lots: number; reason: RejectReason }[] {
  const { min_lots, min_notional } = b.market;
  const found: { lots: number; reason: RejectReason }[] = [];
  if (min_lots > 1) found.push({ lots: min_lots - 1, reason: 'below_min_quantity' });
  const lots = Number((min_notional - 1n) / notional(b.market, ticks, 1));
  if (min_notional > 0n && lots >= min_lots) found.push({ lots, reason: 'below_min_notional' });
  return found;
}

function offStep(text: string): string {
  return `${text}${text.includes('.') ? '' : '.'}${'0'.repeat(12)}1`;
}
