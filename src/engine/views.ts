/**
 * What pages and API show of a grid: its ladder of lines and the diff of an adjust. Reads only;
 * the diff comes from the very code that would apply it.
 */
import type { Market } from '../contract/market.ts';
import { applyAdjust, sameGrid } from './adjust.ts';
import { converge } from './converge.ts';
import { Draft } from './draft.ts';
import type { GridState } from './state.ts';
import { carryLots, lineOf } from './state.ts';
import type { Want } from './survey.ts';
import { survey } from './survey.ts';
import type { AdjustDiff, GridPlan, LineView, LiveOrder } from './types.ts';

/** Every line from the lowest up with its order, or with the reason why none rests. */
export function ladder(market: Market, state: GridState): LineView[] {
  const shown: (Want | undefined)[] = [];
  for (const want of survey(market, state, 'all')) {
    const line = lineOf(want.gap, want.side);
    if (shown[line] === undefined || want.order !== null) shown[line] = want;
  }
  return state.plan.lines.map((ticks, index) => {
    const want = shown[index];
    return {
      index,
      ticks,
      side: want?.side ?? null,
      gap: want?.gap ?? null,
      order_id: want?.order?.id ?? null,
      lots: want === undefined ? 0 : (want.order?.lots ?? want.lots),
      filled: want?.order?.filled ?? 0,
      reason: want === undefined || want.order !== null ? null : (want.reason ?? 'pending'),
    };
  });
}

/** An adjust's diff, with the state once the venue has confirmed everything. */
export interface AdjustPreview extends AdjustDiff {
  readonly after: GridState;
}

/** What an adjust to `plan` would do now; changes nothing. */
export function previewAdjust(
  market: Market,
  state: GridState,
  plan: GridPlan,
  position: 'carry' | 'rebalance',
): AdjustPreview {
  const draft = new Draft(market, state, 0);
  const { moved } = applyAdjust(draft, plan, position);
  // As if the venue had confirmed every cancel: what would be placed then.
  const orders = draft.state.orders.filter((order) => order.status !== 'cancelling');
  // A grid that is held back places after a resume: that is what its user must know and judge.
  const resumed = { paused: false, tripped: null };
  const after = new Draft(market, { ...draft.done(), orders, ...resumed }, 0);
  converge(after);
  const kept = after.state.orders.filter((order) => isResting(order, state));
  // A fence that is lower now takes orders back as well.
  const cancelled = [...draft.commands, ...after.commands].flatMap((command) =>
    command.type === 'cancel' ? [command.id] : [],
  );
  const sent = after.commands.filter((command) => command.type === 'place');
  const traded = [...sent, ...after.state.pending].reduce((sum, { role, side, lots }) => {
    if (role !== 'rebalance') return sum;
    return sum + (side === 'buy' ? lots : -lots);
  }, 0);
  const carry = carryLots(after.state);
  const closes = Math.sign(traded) === -Math.sign(carry);
  const placed = sent.flatMap(({ role, side, ticks, lots }) =>
    role === 'line' && ticks !== null ? [{ side, ticks, lots }] : [],
  );
  return {
    unchanged: sameGrid(plan, state.plan),
    kept: kept.map((order) => order.id),
    cancelled,
    placed,
    parcels_moved: moved,
    carry_lots: closes ? carry + traded : carry,
    market_lots: traded,
    after: after.state,
  };
}

function isResting(order: LiveOrder, before: GridState): boolean {
  if (order.role !== 'line' || order.status === 'cancelling') return false;
  return before.orders.some((old) => old.id === order.id);
}
