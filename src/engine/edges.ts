/**
 * What a running grid is at the two edges of its range: every order on the way there filled through
 * the same accounting as liquidation, then marked to the edge. Pure and exact.
 */
import type { Decimal, Money } from '../contract/decimal.ts';
import { formatFixed } from '../contract/decimal.ts';
import type { Market } from '../contract/market.ts';
import { notional } from '../contract/market.ts';
import type { Side } from '../contract/trading.ts';
import type { Exposure, Resting } from './liquidation.ts';
import { liquidationTicks, markedAt, withFilled } from './liquidation.ts';
import { initialMargin } from './margin.ts';
import type { GridPlan } from './types.ts';

/** The account at one edge, prices in ticks, lots signed. */
export interface Edge {
  /** Whose orders are filled: buys on the way down, sells on the way up. */
  readonly side: Side;
  readonly ticks: number;
  readonly lots: number;
  readonly notional: Money;
  readonly margin: Money;
  /** Fall of the equity from now, zero or above. */
  readonly loss: Money;
  readonly equity: Money;
  /** Distance of liquidation from the edge, percent of it, rounded down; null: there is none. */
  readonly liquidation_percent: string | null;
}

/** Both edges; where the price is beyond one already, that edge is the price. */
export function edgesOf(
  market: Market,
  { lines }: Pick<GridPlan, 'lines'>,
  exposure: Exposure,
  orders: readonly Resting[],
  leverage: Decimal,
): readonly Edge[] {
  return (['buy', 'sell'] as const).map((side) => {
    const end = side === 'buy' ? lines[0] : lines.at(-1);
    const reach = side === 'buy' ? Math.min : Math.max;
    const ticks = reach(end ?? exposure.ticks, exposure.ticks);
    const edge = markedAt(market, withFilled(market, exposure, orders, side), ticks);
    const fall = exposure.equity - edge.equity;
    return {
      side,
      ticks,
      lots: edge.lots,
      notional: notional(market, ticks, Math.abs(edge.lots)),
      margin: initialMargin(market, edge, leverage),
      loss: fall > 0n ? fall : 0n,
      equity: edge.equity,
      liquidation_percent: distance(ticks, liquidationTicks(market, edge)),
    };
  });
}

function distance(from: number, to: number | null): string | null {
  if (to === null) return null;
  return formatFixed((BigInt(Math.abs(to - from)) * 10_000n) / BigInt(from), 2);
}
