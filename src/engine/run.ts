/**
 * The life of a run: start, trigger, stop-loss, take-profit, leaving the range, trailing, stop and
 * end. Invariant: a run ends once; from then on only cancels and its close order are sent.
 */
import type { OnStop } from '../contract/trading.ts';
import { entrySide, holders } from './book.ts';
import type { Draft } from './draft.ts';
import { rebaseLoss } from './fences.ts';
import { layOut, layoutAt } from './layout.ts';
import { applyAdjust } from './adjust.ts';
import { isProfitable, lineTicks } from './lines.ts';
import { ask, drop, retryPending } from './market-orders.ts';
import type { Run } from './state.ts';
import { worstCase } from './survey.ts';
import type { GridPlan } from './types.ts';
import { priceText } from '../contract/market.ts';
import { say } from '../contract/sentences.ts';

/** Starts or continues: a new run after the end, the same grid after a stop, else recovery. */
export function startRun(draft: Draft, ticks: number): void {
  const { phase, run } = draft.state;
  retryPending(draft);
  if (phase === 'running' || phase === 'waiting' || phase === 'stopping') {
    release(draft, () => true);
    return watchPrice(draft);
  }
  // A grid that was stopped before its first start has no run to continue.
  if (phase === 'new' || phase === 'finished' || run.number === 0) {
    const trigger = draft.plan.trigger_ticks;
    draft.setRun({
      number: run.number + 1,
      started_at_ms: draft.atMs,
      trigger_from: trigger === null ? null : levelPrice(draft, ticks),
      triggered: trigger === null,
      start_ticks: null,
      inside: false,
    });
    draft.set({ tripped: null });
    if (phase === 'finished') rebaseLoss(draft);
  }
  draft.set({ paused: false });
  if (!draft.state.run.triggered) {
    draft.set({ phase: 'waiting' });
  } else if (phase !== 'stopped' || draft.state.gaps.length === 0) {
    layOutAtPrice(draft, ticks);
  } else {
    draft.set({ phase: 'running' });
    release(draft, () => true);
  }
  watchPrice(draft);
}

/** What a price may set off: the trigger, the ends of a run, trailing. */
export function watchPrice(draft: Draft): void {
  const { phase, ticks, paused, tripped, mismatch, run } = draft.state;
  if (ticks === null) return;
  const level = levelPrice(draft, ticks);
  if (phase === 'waiting') {
    const { trigger_ticks: trigger } = draft.plan;
    const held = paused || tripped !== null;
    if (held || !reached(trigger ?? level, run.trigger_from ?? level, level)) return;
    draft.setRun({ triggered: true });
    draft.note('triggered', say('trigger_met', { price: priceText(draft.market, level) }));
    return layOutAtPrice(draft, ticks);
  }
  if (phase !== 'running') return;
  const inside = ticks >= draft.line(0) && ticks <= draft.line(draft.plan.lines.length - 1);
  if (inside && !run.inside) draft.setRun({ inside: true });
  const reason = endReason(draft.plan, level, run);
  if (reason !== null) {
    return stopRun(draft, { orders: 'cancel', position: 'close' }, reason, 'finished');
  }
  if (inside) return;
  const { out_of_range: policy, on_stop: onStop } = draft.plan;
  const held = paused || tripped !== null || mismatch !== null;
  if (policy === 'trail' && !held) return trail(draft, ticks);
  if (!run.inside || (policy !== 'stop' && policy !== 'close')) return;
  const position = policy === 'close' ? 'close' : onStop.position;
  stopRun(draft, { orders: onStop.orders, position }, 'out_of_range', 'finished');
}

/** A level that an adjust of `old` changed is met from where the price is now, not as it began. */
export function levelsChanged(draft: Draft, old: GridPlan): void {
  const { plan } = draft;
  const { ticks } = draft.state;
  if (ticks === null) return;
  const level = levelPrice(draft, ticks);
  if (plan.trigger_ticks !== old.trigger_ticks) draft.setRun({ trigger_from: level });
  if (plan.stop_loss_ticks !== old.stop_loss_ticks) draft.setRun({ stop_loss_from: level });
  if (plan.take_profit_ticks !== old.take_profit_ticks) draft.setRun({ take_profit_from: level });
}

/** The price that trigger, stop-loss and take-profit look at. */
export function levelPrice(draft: Draft, ticks: number): number {
  return draft.plan.trigger_by === 'mark' ? (draft.state.mark ?? ticks) : ticks;
}

