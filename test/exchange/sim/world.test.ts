/** The loopback venue's core: orders against the price, money, time. No protocol, no sockets. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatMoney } from '../../../src/contract/decimal.ts';
import { notional } from '../../../src/contract/market.ts';
import type { SimAccount } from '../../../src/exchange/sim/account.ts';
import { liquidationPrice } from '../../../src/exchange/sim/margin.ts';
import type { World } from '../../../src/exchange/sim/world.ts';
import { ASK, HOUR_MS, addAccount, openBench, spec } from './sim-world.ts';
import type { Bench } from './sim-world.ts';

const MINUTE_MS = 60_000;

function lots(bench: Bench, symbol = 'SOL'): number {
  return bench.account.holdings.get(symbol)?.sums.lots ?? 0;
}

/** What fills and payments alone say of an account. */
function refereed(world: World, account: SimAccount) {
  let cash = account.facts.starting;
  const positions = new Map<string, number>();
  const values = new Map<string, bigint>();
  for (const fill of account.fills) {
    const { market } = world.records.market(fill.symbol);
    const sign = fill.side === 'buy' ? 1 : -1;
    const value = BigInt(sign) * notional(market, fill.ticks, fill.lots);
    positions.set(fill.symbol, (positions.get(fill.symbol) ?? 0) + sign * fill.lots);
    values.set(fill.symbol, (values.get(fill.symbol) ?? 0n) + value);
    cash -= fill.fee;
  }
  for (const payment of account.payments) cash += payment.amount;
  let equity = cash;
  for (const [symbol, held] of positions) {
    const sim = world.records.market(symbol);
    equity += notional(sim.market, sim.mark, held) - (values.get(symbol) ?? 0n);
  }
  return { positions, equity };
}

