import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { correctionsOf } from '../../../src/exchange/ccxt/corrections.ts';
import type { CcxtMarket } from '../../../src/exchange/ccxt/exchange.ts';
import { faultOf, messageOf, rejectionOf } from '../../../src/exchange/ccxt/faults.ts';
import { wholeListing } from '../../../src/exchange/ccxt/listing.ts';
import { answersOf } from '../../../src/exchange/ccxt/markets.ts';
import { idForm } from '../../../src/exchange/ccxt/names.ts';
import { changedByCcxt } from '../../../src/exchange/ccxt/order-check.ts';
import { OrderIds } from '../../../src/exchange/ccxt/order-ids.ts';
import {
  baseSize,
  candle,
  contractsOf,
  isTradable,
  marketRules,
  sumText,
  tickerOf,
  venueFill,
  venueOrder,
  venuePosition,
} from '../../../src/exchange/ccxt/parse.ts';
import { makeMarket } from '../../../src/contract/market.ts';
import { VenueFault } from '../../../src/exchange/port.ts';

const MARKET: CcxtMarket = {
  id: 'SOL-USDT-SWAP',
  symbol: 'SOL/USDT:USDT',
  base: 'SOL',
  quote: 'USDT',
  settle: 'USDT',
  swap: true,
  linear: true,
  active: true,
  contractSize: 0.1,
  maker: 0.0002,
  taker: 0.0005,
  precision: { price: 0.01, amount: 1 },
  limits: { amount: { min: 1 }, cost: { min: 5 }, leverage: { max: 50 } },
};

describe('sizes', () => {
  test('are base units here and contracts there, both ways exact', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.constantFrom(1, 0.1, 0.01, 10, 0.05, 1e-7),
        (contracts, contractSize) => {
          const market = { ...MARKET, contractSize };
          expect(contractsOf(market, baseSize(market, contracts, 'size'))).toBe(String(contracts));
        },
      ),
    );
  });

  test('a size between contracts is none', () => {
    expect(contractsOf({ ...MARKET, contractSize: 3 }, '10')).toBeNull();
    expect(contractsOf(MARKET, 'ten')).toBeNull();
  });

  test.each([
    ['12345678.12345678', '1', 'size_not_on_lot'],
    ['0.3', '0.123456789012345678', 'price_not_on_tick'],
    ['0.35', '1', 'size_not_on_lot'],
    ['0.3', '1.05', 'price_not_on_tick'],
    ['0.3', '1.10', null],
  ])('%s at %s is sent as it is, or not at all', (contracts, price, reason) => {
    const cut = (value: number) => String(Math.floor(value * 10) / 10);
    const order = { price, side: 'buy', size: '', client_id: '' } as const;
    const asked = { ...order, post_only: true, reduce_only: false };
    const steps = { amountToPrecision: (_: string, n: number) => cut(n) };
    const exchange = { ...steps, priceToPrecision: (_: string, n: number) => cut(n) };
    const changed = changedByCcxt(exchange, MARKET, asked, contracts);
    expect(changed?.reason ?? null).toBe(reason);
  });

  test('are added up exactly', () => {
    expect(sumText(['10000.1', 0.2, -0.30000001])).toBe('9999.99999999');
  });

  test('the lot of the rules is that of a contract', () => {
    const rules = marketRules(MARKET, 'SOL-USDT-SWAP');
    expect(rules).toMatchObject({ lot: '0.1', tick: '0.01', min_quantity: '0.1' });
    expect(rules).toMatchObject({ min_notional: '5', max_leverage: '50', maker_fee: '0.0002' });
    expect(makeMarket(rules).min_lots).toBe(1);
  });
});

test.each([
  [{}, true],
  [{ linear: false }, false],
  [{ swap: false }, false],
  [{ active: false }, false],
  [{ settle: 'SOL' }, false],
])('a market with %o can be traded: %s', (more, expected) => {
  expect(isTradable({ ...MARKET, ...more })).toBe(expected);
});

