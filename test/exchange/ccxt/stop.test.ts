/**
 * A stop through ccxt costs few calls, however many orders rest: at ccxt's own spacing of a third of
 * a second it ends well within the time that a stop has by itself.
 */
import { describe, expect, test } from 'vitest';
import { designGrid } from '../../../src/bot/plan.ts';
import { Session } from '../../../src/bot/session.ts';
import { makeMarket, nearestTicks } from '../../../src/contract/market.ts';
import { initialState } from '../../../src/engine/index.ts';
import { ccxtFolder, loadCcxtKind } from '../../../src/exchange/ccxt/index.ts';
import { asterFace } from '../../../src/exchange/sim/aster/index.ts';
import { openSimVenue } from '../../../src/exchange/sim/index.ts';
import { systemClock as clock } from '../../../src/platform/clock.ts';
import { makeLogger } from '../../../src/platform/logger.ts';
import { migrate, openDatabase } from '../../../src/platform/sqlite.ts';
import { Books } from '../../../src/store/index.ts';
import { MIGRATIONS } from '../../../src/store/schema.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

const GRIDS = 40;
/** The spacing of the test, and ccxt's own for Aster. */
const SPACING_MS = 8;
const OWN_SPACING_MS = 333;
/** Less than the bot's part of the 15 s that a stop has by default. */
const GRACE_MS = 11_000;

async function openGrid() {
  const sim = await openSimVenue({ face: asterFace, symbols: 5, balance: '10000' });
  sim.command('move', { symbol: 'SOLUSDT', price: '150' });
  const kind = await loadCcxtKind('aster', SPACING_MS);
  const { wallet_key = '' } = sim.account().facts.keys;
  const venue = kind.open({
    ...{ symbol: 'SOL/USDT:USDT', rest_url: sim.url, ws_url: sim.ws_url, proxy: null, clock },
    ...{ connect_timeout_ms: 5000, read_timeout_ms: 5000, trace: () => undefined },
    credentials: { private_key: wallet_key },
  });
  const market = makeMarket(await venue.market());
  const price = (await venue.price()).last;
  const values = { grid_lower_price: 130, grid_upper_price: 170, order_quantity: '0.5' };
  const { plan } = designGrid(market, { ...values, grid_num: GRIDS }, price, 'GRID_REFUSED');
  const db = openDatabase(':memory:', 'NORMAL');
  migrate(db, MIGRATIONS);
  const bugs: unknown[] = [];
  const session = new Session({
    ...{ market, venue, books: new Books(db), clock, tag: '7e577e57', bootId: 'boot' },
    log: makeLogger('stop', []),
    state: initialState(plan),
    ticks: nearestTicks(market, price) ?? 0,
    strategy: () => ({ interval: 60 }),
    onBug: (error) => bugs.push(error),
  });
  await session.recover();
  await session.begin('start');
  const end = async () => {
    await session.close();
    await sim.close();
  };
  return { venue, session, bugs, end };
}

describe.skipIf(ccxtFolder() === null)('with ccxt installed', () => {
  test(`${GRIDS} orders are cancelled and proved in time`, async () => {
    const { venue, session, bugs, end } = await openGrid();
    const rests = async () => (await venue.openOrders()).length;
    await waitFor('the ladder', async () => (await rests()) === GRIDS, 30_000);
    const before = venue.usage()?.used ?? 0;
    const begun = clock.monotonic();
    const receipt = await session.stop({});
    const waited = clock.monotonic() - begun;
    const cost = (venue.usage()?.used ?? 0) - before;
    expect(receipt).toMatchObject({ orders_cancelled: GRIDS, orders_left: 0, position: '0' });
    expect(await rests()).toBe(0);
    expect(bugs).toEqual([]);
    expect(waited + cost * OWN_SPACING_MS).toBeLessThan(GRACE_MS);
    await end();
  }, 60_000);
});
