/** What the grids of one account do together, and what its limit refuses. */
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { EdgeView } from '../../src/contract/instance-views.ts';
import type { StatusView } from '../../src/contract/instance-api.ts';
import { AccountLimit } from '../../src/daemon/account-limit.ts';
import type { AccountPeer } from '../../src/daemon/account-limit.ts';
import { leastLimit, lossExcess, worstCases } from '../../src/daemon/account-worst-case.ts';
import { GriddError, errorBody } from '../../src/contract/errors.ts';
import type { Home } from '../../src/platform/paths.ts';
import { readConfigFile } from '../../src/registry/index.ts';
import type { LoadedConfig } from '../../src/registry/index.ts';
import { put, smallConfig, tempHome } from '../registry/temp-home.ts';
import { SampleService } from '../web/sample-service.ts';

const edge = (side: EdgeView['side'], loss: string, more: Partial<EdgeView> = {}): EdgeView => ({
  ...{ side, price: '100', position: '1', notional: '100', margin: '20', loss },
  ...{ equity_after: '0', liquidation_percent: null },
  ...more,
});
const grid = (down: string, up: string) => [edge('buys_filled', down), edge('sells_filled', up)];

describe('sums', () => {
  test('are exact, the worse side first, with the nearest liquidation', () => {
    const one = [edge('buys_filled', '0.1'), edge('sells_filled', '7')];
    const two = [
      edge('buys_filled', '0.2', { liquidation_percent: '12.5' }),
      edge('sells_filled', '1', { liquidation_percent: '3.25', notional: '0.5' }),
    ];
    expect(worstCases([one, two, []], '1000')).toEqual([
      {
        ...{ side: 'sells_filled', notional: '100.5', margin: '40', loss: '8' },
        ...{ equity_after: '992', liquidation_percent: '3.25' },
      },
      {
        ...{ side: 'buys_filled', notional: '200', margin: '40', loss: '0.3' },
        ...{ equity_after: '999.7', liquidation_percent: '12.5' },
      },
    ]);
    expect(worstCases([one], null)[0]?.equity_after).toBeNull();
    expect(worstCases([], '1000')).toEqual([]);
    expect(worstCases([[]], '1000')).toEqual([]);
  });

  test('liquidation is that of the account with all positions, nearer than any grid knows alone', () => {
    // 5 % maintenance of what a position is worth; each alone with an equity of 100.
    const rate = 0.05;
    const long = (notional: number, loss: number) => {
      const after = 100 - loss;
      const own = (100 * (after - rate * notional)) / (notional * (1 - rate));
      const percent = own < 100 ? own.toFixed(6) : null;
      return edge('buys_filled', String(loss), {
        ...{ notional: String(notional), equity_after: String(after) },
        liquidation_percent: percent,
      });
    };
    const distance = (grids: readonly EdgeView[], equity: string | null = '100') =>
      worstCases(grids.map((one) => [one]), equity)[0]?.liquidation_percent;
    const [one, two] = [long(200, 10), long(300, 20)];
    expect([distance([one]), distance([two])]).toEqual(['42.105263', '22.807018']);
    // 70 is left; 70 - 500 x = 0.05 (500 - 500 x) where x is 9.473 %.
    expect(distance([one, two])).toBe('9.47');
    // A short's margin grows on the way: 70 - 500 x = 0.05 (500 + 500 x).
    const short = (of: EdgeView, percent: string) =>
      ({ ...of, position: '-1', liquidation_percent: percent });
    expect(distance([short(one, '38.095238'), short(two, '20.634920')])).toBe('8.57');
    expect(distance([one, two], '35')).toBe('0.00');
    expect(distance([one, two], null)).toBe('22.807018');
    // What each could lose whole without a call may still be too much together.
    const [safe, other] = [long(80, 0), long(90, 0)];
    expect([safe.liquidation_percent, other.liquidation_percent]).toEqual([null, null]);
    expect(distance([safe, other])).toBe('58.82');
    expect(distance([safe, other], '170')).toBeNull();
    expect(distance([{ ...one, notional: '0' }, two])).toBe('22.807018');
  });

  test('the least limit counts; the joint loss of one side is held against it', () => {
    expect(leastLimit([null, '20', '3', null])).toBe('3');
    expect(leastLimit([null])).toBeNull();
    const [others, after] = [[grid('40', '10'), grid('5', '0')], grid('30', '80')];
    const ask = (limit: string | null, before: readonly EdgeView[] = []) =>
      lossExcess({ limit, others, before, after });
    expect(ask(null)).toBeNull();
    expect(ask('90')).toBeNull();
    expect(ask('89.99')).toEqual({
      ...{ side: 'sells_filled', limit: '89.99', loss: '90', own: '80', others: '10' },
    });
    // A grid that does not grow may stay beyond it.
    expect(ask('50', grid('30', '80'))).toBeNull();
    expect(ask('50', grid('31', '79'))).toMatchObject({ side: 'sells_filled' });
  });
});

