/**
 * A live grid on Aster through ccxt, at ccxt's own pace of three requests a second: it trades and is
 * stopped, in its long form also killed, and its books are the venue's to the last digit.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ccxtFolder } from '../../src/exchange/ccxt/index.ts';
import { NO_CCXT } from '../exchange/ccxt-client.ts';
import { CcxtLiveHome, ID } from './ccxt-live-home.ts';

const SOAK = process.env['GRIDD_SOAK'] === '1';

let on: CcxtLiveHome;
const installed = ccxtFolder() !== null;
if (!installed) console.warn(NO_CCXT);

describe.skipIf(!installed)('with ccxt installed', () => {
  beforeAll(async () => {
    on = new CcxtLiveHome({
      ...{ exchange: 'aster', symbol: 'SOL/USDT:USDT', venue_symbol: 'SOLUSDT' },
      // ccxt signs as the wallet itself, not as an agent.
      credentials: { private_key: 'wallet_key' },
      strategy: { grid_lower_price: 147, grid_upper_price: 153, grid_num: 6, order_quantity: 0.5 },
    });
    await on.open();
  });

  afterAll(() => on.close());

  test('it starts, and answers fills', async () => {
    await on.home.ok(['start', ID, '--yes']);
    await on.agreed('the grid', 6);
    await on.move('151.2');
    await on.agreed('a sell', 6, ({ position }) => position === '-0.5');
  });

  test.runIf(SOAK)('killed, with trades nobody saw, it comes back to the venue’s truth', async () => {
    const pid = on.killBot();
    await on.move('149.8');
    await on.anotherThan(pid);
    const { grid_profit } = await on.agreed('a cycle', 6, ({ cycles }) => cycles === 1);
    expect(Number(grid_profit)).toBeGreaterThan(0);
  });

  test('a stop leaves no order and no position, with a receipt of what was paid', async () => {
    const receipt = await on.stopFlat();
    on.balances(receipt, await on.account());
    const { limited, banned } = await on.traffic();
    expect({ limited, banned }).toEqual({ limited: 0, banned: 0 });
    const secret = on.keys()['private_key']?.replace(/^0x/, '') ?? '';
    expect(secret.length).toBeGreaterThan(20);
    const told = on.written().filter((text) => text.includes(secret) || /signature=0x/.test(text));
    expect(told).toEqual([]);
  });
});
