/**
 * Changing a running grid (GRID 8): chooses the new empty line, lays out, and trades a difference
 * only when asked. The same lines and size change nothing; no lot and no cent is lost on the way.
 */
import { assert } from '../contract/assert.ts';
import { Draft } from './draft.ts';
import type { Layout } from './layout.ts';
import { emptyLine, layOut, layoutAt } from './layout.ts';
import { drop } from './market-orders.ts';
import type { GridPlan } from './types.ts';

/** What an adjust did to the layout, in parcels. */
export interface Adjusted {
  readonly unchanged: boolean;
  readonly moved: number;
}

/** Applies `plan` to the draft; the caller converges afterwards. */
export function applyAdjust(
  draft: Draft,
  plan: GridPlan,
  position: 'carry' | 'rebalance',
): Adjusted {
  const old = draft.plan;
  assert(plan.direction === old.direction, 'an adjust keeps the direction');
  if (sameGrid(plan, old)) {
    // Of another type the same lines go on in another way: not from where the old ones began.
    const base = plan.grid_type === old.grid_type ? old.base : plan.base;
    draft.set({ plan: { ...plan, base } });
    return { unchanged: true, moved: 0 };
  }
  const { gaps, ticks } = draft.state;
  if (gaps.length === 0 || ticks === null) {
    draft.set({ plan });
    return { unchanged: false, moved: 0 };
  }
  // What a start or an earlier adjust still had to trade was meant for the old layout.
  drop(draft, 'start', 'rebalance');
  const result = layOut(draft, plan, bestLayout(draft, plan, ticks), 'adjust');
  draft.set({ rebalance: position === 'rebalance' && draft.state.phase === 'running' });
  return { unchanged: false, moved: result.moved };
}

/** True when lines and size are the same: such an adjust touches no order. */
export function sameGrid(a: GridPlan, b: GridPlan): boolean {
  return (
    a.lots_per_grid === b.lots_per_grid &&
    a.lines.length === b.lines.length &&
    a.lines.every((line, i) => line === b.lines[i])
  );
}

function bestLayout(draft: Draft, plan: GridPlan, ticks: number): Layout {
  const options = layoutsFor(draft, plan, ticks);
  let best = options[0];
  assert(best !== undefined, 'there is a layout');
  if (options.length === 1) return best;
  let least = Infinity;
  for (const option of options) {
    const trial = new Draft(draft.market, draft.done(), draft.atMs);
    const left = layOut(trial, plan, option, 'adjust');
    const cost = Math.abs(left.carry_lots) + left.missing_lots + left.displaced_lots;
    if (cost < least) {
      best = option;
      least = cost;
    }
  }
  return best;
}

// In the order in which ties are decided.
function layoutsFor(draft: Draft, plan: GridPlan, ticks: number): Layout[] {
  const { lines } = plan;
  const bottom = lines[0] ?? 0;
  const top = lines[lines.length - 1] ?? 0;
  const fresh = layoutAt(plan, ticks);
  if (!draft.state.run.touched || ticks < bottom || ticks > top) return [fresh];
  const above = lines.findIndex((line) => line >= ticks);
  const present = emptyLine(draft.plan, draft.state.gaps);
  const presentTicks = present === null ? null : draft.line(present);
  const rank = (line: number): number => {
    const price = lines[line] ?? 0;
    return price === presentTicks ? -1 : Math.abs(price - ticks);
  };
  // A price exactly on a line lies in both gaps beside it.
  const near = lines[above] === ticks ? [above - 1, above, above + 1] : [above - 1, above];
  return near
    .filter((line) => line >= 0 && line < lines.length)
    .sort((a, b) => rank(a) - rank(b) || a - b)
    .map((line) => ({ line, open: null }));
}
