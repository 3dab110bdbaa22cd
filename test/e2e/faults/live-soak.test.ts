/**
 * Five live instances with three keys on a loopback Backpack in a fast market, while answers fail
 * in every way and bots, supervisor and venue are killed: once it is calm, books and venue agree to
 * the last digit, and a stop leaves the accounts flat. Its long form: `npm run soak -- live-soak`;
 * LIVE_SOAK_MINUTES and LIVE_SOAK_SEED set its length and replay its schedule, LIVE_SOAK_KEEP names
 * a folder into which the home is copied at the end.
 */
import { chmodSync, cpSync, existsSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatMoney, parseMoney } from '../../../src/contract/decimal.ts';
import type { VerbResult } from '../../../src/contract/fleet-api.ts';
import type { BotRecord, StatusView } from '../../../src/contract/instance-api.ts';
import { systemClock as clock } from '../../../src/platform/clock.ts';
import { readJson } from '../../../src/platform/json-file.ts';
import { identify, isAlive, signalProcess } from '../../../src/platform/process-identity.ts';
import { BackpackClient } from '../../exchange/sim/backpack-client.ts';
import { FleetHome, freePorts } from '../../fixtures/fleet-home.ts';
import { VenueProcess } from '../../fixtures/venue-process.ts';
import type { VenueAccountFacts } from '../../fixtures/venue-process.ts';
import { waitFor } from '../../fixtures/wait-for.ts';
import { Dice } from '../../sim/random.ts';
import { differences, equityDifference, readRows } from './live-soak-referee.ts';
import type { InstanceBooks } from './live-soak-referee.ts';
import { troublesOf } from './live-soak-troubles.ts';
import type { Trouble } from './live-soak-troubles.ts';

