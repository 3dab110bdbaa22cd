/**
 * What a grid that has not started would be right after its start: its worst positions and its
 * liquidation prices. Found by starting it, with the very code that will; nothing is sent.
 */
import type { Money } from '../contract/decimal.ts';
import { applyRate } from '../contract/decimal.ts';
import type { Market } from '../contract/market.ts';
import { notional } from '../contract/market.ts';
import type { Side } from '../contract/trading.ts';
import { decide } from './decide.ts';
import { liquidations, restingOrders } from './liquidation.ts';
import type { Exposure, Liquidations, Resting } from './liquidation.ts';
import { NO_FENCES, initialState } from './state.ts';
import type { GridState } from './state.ts';
import type { GridPlan } from './types.ts';

/** The account before the start, at one price in ticks; lots signed. */
export interface StartingAccount {
  readonly ticks: number;
  /** With unrealised profit. */
  readonly equity: Money;
  /** What the grid takes over as its carry, and what stays beside it, out of its hands. */
  readonly adopted_lots: number;
  readonly aside_lots: number;
}

/** The grid after its start; lots signed, those set aside included. */
export interface Outlook {
  readonly lots: number;
  /** With every buy filled, and with every sell filled. */
  readonly most_long_lots: number;
  readonly most_short_lots: number;
  readonly orders: number;
  readonly liquidations: Liquidations;
  /** The account then, and what rests. */
  readonly exposure: Exposure;
  readonly resting: readonly Resting[];
}

/** The outlook of `plan`; one that waits for its trigger is looked at as if that were reached. */
export function startOutlook(market: Market, plan: GridPlan, account: StartingAccount): Outlook {
  const { adopted_lots, aside_lots, equity } = account;
  const ticks = plan.trigger_ticks ?? account.ticks;
  const { state, fees } = started(market, plan, ticks, adopted_lots);
  const resting = restingOrders(state);
  const lots = state.books.position_lots + aside_lots;
  const exposure = { lots, equity: equity - fees, ticks };
  return {
    lots,
    most_long_lots: filled(state, resting, 'buy') + aside_lots,
    most_short_lots: filled(state, resting, 'sell') + aside_lots,
    orders: resting.length,
    liquidations: liquidations(market, exposure, resting),
    exposure,
    resting,
  };
}

/** The position with every resting order of one side filled; reduce-only ones never turn it. */
function filled(state: GridState, resting: readonly Resting[], side: Side): number {
  const sign = side === 'buy' ? 1 : -1;
  const sum = (reduce: boolean) =>
    resting
      .filter((order) => order.side === side && order.reduce_only === reduce)
      .reduce((total, { lots }) => total + lots, 0);
  const plain = state.books.position_lots + sign * sum(false);
  const open = Math.max(0, -sign * plain);
  return plain + sign * Math.min(open, sum(true));
}

/** The state once the market orders of the start are filled, and the fees they cost. */
function started(
  market: Market,
  plan: GridPlan,
  ticks: number,
  adopted: number,
): { state: GridState; fees: Money } {
  // Nothing but the lines counts: what ends a run or takes orders back comes later.
  const bare: GridPlan = {
    ...plan,
    ...{ trigger_ticks: null, stop_loss_ticks: null, take_profit_ticks: null },
    ...{ out_of_range: 'hold', fences: NO_FENCES },
  };
  const at_ms = 0;
  let { state } = decide(market, initialState(bare), {
    type: 'accept_position',
    ...{ venue_lots: adopted, ticks, at_ms },
  });
  state = decide(market, state, { type: 'start', ticks, at_ms }).state;
  let fees = 0n;
  for (;;) {
    const order = state.orders.find((each) => each.ticks === null);
    if (order === undefined) return { state, fees };
    const { id, side, lots } = order;
    const fee = applyRate(notional(market, ticks, lots), market.taker_fee);
    fees += fee;
    const execution = { trade_id: `outlook-${id}`, id, side, ticks, lots, fee, at_ms };
    state = decide(market, state, { type: 'fill', ...execution }).state;
  }
}