describe('orders', () => {
  test('a resting order executes at its price once the price is beyond it, as maker', () => {
    const bench = openBench();
    const order = bench.accept({ price: '99' });
    bench.world.moveTo('SOL', '99');
    expect(bench.account.fills).toEqual([]);
    bench.world.moveTo('SOL', '98.99');
    expect(bench.account.fills).toMatchObject([{ order_id: order.id, ticks: 9900, maker: true }]);
    expect(formatMoney(bench.account.fills[0]?.fee ?? 0n)).toBe('0.0198');
    expect(bench.account.order(order.id)).toMatchObject({ status: 'filled', filled: 100 });
    expect(lots(bench)).toBe(100);
  });

  test('a move does the nearest thing first, for all accounts', () => {
    const bench = openBench();
    const other = addAccount(bench.world, 'other');
    bench.accept({ price: '97' });
    bench.accept({ price: '99' });
    bench.world.act(() => {
      bench.world.desk.place(other, { ...ASK, price: '98' });
    });
    bench.world.moveTo('SOL', '90');
    const told = bench.events.flatMap((event) =>
      event.type === 'order' && event.fill !== null ? [[event.fill.id, event.fill.ticks]] : [],
    );
    expect(told).toEqual([[1, 9900], [2, 9800], [3, 9700]]);
  });

  test('a crossing post-only order expires or is refused, as the face asks', () => {
    const bench = openBench();
    const gone = bench.place({ price: '101', post_only: true });
    expect(gone).toMatchObject({ ok: true, order: { status: 'expired', reason: 'post_only' } });
    const refused = bench.place({ price: '101', post_only: true, crossing: 'refuse' });
    expect(refused).toMatchObject({ refused: { reason: 'post_only_would_cross' } });
    expect(bench.account.fills).toEqual([]);
  });

  test('immediate-or-cancel trades now or never', () => {
    const bench = openBench();
    expect(bench.accept({ price: '99', tif: 'IOC' })).toMatchObject({
      ...{ status: 'expired', reason: 'immediate_or_cancel' },
    });
    expect(bench.accept({ price: '99', tif: 'FOK' }).reason).toBe('fill_or_kill');
    expect(bench.accept({ price: '101', tif: 'IOC' })).toMatchObject({ status: 'filled' });
    expect(bench.account.fills).toMatchObject([{ ticks: 10_000, maker: false }]);
  });

  test('a part set by hand is executed once a move, the rest waits for the next', () => {
    const bench = openBench();
    bench.world.desk.cuts.push({ symbol: null, thousandths: 400, times: 1 });
    const { id } = bench.accept({ price: '99' });
    bench.world.moveTo('SOL', '98');
    expect(bench.account.order(id)).toMatchObject({ status: 'open', filled: 40 });
    bench.world.moveTo('SOL', '97');
    expect(bench.account.order(id)).toMatchObject({ status: 'filled', filled: 100 });
    expect(bench.account.fills.map((fill) => fill.lots)).toEqual([40, 60]);
  });

  test('a reduce-only order never opens: what is too much of it expires', () => {
    const bench = openBench();
    expect(bench.place({ side: 'sell', price: '101', reduce_only: true })).toMatchObject({
      refused: { reason: 'reduce_only_would_increase' },
    });
    bench.accept({});
    const { id } = bench.accept({ side: 'sell', price: '102', reduce_only: true });
    bench.accept({ side: 'sell', size: '0.6' });
    bench.world.moveTo('SOL', '103');
    expect(bench.account.order(id)).toMatchObject({ status: 'expired', filled: 40 });
    expect(lots(bench)).toBe(0);
  });

  test('an amended order rests at its new price and size', () => {
    const bench = openBench();
    const order = bench.accept({ price: '99', post_only: true });
    const { world, account } = bench;
    const amended = world.act(() => world.desk.amend(account, order, '98', '2'));
    expect(amended).toMatchObject({ ok: true, order: { id: order.id, ticks: 9800, lots: 200 } });
    world.moveTo('SOL', '98.5');
    expect(account.fills).toEqual([]);
    const crossing = world.act(() => world.desk.amend(account, order, '99', '2'));
    expect(crossing).toMatchObject({ refused: { reason: 'post_only_would_cross' } });
    world.moveTo('SOL', '97');
    expect(lots(bench)).toBe(200);
  });

  test('a client id is taken once, a market may be closed, a key may be weak', () => {
    const bench = openBench();
    bench.accept({ price: '99', client_id: '7' });
    const reasonOf = (placed: ReturnType<Bench['place']>) =>
      placed.ok ? placed.order.status : placed.refused.reason;
    expect(reasonOf(bench.place({ price: '98', client_id: '7' }))).toBe('duplicate_client_id');
    bench.world.records.market('SOL').open = false;
    expect(reasonOf(bench.place({}))).toBe('symbol_closed');
    expect(reasonOf(bench.place({ symbol: 'NONE' }))).toBe('other');
    bench.world.act(() => bench.world.setFacts(bench.account, { can_trade: false }));
    expect(reasonOf(bench.place({ symbol: 'ETH' }))).toBe('permission');
  });

  test('as many orders rest as the market allows', () => {
    const bench = openBench();
    for (let k = 0; k < 40; k += 1) bench.accept({ price: `${90 - k}`, size: '0.01' });
    expect(bench.place({ price: '40' })).toMatchObject({ refused: { reason: 'max_orders' } });
    expect(bench.place({ symbol: 'ETH', price: '4001', size: '0.1' })).toMatchObject({ ok: true });
  });
});

describe('stops', () => {
  const stop = (price: string, by: 'last' | 'mark' = 'last', falls: boolean | null = null) => ({
    trigger: { price, by, falls },
    reduce_only: true,
  });

  test('a stop closes the position at the price that fired it, once', () => {
    const bench = openBench();
    bench.accept({});
    const { id } = bench.accept({ side: 'sell', size: '5', ...stop('95') });
    bench.world.moveTo('SOL', '95.01');
    expect(bench.account.order(id).status).toBe('waiting');
    bench.world.moveTo('SOL', '94');
    expect(bench.account.fills[1]).toMatchObject({ ticks: 9500, lots: 100, maker: false });
    expect(bench.account.order(id)).toMatchObject({ status: 'expired', filled: 100 });
    expect(lots(bench)).toBe(0);
  });

  test('a stop on the mark fires by the mark, one without a position fails', () => {
    const bench = openBench();
    const { id } = bench.accept({ side: 'sell', ...stop('95', 'mark') });
    bench.world.act(() => bench.world.setPremium('SOL', 100));
    bench.world.moveTo('SOL', '94.01');
    expect(bench.account.order(id).status).toBe('waiting');
    bench.world.moveTo('SOL', '94');
    expect(bench.account.order(id)).toMatchObject({ status: 'expired', filled: 0 });
    const changes = bench.events.flatMap((event) => (event.type === 'order' ? [event.change] : []));
    expect(changes).toEqual(['trigger_placed', 'trigger_failed']);
  });

  test('a take-profit waits for the other side, a stop with a price becomes a limit order', () => {
    const bench = openBench();
    bench.accept({ size: '2' });
    const profit = bench.accept({ side: 'sell', ...stop('105', 'last', false) });
    const limit = bench.accept({ side: 'sell', price: '106', ...stop('104', 'last', false) });
    bench.world.moveTo('SOL', '105');
    expect(bench.account.order(profit.id).status).toBe('filled');
    expect(bench.account.order(limit.id)).toMatchObject({ status: 'open', ticks: 10_600 });
    bench.world.moveTo('SOL', '107');
    expect(bench.account.fills.map(({ ticks }) => ticks)).toEqual([10_000, 10_500, 10_600]);
    expect(bench.place({ side: 'sell', ...stop('108', 'last', true) })).toMatchObject({
      refused: { reason: 'other' },
    });
  });
});