describe('answers', () => {
  const order = {
    id: '7',
    clientOrderId: 'g12345678-1',
    side: 'buy',
    type: 'limit',
    price: 150.25,
    amount: 20,
    filled: 5,
    status: 'open',
    timestamp: 1_700_000_000_000,
    info: {},
  };
  const same = (id: string) => id;

  test('an order', () => {
    expect(venueOrder(MARKET, order, same)).toEqual({
      client_id: 'g12345678-1',
      venue_order_id: '7',
      side: 'buy',
      price: '150.25',
      size: '2',
      filled: '0.5',
      status: 'open',
      reduce_only: false,
      at_ms: 1_700_000_000_000,
    });
    const ended = venueOrder(MARKET, { ...order, status: 'closed' }, same);
    expect(ended.status, 'closed, but not filled whole').toBe('cancelled');
    expect(venueOrder(MARKET, { ...order, type: 'market' }, same).price).toBeNull();
  });

  test.each([
    ['order.id', { id: undefined }],
    ['order.side', { side: 'long' }],
    ['order.amount', { amount: undefined }],
    ['order.filled', { filled: Number.NaN }],
    ['order.status', { status: 'odd' }],
    ['order.timestamp', { timestamp: undefined }],
  ])('an order without %s is a fault that names it', (path, more) => {
    expect(() => venueOrder(MARKET, { ...order, ...more }, same)).toThrow(VenueFault);
    expect(() => venueOrder(MARKET, { ...order, ...more }, same)).toThrow(path);
  });

  const trade = {
    id: 't1',
    order: '7',
    side: 'sell',
    price: 150.25,
    amount: 20,
    takerOrMaker: 'maker',
    timestamp: 1_700_000_000_000,
    info: {},
  };

  test('a fill with the fee in quote, else at the rate of the market', () => {
    const told = venueFill(MARKET, { ...trade, fee: { cost: 0.06, currency: 'USDT' } }, 'c');
    expect(told).toMatchObject({ fee: '0.06', size: '2', maker: true, client_id: 'c' });
    const other = venueFill(MARKET, { ...trade, fee: { cost: 0.1, currency: 'BNB' } }, 'c');
    expect(other.fee).toBe('0.0601');
    const taker = venueFill(MARKET, { ...trade, takerOrMaker: 'taker' }, 'c');
    expect(taker).toMatchObject({ fee: '0.15025', maker: false });
  });

  test('a position, short and long, and none', () => {
    const short = { symbol: MARKET.symbol, side: 'short', contracts: 30, entryPrice: 150, info: {} };
    expect(venuePosition(MARKET, [short])).toEqual({
      size: '-3',
      entry_price: '150',
      liquidation_price: null,
    });
    expect(venuePosition(MARKET, [{ ...short, contracts: 0 }]).size).toBe('0');
    expect(venuePosition(MARKET, [{ ...short, symbol: 'other' }]).size).toBe('0');
    expect(() => venuePosition(MARKET, [short, { ...short, side: 'long' }])).toThrow('positions');
  });

  test('what Backpack means by its fields', () => {
    const { position, watched } = correctionsOf('backpack');
    const info = { netQuantity: '-1.5', entryPrice: '99' };
    const read = { symbol: 'x', side: 'long', contracts: 9, entryPrice: 1, info };
    expect(position?.(read)).toMatchObject({ contracts: 1.5, side: 'short', entryPrice: 99 });
    expect(watched?.({ filled: 0.2, info: { z: '0.6' } }).filled).toBe(0.6);
  });

  test('a candle, one without a trade, a ticker', () => {
    expect(candle([60_000, 1, 2, 0.5, 1.5, 10])).toMatchObject({ at_ms: 60_000, high: '2' });
    expect(candle([60_000, undefined, undefined, undefined, undefined, 0])).toBeNull();
    const ticker = { last: 10, percentage: -2.5, quoteVolume: 1e7 };
    expect(tickerOf('S', ticker)).toMatchObject({ change: '-0.025', quote_volume: '10000000' });
  });
});

describe('ids', () => {
  test.each(['backpack', 'okx', 'gate', 'bybit'])('are read back as they were on %s', (id) => {
    const form = idForm(id);
    const ours = form.client_id.form === 'uint32' ? '4194305' : 'g1a2b3c4d-17';
    expect(form.read(form.write(ours))).toBe(ours);
    expect(form.write(ours).length).toBeLessThanOrEqual(form.client_id.max_length + 2);
  });

  test('okx takes letters and digits only', () => {
    expect(idForm('okx').write('g1a2b3c4d-17')).toMatch(/^[a-z0-9]{1,32}$/);
  });

  test('are remembered both ways, the foreign as such', () => {
    const ids = new OrderIds();
    ids.learn('a', '1');
    ids.learn('', '2');
    expect([ids.venueId('a'), ids.clientId('1'), ids.clientId('2')]).toEqual(['1', 'a', '']);
    expect([ids.venueId('b'), ids.clientId('3')]).toEqual([null, null]);
  });
});

