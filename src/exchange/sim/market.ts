/**
 * One market of a loopback venue: its rules, where its price is and comes from, what funding it
 * pays. The mark is the last price plus a premium that is zero unless somebody sets it.
 */
import { assert } from '../../contract/assert.ts';
import { parseDecimal } from '../../contract/decimal.ts';
import type { Decimal, Money } from '../../contract/decimal.ts';
import { makeMarket, ticksOf } from '../../contract/market.ts';
import type { Market } from '../../contract/market.ts';
import { marginOf, parseMaintenance } from '../../contract/maintenance.ts';
import type { Maintenance } from '../../contract/maintenance.ts';
import type { CandleSource } from './candles.ts';
import { PricePath } from './price-path.ts';
import type { Anchor } from './price-path.ts';
import type { SymbolSpec } from './symbols.ts';

/** What of a market a restart must find again. */
export interface MarketState {
  readonly anchors: readonly Anchor[];
  readonly present: number;
  readonly walked_ms: number;
  readonly funded_ms: number;
  readonly premium: number;
  readonly funding_rate: string;
  readonly max_orders: number;
  readonly open: boolean;
}

export class SimMarket {
  readonly spec: SymbolSpec;
  readonly market: Market;
  readonly path: PricePath;
  /** Draws its noise, volumes and book. */
  readonly seed: number;
  /** The last price in ticks: where the walk stands. */
  present: number;
  /** Up to when orders met the path. */
  walked_ms: number;
  /** Up to when funding is settled. */
  funded_ms: number;
  /** Mark less last, ticks. */
  premium: number;
  max_orders: number;
  /** Whether it takes orders. */
  open: boolean;
  #rate: Decimal;
  #rateText: string;
  readonly #initial: Maintenance | null;

  constructor(spec: SymbolSpec, seed: number, state: MarketState) {
    this.spec = spec;
    this.market = makeMarket(spec.rules);
    this.seed = seed;
    this.path = new PricePath(seed, spec.volatility, state.anchors);
    this.present = state.present;
    this.walked_ms = state.walked_ms;
    this.funded_ms = state.funded_ms;
    this.premium = state.premium;
    this.max_orders = state.max_orders;
    this.open = state.open;
    this.#rateText = state.funding_rate;
    this.#rate = rateOf(state.funding_rate);
    const { initial } = spec;
    this.#initial = initial === null ? null : parseMaintenance(initial, this.symbol);
  }

  get symbol(): string {
    return this.spec.rules.symbol;
  }

  get mark(): number {
    return Math.max(1, this.present + this.premium);
  }

  get fundingRate(): Decimal {
    return this.#rate;
  }

  get fundingRateText(): string {
    return this.#rateText;
  }

  set fundingRateText(text: string) {
    this.#rate = rateOf(text);
    this.#rateText = text;
  }

  get candles(): CandleSource {
    return { market: this.market, path: this.path, seed: this.seed };
  }

  get state(): MarketState {
    const { present, walked_ms, funded_ms, premium, max_orders, open } = this;
    const { anchors } = this.path;
    const funding_rate = this.#rateText;
    return { anchors, present, walked_ms, funded_ms, premium, funding_rate, max_orders, open };
  }

  /** Initial margin of an exposure (quote, from 0) at a leverage: what the larger rule asks for. */
  initialMargin(exposure: Money, leverage: number): Money {
    const { digits, scale } = this.market.max_leverage;
    const least = (exposure * 10n ** BigInt(scale) + digits - 1n) / digits;
    const byLeverage = exposure / BigInt(leverage);
    const byRule = this.#initial === null ? 0n : marginOf(this.#initial, exposure);
    return [least, byLeverage, byRule].reduce((most, each) => (each > most ? each : most));
  }
}

/** How a market begins: at its start price, standing or running. */
export function firstState(spec: SymbolSpec, now_ms: number, speed: number): MarketState {
  const ticks = ticksOf(makeMarket(spec.rules), spec.start_price);
  assert(ticks !== null && ticks > 0, `${spec.rules.symbol} begins on a tick`);
  return {
    anchors: [{ from_ms: now_ms, ticks, speed }],
    present: ticks,
    walked_ms: now_ms,
    funded_ms: now_ms,
    premium: 0,
    funding_rate: spec.funding_rate,
    max_orders: spec.rules.max_orders,
    open: true,
  };
}

function rateOf(text: string): Decimal {
  const rate = parseDecimal(text);
  assert(rate !== null, `the funding rate "${text}" is a decimal`);
  return rate;
}
