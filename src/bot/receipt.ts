/**
 * Receipts: what a period did to the account, added up from the booked rows alone, beside what the
 * engine's sums say of the same period. Invariant: periods of one series meet without a gap, so
 * that every fill is on exactly one receipt of the series.
 */
import { assert } from '../contract/assert.ts';
import type { Money } from '../contract/decimal.ts';
import { formatMoney, parseMoney } from '../contract/decimal.ts';
import type { ReceiptKind, ReceiptPeriod } from '../contract/instance-api.ts';
import type { Market } from '../contract/market.ts';
import { lotsOf, notional, priceText, sizeText, ticksOf } from '../contract/market.ts';
import type { GridFigures } from '../engine/index.ts';
import { isoTime } from '../platform/clock.ts';
import type { Books, BooksMark } from '../store/index.ts';

/** Days follow each other, and stops and ends do. */
type Series = 'day' | 'run';

function seriesOf(kind: ReceiptKind): Series {
  return kind === 'day' ? 'day' : 'run';
}

/** Where a period ends and the next begins; money as decimal text. */
interface Cut extends BooksMark {
  readonly at_ms: number;
  readonly lots: number;
  readonly ticks: number | null;
  readonly grid_profit: string;
  readonly unpaired: string;
}

/** The figures of the moment at which a period ends. */
export interface Moment {
  readonly at_ms: number;
  readonly ticks: number;
  readonly figures: GridFigures;
}

/** A period and the meta rows that make it the last one of its series. */
export interface CutPeriod {
  readonly period: ReceiptPeriod;
  readonly after_fill: number;
  readonly last_fill: number;
  readonly meta: Readonly<Record<string, string>>;
}

/** The moment at which the first period of every series began, milliseconds. */
export const BOOKS_BEGAN = 'books_began_ms';

/** The period from the last receipt of the kind's series to `moment`. */
export function cutPeriod(
  market: Market,
  books: Books,
  kind: ReceiptKind,
  moment: Moment,
): CutPeriod {
  const key = `receipt_cut_${seriesOf(kind)}`;
  const before = readCut(books, key, moment.at_ms);
  const { at_ms, ticks, figures } = moment;
  const mark = books.mark();
  const sums = addUp(market, books, before);
  const lots = before.lots + sums.bought - sums.sold + sums.adjusted;
  assert(lots === figures.position_lots, `receipt: ${lots} lots, books ${figures.position_lots}`);
  const value = notional(market, ticks, lots);
  const valueBefore = before.ticks === null ? 0n : notional(market, before.ticks, before.lots);
  const cash = sums.proceeds - sums.cost - sums.adjustedValue - sums.fees + sums.funding;
  const total = cash + value - valueBefore;
  const gridProfit = figures.grid_profit - money(before.grid_profit);
  const unpaired = figures.unpaired - money(before.unpaired);
  const cut: Cut = {
    ...{ ...mark, at_ms, lots, ticks },
    grid_profit: formatMoney(figures.grid_profit),
    unpaired: formatMoney(figures.unpaired),
  };
  return {
    period: {
      from: isoTime(before.at_ms),
      to: isoTime(at_ms),
      fills: sums.fills,
      bought: sizeText(market, sums.bought),
      sold: sizeText(market, sums.sold),
      cost: formatMoney(sums.cost),
      proceeds: formatMoney(sums.proceeds),
      fees: formatMoney(sums.fees),
      funding: formatMoney(sums.funding),
      adjusted: sizeText(market, sums.adjusted),
      position_before: sizeText(market, before.lots),
      position_after: sizeText(market, lots),
      price_before: before.ticks === null ? null : priceText(market, before.ticks),
      price_after: priceText(market, ticks),
      total: formatMoney(total),
      grid_profit: formatMoney(gridProfit),
      unpaired: formatMoney(unpaired),
      difference: formatMoney(total - gridProfit - unpaired),
    },
    after_fill: before.fill,
    last_fill: mark.fill,
    meta: { [key]: JSON.stringify(cut) },
  };
}

// The UTC day of a moment, as a number that grows by one each day.
function utcDay(ms: number): number {
  return Math.floor(ms / 86_400_000);
}

/** Whether a day ended since the last receipt of a day; books without one began `now`. */
export function dayIsOver(books: Books, nowMs: number): boolean {
  const { at_ms } = readCut(books, 'receipt_cut_day', nowMs);
  return utcDay(at_ms) < utcDay(nowMs);
}

function readCut(books: Books, key: string, nowMs: number): Cut {
  const stored = books.meta(key);
  if (stored !== null) return JSON.parse(stored) as Cut;
  const began = Number(books.meta(BOOKS_BEGAN) ?? nowMs);
  const none = { fill: 0, funding: 0, adjustment: 0, lots: 0, ticks: null };
  return { ...none, at_ms: began, grid_profit: '0', unpaired: '0' };
}

interface Sums {
  fills: number;
  bought: number;
  sold: number;
  cost: Money;
  proceeds: Money;
  fees: Money;
  funding: Money;
  adjusted: number;
  adjustedValue: Money;
}

function addUp(market: Market, books: Books, since: BooksMark): Sums {
  const sums: Sums = {
    ...{ fills: 0, bought: 0, sold: 0, cost: 0n, proceeds: 0n, fees: 0n, funding: 0n },
    ...{ adjusted: 0, adjustedValue: 0n },
  };
  for (const row of books.movedSince(since)) {
    const lots = lotsOf(market, row.size);
    const ticks = ticksOf(market, row.price);
    assert(lots !== null && ticks !== null, `booked ${row.size} at ${row.price}`);
    const value = notional(market, ticks, lots);
    if (row.side === null) {
      sums.adjusted += lots;
      sums.adjustedValue += value;
      continue;
    }
    sums.fills += 1;
    sums.fees += money(row.fee);
    if (row.side === 'buy') {
      sums.bought += lots;
      sums.cost += value;
    } else {
      sums.sold += lots;
      sums.proceeds += value;
    }
  }
  for (const amount of books.fundingSince(since)) sums.funding += money(amount);
  return sums;
}

function money(text: string): Money {
  const value = parseMoney(text);
  assert(value !== null, `booked money "${text}"`);
  return value;
}
