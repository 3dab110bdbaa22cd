/**
 * The markets of the simulated Aster, quoted in USDT, and their brackets: the larger a position,
 * the less leverage and the more maintenance margin. Pure.
 */
import type { MaintenanceTier } from '../../../contract/maintenance.ts';
import { coins } from '../symbols.ts';
import type { Coin, SymbolSpec } from '../symbols.ts';

/** The currency of all balances. */
export const QUOTE = 'USDT';

/** One bracket as the venue states it; `cap` null: the last. */
export interface Bracket {
  readonly leverage: number;
  readonly floor: string;
  readonly cap: string | null;
  readonly rate: string;
  readonly cum: string;
}

/** Ascending; cum keeps the maintenance margin from jumping at a floor. */
export const BRACKETS: readonly Bracket[] = [
  { leverage: 100, floor: '0', cap: '50000', rate: '0.005', cum: '0' },
  { leverage: 50, floor: '50000', cap: '250000', rate: '0.01', cum: '250' },
  { leverage: 20, floor: '250000', cap: '1000000', rate: '0.025', cum: '4000' },
  { leverage: 10, floor: '1000000', cap: '5000000', rate: '0.05', cum: '29000' },
  { leverage: 5, floor: '5000000', cap: '20000000', rate: '0.1', cum: '279000' },
  { leverage: 2, floor: '20000000', cap: null, rate: '0.25', cum: '3279000' },
];

/** The cap that stands for none. */
export const NO_CAP = '300000000';

const EIGHT_HOURS_MS = 8 * 3_600_000;

/** `count` markets, the large ones first. */
export function asterSymbols(count: number, seed: number): readonly SymbolSpec[] {
  return coins(count, seed).map(specOf);
}

/** Largest notional (quote) that may be held at a leverage. */
export function notionalCap(leverage: number): string {
  const found = BRACKETS.findLast((bracket) => bracket.leverage >= leverage);
  return found?.cap ?? NO_CAP;
}

function specOf({ base, price, tick, lot, volatility }: Coin): SymbolSpec {
  return {
    rules: {
      symbol: `${base}${QUOTE}`,
      base,
      quote: QUOTE,
      tick,
      lot,
      min_quantity: lot,
      min_notional: '5',
      max_orders: 200,
      maker_fee: '0.0001',
      taker_fee: '0.00035',
      max_leverage: '100',
      maintenance: { kind: 'tiers', tiers: BRACKETS.map(maintenanceOf) },
    },
    initial: { kind: 'tiers', tiers: BRACKETS.map(initialOf) },
    start_price: price,
    volatility,
    funding_rate: '0.0001',
    funding_interval_ms: EIGHT_HOURS_MS,
  };
}

function maintenanceOf({ floor, rate, cum }: Bracket): MaintenanceTier {
  return { floor, rate, amount: cum };
}

/** As if the leverage of the bracket were chosen: none larger is granted in it. */
function initialOf({ floor, leverage }: Bracket): MaintenanceTier {
  return { floor, rate: String(1 / leverage), amount: '0' };
}
