/**
 * How long a stop may take: what the config grants, and longer where the orders at the venue's pace
 * need longer, so that nobody must know that pace. PURE.
 */
import type { StatusView } from '../contract/instance-api.ts';

/**
 * Requests of a stop besides its cancels, in the venue's own weights: comparisons, the close of a
 * position, and listings of fills, which weigh five times as much on some.
 */
const OTHER_REQUESTS = 60;
/** Until listings show what has happened. */
const LISTINGS_MS = 8000;
/** However slow the venue: then the process is ended, and the next start clears what rests. */
const LONGEST_MS = 600_000;
const MINUTE_MS = 60_000;

/** Milliseconds for a stop; `status`: the last that its bot told, null: none. */
export function stopGraceMs(
  grantedMs: number,
  status: Pick<StatusView, 'open_orders' | 'venue_requests'> | null,
): number {
  const { open_orders: orders = 0, venue_requests: requests = null } = status ?? {};
  if (requests === null) return grantedMs;
  const each = MINUTE_MS / Math.max(1, requests.per_minute);
  const needed = LISTINGS_MS + (orders + OTHER_REQUESTS) * each;
  return Math.max(grantedMs, Math.min(LONGEST_MS, Math.ceil(needed)));
}
