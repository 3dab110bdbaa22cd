/**
 * Live books that were put back from a backup: the bot traded on after it, and everything since then
 * is lost. The first start takes its own orders of that time over: none comes twice, no line has
 * two, and position and fills are the venue's.
 */
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { FillView, OrderView, StatusView } from '../../src/contract/instance-api.ts';
import { backpack } from '../../src/exchange/backpack/index.ts';
import { backpackFace } from '../../src/exchange/sim/backpack/index.ts';
import { openSimVenue } from '../../src/exchange/sim/index.ts';
import type { SimVenue } from '../../src/exchange/sim/index.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { FleetHome, freePorts } from '../fixtures/fleet-home.ts';
import { waitFor } from '../fixtures/wait-for.ts';

const SYMBOL = 'SOL_USDC_PERP';
const home = new FleetHome();
const store = mkdtempSync(join(tmpdir(), 'gridd-backups-'));
let venue: SimVenue;

afterEach(async () => {
  await home.dispose();
  await venue.close();
  rmSync(store, { recursive: true, force: true });
});

async function json<T>(...words: readonly string[]): Promise<T> {
  return JSON.parse((await home.ok([...words, 'live_01', '--json'])).stdout) as T;
}

/** The figures once the venue's position is theirs and so many orders of the account rest. */
function agreed(what: string, resting: number, holds: (now: StatusView) => boolean) {
  return waitFor(what, async () => {
    const now = await json<StatusView>('status').catch(() => null);
    if (now?.state !== 'running' || now.open_orders !== resting || !holds(now)) return null;
    const rests = venue.account().alive(SYMBOL).length;
    return rests === resting && (await position()) === now.position ? now : null;
  }, 40_000);
}

async function position(): Promise<string> {
  const { api_key = '', secret_key = '' } = venue.account().facts.keys;
  const asked = backpack.open({
    ...{ symbol: SYMBOL, rest_url: venue.url, ws_url: venue.ws_url, proxy: null, clock },
    ...{ connect_timeout_ms: 5000, read_timeout_ms: 5000, trace: () => undefined },
    credentials: { api_key, secret_key },
  });
  const { size } = await asked.position();
  await asked.close();
  return size;
}

function move(...prices: readonly string[]): void {
  for (const price of prices) venue.command('move', { symbol: SYMBOL, price });
}

async function write(): Promise<void> {
  const { api_key = '', secret_key = '' } = venue.account().facts.keys;
  writeFileSync(home.path('.env'), `KEY_1=${api_key}\nSECRET_1=${secret_key}\n`);
  chmodSync(home.path('.env'), 0o600);
  const [web_port] = await freePorts(1);
  const config = {
    metadata: { exchange: 'backpack', symbol: SYMBOL },
    daemon_config: { web_port, restart_delay: 0 },
    exchange_config: {
      ...{ mode: 'live', api_key: '${KEY_1}', secret_key: '${SECRET_1}' },
      ...{ base_url: venue.url, ws_url: venue.ws_url },
    },
    strategy_config: {
      ...{ grid_lower_price: 140, grid_upper_price: 160, grid_num: 20, order_quantity: 0.5 },
      interval: 2,
    },
  };
  writeFileSync(home.path('config', 'active', 'live_01.json'), JSON.stringify(config));
}

test('backed up while it trades, traded on, lost, restored and started', async () => {
  venue = await openSimVenue({ face: backpackFace, symbols: 20 });
  move('150');
  await write();
  await home.ok(['start', 'live_01', '--yes']);
  await agreed('the ladder', 20, () => true);
  move('152.5');
  await agreed('two sells', 20, (now) => now.position === '-1');
  const backup = join(store, 'one');
  const known = venue.account().fills.length;
  await home.ok(['backup', backup]);

  // What the books will know nothing of: cycles, orders of those that rest on, and more to come.
  move('149.5');
  await agreed('two cycles', 20, (now) => now.cycles >= 2);
  move('147.5');
  const before = await agreed('two buys', 20, (now) => Number(now.position) > 0);
  await home.ok(['supervisor', 'stop', '--stop-bots']);
  const account = venue.account();
  expect(account.alive(SYMBOL)).toHaveLength(20);
  move('145.5');
  const lost = account.fills.length;
  for (const name of readdirSync(home.path('database'))) {
    if (name.startsWith('live_01.')) rmSync(home.path('database', name));
  }
  const names = new Set([...account.orders.values()].map((order) => order.client_id));
  const rested = new Set(account.alive(SYMBOL).map(({ client_id }) => client_id));

  await home.ok(['restore', backup]);
  await home.ok(['start', 'live_01']);
  const now = await agreed('the ladder anew', 20, () => true);
  expect(now.warnings.join()).toMatch(/These books were restored and knew nothing after/);
  expect(Number(now.position)).toBeGreaterThan(Number(before.position));
  // No client id comes twice, whatever became of its order.
  const all = [...account.orders.values()].map((order) => order.client_id);
  expect(new Set(all).size).toBe(all.length);
  expect(all.length).toBeGreaterThan(names.size);
  // One order a line, each known to the books; of those nobody knew none rests.
  const alive = account.alive(SYMBOL);
  expect(new Set(alive.map(({ side, ticks }) => `${side} ${ticks}`)).size).toBe(alive.length);
  const stored = new Set((await json<OrderView[]>('orders')).map((order) => order.client_id));
  expect(alive.filter(({ client_id }) => !stored.has(client_id))).toEqual([]);
  expect(alive.some(({ client_id }) => rested.has(client_id))).toBe(true);
  // Every trade of the account is in the books, once.
  expect(lost).toBeGreaterThanOrEqual(known + 6);
  const fills = await json<FillView[]>('fills', '-n', '10000');
  const booked = fills.map(({ trade_id }) => trade_id).sort();
  expect(booked).toEqual(account.fills.map(({ id }) => String(id)).sort());
  // It trades on, and ends flat.
  move('147.5');
  await agreed('more trades', 20, (later) => later.position !== now.position);
  const [result] = await json<{ receipt: object }[]>('panic');
  expect(result?.receipt).toMatchObject({ position: '0', orders_left: 0 });
  expect(await position()).toBe('0');
}, 180_000);
