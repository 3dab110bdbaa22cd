/**
 * The truth of a venue as the referees look at it: the orders, trades, payments and sums of one
 * account on one symbol, whoever keeps them. It never lies; what clients are told of it, and when,
 * is another matter.
 */
import { formatMoney } from '../../src/contract/decimal.ts';
import type { Money } from '../../src/contract/decimal.ts';
import { priceText, sizeText } from '../../src/contract/market.ts';
import type { Market } from '../../src/contract/market.ts';
import type { Side } from '../../src/contract/trading.ts';
import type { Account } from '../../src/exchange/matching/account.ts';

/** An order at the venue. `ticks` null: a market order; `foreign`: somebody else's. */
export interface TrueOrder {
  readonly client_id: string;
  readonly venue_order_id: string;
  readonly foreign: boolean;
  readonly side: Side;
  readonly ticks: number | null;
  readonly lots: number;
  readonly reduce_only: boolean;
  filled: number;
  status: 'open' | 'filled' | 'cancelled';
}

/** A trade at the venue. `at_ms`: when it happened, on the venue's clock. */
export interface TrueTrade {
  readonly trade_id: string;
  readonly order: TrueOrder;
  readonly ticks: number;
  readonly lots: number;
  readonly fee: Money;
  readonly at_ms: number;
}

/** A payment under the id by which the port tells it; `amount` > 0 was received. */
export interface TrueFunding {
  readonly funding_id: string;
  readonly amount: Money;
}

/** Who is told of everything at once. */
export interface TruthWatcher {
  price(): void;
  /** It began to rest, or ended. */
  order(order: TrueOrder): void;
  trade(trade: TrueTrade): void;
}

export interface VenueTruth {
  readonly market: Market;
  /** All that ever were, by client id. */
  readonly orders: ReadonlyMap<string, TrueOrder>;
  readonly trades: readonly TrueTrade[];
  readonly fundings: readonly TrueFunding[];
  readonly watchers: TruthWatcher[];
  /** Orders that rest now. */
  readonly live: readonly TrueOrder[];
  readonly account: Account;
  /** The last price, and the mark price. */
  readonly ticks: number;
  readonly mark: number;
  /** What others of this account have traded, signed lots. */
  readonly foreignLots: number;
}

/** One order in a line of a log. */
export function orderText(market: Market, order: TrueOrder): string {
  const price = order.ticks === null ? 'market' : priceText(market, order.ticks);
  const done = `${sizeText(market, order.filled)}/${sizeText(market, order.lots)}`;
  return `${order.client_id} ${order.side} ${done} at ${price} ${order.status}`;
}

/** One trade in a line of a log. */
export function tradeText(market: Market, trade: TrueTrade): string {
  const { order, ticks, lots, fee } = trade;
  const what = `${order.side} ${sizeText(market, lots)} at ${priceText(market, ticks)}`;
  return `${trade.trade_id} of ${order.client_id}: ${what}, fee ${formatMoney(fee)}`;
}
