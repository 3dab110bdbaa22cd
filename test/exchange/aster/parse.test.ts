/** Every answer is read as documented; whatever else arrives is a fault with the field's path. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeMarket } from '../../../src/contract/market.ts';
import * as account from '../../../src/exchange/aster/parse-account.ts';
import * as market from '../../../src/exchange/aster/parse-market.ts';
import { orderOf, streamOrderOf } from '../../../src/exchange/aster/parse-order.ts';
import * as stream from '../../../src/exchange/aster/parse-stream.ts';
import { VenueFault } from '../../../src/exchange/port.ts';
import { Answer } from '../../../src/exchange/wire/json.ts';
import * as recorded from './recorded.ts';

const RATES = { maker: '0.0001', taker: '0.00035' };
const REBATE = { maker: '-0.00005', taker: '0.00035' };
const CONTEXT: stream.StreamContext = {
  ...{ symbol: recorded.SYMBOL, quote: 'USDT', rates: RATES, madeAt: () => 1776409170000 },
};

const one = (value: unknown): Answer => new Answer(value, 'answer');
const list = (value: unknown): Answer[] => one(value).items();

/** Each parser with an answer that it reads. */
const PARSERS: Readonly<Record<string, { answer: unknown; read: (answer: unknown) => unknown }>> = {
  order: { answer: recorded.ORDER, read: (a) => orderOf(one(a)) },
  newOrder: { answer: recorded.NEW_ORDER, read: (a) => orderOf(one(a)) },
  userTrade: { answer: recorded.USER_TRADE, read: (a) => account.fillOf(one(a), 'USDT', RATES) },
  funding: { answer: recorded.FUNDING_FEE, read: (a) => account.fundingOf(one(a), 'USDT') },
  position: {
    answer: [recorded.POSITION],
    read: (a) => account.positionOf(list(a), recorded.SYMBOL),
  },
  balance: {
    answer: [recorded.BALANCE],
    read: (a) => account.balanceOf(list(a), 'USDT'),
  },
  alias: { answer: [recorded.BALANCE], read: (a) => account.aliasOf(list(a)) },
  rates: { answer: recorded.COMMISSION_RATE, read: (a) => account.ratesOf(one(a)) },
  rules: {
    answer: recorded.SYMBOL_INFO,
    read: (a) => market.rulesOf(one(a), RATES, market.publicBrackets(one(a))),
  },
  brackets: {
    answer: [recorded.BRACKETS],
    read: (a) => market.bracketsOf(one(a), recorded.SYMBOL),
  },
  candle: { answer: recorded.KLINE, read: (a) => market.candleOf(one(a)) },
  ticker: { answer: recorded.TICKER, read: (a) => market.tickerOf(one(a)) },
  trade: { answer: recorded.AGG_TRADE, read: (a) => stream.marketMessage(one(a), CONTEXT) },
  mark: { answer: recorded.MARK_PRICE, read: (a) => stream.marketMessage(one(a), CONTEXT) },
  orderUpdate: { answer: recorded.ORDER_UPDATE, read: (a) => stream.userMessage(one(a), CONTEXT) },
  accountUpdate: {
    answer: recorded.ACCOUNT_UPDATE,
    read: (a) => stream.userMessage(one(a), CONTEXT),
  },
};

