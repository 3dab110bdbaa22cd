/**
 * What a route of the simulated Aster is: where it stands, what it weighs, who may ask, and what
 * it answers. The tables are in `market-routes.ts`, `order-routes.ts` and `account-routes.ts`.
 */
import type { SimAccount } from '../account.ts';
import type { SimMarket } from '../market.ts';
import type { World } from '../world.ts';
import { refusal } from './aster-error.ts';
import type { ListenKeys } from './listen-keys.ts';
import type { Crossing } from './order-request.ts';
import type { RequestLimits } from './request-limits.ts';
import type { RequestParams } from './request-params.ts';

/** What every route works with. */
export interface Desk {
  readonly world: World;
  readonly limits: RequestLimits;
  readonly listenKeys: ListenKeys;
  readonly crossing: Crossing;
  /** Accounts in hedge mode: no orders are taken from them. */
  readonly hedged: Set<string>;
  /** Sends an event to the account's user streams. */
  tell(account: string, event: Readonly<Record<string, unknown>>): void;
  /** A snapshot of the book was handed out, which later updates go on from. */
  showed(sim: SimMarket, levels: number): void;
  /** Ends the user streams of an account. */
  hangUp(account: string): void;
}

/** A question of anybody. */
export interface PublicCall {
  readonly desk: Desk;
  readonly params: RequestParams;
  /** The venue's clock, milliseconds. */
  readonly now_ms: number;
}

/** A request whose sender is known. */
export interface SignedCall extends PublicCall {
  readonly account: SimAccount;
  /** Adds a header to the answer. */
  header(name: string, value: string): void;
}

interface RouteFacts {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** After `/fapi/vN/`. */
  readonly path: string;
  /** Values of N. */
  readonly versions: readonly number[];
  readonly weight: number | ((params: RequestParams) => number);
}

/**
 * `public`: for anybody; `stream`: V1 asks for the key alone; `signed`: and `trade` for keys that
 * may do so.
 */
export type Route = RouteFacts &
  (
    | { readonly security: 'public'; answer(call: PublicCall): unknown }
    | { readonly security: 'stream' | 'signed' | 'trade'; answer(call: SignedCall): unknown }
  );

/** The market that a parameter names. */
export function marketOf({ desk, params }: PublicCall, name = 'symbol'): SimMarket {
  return namedMarket(desk.world, params.needText(name));
}

/** Null when no symbol was sent. */
export function marketIfAny({ desk, params }: PublicCall): SimMarket | null {
  const symbol = params.text('symbol');
  return symbol === null ? null : namedMarket(desk.world, symbol);
}

function namedMarket(world: World, symbol: string): SimMarket {
  const sim = world.market(symbol.toUpperCase());
  if (sim === null) throw refusal('BAD_SYMBOL');
  return sim;
}

/** A whole number from 1 to `most`, `usual` when it was not sent; larger ones count as `most`. */
export function limitOf({ params }: PublicCall, usual: number, most: number): number {
  const limit = params.whole('limit') ?? usual;
  if (limit < 1) throw refusal('INVALID_PARAMETER', 'limit');
  return Math.min(limit, most);
}

/** What `startTime` and `endTime` ask for, both included; at most `longest_ms` apart. */
export function rangeOf(
  { params, now_ms }: PublicCall,
  longest_ms: number,
): { readonly from_ms: number; readonly to_ms: number; readonly open: boolean } {
  const start = params.whole('startTime');
  const end = params.whole('endTime');
  if (start !== null && end !== null) {
    if (start > end) throw refusal('START_AFTER_END');
    if (end - start > longest_ms) {
      throw refusal('TOO_LONG_INTERVAL', Math.floor(longest_ms / 86_400_000));
    }
    return { from_ms: start, to_ms: end, open: false };
  }
  if (start !== null) return { from_ms: start, to_ms: start + longest_ms, open: false };
  const to_ms = end ?? Math.max(now_ms, 0);
  return { from_ms: to_ms - longest_ms, to_ms, open: true };
}

/**
 * Those of a list (oldest first) that a page has room for: from the start of a range that has one,
 * else the latest.
 */
export function pageOf<T>(found: readonly T[], open: boolean, limit: number): readonly T[] {
  return open ? found.slice(-limit) : found.slice(0, limit);
}
