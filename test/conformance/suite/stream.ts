/** Events, time and capabilities: what is told agrees with what is listed, and time only grows. */
import { expect, it } from 'vitest';
import { VenueFault } from '../../../src/exchange/port.ts';
import type { Venue } from '../../../src/exchange/port.ts';
import { accept, listed, moveTo, toldFills } from '../venue-fixture.ts';
import type { BenchOf } from '../venue-fixture.ts';

export function streamsAgree(bench: BenchOf): void {
  it('declares capabilities that fit together', async () => {
    const { capabilities: can } = bench().fixture.venue;
    expect(can.client_id.max_length).toBeGreaterThanOrEqual(10);
    for (const most of [can.batch.submit, can.batch.cancel]) {
      expect(Number.isSafeInteger(most)).toBe(true);
      expect(most).toBeGreaterThanOrEqual(1);
    }
    for (const span of [can.listing_lag_ms, can.history_ms]) {
      expect(span).toBeGreaterThanOrEqual(0);
    }
    expect(can.history_ms).toBeGreaterThan(can.listing_lag_ms);
    expect(can.silence_ms ?? 1).toBeGreaterThan(0);
    expect(can.requests_per_minute ?? 1).toBeGreaterThan(0);
  });

  it('tells prices with a mark, and the last one told is the present price', async () => {
    const b = bench();
    await moveTo(b, b.at(1));
    await moveTo(b, b.at(-1));
    const told = b.fixture.events.flatMap((each) => (each.type === 'price' ? [each] : []));
    expect(b.fixture.events[0]).toEqual({ type: 'connected' });
    expect(told.map(({ last }) => last)).toEqual(
      expect.arrayContaining([b.at(0), b.at(1), b.at(-1)]),
    );
    for (const { mark } of told) expect(Number(mark)).toBeGreaterThan(0);
    const { last, mark, at_ms } = await b.fixture.venue.price();
    expect(told.at(-1)).toMatchObject({ last, mark });
    expect(at_ms).toBeGreaterThanOrEqual(told.at(-1)?.at_ms ?? Infinity);
  });

  it('tells each fill once, as the listings have it, and no order other than it is', async () => {
    const b = bench();
    const { venue } = b.fixture;
    await accept(b, b.order('x1', 'buy', b.at(-1)));
    await accept(b, b.order('x2', 'buy', b.at(-2)));
    await accept(b, b.order('x3', 'sell', b.at(1)));
    await accept(b, b.order('x4', 'sell', null));
    await moveTo(b, b.at(-3));
    await venue.cancel(b.id('x3'));
    await moveTo(b, b.at(2));
    const listedFills = await venue.fillsSince(0);
    expect(listedFills).toHaveLength(3);
    const told = [...toldFills(b)].sort((x, y) => x.at_ms - y.at_ms);
    expect(new Set(told)).toEqual(new Set(listedFills));
    const last = new Map(
      b.fixture.events.flatMap((each) =>
        each.type === 'order' ? [[each.order.client_id, each.order] as const] : [],
      ),
    );
    for (const [id, order] of last) {
      expect(await venue.orderByClientId(id), id).toEqual(order);
    }
  });

  it('never lets its clock go back, and dates nothing ahead of it', async () => {
    const b = bench();
    let before = 0;
    const look = async () => {
      const now = await b.fixture.venue.serverTime();
      expect(now).toBeGreaterThanOrEqual(before);
      expect(Number.isSafeInteger(now)).toBe(true);
      before = now;
    };
    await look();
    await accept(b, b.order('v1', 'buy', b.at(-1)));
    await look();
    await moveTo(b, b.at(-2));
    await look();
    await b.fixture.pass(5000);
    await look();
    b.fixture = await b.fixture.reopen();
    await look();
    await accept(b, b.order('v2', 'sell', null));
    await look();
    const orders = await b.fixture.venue.orderHistory(0);
    const fills = await b.fixture.venue.fillsSince(0);
    for (const dated of [orders, fills]) {
      const stamps = dated.map(({ at_ms }) => at_ms);
      expect(stamps).toEqual([...stamps].sort((x, y) => x - y));
      expect(Math.max(...stamps)).toBeLessThanOrEqual(before);
    }
  });
}

export function faultsAreNamed(bench: BenchOf): void {
  it('a venue that cannot answer rejects questions with a VenueFault and nothing else', async () => {
    const b = bench();
    const { venue, cutOff } = b.fixture;
    await accept(b, b.order('z1', 'buy', b.at(-2)));
    if (cutOff === null) return;
    const mend = cutOff();
    const answers = await Promise.allSettled(questionsOf(venue).map((ask) => ask()));
    const faults = answers.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(faults.length).toBeGreaterThan(0);
    for (const fault of faults) expect(fault).toBeInstanceOf(VenueFault);
    const size = b.size(10);
    const trigger_price = b.at(-3);
    const trigger = { client_id: b.id('z4'), side: 'sell', trigger_price, size } as const;
    const outcomes = [
      await venue.submit(b.order('z2', 'buy', b.at(-2))),
      ...(await venue.submitBatch([b.order('z3', 'buy', b.at(-2))])),
      await venue.submitTrigger({ ...trigger, trigger_by: 'last' }),
    ];
    for (const { status } of outcomes) expect(['unknown', 'rejected']).toContain(status);
    const cancels = [await venue.cancel(b.id('z1')), ...(await venue.cancelBatch([b.id('z1')]))];
    for (const { status } of cancels) expect(['unknown', 'rejected']).toContain(status);
    mend();
    await listed(b);
    await Promise.all(questionsOf(venue).map((ask) => ask()));
    expect(await venue.orderByClientId(b.id('z1'))).not.toBeNull();
  });
}

function questionsOf(venue: Venue): readonly (() => Promise<unknown>)[] {
  return [
    () => venue.market(),
    () => venue.price(),
    () => venue.orderByClientId('1'),
    () => venue.openOrders(),
    () => venue.orderHistory(0),
    () => venue.fillsSince(0),
    () => venue.fundingSince(0),
    () => venue.position(),
    () => venue.balance(),
    () => venue.serverTime(),
  ];
}