describe('recorded answers', () => {
  it('an order that rests', () => {
    expect(PARSERS['order']?.read(recorded.ORDER)).toEqual({
      order: {
        ...{ client_id: 'g1-42', venue_order_id: '1917641', side: 'buy', price: '151.25' },
        ...{ size: '0.4', filled: '0', status: 'open', reduce_only: false },
        at_ms: 1579276756075,
      },
      ...{ symbol: 'SOLUSDT', updated_ms: 1579276756075, dated: true, expired: false },
      post_only: true,
    });
  });

  it('a stop order that waits has no price', () => {
    const { order } = orderOf(one(recorded.STOP_ORDER));
    expect(order).toMatchObject({ price: null, status: 'open', reduce_only: true, side: 'sell' });
  });

  it.each([
    ['NEW', '0', 0, 'open'],
    ['PARTIALLY_FILLED', '0.1', 5000, 'open'],
    ['FILLED', '0.4', 5000, 'filled'],
    ['CANCELED', '0', 5000, 'cancelled'],
    ['REJECTED', '0', 0, 'rejected'],
    ['EXPIRED', '0', 1, 'rejected'],
    ['EXPIRED', '0', 5000, 'cancelled'],
    ['EXPIRED', '0.1', 1, 'cancelled'],
    ['EXPIRED_IN_MATCH', '0.1', 1, 'cancelled'],
    ['NEW_ADL', '0', 1, 'open'],
  ])('an order %s with %s filled after %i ms is %s', (status, executedQty, age, meant) => {
    const updateTime = recorded.ORDER.time + age;
    const raw = { ...recorded.ORDER, status, executedQty, updateTime };
    expect(orderOf(one(raw)).order.status).toBe(meant);
  });

  it('a post-only order that expired at once says why it was refused', () => {
    const raw = { ...recorded.ORDER, status: 'EXPIRED', updateTime: recorded.ORDER.time };
    const why = (timeInForce: string) => orderOf(one({ ...raw, timeInForce })).order.reason;
    expect([why('GTX'), why('GTC')]).toEqual(['post_only_would_cross', undefined]);
  });

  it('a fill', () => {
    expect(PARSERS['userTrade']?.read(recorded.USER_TRADE)).toEqual({
      ...{ trade_id: '2583152', venue_order_id: '1917641', side: 'buy', price: '151.25' },
      ...{ size: '0.4', fee: '0.00605', maker: true, at_ms: 1776409179230 },
    });
  });

  it.each([
    ['a cost as documented', { commission: '-0.07819010' }, RATES, '0.0781901'],
    ['a cost as answered', { commission: '0.0781901' }, RATES, '0.0781901'],
    ['a rebate of a maker', { commission: '0.003' }, REBATE, '-0.003'],
    ['a rebate in the other sign', { commission: '-0.003' }, REBATE, '-0.003'],
    ['a taker where makers are paid', { commission: '0.02', maker: false }, REBATE, '0.02'],
    ['nothing', { commission: '0' }, REBATE, '0'],
    ['another asset', { commission: '0.004', commissionAsset: 'ASTER' }, RATES, '0.00605'],
    ['another asset, rebate', { commission: '0', commissionAsset: 'ASTER' }, REBATE, '-0.003025'],
  ])('a fee: %s', (_, fields, rates, fee) => {
    const raw = { ...recorded.USER_TRADE, ...fields };
    expect(account.fillOf(one(raw), 'USDT', rates).fee).toBe(fee);
  });

  it('funding that was paid', () => {
    expect(PARSERS['funding']?.read(recorded.FUNDING_FEE)).toEqual({
      ...{ funding_id: '9689322392', amount: '-0.375', at_ms: 1570608000000 },
    });
    const foreign = { ...recorded.FUNDING_FEE, asset: 'BNB' };
    expect(() => account.fundingOf(one(foreign), 'USDT')).toThrow('answer asset is');
  });

  it('a position, flat, short, or of a market that does not say when it ends', () => {
    const read = (fields: object) =>
      account.positionOf([one({ ...recorded.POSITION, ...fields })], recorded.SYMBOL);
    expect(read({})).toEqual({
      position: { size: '-1.2', entry_price: '150.5', liquidation_price: '98.7' },
      ...{ leverage: '10', isolated: false },
    });
    expect(read({ positionAmt: '0.000', entryPrice: '0.0' }).position).toEqual({
      ...{ size: '0', entry_price: null, liquidation_price: null },
    });
    expect(read({ liquidationPrice: '0' }).position.liquidation_price).toBeNull();
    expect(read({ marginType: 'isolated' }).isolated).toBe(true);
    expect(() => read({ positionSide: 'LONG' })).toThrow('is "LONG" instead of one of BOTH');
    expect(() => account.positionOf([], recorded.SYMBOL)).toThrow('do not name SOLUSDT');
  });

  it('a balance, and one that is not listed', () => {
    const rows = [one(recorded.BALANCE)];
    expect(account.balanceOf(rows, 'USDT')).toEqual({
      ...{ cash: '122607.35137903', equity: '122594.85137903' },
    });
    expect(account.balanceOf(rows, 'USDF')).toEqual({ cash: '0', equity: '0' });
    expect(account.aliasOf(rows)).toBe('SgsR');
  });

  it('the rules of a market, which the engine takes', () => {
    const brackets = market.bracketsOf(one(recorded.BRACKETS), recorded.SYMBOL);
    const rules = market.rulesOf(one(recorded.SYMBOL_INFO), RATES, brackets);
    expect(rules).toEqual({
      ...{ symbol: 'SOLUSDT', base: 'SOL', quote: 'USDT', tick: '0.01', lot: '0.01' },
      ...{ min_quantity: '0.02', min_notional: '5', max_orders: 200 },
      ...{ maker_fee: '0.0001', taker_fee: '0.00035', max_leverage: '75' },
      maintenance: {
        kind: 'tiers',
        tiers: [
          { floor: '0', rate: '0.0065', amount: '0' },
          { floor: '10000', rate: '0.01', amount: '35' },
        ],
      },
    });
    expect(makeMarket(rules).min_lots).toBe(2);
    expect(market.publicBrackets(one(recorded.SYMBOL_INFO))).toEqual({
      max_leverage: '20',
      maintenance: { kind: 'tiers', tiers: [{ floor: '0', rate: '0.025', amount: '0' }] },
    });
  });

  it('a candle and a ticker', () => {
    expect(PARSERS['candle']?.read(recorded.KLINE)).toEqual({
      ...{ at_ms: 1499040000000, open: '0.0163479', high: '0.8', low: '0.015758' },
      ...{ close: '0.015771', volume: '148976.11427815' },
    });
    expect(PARSERS['ticker']?.read(recorded.TICKER)).toEqual({
      ...{ symbol: 'SOLUSDT', last: '151.01', high: '160', low: '149', change: '-0.0295' },
      quote_volume: '1336995',
    });
  });
});

