/**
 * The grid that a config would begin with, computed here by the very engine that will run it, for a
 * market whose rules the supervisor told. PURE. What needs more than the config and these rules
 * (arguments that win over it, an account's balance) is the supervisor's check alone.
 */
import type { DesignView } from '../../../../contract/console-api.ts';
import { POSITIVE_TEXT, formatMoney, parseMoney } from '../../../../contract/decimal.ts';
import type { Problem } from '../../../../contract/errors.ts';
import { makeMarket, nearestTicks, priceText, sizeText } from '../../../../contract/market.ts';
import type { Market } from '../../../../contract/market.ts';
import { codedProblem } from '../../../../contract/said-codes.ts';
import type { CodedText } from '../../../../contract/said-codes.ts';
import { design, investmentOf, startOutlook } from '../../../../engine/index.ts';
import type { DesignInput, GridPlan } from '../../../../engine/index.ts';

/** What the known rules say of a grid; `design` null: it is refused for `problems`. */
export interface Preview {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** The same warnings with their codes. */
  readonly coded: readonly CodedText[];
  readonly design: DesignView | null;
}

/** Numbers of at least 1 that are never text. */
const NUMBER_KEYS: readonly string[] = [
  ...['grid_num', 'leverage', 'max_open_orders', 'max_orders_per_minute'],
];
const WORD_KEYS: readonly string[] = [
  ...['grid_type', 'direction', 'open_position_at_start', 'out_of_range', 'trigger_by'],
];

const INPUT_KEYS: readonly (keyof DesignInput)[] = [
  ...(['grid_lower_price', 'grid_upper_price', 'grid_num', 'grid_type', 'direction'] as const),
  ...(['order_quantity', 'investment', 'leverage', 'max_position'] as const),
  ...(['open_position_at_start', 'out_of_range', 'trail_upper_price'] as const),
  ...(['trail_lower_price', 'stop_loss_price', 'take_profit_price', 'trigger_price'] as const),
  ...(['trigger_by', 'on_stop', 'max_open_orders', 'max_loss', 'max_order_notional'] as const),
  ...(['price_collar_percent', 'max_orders_per_minute'] as const),
];

/**
 * The preview of a parsed config for the market and price of `known`; null where only the
 * supervisor can tell: another symbol or venue, arguments that win, values of a wrong kind.
 */
export function previewOf(
  config: unknown,
  known: { readonly design: DesignView; readonly symbol: string; readonly exchange: string },
): Preview | null {
  const values = record(record(config)['strategy_config']);
  const metadata = record(record(config)['metadata']);
  const daemon = record(record(config)['daemon_config']);
  if (metadata['symbol'] !== known.symbol) return null;
  if ((metadata['exchange'] ?? 'paper') !== known.exchange) return null;
  const args = daemon['bot_args'];
  if (Array.isArray(args) && args.length > 0) return null;
  if (daemon['script_path'] !== undefined || !isInput(values)) return null;
  const market = makeMarket(known.design.market);
  const balance = balanceOf(config);
  const price = known.design.price;
  const input: DesignInput = {
    ...values,
    ...{ price, margin_check: 'warn' },
    ...(balance === null ? {} : { balance }),
  };
  const made = design(market, input);
  if ('problems' in made) {
    const problems = made.problems.map(inStrategy);
    return { problems, warnings: [], coded: [], design: null };
  }
  const coded = made.warnings.flatMap((warning) => codedProblem(inStrategy(warning)) ?? []);
  const { profit, plan } = made;
  const view = viewOf({ market, plan, input, balance, known: known.design, profit });
  return { problems: [], warnings: coded.map(({ text }) => text), coded, design: view };
}

function viewOf(parts: {
  readonly market: Market;
  readonly plan: GridPlan;
  readonly input: DesignInput;
  readonly balance: string | null;
  readonly known: DesignView;
  readonly profit: { readonly min: string; readonly max: string };
}): DesignView {
  const { market, plan, input, balance, known, profit } = parts;
  const ticks = nearestTicks(market, known.price) ?? plan.lines[0] ?? 0;
  const equity = balance === null ? 0n : (parseMoney(balance) ?? 0n);
  const outlook = startOutlook(market, plan, {
    ...{ ticks, equity, adopted_lots: 0, aside_lots: 0 },
  });
  const text = (at: number | null) => (at === null ? null : priceText(market, at));
  const { liquidations: found } = outlook;
  return {
    market: known.market,
    market_source: known.market_source,
    market_said: known.market_said,
    price: known.price,
    lines: plan.lines.map((line) => priceText(market, line)),
    quantity_per_grid: sizeText(market, plan.lots_per_grid),
    profit_per_grid: { min: profit.min, max: profit.max },
    investment: formatMoney(investmentOf(market, plan, input, plan.trigger_ticks ?? ticks)),
    orders: outlook.orders,
    start_order: sizeText(market, outlook.lots),
    liquidation:
      balance === null
        ? null
        : {
            now: text(found.now),
            buys_filled: text(found.buys_filled),
            sells_filled: text(found.sells_filled),
            nearest_percent: found.nearest_percent,
            alarm: found.alarm,
          },
  };
}

/** What a paper account begins with; live only the venue knows. */
function balanceOf(config: unknown): string | null {
  const exchange = record(record(config)['exchange_config']);
  if ((exchange['mode'] ?? 'paper') !== 'paper') return null;
  const balance = record(exchange['paper'])['starting_balance'] ?? '10000';
  return typeof balance === 'string' || typeof balance === 'number' ? String(balance) : null;
}

function inStrategy(problem: Problem): Problem {
  return { ...problem, path: `strategy_config.${problem.path}` };
}

/** Whether the values are of the kinds that the designer takes; the schema says the rest. */
function isInput(
  values: Readonly<Record<string, unknown>>,
): values is Record<string, unknown> & DesignInput {
  const decimal = (key: string) => ['string', 'number'].includes(typeof values[key]);
  if (!decimal('grid_lower_price') || !decimal('grid_upper_price')) return false;
  if (!Number.isInteger(values['grid_num'])) return false;
  const [grids] = [Number(values['grid_num'])];
  if (grids < 1 || grids > 1000) return false;
  return Object.entries(values).every(([key, value]) => {
    if (!INPUT_KEYS.some((known) => known === key)) return true;
    if (key === 'on_stop') return typeof value === 'object' && value !== null;
    if (WORD_KEYS.includes(key)) return ['string', 'boolean'].includes(typeof value);
    return NUMBER_KEYS.includes(key) ? isCount(value) : isDecimal(value);
  });
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 1;
}

const POSITIVE = new RegExp(POSITIVE_TEXT);

/** As the schema reads decimals: the engine would take more, and the file is refused for it. */
function isDecimal(value: unknown): boolean {
  if (typeof value === 'string') return POSITIVE.test(value);
  return typeof value === 'number' && Number.isFinite(value);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