describe('money', () => {
  test('what fills and payments say is what the account has, whatever happens', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('move' as const), percent: fc.integer({ min: -9, max: 9 }) }),
      fc.record({ kind: fc.constant('pass' as const), hours: fc.integer({ min: 0, max: 3 }) }),
      fc.record({
        kind: fc.constant('place' as const),
        symbol: fc.constantFrom('SOL', 'ETH', 'XRP'),
        side: fc.constantFrom('buy' as const, 'sell' as const),
        away: fc.option(fc.integer({ min: -5, max: 5 })),
        size: fc.integer({ min: 1, max: 400 }),
        reduce_only: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (steps, split) => {
        const bench = openBench({ split: split ? 'split' : 'none' });
        const { world, account } = bench;
        for (const each of steps) {
          if (each.kind === 'pass') world.pass(each.hours * HOUR_MS);
          else if (each.kind === 'move') move(world, each.percent);
          else place(bench, each);
          const { positions, equity } = refereed(world, account);
          for (const [symbol, held] of positions) expect(lots(bench, symbol)).toBe(held);
          expect(world.margin(account).equity).toBe(equity);
          const { initial, maintenance } = world.margin(account);
          if (world.margin(account).exposure > 0n) expect(equity).toBeGreaterThan(maintenance);
          expect(initial).toBeGreaterThanOrEqual(0n);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('orders beyond the margin are refused, those that reduce are not', () => {
    const bench = openBench();
    const refused = { refused: { reason: 'insufficient_margin' } };
    expect(bench.place({ price: '99', size: '2021' })).toMatchObject(refused);
    bench.accept({ size: '1000' });
    bench.accept({ symbol: 'ETH', price: '3990', size: '20' });
    expect(bench.place({ symbol: 'XRP', size: '30000' })).toMatchObject(refused);
    expect(bench.place({ side: 'sell', size: '1000' })).toMatchObject({ ok: true });
    bench.world.act(() => bench.world.setFacts(bench.account, { leverages: { XRP: 2 } }));
    expect(bench.place({ symbol: 'XRP', size: '30000' })).toMatchObject(refused);
  });

  test('an account is liquidated at the price that was estimated, and owes nothing after', () => {
    const bench = openBench();
    const { world, account } = bench;
    bench.accept({ size: '1500' });
    bench.accept({ symbol: 'ETH', price: '3000', size: '0.1' });
    const sim = world.records.market('SOL');
    const at = liquidationPrice(account, sim, (symbol) => world.records.market(symbol)) ?? 0;
    expect(at).toBeGreaterThan(9000);
    world.moveTo('SOL', '90');
    expect(account.fills.at(-1)).toMatchObject({ ticks: at, origin: 'liquidation', lots: 150_000 });
    expect(account.alive(null)).toEqual([]);
    expect(world.margin(account).exposure).toBe(0n);
    expect(account.orders.get(2)).toMatchObject({ status: 'expired', reason: 'liquidation' });
  });

  test('an account has its own fees', () => {
    const bench = openBench();
    const { world, account } = bench;
    world.act(() => world.setFacts(account, { taker_fee: { digits: -1n, scale: 4 } }));
    bench.accept({});
    expect(formatMoney(account.fills[0]?.fee ?? 0n)).toBe('-0.01');
  });
});

describe('time', () => {
  test('funding is paid once a stamp, longs pay, shorts receive', () => {
    const bench = openBench();
    bench.accept({});
    bench.accept({ symbol: 'ETH', side: 'sell', size: '0.1' });
    bench.world.nextFunding('SOL');
    bench.world.pass(0);
    expect(bench.account.payments.map(({ symbol, amount }) => [symbol, formatMoney(amount)])).toEqual(
      [['SOL', '-0.01'], ['ETH', '0.04']],
    );
    bench.world.pass(2 * HOUR_MS);
    expect(bench.account.payments).toHaveLength(6);
    const [first] = bench.account.payments;
    expect((first?.at_ms ?? 1) % HOUR_MS).toBe(0);
  });

  test('the dead man of a symbol takes its orders along, once, and no others', () => {
    const bench = openBench();
    const { world, account } = bench;
    bench.accept({ price: '99' });
    bench.accept({ symbol: 'ETH', price: '3990', size: '0.1' });
    world.act(() => world.setFacts(account, { dead_men: { SOL: world.now() + MINUTE_MS } }));
    world.pass(MINUTE_MS - 1);
    expect(account.alive(null)).toHaveLength(2);
    world.pass(1);
    expect(account.alive(null).map(({ symbol }) => symbol)).toEqual(['ETH']);
    bench.accept({ price: '99' });
    world.pass(MINUTE_MS);
    expect(account.alive('SOL')).toHaveLength(1);
  });

  test('a running price meets every order on its way, however rarely it is looked at', () => {
    const fine = openBench({ speed: 50 });
    const coarse = openBench({ speed: 50 });
    for (const bench of [fine, coarse]) {
      for (let k = 1; k < 12; k += 1) bench.accept({ price: (100 - k / 20).toFixed(2) });
    }
    for (let k = 0; k < 60; k += 1) {
      fine.clock.advance(1000);
      fine.world.act(() => undefined);
    }
    coarse.clock.advance(60_000);
    coarse.world.act(() => undefined);
    const traded = (bench: Bench) => bench.account.fills.map(({ ticks }) => ticks);
    expect(traded(coarse)).toEqual(traded(fine));
    expect(traded(fine).length).toBeGreaterThan(0);
  });

  test('dates never go back, whatever the clock does', () => {
    const bench = openBench();
    bench.accept({});
    bench.world.setOffset(-60_000);
    bench.accept({});
    const [first, second] = bench.account.fills;
    expect(second?.at_ms).toBe(first?.at_ms);
    expect(bench.world.now()).toBeLessThan(first?.at_ms ?? 0);
  });

  test('a symbol that nobody trades is told when it is watched', () => {
    const bench = openBench({ speed: 100, specs: [spec('SOL', '100'), spec('ETH', '4000')] });
    const end = bench.world.watch('ETH');
    bench.clock.advance(60_000);
    bench.world.act(() => undefined);
    expect(bench.events).toEqual([{ type: 'price', symbol: 'ETH' }]);
    end();
    bench.clock.advance(60_000);
    bench.world.act(() => undefined);
    expect(bench.events).toHaveLength(1);
  });
});

function move(world: World, percent: number): void {
  for (const symbol of ['SOL', 'ETH', 'XRP']) {
    const sim = world.records.market(symbol);
    const ticks = Math.max(1, Math.round((sim.present * (100 + percent)) / 100));
    world.moveTo(symbol, (ticks / 100).toFixed(2));
  }
}

function place(
  bench: Bench,
  each: {
    readonly symbol: string;
    readonly side: 'buy' | 'sell';
    readonly away: number | null;
    readonly size: number;
    readonly reduce_only: boolean;
  },
): void {
  const { present } = bench.world.records.market(each.symbol);
  const ticks = Math.max(1, Math.round((present * (100 + (each.away ?? 0))) / 100));
  const price = each.away === null ? null : (ticks / 100).toFixed(2);
  const { symbol, side, reduce_only } = each;
  bench.place({ symbol, side, reduce_only, price, size: (each.size / 10).toFixed(2) });
}
