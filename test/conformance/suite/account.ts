/** Position, balance and funding: they follow from the venue's own fills and payments. */
import { expect, it } from 'vitest';
import { applyRate, parseDecimal, parseMoney } from '../../../src/contract/decimal.ts';
import { lotsOf, notional, priceText, ticksOf } from '../../../src/contract/market.ts';
import type { VenuePosition } from '../../../src/exchange/port.ts';
import { accept, feesOf, money, moveTo, valueOf } from '../venue-fixture.ts';
import type { Bench, BenchOf } from '../venue-fixture.ts';

export function accountsReconcile(bench: BenchOf): void {
  it('averages the entry and flips it with the position', async () => {
    const b = bench();
    const { venue } = b.fixture;
    expect(await venue.position()).toMatchObject({ size: '0', entry_price: null });
    await accept(b, b.order('e1', 'buy', b.at(-1)));
    await accept(b, b.order('e2', 'buy', b.at(-3)));
    await moveTo(b, b.at(-4));
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

  it('estimates a liquidation beyond the price on the losing side, or not at all', async () => {
    const b = bench();
    const { venue } = b.fixture;
    expect(await venue.position()).toMatchObject({ liquidation_price: null });
    await accept(b, b.order('q1', 'buy', null));
    expect(liquidationSide(b, await venue.position())).toBeLessThanOrEqual(0);
    await accept(b, b.order('q2', 'sell', null, { size: b.size(20) }));
    expect(liquidationSide(b, await venue.position())).toBeGreaterThanOrEqual(0);
  });

  it('cash is the start plus realised minus fees; equity marks the position', async () => {
    const b = bench();
    await accept(b, b.order('b1', 'buy', b.at(-1)));
    await accept(b, b.order('b2', 'sell', b.at(2), { size: b.size(7) }));
    await moveTo(b, b.at(-2));
    await moveTo(b, b.at(3));
    const fills = await b.fixture.venue.fillsSince(0);
    expect(fills).toHaveLength(2);
    const [bought, sold] = fills.map((fill) => valueOf(b.market, fill));
    if (bought === undefined || sold === undefined) throw new Error('a fill is missing');
    const start = money(b.fixture.startingCash);
    const cash = start + sold - (bought * 7n) / 10n - feesOf(fills);
    const balance = await b.fixture.venue.balance();
    expect(money(balance.cash)).toBe(cash);
    const last = ticksOf(b.market, (await b.fixture.venue.price()).last) ?? 0;
    const left = lotsOf(b.market, b.size(3)) ?? 0;
    expect(money(balance.equity)).toBe(cash + notional(b.market, last, left) - (bought * 3n) / 10n);
  });
}

export function fundingIsPaid(bench: BenchOf): void {
  it('pays funding once per stamp, received above zero, into the cash', async () => {
    const b = bench();
    const { venue, fundingRate } = b.fixture;
    if (fundingRate === null) {
      expect(await venue.fundingSince(0)).toEqual([]);
      return;
    }
    await b.fixture.passFunding();
    expect(await venue.fundingSince(0), 'a flat account pays nothing').toEqual([]);
    await accept(b, b.order('u1', 'buy', null));
    const asLong = await passOne(b);
    await accept(b, b.order('u2', 'sell', null, { size: b.size(30) }));
    const asShort = await passOne(b);
    const fills = await venue.fillsSince(0);
    const rate = parseDecimal(fundingRate) ?? { digits: 0n, scale: 0 };
    const unit = valueOf(b.market, fills[0] ?? missing());
    expect(money(asLong.amount)).toBe(-applyRate(unit, rate));
    expect(money(asShort.amount)).toBe(applyRate(unit * 2n, rate));
    const all = await venue.fundingSince(0);
    expect(all).toEqual([asLong, asShort]);
    expect(await venue.fundingSince(asShort.at_ms)).toEqual([asShort]);
    expect(await venue.fundingSince(asShort.at_ms + 1)).toEqual([]);
    const paid = money(asLong.amount) + money(asShort.amount);
    const cash = money(b.fixture.startingCash) - feesOf(fills) + paid;
    expect(money((await venue.balance()).cash)).toBe(cash);
    b.fixture = await b.fixture.reopen();
    expect(await b.fixture.venue.fundingSince(0)).toEqual(all);
  });
}

async function passOne(b: Bench) {
  const { venue } = b.fixture;
  const before = await venue.fundingSince(0);
  await b.fixture.passFunding();
  const after = await venue.fundingSince(0);
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after).toHaveLength(before.length + 1);
  const one = after.at(-1) ?? missing();
  expect(new Set(after.map((each) => each.funding_id)).size).toBe(after.length);
  expect(one.at_ms).toBeLessThanOrEqual(await venue.serverTime());
  return one;
}

/** -1: below the price, 1: above it, 0: no estimate. */
function liquidationSide(b: Bench, position: VenuePosition): number {
  const { liquidation_price } = position;
  if (liquidation_price === null) return 0;
  const price = money(priceText(b.market, b.start));
  const liquidation = money(liquidation_price);
  expect(liquidation > 0n).toBe(true);
  return liquidation < price ? -1 : 1;
}

function missing(): never {
  throw new Error('it is missing');
}