/** Raises the fence: a user's stop (`stopped`) or the end of the run (`finished`). */
export function stopRun(
  draft: Draft,
  onStop: OnStop,
  reason: string,
  final: 'stopped' | 'finished',
): void {
  const { phase, stopping } = draft.state;
  const over = final === 'finished' || phase === 'finished' || stopping?.final === 'finished';
  draft.set({ phase: 'stopping', paused: false, rebalance: false, pending: [] });
  draft.setStopping({
    on_stop: onStop,
    reason,
    final: over ? 'finished' : 'stopped',
    close_attempts: 0,
    waits: null,
  });
}

/** Lets the refused lines whose reason `which` picks be tried again. */
export function release(draft: Draft, which: (reason: string) => boolean): void {
  draft.state.gaps.forEach((gap, i) => {
    const { buy_hold: buy, sell_hold: sell } = gap;
    const freeBuy = buy !== null && which(buy.reason);
    const freeSell = sell !== null && which(sell.reason);
    if (!freeBuy && !freeSell) return;
    draft.setGap(i, { buy_hold: freeBuy ? null : buy, sell_hold: freeSell ? null : sell });
  });
}

function layOutAtPrice(draft: Draft, ticks: number): void {
  const { plan } = draft;
  drop(draft, 'start', 'rebalance');
  layOut(draft, plan, layoutAt(plan, ticks), 'start');
  draft.set({ phase: 'running', rebalance: false });
  const start = { start_ticks: levelPrice(draft, ticks), touched: false };
  draft.setRun({ ...start, stop_loss_from: null, take_profit_from: null });
  const side = entrySide(draft);
  if (side === null || !plan.open_position_at_start) return;
  const gaps = holders(draft).length;
  const max = plan.max_position_lots;
  const worst = worstCase(draft.state, () => false)[side === 'buy' ? 'long' : 'short'];
  const room = max === null ? gaps : Math.floor(Math.max(0, max - worst) / plan.lots_per_grid);
  const lots = Math.min(gaps, room) * plan.lots_per_grid;
  if (lots > 0) ask(draft, { role: 'start', side, lots });
}

function reached(level: number, from: number, ticks: number): boolean {
  if (from < level) return ticks >= level;
  return from > level ? ticks <= level : true;
}

function endReason(plan: GridPlan, ticks: number, run: Run): string | null {
  const { direction } = plan;
  const met = (level: number | null, from: number | null, above: boolean): boolean => {
    if (level === null) return false;
    if (direction === 'neutral') return reached(level, from ?? run.start_ticks ?? ticks, ticks);
    return above ? ticks >= level : ticks <= level;
  };
  if (met(plan.stop_loss_ticks, run.stop_loss_from, direction === 'short')) return 'stop_loss';
  const profit = met(plan.take_profit_ticks, run.take_profit_from, direction === 'long');
  return profit ? 'take_profit' : null;
}

// Acts when the price is more than one step beyond the edge (GRID 2): the fewest whole steps
// inside.
function trail(draft: Draft, ticks: number): void {
  const { plan } = draft;
  const up = ticks > draft.line(plan.lines.length - 1);
  const next = shifted(draft, plan, up ? 1 : -1);
  if (next === null || (up ? ticks <= edge(next, up) : ticks >= edge(next, up))) return;
  let moved = next;
  while (up ? edge(moved, up) < ticks : edge(moved, up) > ticks) {
    const further = shifted(draft, moved, up ? 1 : -1);
    if (further === null) break;
    moved = further;
  }
  const at = (top: boolean) => priceText(draft.market, edge(moved, top));
  draft.note('trailed', say('range_moved', { lower: at(false), upper: at(true) }));
  applyAdjust(draft, moved, 'carry');
}

function edge(plan: GridPlan, top: boolean): number {
  return plan.lines[top ? plan.lines.length - 1 : 0] ?? 0;
}

// The plan one whole step further; null beyond the cap or where the grid could not trade.
function shifted(draft: Draft, plan: GridPlan, by: 1 | -1): GridPlan | null {
  const { base, grid_type: type } = plan;
  const grids = plan.lines.length - 1;
  const offset = base.offset + by;
  const index = by > 0 ? offset + grids : offset;
  const added = lineTicks(type, base.lower, base.upper, grids, index);
  if (!Number.isSafeInteger(added)) return null;
  const cap = by > 0 ? plan.trail_upper : plan.trail_lower;
  if (cap !== null && (by > 0 ? added > cap : added < cap)) return null;
  const lines = by > 0 ? [...plan.lines.slice(1), added] : [added, ...plan.lines.slice(0, -1)];
  const low = lines[0] ?? 0;
  const second = lines[1] ?? 0;
  if (low <= 0 || second <= low || edge(plan, true) === added) return null;
  if (!isProfitable(draft.market, lines) || !draft.placeable(low, plan.lots_per_grid)) return null;
  return { ...plan, lines, base: { ...base, offset } };
}
