/**
 * The stop-loss at the venue: a reduce-only stop order of the position's size, so that a dead
 * machine leaves no position unwatched. Invariants: the next one rests before the last is
 * cancelled; one that fires ends the run as the grid's own stop-loss does, once.
 */
import { say } from '../contract/sentences.ts';
import type { Draft } from './draft.ts';
import { levelPrice, stopRun } from './run.ts';
import type { GridState } from './state.ts';
import { carriesStop } from './state.ts';
import { waitsForPrice, waitsForRetry } from './survey.ts';
import type { LiveOrder } from './types.ts';

const NO_SECOND: ReadonlySet<string> = new Set([
  'reduce_only_would_increase',
  'max_orders',
  'max_position',
]);

type Wanted = Pick<LiveOrder, 'side' | 'lots'> & { readonly trigger_ticks: number };

/** Brings the stop order toward the position. Only while the grid runs or waits. */
export function keepStop(draft: Draft): void {
  const wanted = wantedStop(draft);
  const { stops } = draft.state;
  if (wanted === null) {
    draft.set({ stop_hold: null });
    for (const stop of stops) draft.cancel(stop);
    return;
  }
  const fits = stops.find((stop) => stop.status !== 'cancelling' && isSame(stop, wanted));
  if (fits !== undefined) {
    if (fits.status === 'open') cancelOthers(draft, fits);
    return;
  }
  // The answer to the last one first: never more than the old and the new rest.
  if (stops.some(({ status }) => status === 'sent')) return;
  const newest = stops.findLast(({ status }) => status === 'open');
  if (stops.length > 1) return cancelOthers(draft, newest);
  // Nor beside one that is being cancelled: where that is refused it would be sent in a loop.
  if (newest === undefined && stops.length > 0) return;
  if (isHeld(draft.state)) return draft.set({ settled: false });
  draft.set({ stop_hold: null });
  const { side, lots, trigger_ticks } = wanted;
  const order = { side, lots, trigger_ticks, ticks: null, gap: null, reduce_only: true };
  draft.place({ role: 'stop_loss', ...order });
}

/** The venue refused one or took it away: it is tried again when something changed. */
export function holdStop(draft: Draft, reason: string): void {
  // One that watched a position being closed is not replaced.
  if (draft.state.phase === 'stopping') return;
  const last = draft.state.stops.find(({ status }) => status !== 'sent');
  // Such a venue takes no second one beside the first: the next one follows when that is gone.
  if (last !== undefined && NO_SECOND.has(reason)) return draft.cancel(last);
  draft.set({ stop_hold: { reason, ticks: draft.state.ticks ?? 0 }, settled: false });
  draft.note('stop_refused', say('stop_order_refused', { refusal: reason }));
}

/** The venue's stop has fired: the run is over, unless it is being closed already. */
export function stopFired(draft: Draft): void {
  const { phase, stopping } = draft.state;
  if (phase === 'finished' || stopping?.on_stop.position === 'close') return;
  stopRun(draft, { orders: 'cancel', position: 'close' }, 'stop_loss', 'finished');
}

function wantedStop(draft: Draft): Wanted | null {
  const { plan, mismatch, books, ticks } = draft.state;
  const level = plan.stop_loss_ticks;
  if (!carriesStop(draft.state) || level === null || ticks === null) return null;
  // Where they differ it is the venue's position that is in danger.
  const position = mismatch?.venue_lots ?? books.position_lots;
  const price = levelPrice(draft, ticks);
  // Beyond the level the grid itself acts; on its other side a position has nothing to fear.
  const threatens = position > 0 ? level < price : level > price;
  const lots = Math.abs(position);
  if (lots < draft.market.min_lots || !threatens) return null;
  return { side: position > 0 ? 'sell' : 'buy', lots, trigger_ticks: level };
}

function isSame(stop: LiveOrder, wanted: Wanted): boolean {
  const left = stop.lots - stop.filled;
  const { side, lots, trigger_ticks } = wanted;
  return stop.side === side && left === lots && stop.trigger_ticks === trigger_ticks;
}

function cancelOthers(draft: Draft, kept: LiveOrder | undefined): void {
  for (const stop of draft.state.stops) if (stop.id !== kept?.id) draft.cancel(stop);
}

// As with lines: never a tight loop with the venue.
function isHeld({ stop_hold: hold, ticks, plan }: GridState): boolean {
  if (hold === null) return false;
  if (waitsForRetry(hold.reason)) return true;
  const moved = Math.abs((ticks ?? 0) - hold.ticks);
  const [first = 0, second = 0] = plan.lines;
  return waitsForPrice(hold.reason) ? moved === 0 : moved < second - first;
}
