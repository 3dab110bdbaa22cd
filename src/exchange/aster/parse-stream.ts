/**
 * What Aster tells by itself, read into what it means: messages of other symbols and of kinds that
 * say nothing to a grid are signs of life.
 */
import type { VenueFill, VenuePosition } from '../port.ts';
import type { Answer } from '../wire/json.ts';
import type { FeeRates } from './parse-account.ts';
import { streamFillOf } from './parse-account.ts';
import { positive } from './parse-market.ts';
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
  | { readonly type: 'last' | 'mark'; readonly price: string; readonly at_ms: number }
  | { readonly type: 'order'; readonly told: AsterOrder; readonly fill: VenueFill | null }
  /** A stop order was fired, or has ended: only a question tells which. */
  | { readonly type: 'stop'; readonly told: AsterOrder }
  | { readonly type: 'position'; readonly position: VenuePosition }
  /** The listen key is worth nothing any more. */
  | { readonly type: 'expired' }
  | { readonly type: 'alive' };

const ALIVE: StreamMessage = { type: 'alive' };

/** The streams of one symbol on one connection, as they stand in its address. */
export function marketStreams(symbol: string): string {
  const name = symbol.toLowerCase();
  return `${name}@aggTrade/${name}@markPrice@1s`;
}

/** A message of the market's streams, which come wrapped in their stream's name. */
export function marketMessage(message: Answer, { symbol }: StreamContext): StreamMessage {
  // Without data it is the answer to a subscription, or a word of the server.
  const raw = message.at('data').given;
  if (raw === null || raw.at('s').text() !== symbol) return ALIVE;
  switch (raw.at('e').text()) {
    case 'aggTrade':
      return { type: 'last', price: positive(raw.at('p')), at_ms: raw.at('T').time('ms') };
    case 'markPriceUpdate':
      return { type: 'mark', price: positive(raw.at('p')), at_ms: raw.at('E').time('ms') };
    default:
      return ALIVE;
  }
}

/** A message of the user's stream. */
export function userMessage(message: Answer, context: StreamContext): StreamMessage {
  switch (message.at('e').given?.text()) {
    case 'ORDER_TRADE_UPDATE':
      return orderMessage(message.at('o'), context);
    case 'ACCOUNT_UPDATE':
      return positionMessage(message.at('a'), context);
    case 'listenKeyExpired':
      return { type: 'expired' };
    default:
      return ALIVE;
  }
}

function orderMessage(raw: Answer, context: StreamContext): StreamMessage {
  const { symbol, quote, rates, madeAt } = context;
  if (raw.at('s').text() !== symbol) return ALIVE;
  const told = streamOrderOf(raw, madeAt);
  // A stop order expires as such when it fires, and goes on as an order at market.
  const stop = raw.at('ot').given?.text().startsWith('STOP') === true;
  if (stop && raw.at('x').text() === 'EXPIRED') return { type: 'stop', told };
  return { type: 'order', told, fill: streamFillOf(raw, quote, rates) };
}

function positionMessage(raw: Answer, { symbol }: StreamContext): StreamMessage {
  const positions = raw.at('P').given?.items() ?? [];
  const ours = positions.find((each) => each.at('s').text() === symbol);
  if (ours === undefined || (ours.at('ps').given?.text() ?? 'BOTH') !== 'BOTH') return ALIVE;
  const size = ours.at('pa').decimal();
  const entry_price = size === '0' ? null : ours.at('ep').decimal();
  return { type: 'position', position: { size, entry_price, liquidation_price: null } };
}
