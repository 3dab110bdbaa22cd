/**
 * The symbols of a loopback venue: the large ones with the steps that venues have, and invented
 * ones beside them. Pure: the same names and seed give the same markets.
 */
import type { MarketRules } from '../../contract/market.ts';
import type { MaintenanceRules } from '../../contract/maintenance.ts';
import { hash32 } from '../matching/seeded-hash.ts';

/** One market of a loopback venue. */
export interface SymbolSpec {
  readonly rules: MarketRules;
  /** Initial margin rate by notional, where it is more than leverage asks for; null: never. */
  readonly initial: MaintenanceRules | null;
  /** Price at the start, a multiple of the tick. */
  readonly start_price: string;
  /** Typical move of a day, a fraction. */
  readonly volatility: number;
  /** Per stamp, a fraction of notional; above zero longs pay. */
  readonly funding_rate: string;
  /** Stamps are the multiples of this since the epoch. */
  readonly funding_interval_ms: number;
}

/** Base, price, tick, lot and volatility of a market. */
export interface Coin {
  readonly base: string;
  readonly price: string;
  readonly tick: string;
  readonly lot: string;
  readonly volatility: number;
}

const LARGE: readonly Coin[] = [
  { base: 'BTC', price: '100000', tick: '0.1', lot: '0.00001', volatility: 0.025 },
  { base: 'ETH', price: '4000', tick: '0.01', lot: '0.0001', volatility: 0.035 },
  { base: 'SOL', price: '150', tick: '0.01', lot: '0.01', volatility: 0.045 },
];
const NAMES =
  'XRP DOGE ADA AVAX LINK DOT LTC BCH NEAR APT SUI ARB OP ATOM FIL INJ TIA SEI UNI AAVE ' +
  'MKR LDO CRV ENS WLD PYTH JUP JTO WIF BONK PEPE SHIB TRX TON ICP HBAR ETC XLM ALGO STX';
const SYLLABLES = ['KA', 'LO', 'MI', 'NU', 'RA', 'SO', 'TE', 'VI', 'XA', 'ZE'];

/**
 * The large coins, then well-known and invented ones, `count` in all; `known`: names to take
 * instead of those, and then none is invented.
 */
export function coins(
  count: number,
  seed: number,
  known: readonly string[] | null = null,
): readonly Coin[] {
  const names = known === null ? NAMES.split(' ') : [...known];
  if (known !== null) count = Math.min(count, LARGE.length + names.length);
  for (let index = 0; names.length + LARGE.length < count; index += 1) {
    const syllable = (place: number) => SYLLABLES[Math.floor(index / place) % 10] ?? 'KA';
    names.push(`${syllable(1)}${syllable(10)}${syllable(100)}`);
  }
  return [...LARGE, ...names.map((base, index) => small(base, hash32(seed, index, 21)))].slice(
    0,
    count,
  );
}

function small(base: string, draw: number): Coin {
  // Five significant digits: from 0.01 to 99 in four sizes.
  const digits = 10_000 + (draw % 89_999);
  const decimals = 3 + ((draw >>> 16) % 4);
  const tick = `0.${'0'.repeat(decimals - 1)}1`;
  const text = String(digits).padStart(decimals + 1, '0');
  const price = `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
  const lot = decimals >= 5 ? '1' : '0.1';
  return { base, price, tick, lot, volatility: 0.03 + (draw % 50) / 1000 };
}