describe('recorded messages', () => {
  it('prices', () => {
    expect(stream.marketMessage(one(recorded.AGG_TRADE), CONTEXT)).toEqual({
      ...{ type: 'last', price: '151.01', at_ms: 1597370495005 },
    });
    expect(stream.marketMessage(one(recorded.MARK_PRICE), CONTEXT)).toEqual({
      ...{ type: 'mark', price: '151.02', at_ms: 1597370495000 },
    });
  });

  it('an execution, with its fill as a listing has it and its order as it was made', () => {
    const message = stream.userMessage(one(recorded.ORDER_UPDATE), CONTEXT);
    const fill = account.fillOf(one(recorded.USER_TRADE), 'USDT', RATES);
    expect(message).toMatchObject({
      type: 'order',
      told: { order: { client_id: 'g1-42', status: 'filled', at_ms: 1776409170000 } },
      fill: { ...fill, client_id: 'g1-42' },
    });
  });

  it('a change without an execution has no fill', () => {
    const o = { ...recorded.ORDER_UPDATE.o, x: 'CANCELED', X: 'CANCELED', l: '0', z: '0' };
    const message = stream.userMessage(one({ ...recorded.ORDER_UPDATE, o }), CONTEXT);
    expect(message).toMatchObject({ told: { order: { status: 'cancelled' } }, fill: null });
  });

  it('an order nobody told of is dated by the message', () => {
    const { order } = streamOrderOf(one(recorded.ORDER_UPDATE.o), () => null);
    expect(order.at_ms).toBe(1776409179230);
  });

  it('a stop that expires may have fired', () => {
    const o = { ...recorded.ORDER_UPDATE.o, ot: 'STOP_MARKET', x: 'EXPIRED', X: 'EXPIRED' };
    const message = stream.userMessage(one({ ...recorded.ORDER_UPDATE, o }), CONTEXT);
    expect(message.type).toBe('stop');
  });

  it('a position', () => {
    expect(stream.userMessage(one(recorded.ACCOUNT_UPDATE), CONTEXT)).toEqual({
      type: 'position',
      position: { size: '0.4', entry_price: '151.25', liquidation_price: null },
    });
  });

  it('the end of the listen key', () => {
    const message = stream.userMessage(one(recorded.LISTEN_KEY_EXPIRED), CONTEXT);
    expect(message).toEqual({ type: 'expired' });
  });

  it.each([
    ['another symbol', { ...recorded.ORDER_UPDATE, o: { s: 'BTCUSDT' } }],
    ['a kind unknown', { e: 'MARGIN_CALL', E: 1 }],
    ['an answer', { result: null, id: 1 }],
    ['funding of a crossed position', { e: 'ACCOUNT_UPDATE', E: 1, T: 1, a: { m: 'FUNDING_FEE' } }],
  ])('a sign of life: %s', (_, message) => {
    expect(stream.userMessage(one(message), CONTEXT)).toEqual({ type: 'alive' });
  });
});

