/**
 * What Aster tells by itself, read into what it means: messages of other symbols and of kinds that
 * say nothing to a grid are signs of life.
 */
import type { VenueFill, VenuePosition } from '../port.ts';
import { Fields } from './fields.ts';
import type { FeeRates } from './parse-account.ts';
import { streamFillOf } from './parse-account.ts';
import type { AsterOrder } from './parse-order.ts';
import { streamOrderOf } from './parse-order.ts';

/** What the reading of a message needs to know. */
export interface StreamContext {
  readonly symbol: string;
  readonly quote: string;
  readonly rates: FeeRates;
  /** When an order was made, ms; null: nothing was heard of it yet. */
  readonly madeAt: (venueOrderId: string) => number | null;
}

/** One message. `order`: with the execution that changed it, where one did. */
export type StreamMessage =
  | { readonly type: 'last'; readonly price: string; readonly at_ms: number }
  | { readonly type: 'mark'; readonly price: string; readonly at_ms: number }
  | { readonly type: 'order'; readonly told: AsterOrder; readonly fill: VenueFill | null }
  /** A stop order was fired, or has ended: only a question tells which. */
  | { readonly type: 'stop'; readonly told: AsterOrder }
  | { readonly type: 'position'; readonly position: VenuePosition }
  | { readonly type: 'expired' }
  | { readonly type: 'alive' };

const ALIVE: StreamMessage = { type: 'alive' };

/** The streams of one symbol on one connection, as they stand in its address. */
export function marketStreams(symbol: string): string {
  const name = symbol.toLowerCase();
  return `${name}@aggTrade/${name}@markPrice@1s`;
}

/** A message of the market's streams, which come wrapped in their stream's name. */
export function marketMessage(message: unknown, context: StreamContext): StreamMessage {
  const wrapper = Fields.of(message, 'stream');
  // The answer to a subscription, or a word of the server.
  if (!wrapper.has('data')) return ALIVE;
  const raw = wrapper.object('data');
  if (raw.text('s') !== context.symbol) return ALIVE;
  switch (raw.text('e')) {
    case 'aggTrade':
      return { type: 'last', price: raw.decimal('p'), at_ms: raw.count('T') };
    case 'markPriceUpdate':
      return { type: 'mark', price: raw.decimal('p'), at_ms: raw.count('E') };
    default:
      return ALIVE;
  }
}

/** A message of the user's stream. */
export function userMessage(message: unknown, context: StreamContext): StreamMessage {
  const raw = Fields.of(message, 'user');
  if (!raw.has('e')) return ALIVE;
  switch (raw.text('e')) {
    case 'ORDER_TRADE_UPDATE':
      return orderMessage(raw.object('o'), context);
    case 'ACCOUNT_UPDATE':
      return positionMessage(raw.object('a'), context);
    case 'listenKeyExpired':
      return { type: 'expired' };
    default:
      return ALIVE;
  }
}

function orderMessage(raw: Fields, context: StreamContext): StreamMessage {
  const { symbol, quote, rates, madeAt } = context;
  if (raw.text('s') !== symbol) return ALIVE;
  const told = streamOrderOf(raw, madeAt);
  // A stop order expires as such when it fires, and goes on as an order at market.
  const stop = raw.has('ot') && raw.text('ot').startsWith('STOP');
  if (stop && raw.text('x') === 'EXPIRED') return { type: 'stop', told };
  return { type: 'order', told, fill: streamFillOf(raw, quote, rates) };
}

function positionMessage(raw: Fields, { symbol }: StreamContext): StreamMessage {
  if (!raw.has('P')) return ALIVE;
  const ours = raw.objects('P').find((each) => each.text('s') === symbol);
  if (ours === undefined || (ours.has('ps') && ours.text('ps') !== 'BOTH')) return ALIVE;
  const size = ours.decimal('pa');
  const entry_price = size === '0' ? null : ours.decimal('ep');
  return { type: 'position', position: { size, entry_price, liquidation_price: null } };
}
