/** The lines of the grid as a page shows them; what is said of those whose orders do not rest. */
import type { LevelView, OrderView } from '../contract/instance-api.ts';
import { priceText, sizeText } from '../contract/market.ts';
import type { Market } from '../contract/market.ts';
import type { CodedText } from '../contract/said-codes.ts';
import { GRID_STATES } from '../contract/trading.ts';
import { ladder } from '../engine/index.ts';
import type { GridState } from '../engine/index.ts';

/** Reasons of our own for a line without its order; every other one is the venue's refusal. */
const OWN_REASONS: ReadonlySet<string> = new Set([
  ...['max_position', 'max_orders', 'entry_waits', 'post_only_would_cross', 'cancelled'],
  ...['max_open_orders', 'max_order_notional', 'price_collar', 'position_differs'],
  ...['line_taken', 'start_order', 'pending', ...GRID_STATES],
]);

/** Every line with its order among those `alive`, or the reason why it has none; highest first. */
export function lineViews(
  market: Market,
  state: GridState,
  alive: readonly OrderView[],
): LevelView[] {
  const orders = new Map(alive.map((order) => [order.id, order]));
  const orderOf = (id: number | null) => (id === null ? undefined : orders.get(id));
  const lines = ladder(market, state).map((line) => ({
    index: line.index,
    price: priceText(market, line.ticks),
    side: line.side,
    size: sizeText(market, line.lots),
    filled: sizeText(market, line.filled),
    order_id: line.order_id,
    reason: line.reason,
    client_id: orderOf(line.order_id)?.client_id ?? null,
    since: orderOf(line.order_id)?.created_at ?? null,
  }));
  return lines.sort((a, b) => b.index - a.index);
}

/**
 * Lines that the venue refuses, told once per reason: a grid without orders must not look well.
 */
export function refusedLines(market: Market, state: GridState): CodedText[] {
  const counts = new Map<string, number>();
  for (const { reason } of ladder(market, state)) {
    if (reason === null || OWN_REASONS.has(reason)) continue;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const { stop_hold: hold } = state;
  const lines = [...counts].map(([reason, count]): CodedText => {
    const code = reason === 'rate_limited' ? 'lines_wait' : 'lines_refused';
    return { code, text: unplacedText(reason, count), reason };
  });
  if (hold === null) return lines;
  const text = `No stop-loss waits at the venue: ${words(hold.reason)}.`;
  return [{ code: 'stop_missing', text, reason: hold.reason }, ...lines];
}

/** What is said of lines whose orders do not rest for one and the same reason. */
export function unplacedText(reason: string, count: number): string {
  // Held back by the venue, or before it by this bot's share of what its key may send.
  if (reason === 'rate_limited') return `${count} orders wait: too many requests for now.`;
  return `The venue refuses ${count} orders: ${words(reason)}.`;
}

function words(reason: string): string {
  return reason.replaceAll('_', ' ');
}
