/** A world of three markets whose prices stand still, and accounts that trade on them. */
import { assert } from '../../../src/contract/assert.ts';
import { parseMoney } from '../../../src/contract/decimal.ts';
import type { SimAccount } from '../../../src/exchange/sim/account.ts';
import type { OrderAsk, Placed, SimOrder, WorldEvent } from '../../../src/exchange/sim/orders.ts';
import type { SymbolSpec } from '../../../src/exchange/sim/symbols.ts';
import { World } from '../../../src/exchange/sim/world.ts';
import type { WorldOptions } from '../../../src/exchange/sim/world.ts';
import { manualClock } from '../manual-clock.ts';

export const HOUR_MS = 3_600_000;

export interface Bench {
  readonly world: World;
  readonly clock: ReturnType<typeof manualClock>;
  readonly account: SimAccount;
  readonly events: WorldEvent[];
  /** Places an order: a limit of one SOL unless more is said. */
  place(ask: Partial<OrderAsk>): Placed;
  /** Places one that is accepted. */
  accept(ask: Partial<OrderAsk>): SimOrder;
}

/** Buy one SOL at the market. */
export const ASK: OrderAsk = {
  symbol: 'SOL',
  client_id: null,
  side: 'buy',
  price: null,
  size: '1',
  tif: 'GTC',
  post_only: false,
  reduce_only: false,
  crossing: 'expire',
  trigger: null,
  note: {},
};

export function spec(symbol: string, price: string, more: Partial<SymbolSpec> = {}): SymbolSpec {
  return {
    rules: {
      ...{ symbol, base: symbol, quote: 'USDC', tick: '0.01', lot: '0.01', min_quantity: '0.01' },
      ...{ min_notional: '0', max_orders: 40, maker_fee: '0.0002', taker_fee: '0.0005' },
      max_leverage: '20',
      maintenance: { kind: 'tiers', tiers: [{ floor: '0', rate: '0.02', amount: '0' }] },
    },
    initial: null,
    start_price: price,
    volatility: 0.05,
    funding_rate: '0.0001',
    funding_interval_ms: HOUR_MS,
    ...more,
  };
}

export const SPECS = [spec('SOL', '100'), spec('ETH', '4000'), spec('XRP', '2')];

/** Adds an account with a balance. */
export function addAccount(world: World, name: string, balance = '10000'): SimAccount {
  const starting = parseMoney(balance);
  assert(starting !== null, 'the balance is a decimal');
  return world.addAccount({
    ...{ name, number: world.records.accounts.size + 1, keys: {}, starting },
    ...{ maker_fee: null, taker_fee: null, leverage: null, leverages: {}, dead_men: {} },
    can_trade: true,
  });
}

export function openBench(more: Partial<WorldOptions> = {}): Bench {
  const clock = manualClock();
  const world = new World({
    ...{ specs: SPECS, clock, seed: 7, speed: 0, fill: 'through', split: 'none', store: null },
    ...more,
  });
  const account = world.records.accounts.get('main') ?? addAccount(world, 'main');
  const events: WorldEvent[] = [];
  world.subscribe((event) => events.push(event));
  const place = (ask: Partial<OrderAsk>) =>
    world.act(() => {
      world.market(ask.symbol ?? 'SOL');
      return world.desk.place(account, { ...ASK, ...ask });
    });
  return {
    ...{ world, clock, account, events, place },
    accept(ask) {
      const placed = place(ask);
      if (!placed.ok) throw new Error(placed.refused.message);
      return placed.order;
    },
  };
}
