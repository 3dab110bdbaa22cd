/**
 * A live grid on Backpack through ccxt, from its first start to a stop: real processes, a loopback
 * venue that dies and comes back, and after each step the books are the venue's to the last digit.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ccxtFolder } from '../../src/exchange/ccxt/index.ts';
import { NO_CCXT } from '../exchange/ccxt-client.ts';
import { waitFor } from '../fixtures/wait-for.ts';
import { CcxtLiveHome, ID } from './ccxt-live-home.ts';

const SYMBOL = 'SOL_USDC_PERP';
/** What ccxt's spacing lets through; the venue refuses above 2000. */
const MOST_A_MINUTE = 1200;

let on: CcxtLiveHome;

async function refusesNothing(): Promise<void> {
  const { limited, banned, busiest_minute } = await on.traffic();
  expect({ limited, banned }).toEqual({ limited: 0, banned: 0 });
  expect(busiest_minute).toBeLessThanOrEqual(MOST_A_MINUTE);
}

const installed = ccxtFolder() !== null;
if (!installed) console.warn(NO_CCXT);

describe.skipIf(!installed)('with ccxt installed', () => {
  beforeAll(async () => {
    on = new CcxtLiveHome({
      ...{ exchange: 'backpack', symbol: SYMBOL, venue_symbol: SYMBOL },
      credentials: { api_key: 'api_key', secret_key: 'secret_key' },
      strategy: { grid_lower_price: 140, grid_upper_price: 160, grid_num: 10, order_quantity: 0.5 },
    });
    await on.open();
  });

  afterAll(() => on.close());

  test('killed in the midst of its first ladder, it is made whole, also of trades nobody saw', async () => {
    const started = on.home.run(['start', ID, '--yes']);
    await waitFor('a part of the ladder', async () => {
      const { open_orders } = await on.account();
      return open_orders.length > 2 && open_orders.length < 9;
    });
    const pid = on.killBot();
    await on.move('147.5');
    expect((await started).stderr).toContain('restart 1');
    await on.anotherThan(pid);
    const status = await on.agreed('the grid', 10);
    expect(status).toMatchObject({ mode: 'live', venue: 'ccxt:backpack', position: '0.5' });
  });

  test('a fill is answered by its counter order, once, also when the answer is lost', async () => {
    await on.move('150.5');
    await on.agreed('a cycle', 10, ({ cycles }) => cycles === 1);
    await on.venue.command('fault', { kind: 'drop_after', method: 'POST', path: '/api/v1/order' });
    await on.move('147.5');
    const { grid_profit } = await on.agreed('a buy', 10, ({ position }) => position === '0.5');
    expect(Number(grid_profit)).toBeGreaterThan(0);
  });

  test('an adjust keeps the orders whose lines stay', async () => {
    const before = new Set((await on.account()).open_orders.map(({ id }) => id));
    const lines = ['--lower', '138', '--upper', '162', '--grids', '12'];
    const { stdout } = await on.home.ok(['adjust', ID, ...lines, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ applied: true, orders_kept: 10, orders_placed: 2 });
    await on.agreed('the wider grid', 12);
    const after = (await on.account()).open_orders.map(({ id }) => id);
    expect(after.filter((id) => before.has(id))).toHaveLength(10);
  });

  test('paused it answers no fill; after that it makes up for it', async () => {
    await on.home.ok(['pause', ID]);
    await on.move('145.5');
    const paused = await on.agreed('a fill', 11, ({ position }) => position === '1');
    expect(paused.grid_state).toBe('paused');
    await on.home.ok(['resume', ID]);
    await on.agreed('the order it owed', 12);
    await refusesNothing();
  });

  test('the venue dies and comes back, with trades nobody saw', async () => {
    await on.venue.kill();
    await waitFor('the word of it', async () => (await on.status())?.degraded.length);
    await on.venue.open();
    await on.move('152.5');
    await on.agreed('the recovery', 12, ({ position }) => position === '-0.5');
  });

  test('a stop leaves no order and no position, with a receipt of what was paid', async () => {
    const receipt = await on.stopFlat();
    on.balances(receipt, await on.account());
    await refusesNothing();
  });

  test('no key and no signature stands in logs and books', () => {
    const secrets = Object.values(on.keys());
    expect(secrets.every((text) => text.length > 20)).toBe(true);
    const texts = on.written();
    expect(texts.some((text) => text.includes('"level":"trace"') && text.includes('/order'))).toBe(true);
    expect(texts.filter((text) => secrets.some((secret) => text.includes(secret)))).toEqual([]);
    expect(texts.filter((text) => /x-signature/i.test(text))).toEqual([]);
  });
});
