/**
 * A market's rules and the exact conversions between decimal text and integer ticks and lots.
 * Invariant: tick and lot together have at most 18 decimals, so price x size is exact `Money`.
 */
import type { Decimal, Money } from './decimal.ts';
import {
  MONEY_DECIMALS,
  divideRounded,
  formatDecimal,
  parseDecimal,
  rescale,
} from './decimal.ts';
import { assert } from './assert.ts';
import type { Maintenance, MaintenanceRules } from './maintenance.ts';
import { marginOf, parseMaintenance } from './maintenance.ts';

/** Rules of one market as the venue states them, decimals as text. */
export interface MarketRules {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  /** Price step, e.g. "0.01". */
  readonly tick: string;
  /** Size step in base units, e.g. "0.001". */
  readonly lot: string;
  /** Smallest order size in base units. */
  readonly min_quantity: string;
  /** Smallest price x size in quote units; "0" when the venue has none. */
  readonly min_notional: string;
  /** Most resting orders the venue allows on this market. */
  readonly max_orders: number;
  /** Fee per side as a fraction of notional; negative is a rebate. */
  readonly maker_fee: string;
  readonly taker_fee: string;
  /** Highest leverage the venue grants: initial margin is at least notional / this. */
  readonly max_leverage: string;
  /** Below this margin a position is liquidated. */
  readonly maintenance: MaintenanceRules;
}

/** A market with its steps parsed: what engine and venues compute with. */
export interface Market {
  readonly rules: MarketRules;
  readonly tick: Decimal;
  readonly lot: Decimal;
  /** Money of one tick x one lot. */
  readonly quantum: Money;
  readonly min_lots: number;
  readonly min_notional: Money;
  readonly maker_fee: Decimal;
  readonly taker_fee: Decimal;
  readonly max_leverage: Decimal;
  readonly maintenance: Maintenance;
}

/**
 * Parses rules; throws `InvariantError` when they are not usable (they come from a venue or
 * preset).
 */
export function makeMarket(rules: MarketRules): Market {
  const tick = need(rules.tick, 'tick');
  const lot = need(rules.lot, 'lot');
  assert(tick.digits > 0n && lot.digits > 0n, `${rules.symbol}: tick and lot are above zero`);
  const exact = tick.scale + lot.scale <= MONEY_DECIMALS;
  assert(exact, `${rules.symbol}: tick x lot needs over 18 decimals`);
  const minQuantity = need(rules.min_quantity, 'min_quantity');
  const minNotional = rescale(need(rules.min_notional, 'min_notional'), MONEY_DECIMALS);
  assert(minNotional !== null, 'min_notional is money');
  const leverage = need(rules.max_leverage, 'max_leverage');
  const whole = leverage.digits >= 10n ** BigInt(leverage.scale);
  assert(whole, `${rules.symbol}: max_leverage is at least 1`);
  return {
    rules,
    tick,
    lot,
    quantum: tick.digits * lot.digits * 10n ** BigInt(MONEY_DECIMALS - tick.scale - lot.scale),
    min_lots: Math.max(1, stepsUp(minQuantity, lot)),
    min_notional: minNotional,
    maker_fee: need(rules.maker_fee, 'maker_fee'),
    taker_fee: need(rules.taker_fee, 'taker_fee'),
    max_leverage: leverage,
    maintenance: parseMaintenance(rules.maintenance, rules.symbol),
  };

  function need(text: string, what: string): Decimal {
    const decimal = parseDecimal(text);
    assert(decimal !== null, `${rules.symbol}: ${what} "${text}" is no decimal`);
    return decimal;
  }
}

/** Price x size as exact money. */
export function notional(market: Market, ticks: number, lots: number): Money {
  return BigInt(ticks) * BigInt(lots) * market.quantum;
}

/** The maintenance margin of a notional (quote, from 0): rounded up, never below zero. */
export function maintenanceMargin(market: Market, value: Money): Money {
  return marginOf(market.maintenance, value);
}

/** Whole ticks of a price; null when it is not exactly on a tick or out of safe range. */
export function ticksOf(market: Market, price: string | number): number | null {
  return exactSteps(price, market.tick);
}

/** Whole lots of a size; null when it is not exactly on a lot or out of safe range. */
export function lotsOf(market: Market, size: string | number): number | null {
  return exactSteps(size, market.lot);
}

/** Ticks nearest to a price (half up); null when it is no decimal. */
export function nearestTicks(market: Market, price: string | number): number | null {
  const decimal = parseDecimal(price);
  if (decimal === null) return null;
  const { numerator, denominator } = ratio(decimal, market.tick);
  return safe(divideRounded(numerator, denominator));
}

/** Largest whole number of lots not above `size`; null when it is no decimal. */
export function floorLots(market: Market, size: string | number): number | null {
  const decimal = parseDecimal(size);
  if (decimal === null || decimal.digits < 0n) return null;
  const { numerator, denominator } = ratio(decimal, market.lot);
  return safe(numerator / denominator);
}

/** Price text of `ticks`, e.g. "151.2". */
export function priceText(market: Market, ticks: number): string {
  return formatDecimal(BigInt(ticks) * market.tick.digits, market.tick.scale);
}

/** Size text of `lots`, signed, e.g. "-0.25". */
export function sizeText(market: Market, lots: number): string {
  return formatDecimal(BigInt(lots) * market.lot.digits, market.lot.scale);
}

function exactSteps(input: string | number, step: Decimal): number | null {
  const decimal = parseDecimal(input);
  if (decimal === null) return null;
  const { numerator, denominator } = ratio(decimal, step);
  return numerator % denominator === 0n ? safe(numerator / denominator) : null;
}

function stepsUp(decimal: Decimal, step: Decimal): number {
  const { numerator, denominator } = ratio(decimal, step);
  return Number((numerator + denominator - 1n) / denominator);
}

function ratio(decimal: Decimal, step: Decimal): { numerator: bigint; denominator: bigint } {
  const scale = Math.max(decimal.scale, step.scale);
  return {
    numerator: decimal.digits * 10n ** BigInt(scale - decimal.scale),
    denominator: step.digits * 10n ** BigInt(scale - step.scale),
  };
}

function safe(steps: bigint): number | null {
  const value = Number(steps);
  return Number.isSafeInteger(value) ? value : null;
}
