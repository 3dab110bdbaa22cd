/**
 * A config's grid designed as its bot would design it at a first start: the rules of its market,
 * fees and balance of its config, the price of the paper path. For checks before anything runs; it
 * trades nothing.
 */
import type { DesignView } from '../contract/console-api.ts';
import type { Money } from '../contract/decimal.ts';
import { formatDecimal, formatMoney, parseDecimal, parseMoney } from '../contract/decimal.ts';
import type { Problem } from '../contract/errors.ts';
import type { InstanceConfig } from '../contract/instance-config.ts';
import type { EdgeView } from '../contract/instance-views.ts';
import { nearestTicks, priceText, sizeText } from '../contract/market.ts';
import type { Market } from '../contract/market.ts';
import { codedProblem } from '../contract/said-codes.ts';
import type { CodedText } from '../contract/said-codes.ts';
import { sentenceOf } from '../contract/sentences.ts';
import {
  design,
  edgesOf,
  effectiveLeverage,
  investmentOf,
  liquidationView,
  startOutlook,
} from '../engine/index.ts';
import type { Design, Edge, Outlook } from '../engine/index.ts';
import type { Home } from '../platform/paths.ts';
import { designMarket } from './design-market.ts';
import type { DesignMarket } from './design-market.ts';

/** What came of it: everything wrong, or what the grid would be and what to warn of. */
export interface GridCheck {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** The same warnings with their codes. */
  readonly coded: readonly CodedText[];
  /** Whose rules it was designed on; those of another time may be refused there, or not. */
  readonly certain: boolean;
  /** Base units as text; null when there are problems. */
  readonly quantity: string | null;
  readonly view: DesignView | null;
  /** At both edges of its range; `equity_after` counts from 0 where no balance is known. */
  readonly edges: readonly EdgeView[];
}

/** What is known beside the config. */
export interface DesignSurroundings {
  /** The instance's database; left out: its books do not count. */
  readonly books?: string | null;
  /** The present price; left out: the one its paper path begins with, or the middle of the grid. */
  readonly price?: string | null;
}

/** Designs the grid of `config`; MARKETS_FILE. */
export function checkGrid(
  home: Home,
  config: InstanceConfig,
  { books = null, price: known = null }: DesignSurroundings = {},
): GridCheck {
  const { paper, mode } = config.exchange_config;
  const { duration: _duration, interval: _interval, ...values } = config.strategy_config;
  const { grid_lower_price: lower, grid_upper_price: upper } = values;
  const price = known ?? String(paper.start_price ?? middle(lower, upper));
  const found = designMarket(home, config, price, books);
  // What a real account holds only the venue knows: `gridd check` asks it.
  const balance = mode === 'live' ? null : String(paper.starting_balance);
  const funds = balance === null ? {} : { balance };
  const result = design(found.market, { ...values, price, ...funds });
  const { certain } = found;
  if ('problems' in result) {
    const problems = result.problems.map(inStrategy);
    return { problems, warnings: [], coded: [], certain, quantity: null, view: null, edges: [] };
  }
  const coded = result.warnings.flatMap((warning) => codedProblem(inStrategy(warning)) ?? []);
  const warnings = coded.map(({ text }) => text);
  const quantity = sizeText(found.market, result.plan.lots_per_grid);
  const begun = outlookOf(found.market, result, price, balance);
  const view = viewOf(found, result, values, price, begun, balance !== null);
  const leverage = effectiveLeverage(found.market, values);
  const { plan } = result;
  const edges =
    begun === null
      ? []
      : edgesOf(found.market, plan, begun.exposure, begun.resting, leverage);
  // What the start itself costs is part of the loss.
  const equity = parseMoney(balance ?? '0') ?? 0n;
  const shown = edges.map((edge) => edgeView(found.market, edge, equity));
  return { problems: [], warnings, coded, certain, quantity, view, edges: shown };
}

function inStrategy<Found extends Problem>(problem: Found): Found {
  return { ...problem, path: `strategy_config.${problem.path}` };
}

/** Null where the price is none of this market. */
function outlookOf(
  market: Market,
  { plan }: Design,
  price: string,
  balance: string | null,
): Outlook | null {
  const ticks = nearestTicks(market, price);
  if (ticks === null || ticks <= 0) return null;
  const equity = parseMoney(balance ?? '0') ?? 0n;
  return startOutlook(market, plan, { ticks, equity, adopted_lots: 0, aside_lots: 0 });
}

function viewOf(
  { market, source }: DesignMarket,
  { plan, profit }: Design,
  values: Parameters<typeof investmentOf>[2],
  price: string,
  begun: Outlook | null,
  funded: boolean,
): DesignView {
  const ticks = begun?.exposure.ticks ?? plan.lines[0] ?? 1;
  return {
    market: market.rules,
    market_source: sentenceOf(source),
    market_said: source,
    price,
    lines: plan.lines.map((line) => priceText(market, line)),
    quantity_per_grid: sizeText(market, plan.lots_per_grid),
    profit_per_grid: profit,
    investment: formatMoney(investmentOf(market, plan, values, ticks)),
    orders: begun?.orders ?? 0,
    start_order: sizeText(market, begun?.lots ?? 0),
    liquidation: begun === null || !funded ? null : liquidationView(market, begun.liquidations),
  };
}

function edgeView(market: Market, edge: Edge, before: Money): EdgeView {
  const fall = before - edge.equity;
  return {
    side: edge.side === 'buy' ? 'buys_filled' : 'sells_filled',
    price: priceText(market, edge.ticks),
    position: sizeText(market, edge.lots),
    notional: formatMoney(edge.notional),
    margin: formatMoney(edge.margin),
    loss: formatMoney(fall > 0n ? fall : 0n),
    equity_after: formatMoney(edge.equity),
    liquidation_percent: edge.liquidation_percent,
  };
}

function middle(lower: string | number, upper: string | number): string {
  const a = parseDecimal(lower);
  const b = parseDecimal(upper);
  if (a === null || b === null) return '1';
  const scale = Math.max(a.scale, b.scale);
  const sum =
    a.digits * 10n ** BigInt(scale - a.scale) + b.digits * 10n ** BigInt(scale - b.scale);
  return formatDecimal(sum * 5n, scale + 1);
}