describe('malformed answers', () => {
  /** Every place in a value: a path of keys and indexes. */
  function places(value: unknown, at: readonly string[] = []): string[][] {
    if (typeof value !== 'object' || value === null) return [[...at]];
    const inner = Object.entries(value).flatMap(([key, each]) => places(each, [...at, key]));
    return [[...at], ...inner];
  }

  function replaced(value: unknown, at: readonly string[], by: unknown): unknown {
    const [key, ...rest] = at;
    if (key === undefined) return by;
    const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as never;
    const inner = (value as Record<string, unknown>)[key];
    (copy as Record<string, unknown>)[key] = replaced(inner, rest, by);
    return copy;
  }

  const junk = fc.oneof(
    fc.constantFrom<unknown>(undefined, null, '', NaN, Infinity, -1, 1e308, 2 ** 60, true, {}, []),
    fc.constantFrom('<html>no</html>', '1e999', `${'9'.repeat(5000)}`, '0x10', '-0', 'BUY'),
    fc.anything(),
  );

  it.each(Object.keys(PARSERS))('%s: a value, or a fault that names a field', (name) => {
    const { answer, read } = PARSERS[name] ?? { answer: null, read: () => null };
    const all = places(answer);
    fc.assert(
      fc.property(fc.nat(all.length - 1), junk, (index, by) => {
        const at = all[index] ?? [];
        try {
          read(replaced(answer, at, by));
        } catch (fault) {
          expect(fault).toBeInstanceOf(VenueFault);
          expect(fault).toMatchObject({ kind: 'unreachable', because: 'answer' });
          expect(String(fault)).toMatch(/answer|positions|balance/);
          expect(String(fault).length).toBeLessThan(400);
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    [{ ...recorded.ORDER, origQty: undefined }, 'answer origQty is missing instead of a decimal'],
    [{ ...recorded.ORDER, price: '1e999' }, 'answer price is "1e999" instead of a decimal'],
    [{ ...recorded.ORDER, orderId: {} }, 'answer orderId is an object instead of an id'],
    [{ ...recorded.ORDER, status: 'MOLTEN' }, 'answer status is "MOLTEN" instead of one of NEW,'],
    [{ ...recorded.ORDER, side: 1 }, 'answer side is 1 instead of one of BUY, SELL'],
    [{ ...recorded.ORDER, updateTime: 1.5 }, 'updateTime is 1.5 instead of a whole number'],
    [[recorded.ORDER], 'answer is a list instead of an object'],
  ])('names the field: %#', (answer, text) => {
    expect(() => orderOf(one(answer))).toThrow(text);
  });
});
