/**
 * Trades the difference that an adjust with `position: rebalance` asked for. It never passes the
 * fence: what does not fit is left out, and those gaps wait for their own line.
 */
import { entrySide, giveToGap, holders } from './book.ts';
import type { Draft } from './draft.ts';
import { takeCarry } from './layout.ts';
import { carryLots } from './state.ts';
import { worstCase } from './survey.ts';

/** Sends one market order for what the layout misses, or else to close its carry; none if flat. */
export function rebalance(draft: Draft): void {
  const side = entrySide(draft);
  if (side !== null) {
    const missing = fillFromCarry(draft, side);
    if (missing > 0) {
      const max = draft.plan.max_position_lots;
      const worst = worstCase(draft.state, () => false)[side === 'buy' ? 'long' : 'short'];
      const room = max === null ? missing : max - worst;
      const lots = Math.min(missing, Math.max(0, room));
      if (lots === 0) return;
      draft.place({ role: 'rebalance', gap: null, side, ticks: null, lots, reduce_only: false });
      return;
    }
  }
  const carry = carryLots(draft.state);
  if (carry === 0) return;
  const lots = Math.abs(carry);
  const position = draft.books.position_lots;
  const reduces = Math.sign(position) === Math.sign(carry) && Math.abs(position) >= lots;
  const closing = carry > 0 ? 'sell' : 'buy';
  draft.place({
    role: 'rebalance',
    gap: null,
    side: closing,
    ticks: null,
    lots,
    reduce_only: reduces,
  });
}

// Carry too small for a whole parcel begins the first waiting gap; answers the lots still missing.
function fillFromCarry(draft: Draft, side: 'buy' | 'sell'): number {
  let missing = 0;
  for (const index of holders(draft)) {
    const gap = draft.gap(index);
    const room = gap.size - gap[side].lots;
    const carry = carryLots(draft.state);
    const held = side === 'buy' ? Math.max(0, carry) : Math.max(0, -carry);
    const lots = Math.min(room, held);
    if (lots > 0) giveToGap(draft, index, side, takeCarry(draft, lots).leg);
    missing += room - lots;
  }
  return missing;
}
