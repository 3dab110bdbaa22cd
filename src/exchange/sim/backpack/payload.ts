/** Reads Backpack's order payloads into what the venue is asked for; throws its errors. Pure. */
import type { OrderAsk, TimeInForce, TriggerAsk } from '../orders.ts';
import { ApiError, badRequest } from './answers.ts';

export type Payload = Readonly<Record<string, unknown>>;

const MOST_CLIENT_ID = 2 ** 32 - 1;
const DECIMAL = /^\d+(\.\d+)?$/;
/** What a client may send that a market of this venue has no use for. */
const UNUSED = [
  ...['quoteQuantity', 'takeProfitTriggerPrice', 'takeProfitLimitPrice', 'takeProfitTriggerBy'],
  ...['stopLossTriggerPrice', 'stopLossLimitPrice', 'stopLossTriggerBy'],
];

/** The body of a request as an object; throws when it is none. */
export function objectOf(body: string): Payload {
  const value = parsed(body);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Payload;
  throw badRequest('Failed to parse JSON body');
}

/** The body as a list of objects. */
export function listOf(body: string): readonly Payload[] {
  const value = parsed(body);
  const isList = Array.isArray(value) && value.every((each) => typeof each === 'object' && each);
  if (isList) return value as Payload[];
  throw badRequest('Failed to parse JSON body');
}

/** An order as it was sent. */
export function orderAsk(payload: Payload, crossing: OrderAsk['crossing']): OrderAsk {
  const unused = UNUSED.find((name) => payload[name] !== undefined && payload[name] !== null);
  if (unused !== undefined) throw new ApiError(400, 'NOT_IMPLEMENTED', `No ${unused} here`);
  const type = word(payload, 'orderType', ['Limit', 'Market']);
  const price = type === 'Market' ? null : decimal(payload, 'price');
  if (type === 'Limit' && price === null) throw badRequest('Missing price');
  const trigger = triggerOf(payload);
  const quantity = decimal(payload, 'quantity');
  const triggerQuantity = decimal(payload, 'triggerQuantity');
  const size = (trigger === null ? quantity : (triggerQuantity ?? quantity)) ?? null;
  if (size === null) throw badRequest('Missing quantity');
  const note: Record<string, string> = {};
  const prevention = ['RejectTaker', 'RejectMaker', 'RejectBoth'];
  if (payload['selfTradePrevention'] !== undefined) {
    note['selfTradePrevention'] = word(payload, 'selfTradePrevention', prevention);
  }
  if (trigger !== null && triggerQuantity !== null) note['triggerQuantity'] = size;
  if (trigger !== null) note['triggerBy'] = trigger.by === 'mark' ? 'MarkPrice' : 'LastPrice';
  return {
    symbol: text(payload, 'symbol'),
    client_id: clientIdOf(payload),
    side: word(payload, 'side', ['Bid', 'Ask']) === 'Bid' ? 'buy' : 'sell',
    ...{ price, size, trigger, crossing, note },
    tif: timeInForce(payload),
    post_only: flag(payload, 'postOnly'),
    reduce_only: flag(payload, 'reduceOnly'),
  };
}

/** Which order is meant: by one id, never by both. */
export function orderMeant(
  fields: Payload,
): { readonly symbol: string; readonly orderId: string | null; readonly clientId: string | null } {
  const orderId = fields['orderId'];
  const given = fields['clientId'];
  const hasOrder = orderId !== undefined && orderId !== null;
  const hasClient = given !== undefined && given !== null;
  if (hasOrder === hasClient) throw badRequest('Must specify exactly one of orderId and clientId');
  const clientId = clientIdOf({ clientId: typeof given === 'string' ? Number(given) : given });
  return { symbol: text(fields, 'symbol'), orderId: hasOrder ? String(orderId) : null, clientId };
}

/** A required text. */
export function text(fields: Payload, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' && value !== '') return value;
  throw badRequest(`Missing ${name}`);
}

/** One of a few words. */
export function word<T extends string>(fields: Payload, name: string, words: readonly T[]): T {
  const found = words.find((each) => each === fields[name]);
  if (found === undefined) throw badRequest(`Invalid ${name}`);
  return found;
}

function triggerOf(payload: Payload): TriggerAsk | null {
  const price = decimal(payload, 'triggerPrice');
  if (price === null) return null;
  const by = String(payload['triggerBy'] ?? 'LastPrice');
  if (!['LastPrice', 'MarkPrice', 'IndexPrice'].includes(by)) throw badRequest('Invalid triggerBy');
  return { price, by: by === 'LastPrice' ? 'last' : 'mark', falls: null };
}

function timeInForce(payload: Payload): TimeInForce {
  const words: TimeInForce[] = ['GTC', 'IOC', 'FOK'];
  return payload['timeInForce'] === undefined ? 'GTC' : word(payload, 'timeInForce', words);
}

function clientIdOf(payload: Payload): string | null {
  const value = payload['clientId'];
  if (value === undefined || value === null) return null;
  const fits = typeof value === 'number' && Number.isInteger(value);
  if (fits && value >= 0 && value <= MOST_CLIENT_ID) return String(value);
  throw badRequest('Invalid client id');
}

function decimal(payload: Payload, name: string): string | null {
  const value = payload[name];
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && DECIMAL.test(value)) return value;
  throw badRequest(`Invalid ${name}`);
}

function flag(payload: Payload, name: string): boolean {
  const value = payload[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw badRequest(`Invalid ${name}`);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw badRequest('Failed to parse JSON body');
  }
}
