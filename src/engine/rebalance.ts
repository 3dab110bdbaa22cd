/**
 * Trades the difference that an adjust with `position: rebalance` asked for. It never passes the
 * fence: what does not fit is left out, and those gaps wait for their own line.
 */
import { entrySide, giveToGap, holders } from './book.ts';
import type { Draft } from './draft.ts';
import { takeCarry } from './layout.ts';
import { ask } from './market-orders.ts';
import { carryLots } from './state.ts';

/** Asks for the lots that the layout misses, or else to close its carry; nothing if flat. */
export function rebalance(draft: Draft): void {
  const side = entrySide(draft);
  const missing = side === null ? 0 : fillFromCarry(draft, side);
  if (side !== null && missing > 0) return ask(draft, { role: 'rebalance', side, lots: missing });
  const carry = carryLots(draft.state);
  if (carry === 0) return;
  const closing = carry > 0 ? 'sell' : 'buy';
  ask(draft, { role: 'rebalance', side: closing, lots: Math.abs(carry) });
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
