/**
 * Many instances on one key, on a venue that counts every request: all come up, trade through a
 * storm and go down again without one ban and with under one refusal in a hundred, also when the
 * supervisor that divides the key dies in between. Two variables name the key, and on Aster another
 * key sends from the same address.
 */
import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { ListRow } from '../../../src/contract/fleet-api.ts';
import { priceText, sizeText } from '../../../src/contract/market.ts';
import type { CredentialName } from '../../../src/contract/venues.ts';
import { asterFace } from '../../../src/exchange/sim/aster/index.ts';
import { backpackFace } from '../../../src/exchange/sim/backpack/index.ts';
import { openSimVenue } from '../../../src/exchange/sim/index.ts';
import type { FaceKind, SimVenue, TrafficFacts, World } from '../../../src/exchange/sim/index.ts';
import { systemClock as clock } from '../../../src/platform/clock.ts';
import { freePorts } from '../../fixtures/fleet-home.ts';
import { SupervisedHome } from '../../fixtures/supervised-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';
import { ROOT } from '../../source-tree.ts';

const SOAK = process.env['GRIDD_SOAK'] === '1';
const GRIDS = 10;
/** Of the price. */
const STEP = 1 / 200;
const NOTIONAL = 40;
const LOOK_MS = 250;

interface KeyVenue {
  readonly name: string;
  readonly face: FaceKind;
  readonly credentials: readonly CredentialName[];
  readonly requests_per_minute: number;
  readonly instances: number;
  /** One instance trades with another key, which the venue counts together with the first. */
  readonly byAddress: boolean;
  /** A key is given so long to bring all of them up. */
  readonly patienceMs: number;
}

const ASTER: KeyVenue = {
  ...{ name: 'aster', face: asterFace, credentials: ['account_address', 'private_key'] },
  ...{ requests_per_minute: 2400, byAddress: true },
  instances: SOAK ? 30 : 4,
  patienceMs: SOAK ? 600_000 : 100_000,
};
const BACKPACK: KeyVenue = {
  ...{ name: 'backpack', face: backpackFace, credentials: ['api_key', 'secret_key'] },
  ...{ requests_per_minute: 2000, byAddress: false },
  instances: SOAK ? 30 : 6,
  patienceMs: SOAK ? 600_000 : 100_000,
};

type Market = ReturnType<World['markets']>[number];

let home: SupervisedHome;
let venue: SimVenue;
afterEach(async () => {
  await home.close();
  await venue.close();
});

/** The fleet of one key: `ids[n]` trades `markets[n]`. */
interface Fleet {
  readonly on: KeyVenue;
  readonly ids: readonly string[];
  readonly markets: readonly Market[];
}

async function openFleet(on: KeyVenue): Promise<Fleet> {
  home = new SupervisedHome();
  venue = await openSimVenue({
    ...{ face: on.face, symbols: 40, balance: '10000000', accounts: ['main', 'other'] },
  });
  // One key under two names, and another one.
  const named = { A: 'main', B: 'main', C: 'other' };
  const lines = Object.entries(named).flatMap(([variable, account]) => {
    const keys = venue.accounts.find(({ name }) => name === account)?.keys ?? {};
    return on.credentials.map((name) => `${variable}_${name}=${keys[name] ?? ''}\n`);
  });
  writeFileSync(home.path('.env'), lines.join(''));
  chmodSync(home.path('.env'), 0o600);
  const markets = venue.world.markets().slice(0, on.instances);
  const ports = await freePorts(on.instances);
  const ids = markets.map((market, index) => {
    const last = on.byAddress && index === on.instances - 1;
    const id = `${on.name}_${String(index + 1).padStart(2, '0')}`;
    const variable = last ? 'C' : index % 2 === 0 ? 'A' : 'B';
    writeFileSync(home.config(id), JSON.stringify(config(on, market, variable, ports[index] ?? 0)));
    return id;
  });
  return { on, ids, markets };
}

function stepOf({ present }: Market): number {
  return Math.max(1, Math.floor(present * STEP));
}

function config(on: KeyVenue, market: Market, variable: string, web_port: number): object {
  const { present, market: rules } = market;
  const half = (GRIDS / 2) * stepOf(market);
  const lotValue = Number(priceText(rules, present)) * Number(sizeText(rules, 1));
  return {
    metadata: { exchange: on.name, symbol: market.symbol },
    daemon_config: { web_port, restart_delay: 0 },
    exchange_config: {
      mode: 'live',
      ...Object.fromEntries(on.credentials.map((name) => [name, `\${${variable}_${name}}`])),
      base_url: venue.url,
      ws_url: venue.ws_url,
    },
    strategy_config: {
      grid_lower_price: priceText(rules, present - half),
      grid_upper_price: priceText(rules, present + half),
      grid_num: GRIDS,
      order_quantity: sizeText(rules, Math.max(1, Math.ceil(NOTIONAL / lotValue))),
    },
  };
}

