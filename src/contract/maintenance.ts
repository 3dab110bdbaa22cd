/**
 * A venue's maintenance margin rule: tiers of notional, or a rate that grows with its square root.
 * Exact; what has no exact end is rounded up, so that a liquidation is never told too late.
 */
import { assert } from './assert.ts';
import type { Decimal, Money } from './decimal.ts';
import { MONEY_DECIMALS, parseDecimal, parseMoney } from './decimal.ts';

/** One tier as a venue states it: from `floor` (quote) on, margin = notional x rate - amount. */
export interface MaintenanceTier {
  readonly floor: string;
  readonly rate: string;
  /** What keeps the margin from jumping at the floor, quote; venues call it cum. */
  readonly amount: string;
}

/**
 * The rule as the venue states it, decimals as text; `sqrt`: rate = max(base, factor x √notional).
 */
export type MaintenanceRules =
  | { readonly kind: 'tiers'; readonly tiers: readonly MaintenanceTier[] }
  | { readonly kind: 'sqrt'; readonly base: string; readonly factor: string };

interface Tier {
  readonly floor: Money;
  readonly rate: Decimal;
  readonly amount: Money;
}

/** The rule with its numbers parsed. */
export type Maintenance =
  | { readonly kind: 'tiers'; readonly tiers: readonly Tier[] }
  | { readonly kind: 'sqrt'; readonly base: Decimal; readonly factor: Decimal };

/** Parses a rule; throws `InvariantError` when it is not usable. `symbol` names it in the words. */
export function parseMaintenance(rules: MaintenanceRules, symbol: string): Maintenance {
  if (rules.kind === 'sqrt') {
    const base = readRate(rules.base, symbol);
    const factor = parseDecimal(rules.factor);
    const sound = factor !== null && factor.digits >= 0n;
    assert(sound, `${symbol}: maintenance factor "${rules.factor}" is no decimal from 0`);
    return { kind: 'sqrt', base, factor };
  }
  const tiers = rules.tiers.map(({ floor, rate, amount }) => ({
    floor: readMoney(floor, symbol),
    rate: readRate(rate, symbol),
    amount: readMoney(amount, symbol),
  }));
  assert(tiers[0]?.floor === 0n, `${symbol}: the first maintenance tier begins at 0`);
  const ascending = tiers.every(({ floor }, i) => i === 0 || floor > (tiers[i - 1]?.floor ?? 0n));
  assert(ascending, `${symbol}: the floors of the maintenance tiers ascend`);
  return { kind: 'tiers', tiers };
}

/** The rate on a notional (from 0), a fraction; a square root is rounded up at 18 decimals. */
export function rateOf(rule: Maintenance, notional: Money): Decimal {
  if (rule.kind === 'tiers') return tierOf(rule.tiers, notional).rate;
  const { base, factor } = rule;
  // In 1e-18: factor x √(notional / 1e18) x 1e18.
  const over = factor.digits ** 2n * notional * 10n ** BigInt(MONEY_DECIMALS);
  const grown = rootUp(divideUp(over, 10n ** BigInt(2 * factor.scale)));
  const least = divideUp(base.digits * 10n ** BigInt(MONEY_DECIMALS), 10n ** BigInt(base.scale));
  return { digits: grown > least ? grown : least, scale: MONEY_DECIMALS };
}

/** The maintenance margin of a notional (from 0), rounded up to 1e-18; never below zero. */
export function marginOf(rule: Maintenance, notional: Money): Money {
  if (rule.kind === 'tiers') {
    const { rate, amount } = tierOf(rule.tiers, notional);
    const margin = share(notional, rate) - amount;
    return margin > 0n ? margin : 0n;
  }
  const { base, factor } = rule;
  // In 1e-18: factor x (notional / 1e18) ^ 1.5 x 1e18.
  const under = 10n ** BigInt(2 * factor.scale + MONEY_DECIMALS);
  const grown = rootUp(divideUp(factor.digits ** 2n * notional ** 3n, under));
  const least = share(notional, base);
  return grown > least ? grown : least;
}

/** Notionals above 0 at which the rule changes its tier, ascending. */
export function tierFloors(rule: Maintenance): Money[] {
  return rule.kind === 'tiers' ? rule.tiers.slice(1).map(({ floor }) => floor) : [];
}

function tierOf(tiers: readonly Tier[], notional: Money): Tier {
  const tier = tiers.findLast(({ floor }) => floor <= notional);
  assert(tier !== undefined, 'a notional is not below zero');
  return tier;
}

function share(notional: Money, rate: Decimal): Money {
  return divideUp(notional * rate.digits, 10n ** BigInt(rate.scale));
}

function readRate(text: string, symbol: string): Decimal {
  const rate = parseDecimal(text);
  const sound = rate !== null && rate.digits > 0n && rate.digits < 10n ** BigInt(rate.scale);
  assert(sound, `${symbol}: maintenance rate "${text}" is no fraction between 0 and 1`);
  return rate;
}

function readMoney(text: string, symbol: string): Money {
  const money = parseMoney(text);
  assert(money !== null && money >= 0n, `${symbol}: "${text}" is no amount of a maintenance tier`);
  return money;
}

// a / b rounded up, both from 0.
function divideUp(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

// The least integer whose square is not below `value` (Newton's method from above).
function rootUp(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (root + value / root) / 2n;
    if (next >= root) return root * root === value ? root : root + 1n;
    root = next;
  }
}
