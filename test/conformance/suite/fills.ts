/** Executions: what fills, at which price and fee, told once and listed without a hole. */
import { expect, it } from 'vitest';
import { applyRate } from '../../../src/contract/decimal.ts';
import type { VenueFill } from '../../../src/exchange/port.ts';
import { accept, money, moveTo, namesOf, toldFills, valueOf } from '../venue-fixture.ts';
import type { BenchOf } from '../venue-fixture.ts';

export function fillsAreTold(bench: BenchOf): void {
  it('fills a resting order once, as maker, at its own price', async () => {
    const b = bench();
    await accept(b, b.order('f1', 'buy', b.at(-1)));
    await moveTo(b, b.at(-2));
    await moveTo(b, b.at(0));
    await moveTo(b, b.at(-2));
    const fills = await b.fixture.venue.fillsSince(0);
    expect(fills).toHaveLength(1);
    const [fill] = fills;
    const side = 'buy';
    expect(fill).toMatchObject({ client_id: b.id('f1'), side, price: b.at(-1), maker: true });
    expect(fill).toMatchObject({ size: b.size(10) });
    const order = await b.fixture.venue.orderByClientId(b.id('f1'));
    expect(order?.venue_order_id).toBe(fill?.venue_order_id);
    expect(toldFills(b)).toEqual(fills);
  });

  it('says fees in one sign: a maker pays its rate, a rebate is below zero', async () => {
    const b = bench();
    await accept(b, b.order('w1', 'buy', b.at(-1)));
    await moveTo(b, b.at(-2));
    await accept(b, b.order('w2', 'sell', null));
    const [made, taken] = await b.fixture.venue.fillsSince(0);
    if (made === undefined || taken === undefined) throw new Error('a fill is missing');
    expect(money(made.fee)).toBe(applyRate(valueOf(b.market, made), b.market.maker_fee));
    expect(money(taken.fee)).toBe(applyRate(valueOf(b.market, taken), b.market.taker_fee));
    expect(money(made.fee) < 0n).toBe(b.market.maker_fee.digits < 0n);
    const result = valueOf(b.market, taken) - valueOf(b.market, made);
    const { cash } = await b.fixture.venue.balance();
    const paid = money(b.fixture.startingCash) + result - money(cash);
    expect(paid).toBe(money(made.fee) + money(taken.fee));
  });

  it('leaves an order alone while the price stays on its own side', async () => {
    const b = bench();
    await accept(b, b.order('s1', 'buy', b.at(-2)));
    await accept(b, b.order('s2', 'sell', b.at(2)));
    await moveTo(b, b.at(-1));
    await moveTo(b, b.at(1));
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
      { client_id: b.id('t1'), side: 'buy', price, maker: false },
      { client_id: b.id('t2'), side: 'sell', price, maker: false },
    ]);
    expect(await b.fixture.venue.openOrders()).toEqual([]);
  });

  it('lists fills since any moment, with nothing missing where two questions overlap', async () => {
    const b = bench();
    const { venue } = b.fixture;
    for (let k = 1; k <= 4; k += 1) await accept(b, b.order(`g${k}`, 'buy', b.at(-k)));
    const asked: VenueFill[] = [];
    let since = 0;
    for (const percent of [-1.5, -1.5, -3.5, -5]) {
      await moveTo(b, b.at(percent));
      asked.push(...(await venue.fillsSince(since)));
      since = await venue.serverTime();
    }
    asked.push(...(await venue.fillsSince(since)));
    const all = await venue.fillsSince(0);
    expect(namesOf(b, ['g1', 'g2', 'g3', 'g4'], all)).toEqual(['g1', 'g2', 'g3', 'g4']);
    expect(new Set(all.map((fill) => fill.trade_id)).size).toBe(4);
    const once = new Map(asked.map((fill) => [fill.trade_id, fill]));
    expect([...once.values()]).toEqual(all);
    for (const { at_ms } of all) {
      const rest = await venue.fillsSince(at_ms);
      expect(rest).toEqual(all.filter((fill) => fill.at_ms >= at_ms));
    }
    expect(await venue.fillsSince((await venue.serverTime()) + 3_600_000)).toEqual([]);
  });
}