describe('the limit of an account', () => {
  let home: Home;
  let peers: AccountPeer[];
  let limit: AccountLimit;

  beforeEach(() => {
    home = tempHome();
    peers = [];
    limit = new AccountLimit({ home, peers: () => peers, accountOf: () => 'venue key' });
  });

  function config(id: string, quantity: number, max_account_loss?: number): LoadedConfig {
    const parts = smallConfig();
    parts.metadata = { symbol: 'SOL_USDC_PERP', exchange: 'paper' };
    parts.strategy_config['order_quantity'] = quantity;
    if (max_account_loss !== undefined) parts.exchange_config = { max_account_loss };
    return readConfigFile(home, put(home, join('config/active', `${id}.json`), parts));
  }

  function peer(loaded: LoadedConfig, edges: readonly EdgeView[] | null, counts = true) {
    const { edges: _edges, ...bare } = new SampleService().status() as StatusView;
    const figures = { lower: '140', upper: '160', grids: 20, price: '150' };
    const quantity_per_grid = String(loaded.config.strategy_config.order_quantity);
    const told = edges === null ? {} : { edges };
    const status = { ...bare, ...figures, quantity_per_grid, ...told };
    return { id: loaded.id, account: 'venue key', quote: status.quote, loaded, status, counts };
  }

  const code = (work: Promise<unknown>) =>
    work.then(
      () => 'allowed',
      (thrown: unknown) => (thrown instanceof GriddError ? thrown.code : thrown),
    );

  // Ten buys of 0.5 on average 5.5 below the middle, marked to the lowest line: about 22.5.
  test('a start beyond it is refused with words and figures, whoever set it', async () => {
    const loaded = config('aa_01', 0.5);
    expect(await limit.beforeStart(loaded)).toBeNull();
    peers = [peer(config('bb_02', 0.5, 60), grid('40', '1'))];
    const thrown = await limit.beforeStart(loaded).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(GriddError);
    const { code: found, message, problems } = thrown as GriddError;
    expect(found).toBe('ACCOUNT_LOSS');
    expect(message).toMatch(
      /^With every buy filled the account "venue key" would lose 6\d[.\d]*, more than its max_acc/,
    );
    expect(message).toContain('40 by the others on it');
    expect(problems).toMatchObject([{ path: 'exchange_config.max_account_loss' }]);
    peers = [peer(config('bb_02', 0.5, 60), grid('40', '1'), false)];
    expect(await limit.beforeStart(loaded)).toBeNull();
  });

  test('of grids that start together each counts, until it tells itself or came to nothing', async () => {
    const [one, two] = [config('aa_01', 0.5, 30), config('bb_02', 0.5, 30)];
    peers = [peer(one, null, false), peer(two, null, false)];
    const both = await Promise.all([one, two].map((each) => code(limit.beforeStart(each))));
    expect(both.sort()).toEqual(['ACCOUNT_LOSS', 'allowed']);
    limit.release('aa_01');
    limit.release('bb_02');
    expect(await code(limit.beforeStart(two))).toBe('allowed');
    // It runs and says nothing yet: what it was designed to be counts.
    peers = [peer(one, null, false), peer(two, null)];
    expect(await code(limit.beforeStart(one))).toBe('ACCOUNT_LOSS');
    peers = [peer(one, null, false), peer(two, grid('1', '1'))];
    expect(await code(limit.beforeStart(one))).toBe('allowed');
  });

  test('a start that is only thought of keeps nothing, and lets go of nothing', async () => {
    const [one, two] = [config('aa_01', 0.5, 30), config('bb_02', 0.5, 30)];
    peers = [peer(one, null, false), peer(two, null, false)];
    expect(await code(limit.judgeStart(one))).toBe('allowed');
    // Nothing of it stands in the way of one that is meant.
    expect(await code(limit.beforeStart(two))).toBe('allowed');
    expect(await code(limit.judgeStart(one))).toBe('ACCOUNT_LOSS');
    const refused = await limit.judgeStart(one).catch((error: unknown) => errorBody(error));
    expect(refused).toMatchObject({
      problems: [{ said: { code: 'loss_passed' }, allows: { code: 'at_most' } }],
    });
    // The check of a text whose instance is being started: what that was allowed still counts.
    expect(await code(limit.judgeStart(two))).toBe('allowed');
    expect(await code(limit.beforeStart(one))).toBe('ACCOUNT_LOSS');
  });

  test('another currency is neither added nor limits; one that is not known may be the same', async () => {
    // It loses 20, the adjusted grid about 27; the limit of 30 is its own, or the other's.
    for (const [own, others] of [[30, undefined], [undefined, 30]] as const) {
      const loaded = config('aa_01', 0.5, own);
      const { status, quote } = peer(loaded, grid('22', '22'));
      const other = peer(config('bb_02', 0.5, others), grid('20', '20'));
      const adjust = (its: string | null) => {
        peers = [{ ...other, quote: its }];
        return code(limit.beforeAdjust(loaded, status, { order_quantity: '0.6' }));
      };
      expect(await adjust('OTHER')).toBe('allowed');
      expect(await adjust(quote)).toBe('ACCOUNT_LOSS');
      expect(await adjust(null)).toBe('ACCOUNT_LOSS');
    }
  });

  test('a grid whose stake nobody knows is told, not counted', async () => {
    peers = [peer(config('bb_02', 0.5), null)];
    const note = await limit.beforeStart(config('aa_01', 0.5, 100));
    const text = expect.stringMatching(/what bb_02 could lose is not known/);
    expect(note).toMatchObject({ text, said: { values: { limit: '100', names: 'bb_02' } } });
  });

  test('an adjust that enlarges is refused, one that shrinks is not, however much is at stake', async () => {
    const loaded = config('aa_01', 0.5, 10);
    const { status } = peer(loaded, grid('50', '50'));
    const adjust = (quantity: string) =>
      code(limit.beforeAdjust(loaded, status, { order_quantity: quantity }));
    expect(await adjust('0.6')).toBe('ACCOUNT_LOSS');
    expect(await adjust('0.5')).toBe('allowed');
    expect(await adjust('0.1')).toBe('allowed');
    const wider = { grid_lower_price: '100' };
    expect(await code(limit.beforeAdjust(loaded, status, wider))).toBe('ACCOUNT_LOSS');
    expect(await code(limit.beforeReload(config('aa_01', 0.6, 10), status))).toBe('ACCOUNT_LOSS');
    expect(await code(limit.beforeReload(config('aa_01', 0.4, 10), status))).toBe('allowed');
  });
});