describe('a listing', () => {
  const all = Array.from({ length: 137 }, (_, n) => ({ id: String(n), at: 1000 + 7 * n }));
  const entry = {
    key: ({ id }: { id: string }) => id,
    at: ({ at }: { at: number }) => at,
  };
  const between = (since: number, until: number | null) =>
    all.filter(({ at }) => at >= since && (until === null || at <= until));

  test.each([
    ['the oldest', (found: typeof all) => found.slice(0, 25)],
    ['the newest', (found: typeof all) => found.slice(-25)],
    ['all', (found: typeof all) => found],
  ])('of a venue that gives %s of it is whole', async (_, cut) => {
    const ask = async (since: number, until: number | null) => cut(between(since, until));
    expect(await wholeListing(ask, entry, 1100)).toEqual(between(1100, null));
  });

  test('that has no end is not followed for ever', async () => {
    let id = 0;
    const ask = async () => Array.from({ length: 30 }, () => ({ id: String((id += 1)), at: id }));
    const asked = wholeListing(ask, entry, 0);
    await expect(asked).rejects.toThrow('no end');
    await expect(asked).rejects.toThrow(VenueFault);
  });

  test('with more at one moment than an answer holds is a fault, never cut', async () => {
    const at_once = Array.from({ length: 60 }, (_, n) => ({ id: String(n), at: 2000 }));
    const ask = async () => at_once.slice(-50);
    await expect(wholeListing(ask, entry, 0, 50)).rejects.toThrow('more than its answers show');
    expect(await wholeListing(ask, entry, 0, 51)).toHaveLength(50);
  });

  test('of a venue that gives the newest, whatever end is asked for, is a fault', async () => {
    const ask = async (since: number) => between(since, null).slice(-25);
    await expect(wholeListing(ask, entry, 1000, 25)).rejects.toThrow(VenueFault);
    const oldest = async (since: number) => between(since, null).slice(0, 25);
    expect(await wholeListing(oldest, entry, 1000, 25)).toEqual(all);
  });

  test.each([
    [undefined, 1000, 7],
    [{ limit: 500, untilDays: 2 }, 500, 2],
    [{ limit: 100, untilDays: 10_000 }, 100, 7],
  ])('of which ccxt tells %o', (told, limit, days) => {
    const features = { swap: { linear: { fetchMyTrades: told ?? { limit: 1000 } } } };
    const expected = { most: limit, span_ms: days * 24 * 3_600_000 - 60_000 };
    expect(answersOf({ features }, 'fetchMyTrades')).toEqual(expected);
    expect(answersOf({ features }, 'fetchOrders').most).toBeNull();
  });
});

describe('exceptions', () => {
  class BaseError extends Error {}
  class ExchangeError extends BaseError {}
  class InvalidOrder extends ExchangeError {}
  class OrderImmediatelyFillable extends InvalidOrder {}
  class NetworkError extends BaseError {}
  class RequestTimeout extends NetworkError {}
  class RateLimitExceeded extends NetworkError {}
  class AuthenticationError extends ExchangeError {}
  class InvalidNonce extends NetworkError {}

  test.each([
    [new OrderImmediatelyFillable('x'), 'post_only_would_cross'],
    [new InvalidOrder('x'), 'other'],
    [new RateLimitExceeded('x'), 'rate_limited'],
    [new AuthenticationError('x'), 'permission'],
    [new InvalidNonce('x'), 'wrong_time'],
  ])('%o is a refusal', (error, reason) => {
    expect(rejectionOf(error)).toMatchObject({ status: 'rejected', reason });
  });

  test.each([new RequestTimeout('x'), new ExchangeError('x'), new Error('x'), 'x'])(
    '%o says nothing of an order',
    (error) => {
      expect(rejectionOf(error)).toBeNull();
    },
  );

  test('as faults', () => {
    expect(faultOf(new RequestTimeout('x'))).toMatchObject({ because: 'timeout' });
    expect(faultOf(new AuthenticationError('x'))).toMatchObject({ kind: 'refused' });
    expect(faultOf(new Error('x'))).toMatchObject({ kind: 'unreachable', because: 'other' });
  });

  test('addresses, whose queries hold signatures, are left out of their text', () => {
    const error = new Error('binance GET https://x.test/a?signature=abc 502 <html>\n\n bad');
    expect(messageOf(error)).toBe('binance GET (address) 502 <html> bad');
  });
});
