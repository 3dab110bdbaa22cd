/** A real bot process on its own: its lock, its ends, what it refuses, and what it never tells. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { BOT_EXIT } from '../../src/contract/errors.ts';
import type { ExitRecord, StopReceipt } from '../../src/contract/instance-api.ts';
import { decodeState } from '../../src/engine/index.ts';
import type { GridPlan } from '../../src/engine/index.ts';
import { openReadOnly } from '../../src/platform/sqlite.ts';
import { readBooks } from '../../src/store/index.ts';
import { freePorts } from '../fixtures/fleet-home.ts';
import { LoneBot } from '../fixtures/lone-bot.ts';
import { waitFor } from '../fixtures/wait-for.ts';
import { ROOT } from '../source-tree.ts';

const bots: LoneBot[] = [];
afterEach(() => {
  for (const bot of bots.splice(0)) bot.dispose();
});

interface Parts {
  daemon?: object;
  exchange?: object;
  strategy?: object;
}

function config({ daemon = {}, exchange = {}, strategy = {} }: Parts = {}): object {
  return {
    metadata: { symbol: 'SOL_USDC_PERP' },
    daemon_config: daemon,
    exchange_config: exchange,
    strategy_config: {
      grid_lower_price: 140,
      grid_upper_price: 160,
      grid_num: 20,
      order_quantity: 0.5,
      ...strategy,
    },
  };
}

function bot(parts: Parts = {}): LoneBot {
  const made = new LoneBot('solo_01', config(parts));
  bots.push(made);
  return made;
}

function exitRecord(of: LoneBot): ExitRecord {
  return JSON.parse(readFileSync(join(of.logDir, 'exit.json'), 'utf8')) as ExitRecord;
}

function resting(of: LoneBot): number {
  const books = readBooks(of.dbPath);
  const count = books?.orders().length ?? -1;
  books?.close();
  return count;
}

const TOLD_TO_END = join(ROOT, 'test', 'fixtures', 'told-to-end.mjs');

const ready = (of: LoneBot) => waitFor('the page', () => of.webPort());

describe('ends', () => {
  test('a signal keeps the resting orders, leaves a record and clears the pid files', async () => {
    const one = bot();
    const child = one.start();
    await ready(one);
    const orders = resting(one);
    expect(orders).toBeGreaterThanOrEqual(20);
    child.kill('SIGTERM');
    expect(await one.ended(child)).toBe(BOT_EXIT.clean);
    expect(exitRecord(one)).toMatchObject({ code: 0, reason: 'SIGTERM' });
    expect(existsSync(join(one.logDir, 'bot.pid'))).toBe(false);
    expect(existsSync(join(one.logDir, 'bot.json'))).toBe(false);
    expect(resting(one)).toBe(orders);
  });

  test('a signal during a start: what is not begun yet never begins', async () => {
    const one = bot();
    expect(await one.ended(one.start({ imports: [TOLD_TO_END] }))).toBe(BOT_EXIT.clean);
    expect(exitRecord(one)).toMatchObject({ code: 0, reason: 'SIGTERM' });
    expect(one.errors).toEqual([]);
    expect(resting(one)).toBe(0);
    expect(existsSync(join(one.logDir, 'bot.json'))).toBe(false);
  });

  test('a signal during the safe run: it clears, and never goes on into trading', async () => {
    const one = bot();
    const child = one.start();
    await ready(one);
    child.kill('SIGKILL');
    await one.ended(child);
    expect(resting(one)).toBeGreaterThanOrEqual(20);
    const safe = one.start({ cause: 'safe', imports: [TOLD_TO_END] });
    expect(await one.ended(safe)).toBe(BOT_EXIT.clean);
    expect(one.errors).toEqual([]);
    expect(one.savedStatus()).toMatchObject({ grid_state: 'stopped', open_orders: 0 });
    expect(resting(one)).toBe(0);
  });

  test('a second bot of the same instance leaves with the code for LOCK_HELD', async () => {
    const one = bot();
    one.start();
    await ready(one);
    const second = one.start();
    expect(await one.ended(second)).toBe(BOT_EXIT.lock_held);
    expect(one.errors.join('')).toContain('LOCK_HELD');
    expect(one.webPort()).not.toBeNull();
  });

  test('a run that reaches its duration stops as configured and says that it is done', async () => {
    const strategy = { duration: 1, on_stop: { orders: 'cancel', position: 'close' } };
    const one = bot({ strategy });
    expect(await one.ended(one.start())).toBe(BOT_EXIT.done);
    expect(one.savedStatus()).toMatchObject({ grid_state: 'finished', position: '0' });
    expect(resting(one)).toBe(0);
    // A crash between the end of the run and the end of the process begins nothing new.
    expect(await one.ended(one.start({ cause: 'restart' }))).toBe(BOT_EXIT.done);
    // The user's start does: a new run on the same books.
    expect(await one.ended(one.start({ cause: 'start' }))).toBe(BOT_EXIT.done);
    const log = readFileSync(logFile(one, 'bot_stdout.log'), 'utf8');
    expect(log.match(/a new run begins/g)).toHaveLength(1);
  });
});

test('a long run ends flat when told to, and its receipt says what was done', async () => {
  const on_stop = { orders: 'cancel', position: 'close' };
  const one = bot({ strategy: { direction: 'long', duration: 1, on_stop } });
  expect(await one.ended(one.start())).toBe(BOT_EXIT.done);
  expect(one.savedStatus()).toMatchObject({ position: '0', grid_state: 'finished' });
  const db = openReadOnly(one.dbPath);
  const receipts = db.prepare<[], { body: string }>('SELECT body FROM receipts').all();
  const venue = db.prepare<[], { n: number }>('SELECT count(*) n FROM paper_trades').get();
  const booked = db.prepare<[], { n: number }>('SELECT count(*) n FROM fills').get();
  db.close();
  expect(receipts).toHaveLength(1);
  const receipt = JSON.parse(receipts[0]?.body ?? '{}') as StopReceipt;
  expect(receipt).toMatchObject({ reason: 'duration', orders_left: 0, position: '0' });
  expect(receipt.orders_cancelled).toBeGreaterThanOrEqual(20);
  expect(booked?.n).toBe(venue?.n);
});

function logFile(of: LoneBot, name: string): string {
  const day = readdirSync(of.logDir).find((each) => /^\d{4}-\d\d-\d\d$/.test(each));
  return join(of.logDir, day ?? '', name);
}

describe('refusals: configuration, do not restart', () => {
  test.each<[string, Parts, string]>([
    ['a grid that cannot earn', { strategy: { grid_num: 1000 } }, 'GRID_REFUSED'],
    ['live trading on no exchange', { exchange: { mode: 'live' } }, 'VENUE_UNKNOWN'],
    ['an address for everyone', { daemon: { web_host: '0.0.0.0' } }, 'BIND_REFUSED'],
    [
      'a replay without its file',
      { exchange: { paper: { price_source: 'replay', file: 'none.csv' } } },
      'REPLAY_FILE',
    ],
  ])('%s', async (_what, parts, code) => {
    const one = bot(parts);
    expect(await one.ended(one.start())).toBe(BOT_EXIT.configuration);
    expect(exitRecord(one).error?.code).toBe(code);
    expect(existsSync(join(one.logDir, 'bot.pid'))).toBe(false);
  });

  test('books that belong to another direction', async () => {
    const one = bot();
    const child = one.start();
    await ready(one);
    child.kill('SIGTERM');
    await one.ended(child);
    one.write(config({ strategy: { direction: 'long' } }));
    expect(await one.ended(one.start())).toBe(BOT_EXIT.configuration);
    expect(exitRecord(one).error?.code).toBe('BOOKS_BOUND');
  });
});

describe('the port of the page', () => {
  test('strict and taken: a start is refused, a restart trades on without its page', async () => {
    const [port = 0] = await freePorts(1);
    const holder = createServer((_, answer) => answer.end('mine'));
    await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
    try {
      const one = bot({ daemon: { web_port: port, strict_port: true } });
      expect(await one.ended(one.start({ port }))).toBe(BOT_EXIT.configuration);
      expect(exitRecord(one).error?.code).toBe('PORT_TAKEN');
      // Refused means that nothing was traded and nothing is bound.
      expect(existsSync(one.dbPath)).toBe(false);
      one.start({ cause: 'restart', port });
      await waitFor('a degraded bot', () => one.savedStatus()?.state === 'degraded');
      expect(one.savedStatus()?.degraded.join()).toContain(`${port}`);
      expect(resting(one)).toBeGreaterThanOrEqual(20);
    } finally {
      holder.close();
    }
  });
});

describe('the file against the stored plan', () => {
  test('an adjust survives a restart; an edited file wins and keeps the books', async () => {
    const one = bot();
    const child = one.start();
    const port = await ready(one);
    const answer = await fetch(`http://127.0.0.1:${port}/api/grid/adjust`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grid_lower_price: 135, grid_upper_price: 165 }),
    });
    expect(answer.status).toBe(200);
    child.kill('SIGKILL');
    await one.ended(child);
    const again = one.start({ cause: 'restart' });
    await ready(one);
    await waitFor('saved figures', () => one.savedStatus()?.lower === '135');
    expect(one.savedStatus()).toMatchObject({ lower: '135', upper: '165', adjusted: true });
    again.kill('SIGTERM');
    await one.ended(again);
    one.write(config({ strategy: { grid_lower_price: 130, grid_upper_price: 170 } }));
    one.start();
    await waitFor('the edited range', () => one.savedStatus()?.lower === '130');
    expect(one.savedStatus()).toMatchObject({ upper: '170', adjusted: false });
  });
});

describe('what an edit of the file must not lose', () => {
  test('a stop-loss added while the bot runs is taken at the next start', async () => {
    const one = bot();
    const child = one.start();
    await ready(one);
    one.write(config({ strategy: { stop_loss_price: 120 } }));
    await waitFor('a later save', () => {
      const saved = one.savedStatus();
      return saved !== null && Date.parse(saved.updated_at) > Date.parse(saved.started_at) + 2500;
    });
    child.kill('SIGTERM');
    await one.ended(child);
    const again = one.start();
    await ready(one);
    again.kill('SIGTERM');
    await one.ended(again);
    expect(storedPlan(one)).toMatchObject({ stop_loss_ticks: 12000 });
  });

  test('an edit of something else leaves the size that the investment once gave', async () => {
    const strategy = { order_quantity: undefined, investment: 1000, leverage: 2 };
    const one = bot({ strategy });
    const child = one.start();
    await ready(one);
    const { lots_per_grid } = storedPlan(one);
    // Long enough for the price to move: sized anew, the grid would get another quantity.
    await waitFor('a moved price', () => (one.savedStatus()?.price ?? '150') !== '150');
    child.kill('SIGTERM');
    await one.ended(child);
    one.write(config({ strategy: { ...strategy, out_of_range: 'close' } }));
    const again = one.start();
    await ready(one);
    again.kill('SIGTERM');
    await one.ended(again);
    expect(storedPlan(one)).toMatchObject({ lots_per_grid, out_of_range: 'close' });
  });

  test('--fresh with a grid that must not run keeps the old books', async () => {
    const one = bot();
    const child = one.start();
    await ready(one);
    child.kill('SIGTERM');
    await one.ended(child);
    const before = storedPlan(one);
    one.write(config({ strategy: { grid_num: 1000 } }));
    expect(await one.ended(one.start({ fresh: true }))).toBe(BOT_EXIT.configuration);
    expect(storedPlan(one)).toEqual(before);
    one.write(config());
    const again = one.start({ fresh: true });
    await ready(one);
    expect(readdirSync(join(one.home, 'database', 'archived'))).toHaveLength(1);
    again.kill('SIGTERM');
    await one.ended(again);
  });
});

function storedPlan(of: LoneBot): GridPlan {
  const db = openReadOnly(of.dbPath);
  const row = db.prepare<[], { state: string }>('SELECT state FROM engine').get();
  db.close();
  return decodeState(row?.state ?? '').plan;
}

describe('secrets', () => {
  test('stand in no log, no record, no database and no answer', async () => {
    const secret = 'S3cr3t-0123456789abcdef';
    const exchange = { api_key: '${T_KEY}', secret_key: '${T_SECRET}' };
    const one = bot({ exchange });
    writeFileSync(join(one.home, '.env'), `T_KEY=${secret}-key\nT_SECRET=${secret}-secret\n`);
    const child = one.start();
    const port = await ready(one);
    const answers = await Promise.all(
      ['status', 'orders', 'fills', 'levels'].map(async (name) =>
        (await fetch(`http://127.0.0.1:${port}/api/${name}`)).text(),
      ),
    );
    child.kill('SIGTERM');
    await one.ended(child);
    expect(answers.join('')).not.toContain(secret);
    const found = spawnSync('grep', ['-rl', secret, one.home], { encoding: 'utf8' });
    expect(found.stdout.trim().split('\n')).toEqual([join(one.home, '.env')]);
    expect(readFileSync(`${one.home}/.env`, 'utf8')).toContain(secret);
  });
});

describe('the starter', () => {
  test('says PLATFORM_UNSUPPORTED in one sentence elsewhere than on Linux', () => {
    const starter = JSON.stringify(join(ROOT, 'bin', 'gridd.js'));
    const program =
      `Object.defineProperty(process, 'platform', { value: 'darwin' });` + `import(${starter})`;
    const { status, stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^PLATFORM_UNSUPPORTED: gridd needs Linux; this is darwin\.\n/);
  });
});
