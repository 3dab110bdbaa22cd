/** Figures of the status that only a page shows, each with the formula of the grid's page. */
import type { Decimal, Money } from '../contract/decimal.ts';
import { formatMoney, parseMoney } from '../contract/decimal.ts';
import type { EdgeView, StatusView } from '../contract/instance-api.ts';
import type { Market } from '../contract/market.ts';
import { priceText, sizeText } from '../contract/market.ts';
import { edgesOf, initialMargin, restingOrders } from '../engine/index.ts';
import type { Exposure, GridFigures, GridState } from '../engine/index.ts';

/** What they are made from. */
export interface FigureParts {
  readonly market: Market;
  readonly state: GridState;
  readonly sums: GridFigures;
  readonly averageEntry: string | null;
  readonly leverage: Decimal;
  /** The account at the present price; null until the venue has told the balance. */
  readonly exposure: Exposure | null;
  /** The sums a day ago; null: not known. */
  readonly dayBefore: DaySums | null;
}

/** Sums of a moment as the record has them. */
export interface DaySums {
  readonly grid_profit: string;
  readonly total_pnl: string;
  readonly cycles: number;
}

type PageFigures = Pick<
  StatusView,
  | 'average_entry'
  | 'mark_price'
  | 'stop_loss'
  | 'take_profit'
  | 'trail'
  | 'margin'
  | 'cycles_24h'
  | 'grid_profit_24h'
  | 'total_24h'
  | 'edges'
>;

/** The figures; those that need a balance or a day's record are absent without. */
export function pageFigures(parts: FigureParts): PageFigures {
  const { market, state, averageEntry, exposure, leverage } = parts;
  const { plan, mark } = state;
  const price = (ticks: number | null) => (ticks === null ? null : priceText(market, ticks));
  const trails = plan.out_of_range === 'trail';
  return {
    average_entry: averageEntry,
    mark_price: price(mark),
    stop_loss: price(plan.stop_loss_ticks),
    take_profit: price(plan.take_profit_ticks),
    trail: trails ? { lower: price(plan.trail_lower), upper: price(plan.trail_upper) } : null,
    ...ofTheDay(parts),
    ...(exposure === null ? {} : ofTheAccount(market, state, exposure, leverage)),
  };
}

function ofTheDay({ sums, dayBefore }: FigureParts): PageFigures {
  if (dayBefore === null) return {};
  const since = (now: Money, then: string) => formatMoney(now - (parseMoney(then) ?? 0n));
  return {
    cycles_24h: sums.cycles - dayBefore.cycles,
    grid_profit_24h: since(sums.grid_profit, dayBefore.grid_profit),
    total_24h: since(sums.total, dayBefore.total_pnl),
  };
}

function ofTheAccount(
  market: Market,
  state: GridState,
  exposure: Exposure,
  leverage: Decimal,
): PageFigures {
  const used = initialMargin(market, exposure, leverage);
  const free = exposure.equity - used;
  const edges = edgesOf(market, state.plan, exposure, restingOrders(state), leverage);
  return {
    margin: { used: formatMoney(used), free: formatMoney(free > 0n ? free : 0n) },
    edges: edges.map(
      (edge): EdgeView => ({
        side: edge.side === 'buy' ? 'buys_filled' : 'sells_filled',
        price: priceText(market, edge.ticks),
        position: sizeText(market, edge.lots),
        notional: formatMoney(edge.notional),
        margin: formatMoney(edge.margin),
        loss: formatMoney(edge.loss),
        equity_after: formatMoney(edge.equity),
        liquidation_percent: edge.liquidation_percent,
      }),
    ),
  };
}
