/**
 * A config's grid designed as its bot would design it at a first start: the recorded rules of its
 * symbol, fees and balance of its config, the price of the paper path. For checks before anything
 * runs; it trades nothing.
 */
import { formatDecimal, parseDecimal } from '../contract/decimal.ts';
import type { InstanceConfig } from '../contract/instance-config.ts';
import { makeMarket, sizeText } from '../contract/market.ts';
import { design } from '../engine/index.ts';
import { offlineMarket, readRecord } from '../exchange/paper/index.ts';
import type { Home } from '../platform/paths.ts';
import type { Problem } from '../contract/errors.ts';

/** What came of it: everything wrong, or the size per grid and what to warn of. */
export interface GridCheck {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** Base units as text; null when there are problems. */
  readonly quantity: string | null;
}

/** Designs the grid of `config` on the paper market of its symbol; MARKETS_FILE. */
export function checkGrid(home: Home, config: InstanceConfig): GridCheck {
  const { paper, mode } = config.exchange_config;
  const values = config.strategy_config;
  const { grid_lower_price: lower, grid_upper_price: upper } = values;
  const price = String(paper.start_price ?? middle(lower, upper));
  const { exchange, symbol } = config.metadata;
  const preset = offlineMarket(readRecord(home.markets, exchange), symbol, price);
  const market = makeMarket({
    ...preset,
    maker_fee: String(paper.maker_fee ?? preset.maker_fee),
    taker_fee: String(paper.taker_fee ?? preset.taker_fee),
  });
  // What a real account holds only the venue knows: `gridd check` asks it.
  const funds = mode === 'live' ? {} : { balance: String(paper.starting_balance) };
  const result = design(market, { ...values, price, ...funds });
  if ('problems' in result) {
    const problems = result.problems.map((problem) => ({
      ...problem,
      path: `strategy_config.${problem.path}`,
    }));
    return { problems, warnings: [], quantity: null };
  }
  const warnings = result.warnings.map(
    ({ path, message }) => `strategy_config.${path}: ${message}`,
  );
  return { problems: [], warnings, quantity: sizeText(market, result.plan.lots_per_grid) };
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
