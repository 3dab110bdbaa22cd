/** What the page asks of a running grid: figures, pairs, heat, pages of its tables, its record. */
import { expect, test } from 'vitest';
import { movePrice, openDesk, openRig } from './grid-rig.ts';
import type { Desk, Rig } from './grid-rig.ts';

async function started(): Promise<{ rig: Rig; desk: Desk }> {
  const rig = openRig(10550);
  const desk = await openDesk(rig);
  await desk.session.connect();
  await desk.service.refresh();
  return { rig, desk };
}

test('average entry as venues count it, margin, edges, levels and caps', async () => {
  const { rig, desk } = await started();
  const { service } = desk;
  expect(service.status()).toMatchObject({ average_entry: null, stop_loss: null, trail: null });
  await movePrice(rig, desk, 10250);
  await service.refresh();
  // Bought at 105, 104 and 103.
  const { average_entry: entry, mark_price, margin, edges = [], equity } = service.status();
  expect([entry, mark_price]).toEqual(['104', '102.5']);
  expect(margin?.used).toBe('153.75');
  expect(Number(margin?.free)).toBeCloseTo(Number(equity) - 153.75, 9);
  // Down to 100 two at 102 and 101 and one at 100 more: 3 x 0.5 and 3 x 0.5 held.
  expect(edges[0]).toMatchObject({
    ...{ side: 'buys_filled', price: '100', position: '3', notional: '300', margin: '300' },
  });
  expect(edges[1]).toMatchObject({ side: 'sells_filled', price: '110', position: '-2' });
  await movePrice(rig, desk, 10450);
  // Sold at 104: what is left keeps its average.
  expect(service.status()).toMatchObject({ average_entry: '104', position: '1', cycles: 1 });
  const position = await rig.venue.position();
  expect(position.entry_price).toBe('104');
});

test('a fill that completes a cycle names its pair; others name none', async () => {
  const { rig, desk } = await started();
  await movePrice(rig, desk, 10250);
  await movePrice(rig, desk, 10450);
  const [sold, bought] = desk.service.fills(2);
  expect(sold).toMatchObject({ side: 'sell', price: '104', closes: { price: '103' } });
  expect(sold?.closes?.at).toBe(bought?.at);
  expect(bought).toMatchObject({ side: 'buy', price: '103', closes: null });
});

test('lines say since when their order is there; heat counts how often they were filled', async () => {
  const { rig, desk } = await started();
  await movePrice(rig, desk, 10250);
  await movePrice(rig, desk, 10450);
  await movePrice(rig, desk, 10250);
  const level = desk.service.levels().find(({ price }) => price === '101');
  expect(level?.client_id).toMatch(/\S/);
  expect(Date.parse(level?.since ?? '')).toBeGreaterThan(0);
  const empty = desk.service.levels().find(({ side }) => side === null);
  expect(empty).toMatchObject({ client_id: null, since: null });
  const heat = desk.service.page.heat(0);
  expect(heat).toHaveLength(11);
  expect(heat[0]).toEqual({ index: 0, price: '100', buys: 0, sells: 0 });
  expect(heat[3]).toEqual({ index: 3, price: '103', buys: 2, sells: 0 });
  expect(heat[4]).toEqual({ index: 4, price: '104', buys: 1, sells: 1 });
  expect(desk.service.page.heat(4e9)[3]).toMatchObject({ buys: 0 });
});

test('tables come in pages that go on where the last ended', async () => {
  const { rig, desk } = await started();
  const { page } = desk.service;
  await movePrice(rig, desk, 10250);
  const first = page.fills(2, null);
  expect(first.fills.map(({ price }) => price)).toEqual(['103', '104']);
  const second = page.fills(2, first.next);
  expect(second).toMatchObject({ fills: [{ price: '105' }], next: null });
  const filled = page.orders(2, null, 'filled');
  expect(filled.orders.map(({ price }) => price)).toEqual(['103', '104']);
  expect(page.orders(2, filled.next, 'filled').orders).toMatchObject([{ price: '105' }]);
  const all = page.orders(1000, null, null);
  expect(all.orders.length).toBeGreaterThan(11);
  expect(all.next).toBeNull();
  expect(page.orders(5, null, 'rejected')).toEqual({ orders: [], next: null });
  const trip = { type: 'trip', reason: 'max_loss', text: 'lost it', at_ms: 5 } as const;
  await desk.runner.run(() => desk.runner.apply(trip));
  const [newest] = page.happenings(1, null);
  expect(newest).toMatchObject({ code: 'tripped', at: '1970-01-01T00:00:00.005Z' });
  expect(page.happenings(10, newest?.id ?? 0)).not.toContainEqual(newest);
});

test('the record is dated by the venue, whose clock runs fast here', async () => {
  const { rig, desk } = await started();
  const { page } = desk.service;
  await movePrice(rig, desk, 10250);
  desk.service.record();
  const candles = page.candles('1h', 0, 1e12);
  expect(candles).not.toEqual([]);
  const { points } = await page.equity('all');
  const [fill] = desk.service.fills(1);
  const begin = (step: number) => Math.floor(Date.parse(fill?.at ?? '') / 1000 / step) * step;
  expect(candles.at(-1)?.time).toBe(begin(3600));
  expect(points.at(-1)?.time).toBe(begin(60));
  const { total_pnl, cycles_24h, total_24h } = desk.service.status();
  expect(points.at(-1)).toMatchObject({ total_pnl });
  // Younger than a day: everything since the books began.
  expect([cycles_24h, total_24h]).toEqual([0, total_pnl]);
});