const SOAK = process.env['GRIDD_SOAK'] === '1';
const MINUTES = Number(process.env['LIVE_SOAK_MINUTES'] ?? 30);
const SEED = Number(process.env['LIVE_SOAK_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const KEEP = process.env['LIVE_SOAK_KEEP'];
/** A bot that is killed once a round has been up for a minute by then: it is back at once. */
const ROUND_MS = SOAK ? 110_000 : 10_000;
/** Bots that are killed in a round. */
const KILLED = SOAK ? 5 : 3;
const ROUNDS = SOAK ? Math.ceil((MINUTES * 60_000) / ROUND_MS) : 1;
/** A venue in maintenance is left alone for a while: in the long form there is time to trade. */
const STATE_EVERY_MS = SOAK ? 4000 : 1250;
/** Every price moves once in so long. */
const PACE_MS = 100;
/** A bot that finds its venue out of order again and again asks it once a minute at last. */
const SETTLED_WITHIN_MS = 120_000;
/** What is not over when it should be says so itself, before the test's own end. */
const TOLD_WITHIN_MS = SETTLED_WITHIN_MS + 60_000;
const START = '100000';
const ACCOUNTS = ['one', 'two', 'three'];

/** A market that is driven: its middle, and its usual step, in cents. */
const MARKETS = {
  SOL_USDC_PERP: { middle: 15_000, step: 150 },
  ETH_USDC_PERP: { middle: 400_000, step: 4000 },
  BTC_USDC_PERP: { middle: 10_000_000, step: 80_000 },
};
type Symbol = keyof typeof MARKETS;
const SYMBOLS = Object.keys(MARKETS) as Symbol[];

interface Instance {
  readonly id: string;
  readonly account: string;
  readonly symbol: Symbol;
  readonly strategy: object;
}

const sol = { grid_lower_price: 138, grid_upper_price: 162, order_quantity: 0.5 };
const eth = { grid_lower_price: 3700, grid_upper_price: 4300, order_quantity: 0.05 };
const btc = { grid_lower_price: 92000, grid_upper_price: 108000, order_quantity: 0.002 };
const INSTANCES: readonly Instance[] = [
  { id: 'sol_one', account: 'one', symbol: 'SOL_USDC_PERP', strategy: { ...sol, grid_num: 40 } },
  {
    ...{ id: 'eth_one', account: 'one', symbol: 'ETH_USDC_PERP' },
    strategy: { ...eth, grid_num: 30, direction: 'long', stop_loss_price: 3000 },
  },
  {
    ...{ id: 'sol_two', account: 'two', symbol: 'SOL_USDC_PERP' },
    strategy: { ...sol, grid_num: 30, direction: 'short', grid_type: 'geometric' },
  },
  {
    ...{ id: 'btc_two', account: 'two', symbol: 'BTC_USDC_PERP' },
    strategy: { ...btc, grid_num: 36, max_open_orders: 12 },
  },
  {
    ...{ id: 'eth_three', account: 'three', symbol: 'ETH_USDC_PERP' },
    strategy: { ...eth, grid_num: 24, max_position: 0.5 },
  },
];

let home: FleetHome;
let venue: VenueProcess;
/** Orders that stand on the accounts and are no instance's. */
const foreign = new Set<number>();
const told = new Map<string, number>();

const count = (what: string) => told.set(what, (told.get(what) ?? 0) + 1);

function config({ account, symbol, strategy }: Instance, web_port: number): object {
  const { url, ws_url } = venue.address;
  return {
    metadata: { exchange: 'backpack', symbol },
    daemon_config: { web_port, restart_delay: 0, max_restart_attempts: 100 },
    exchange_config: {
      ...{ mode: 'live', base_url: url, ws_url, read_timeout: 1 },
      ...{ api_key: `\${${account}_api_key}`, secret_key: `\${${account}_secret_key}` },
    },
    strategy_config: { interval: 2, ...strategy },
  };
}

beforeAll(async () => {
  home = new FleetHome();
  const accounts = ACCOUNTS.flatMap((name) => ['--account', name]);
  const words = ['backpack', '--symbols', '3', '--speed', '0', '--partial-fills'];
  venue = new VenueProcess(home.folder, [...words, '--balance', START, ...accounts]);
  await venue.open();
  for (const symbol of SYMBOLS) await move(symbol, MARKETS[symbol].middle);
  const lines = venue.address.accounts.flatMap(({ name, keys }) =>
    Object.entries(keys).map(([key, value]) => `${name}_${key}=${value}\n`),
  );
  writeFileSync(home.path('.env'), lines.join(''));
  chmodSync(home.path('.env'), 0o600);
  const free = await freePorts(INSTANCES.length);
  for (const [index, instance] of INSTANCES.entries()) {
    const file = home.path('config', 'active', `${instance.id}.json`);
    writeFileSync(file, JSON.stringify(config(instance, free[index] ?? 0)));
  }
});

afterAll(async () => {
  const filter = (file: string) => !file.endsWith('.lock.db');
  if (KEEP !== undefined) cpSync(home.folder, KEEP, { recursive: true, filter });
  await home.dispose();
  await venue.kill();
});

function move(symbol: Symbol, cents: number): Promise<unknown> {
  return venue.command('move', { symbol, price: (cents / 100).toFixed(2) });
}

/** Orders by hand, far from every price, as the venue's own page places them. */
async function placeForeign(): Promise<void> {
  for (const { account, symbol } of INSTANCES) {
    const reached = { ...venue.address, world: { now: () => clock.now() } };
    const client = new BackpackClient(reached, account);
    const price = (MARKETS[symbol].middle / 200).toFixed(2);
    const { status, json } = await client.order({ symbol, price, quantity: '0.02' });
    expect(status).toBe(200);
    foreign.add(Number((json as { id: string }).id));
  }
}

/** Lets every price wander about its middle. */
async function drive(seed: number, until: number): Promise<void> {
  const dice = new Dice(seed);
  const at = new Map(SYMBOLS.map((symbol) => [symbol, MARKETS[symbol].middle]));
  const step = async (symbol: Symbol): Promise<void> => {
    const { middle, step: usual } = MARKETS[symbol];
    const before = at.get(symbol) ?? middle;
    const cents = before + Math.round((middle - before) / 25) + dice.whole(-usual, usual);
    at.set(symbol, cents);
    // A tick of the dearest is ten cents.
    await move(symbol, cents - (cents % 10));
  };
  while (clock.monotonic() < until) {
    await Promise.all(SYMBOLS.map(step));
    await clock.delay(PACE_MS);
  }
}

/** Ends the process, if it is there, by force; whether it was. */
async function killProcess(pid: number): Promise<boolean> {
  const identity = identify(pid);
  if (identity === null || !signalProcess(identity, 'SIGKILL')) return false;
  await waitFor('its end', () => !isAlive(identity));
  return true;
}

async function kill({ victim, index, rest_ms }: Extract<Trouble, { type: 'kill' }>): Promise<void> {
  if (victim === 'venue') {
    await venue.kill();
    await clock.delay(rest_ms);
    await venue.open();
  } else if (victim === 'supervisor') {
    await killProcess(home.supervisorPid());
    await clock.delay(rest_ms);
    await home.ok(['supervisor', 'start']);
  } else {
    const { id } = INSTANCES[index] ?? { id: '' };
    const killBot = () => killProcess(botOf(id)?.pid ?? 0);
    await waitFor(`a bot of ${id}`, killBot, SETTLED_WITHIN_MS);
  }
  count(`kill ${victim}`);
}

/** Null between two bots. */
function botOf(id: string): BotRecord | null {
  const file = home.path('logs', id, 'bot.json');
  return existsSync(file) ? (readJson(file) as BotRecord) : null;
}

/** Who is killed when, and for how long, in words. */
function killsOf(troubles: readonly Trouble[]): string {
  const kills = troubles.filter((trouble) => trouble.type === 'kill');
  const words = kills.map(({ victim, index, at_ms, rest_ms }) => {
    const name = victim === 'bot' ? (INSTANCES[index]?.id ?? '') : victim;
    return `${name} at ${at_ms} ms${victim === 'bot' ? '' : ` for ${rest_ms} ms`}`;
  });
  return words.join(', ');
}

async function befall(troubles: readonly Trouble[]): Promise<void> {
  const begun = clock.monotonic();
  const under_way: Promise<void>[] = [];
  for (const trouble of troubles) {
    await clock.delay(Math.max(0, begun + trouble.at_ms - clock.monotonic()));
    if (trouble.type === 'kill') {
      under_way.push(kill(trouble));
      continue;
    }
    const { name, body } = trouble;
    under_way.push(venue.command(name, body).then(() => undefined));
    count(name === 'fault' ? `fault ${String(body['kind'])}` : name);
  }
  await Promise.all(under_way);
}

async function statusOf(id: string): Promise<StatusView | null> {
  try {
    // Its page may have had to move while it was away.
    const url = `http://127.0.0.1:${botOf(id)?.web_port}/api/status`;
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
    return answer.ok ? ((await answer.json()) as StatusView) : null;
  } catch {
    return null;
  }
}

/** What an instance has not got over yet; null: nothing. */
async function uneasy({ id }: Instance): Promise<string | null> {
  const status = await statusOf(id);
  if (status === null) return `${id} does not answer`;
  const { state, degraded } = status;
  return state === 'running' ? null : `${id} is ${state}: ${degraded.join(' ')}`;
}

async function booksOf({ id, account, symbol }: Instance): Promise<InstanceBooks | null> {
  const status = await statusOf(id);
  if (status === null) return null;
  return { id, account, symbol, ...readRows(home.path('database', `${id}.db`)), status };
}

interface Settled {
  readonly books: readonly InstanceBooks[];
  readonly accounts: readonly VenueAccountFacts[];
  /** What was waited for last. */
  readonly last: string;
}

function judge({ books, accounts }: Omit<Settled, 'last'>): string[] {
  return accounts.flatMap((account) => [
    ...books
      .filter((each) => each.account === account.name)
      .flatMap((each) => differences(each, account, foreign)),
    ...equityDifference(START, books, account),
  ]);
}

/** Everything as it is once all bots run, owe nothing and agree with the venue. */
async function settled(what: string): Promise<Settled> {
  let last: readonly string[] = [];
  let waited = 'nothing';
  const look = async (): Promise<Settled | null> => {
    const told = await Promise.all(INSTANCES.map(uneasy));
    last = told.filter((each) => each !== null);
    // Only then is it worth reading everything.
    if (last.length > 0) {
      waited = last.join('; ');
      return null;
    }
    const read = await Promise.all(INSTANCES.map(booksOf));
    const books = read.filter((each) => each !== null);
    if (books.length < read.length) return null;
    const accounts = await venue.accounts();
    last = judge({ books, accounts });
    waited = last[0] ?? waited;
    return last.length === 0 ? { books, accounts, last: waited } : null;
  };
  try {
    return await waitFor(what, look, SETTLED_WITHIN_MS);
  } catch (error) {
    throw new Error(`${what}, seed ${SEED}:\n${last.slice(0, 40).join('\n')}`, { cause: error });
  }
}

test('they start, each on its account', async () => {
  await home.ok(['start', '--all', '--yes']);
  await placeForeign();
  const { books } = await settled('the grids');
  for (const { orders } of books) expect(orders.length).toBeGreaterThan(9);
}, TOLD_WITHIN_MS);

test('whatever fails and dies, books and venue agree to the last digit', async () => {
  const dice = new Dice(SEED);
  for (let round = 1; round <= ROUNDS; round += 1) {
    const seed = dice.whole(0, 2 ** 30);
    const until = clock.monotonic() + ROUND_MS;
    const troubles = troublesOf({
      ...{ seed, length_ms: ROUND_MS, state_every_ms: STATE_EVERY_MS },
      ...{ bots: INSTANCES.length, killed: KILLED, symbols: SYMBOLS },
    });
    console.log(`seed ${SEED}, round ${round} of ${ROUNDS}: ${killsOf(troubles)}`);
    await Promise.all([drive(seed, until), befall(troubles)]);
    await venue.command('clear');
    await venue.command('clock', { offset_ms: 0 });
    const calm = clock.monotonic();
    const { accounts, last } = await settled(`the calm after round ${round}`);
    const fills = accounts.reduce((sum, each) => sum + each.fills.length, 0);
    const took = Math.round(clock.monotonic() - calm);
    console.log(`${fills} fills in all, settled in ${took} ms; last: ${last}`);
  }
  console.log([...told].sort().map(([what, times]) => `${what} ${times}`).join(', '));
  for (const victim of ['bot', 'supervisor', 'venue']) {
    expect(told.get(`kill ${victim}`)).toBeGreaterThanOrEqual(ROUNDS);
  }
}, (ROUND_MS + TOLD_WITHIN_MS) * ROUNDS);

test('the referee sees what is wrong', async () => {
  const { books, accounts } = await settled('the calm');
  const [first, ...rest] = books;
  const [trade] = first?.trades ?? [];
  if (first === undefined || trade === undefined) throw new Error('nothing was traded');
  const seen = (planted: Partial<InstanceBooks>) =>
    judge({ books: [{ ...first, ...planted }, ...rest], accounts });
  const { trades, orders, status } = first;
  expect(seen({})).toEqual([]);
  expect(seen({ trades: trades.slice(1) })).toContainEqual(expect.stringContaining('missing'));
  expect(seen({ trades: [...trades, trade] })).toContainEqual(expect.stringContaining('only in'));
  expect(seen({ orders: orders.slice(1) })).not.toEqual([]);
  expect(seen({ funding: ['0.01'] })).not.toEqual([]);
  const cent = (parseMoney(status.total_pnl) ?? 0n) + (parseMoney('0.01') ?? 0n);
  const wrong = seen({ status: { ...status, total_pnl: formatMoney(cent) } });
  expect(wrong).toContainEqual(expect.stringContaining('equity of one'));
}, TOLD_WITHIN_MS);

test('a stop that closes leaves every account flat, with receipts of what it paid', async () => {
  const words = ['--orders', 'cancel', '--position', 'close', '--json'];
  const { stdout } = await home.ok(['stop', ...INSTANCES.map(({ id }) => id), ...words]);
  const results = JSON.parse(stdout) as VerbResult[];
  const accounts = await venue.accounts();
  const money = (text = '0') => parseMoney(text) ?? 0n;
  const equity = new Map(ACCOUNTS.map((name) => [name, money(START)]));
  for (const { id, account, symbol } of INSTANCES) {
    const receipt = results.find((each) => each.id === id)?.receipt;
    const found = accounts.find(({ name }) => name === account);
    const ledger = found?.positions.find((each) => each.symbol === symbol);
    const realised = money(ledger?.realised) - money(ledger?.fees) + money(ledger?.funding);
    expect(receipt, id).toMatchObject({ orders_left: 0, position: '0' });
    expect(receipt?.period, id).toMatchObject({
      ...{ difference: '0', position_before: '0', position_after: '0', adjusted: '0' },
      ...{ fees: ledger?.fees, funding: ledger?.funding, total: formatMoney(realised) },
      fills: found?.fills.filter((each) => each.symbol === symbol).length,
    });
    expect(ledger?.size, id).toBe('0');
    expect(receipt?.total_pnl, id).toBe(formatMoney(realised));
    equity.set(account, (equity.get(account) ?? 0n) + money(receipt?.total_pnl));
  }
  for (const { name, equity: worth, cash } of accounts) {
    const sum = formatMoney(equity.get(name) ?? 0n);
    expect([name, worth, cash]).toEqual([name, sum, sum]);
  }
  const left = accounts.flatMap(({ open_orders }) => open_orders);
  expect(new Set(left.map(({ id }) => id))).toEqual(foreign);
  expect(left.every(({ filled }) => filled === '0')).toBe(true);
});