/** Resolves when each runs with all its orders, and holds what the venue says; ms it took. */
async function whole({ on, ids, markets }: Fleet, what: string): Promise<number> {
  const from = clock.monotonic();
  let lacking: readonly string[] = [];
  const look = async () => {
    await clock.delay(LOOK_MS);
    const rows = await home.list();
    const facts = accounts();
    lacking = ids.flatMap((id, index) => {
      const row = rows.find((each) => each.id === id);
      const isIts = (one: { readonly symbol: string }) => one.symbol === markets[index]?.symbol;
      const position = facts.positions.find(isIts)?.size ?? '0';
      const rests = facts.open_orders.filter(isIts).length;
      if (row?.state === 'running' && row.position === position && rests === GRIDS) return [];
      return [JSON.stringify({ id, state: row?.state, error: row?.last_error, rests, position })];
    });
    return lacking.length === 0;
  };
  try {
    await waitFor(what, look, on.patienceMs);
  } catch (error) {
    const text = `lacking: ${lacking.join('\n')}\n${JSON.stringify(traffic())}`;
    throw new Error(text, { cause: error });
  }
  return Math.round(clock.monotonic() - from);
}

interface Facts {
  readonly positions: readonly { readonly symbol: string; readonly size: string }[];
  readonly open_orders: readonly { readonly symbol: string }[];
}

/** What all accounts hold at the venue; no two trade one symbol. */
function accounts(): Facts {
  const all = venue.accounts.map(({ name }) => venue.command('account', { name }) as Facts);
  return {
    positions: all.flatMap(({ positions }) => positions.filter(({ size }) => size !== '0')),
    open_orders: all.flatMap(({ open_orders }) => open_orders),
  };
}

/** Moves every price by so many steps of its grid from where the grids began. */
function moveAll({ markets }: Fleet, steps: number): void {
  for (const market of markets) {
    const ticks = market.present + Math.round(steps * stepOf(market));
    const price = priceText(market.market, ticks);
    venue.command('move', { symbol: market.symbol, price });
  }
}

function traffic(): TrafficFacts {
  return venue.command('traffic') as TrafficFacts;
}

/** What the venue refused so far: no ban, and under one request in a hundred. */
function refusedLittle(what: string): TrafficFacts {
  const { requests, limited, banned, busiest_minute, routes } = traffic();
  const worst = Object.entries(routes).filter(([, route]) => route.limited + route.banned > 0);
  const told = JSON.stringify({ what, requests, limited, banned, busiest_minute, worst });
  if (SOAK) console.log(told);
  expect(banned, told).toBe(0);
  expect(limited, told).toBeLessThan(requests / 100);
  return traffic();
}

/** Resolves with the rows once all have a share, and no more than the whole together. */
function divided({ on }: Fleet): Promise<readonly ListRow[]> {
  return waitFor('shares of one whole', async () => {
    const rows = await home.list();
    const shares = rows.map(({ venue_requests }) => venue_requests?.per_minute ?? 0);
    const sum = shares.reduce((all, share) => all + share, 0);
    return shares.every((share) => share > 0) && sum <= on.requests_per_minute ? rows : null;
  });
}

/** The line about requests in the first picture of `gridd list --watch`. */
async function watchedRequests(): Promise<string> {
  const words = [join(ROOT, 'bin', 'gridd.js'), 'list', '--watch', '--interval', '1'];
  const env = { PATH: process.env['PATH'], HOME: home.folder, GRIDD_HOME: home.folder };
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    const find = () => /venue requests: .*? left now/.exec(shown)?.[0];
    return await waitFor('the picture', find, 60_000);
  } finally {
    child.kill('SIGINT');
    await ended;
  }
}

test.each([ASTER, BACKPACK])('$instances instances on one key of $name', async (on) => {
  const fleet = await openFleet(on);
  const first = await home.supervise();
  const targets = fleet.ids.map((id) => ({ config_file: home.config(id) }));
  const live = { confirmed: true, position: null };
  const started = home.post('/api/instances/start', { targets, live });
  const bootMs = await whole(fleet, 'every grid');
  // On a small share a start takes longer than it is waited for, and says so.
  const late = (await started).filter(({ ok }) => !ok).map(({ message }) => message);
  expect(late.filter((message) => !message.includes('goes on'))).toEqual([]);
  const boot = refusedLittle(`all run after ${bootMs} ms`);
  // One budget, whatever variable held the key, and on Aster of the address.
  const rows = await divided(fleet);
  const watched = await watchedRequests();
  expect(watched).toContain(`a minute for ${on.instances} bots`);
  if (SOAK) console.log(watched);

  first.kill('SIGKILL');
  moveAll(fleet, -2.5);
  moveAll(fleet, 0.5);
  await home.supervise();
  const againMs = await whole(fleet, 'every grid under the next supervisor');
  const pids = (some: readonly ListRow[]) => some.map(({ id, pid }) => `${id} ${pid}`).sort();
  expect(pids(await divided(fleet))).toEqual(pids(rows));
  refusedLittle(`a supervisor later, whole after ${againMs} ms`);

  // Through all lines and back: every order is executed, and every counter order.
  const storms: number[] = [];
  for (const steps of [-GRIDS / 2 - 1, GRIDS / 2 + 1, 0.5]) {
    moveAll(fleet, steps);
    storms.push(await whole(fleet, `every grid at ${steps} steps`));
  }
  refusedLittle(`a storm, whole after ${storms.join(', ')} ms`);

  const from = clock.monotonic();
  const ended = await home.post('/api/instances/panic', { ids: fleet.ids });
  const panicMs = Math.round(clock.monotonic() - from);
  const left = ended.filter(({ ok, receipt }) => !ok || receipt?.orders_left !== 0);
  expect(left).toEqual([]);
  expect(accounts()).toEqual({ positions: [], open_orders: [] });
  const all = refusedLittle(`all flat after ${panicMs} ms`);
  expect(all.requests).toBeGreaterThan(boot.requests);
});
