/** Receipts say what the account did and what the grid says of it; every fill is on one of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseMoney } from '../../src/contract/decimal.ts';
import type { ReceiptPeriod } from '../../src/contract/instance-api.ts';
import type { Venue, VenueFunding } from '../../src/exchange/port.ts';
import { readBooks } from '../../src/store/index.ts';
import { manualClock } from '../exchange/manual-clock.ts';
import { movePrice, openDesk, openRig } from './grid-rig.ts';
import type { Rig } from './grid-rig.ts';

const HOUR_MS = 3_600_000;

function money(text: string): bigint {
  const value = parseMoney(text);
  if (value === null) throw new Error(`not money: ${text}`);
  return value;
}

function sum(periods: readonly ReceiptPeriod[], key: 'total' | 'grid_profit' | 'unpaired'): bigint {
  return periods.reduce((all, period) => all + money(period[key]), 0n);
}

/** The periods of a series as the database holds them, oldest first. */
function receipts(rig: Rig, by: 'stop' | 'day') {
  const folder = mkdtempSync(join(tmpdir(), 'gridd-receipts-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'copy.db');
  rig.books.db.exec(`VACUUM INTO '${file}'`);
  const books = readBooks(file);
  const found = books?.receipts(100, by).reverse() ?? [];
  books?.close();
  return found;
}

/** A venue that pays funding and whose stream nobody waits for, as real ones. */
function funded(rig: Rig, payments: readonly VenueFunding[], now: () => number): Venue {
  return {
    ...rig.venue,
    capabilities: { ...rig.venue.capabilities, lockstep: false },
    fundingSince: async (since) => payments.filter(({ at_ms }) => at_ms >= since),
    serverTime: async () => now(),
  };
}

test('a stop accounts for every trade since the stop before, to the last digit', async () => {
  const rig = openRig(10450);
  const desk = await openDesk(rig);
  await rig.venue.connect((event) => desk.runner.take(event));
  await movePrice(rig, desk, 10250);
  await movePrice(rig, desk, 10650);
  const first = await desk.session.stop({});
  await desk.session.begin('start');
  await movePrice(rig, desk, 10150);
  const second = await desk.session.stop({ position: 'close' });
  const periods = [first.period, second.period].filter((period) => period !== undefined);
  expect(periods.map(({ difference }) => difference)).toEqual(['0', '0']);
  expect(periods.map(({ fills }) => fills > 0)).toEqual([true, true]);
  expect(periods[1]?.from).toBe(periods[0]?.to);
  expect(periods[1]?.position_before).toBe(periods[0]?.position_after);
  expect(sum(periods, 'total')).toBe(money(second.total_pnl));
  expect(sum(periods, 'grid_profit')).toBe(money(second.grid_profit));
  expect(sum(periods, 'unpaired')).toBe(money(second.unpaired));
  const stored = receipts(rig, 'stop');
  expect(stored.map(({ period }) => period)).toEqual(periods);
  const booked = rig.books.fills(1000).map(({ trade_id }) => trade_id);
  expect(stored.flatMap(({ trade_ids }) => trade_ids)).toEqual(booked.reverse());
});

test('the end of a run has one receipt, however often its end is seen', async () => {
  const rig = openRig(10450);
  const desk = await openDesk(rig);
  await rig.venue.connect((event) => desk.runner.take(event));
  await movePrice(rig, desk, 10250);
  const end = { type: 'end', on_stop: { orders: 'cancel', position: 'close' } } as const;
  await desk.runner.run(() => desk.runner.apply({ ...end, reason: 'duration', at_ms: 1 }));
  for (let k = 0; k < 3; k += 1) await desk.session.writeEndReceipt();
  const stored = receipts(rig, 'stop');
  expect(stored.map(({ kind, reason }) => [kind, reason])).toEqual([['end', 'duration']]);
  expect(stored[0]?.period).toMatchObject({ position_after: '0', difference: '0' });
});

test('a day ends at midnight UTC; its receipt covers the fills of the day', async () => {
  const rig = openRig(10450);
  const clock = manualClock(Date.UTC(2026, 0, 1, 23, 0, 0));
  const desk = await openDesk(rig, rig.venue, clock);
  const tick = () => desk.runner.run(() => desk.session.tick());
  await rig.venue.connect((event) => desk.runner.take(event));
  await movePrice(rig, desk, 10250);
  await tick();
  expect(receipts(rig, 'day')).toEqual([]);
  clock.advance(HOUR_MS + 1000);
  await tick();
  await tick();
  await movePrice(rig, desk, 10450);
  clock.advance(24 * HOUR_MS);
  await tick();
  const days = receipts(rig, 'day');
  expect(days.map(({ period }) => period?.to.slice(0, 10))).toEqual(['2026-01-02', '2026-01-03']);
  expect(days.map(({ period }) => period?.fills)).toEqual([2, 1]);
  expect(days.map(({ period }) => period?.difference)).toEqual(['0', '0']);
  // Days and stops are told apart, and neither misses what the other has told.
  const stop = await desk.session.stop({});
  expect(stop.period?.fills).toBe(3);
});

test('funding is booked once a payment, either sign, and none from before the books', async () => {
  const rig = openRig(10450);
  const clock = manualClock();
  const payments: VenueFunding[] = [
    { funding_id: 'old', amount: '99', at_ms: clock.now() - HOUR_MS },
  ];
  const venue = funded(rig, payments, () => clock.now());
  const desk = await openDesk(rig, venue, clock);
  payments.push({ funding_id: 'f1', amount: '-1.25', at_ms: clock.now() + HOUR_MS });
  payments.push({ funding_id: 'f2', amount: '0.5', at_ms: clock.now() + 2 * HOUR_MS });
  for (let k = 0; k < 3; k += 1) await desk.compare();
  expect(desk.service.status().funding).toBe('-0.75');
  // Listed late, with the time of its stamp.
  payments.push({ funding_id: 'f3', amount: '-0.25', at_ms: clock.now() + HOUR_MS });
  await desk.compare();
  const { period } = await desk.session.stop({});
  expect(period).toMatchObject({ funding: '-1', total: '-1', unpaired: '-1', difference: '0' });
  const again = await openDesk(rig, venue, clock);
  expect(again.service.status().funding).toBe('-1');
});

test('a payment dated into the future hides none that is made until then', async () => {
  const rig = openRig(10450);
  const clock = manualClock();
  const payments: VenueFunding[] = [];
  const desk = await openDesk(rig, funded(rig, payments, () => clock.now()), clock);
  payments.push({ funding_id: 'f9', amount: '5', at_ms: clock.now() + 72 * HOUR_MS });
  await desk.compare();
  payments.push({ funding_id: 'f1', amount: '-1', at_ms: clock.now() + HOUR_MS });
  await desk.compare();
  expect(desk.service.status().funding).toBe('4');
});
