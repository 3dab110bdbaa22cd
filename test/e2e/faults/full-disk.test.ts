/** A bot on a full disk: of the logs it trades on, of the books it sends nothing and waits. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { BOT_EXIT } from '../../../src/contract/errors.ts';
import type { FillView, OrderView, StatusView } from '../../../src/contract/instance-api.ts';
import { localDate } from '../../../src/platform/clock.ts';
import { writeCandles } from '../../fixtures/candles.ts';
import { LoneBot, replayConfig } from '../../fixtures/lone-bot.ts';
import {
  fillDisk,
  makeRoom,
  onSmallDisk,
  roomForFiles,
  throughProcess,
  whyNoSmallDisk,
} from '../../fixtures/small-disk.ts';
import { freePort } from '../../fixtures/supervised-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

const refused = whyNoSmallDisk();
const BARS = 450;

const bots: LoneBot[] = [];
afterEach(() => {
  for (const bot of bots.splice(0)) bot.dispose();
});

interface RunningBot {
  readonly bot: LoneBot;
  readonly pid: number;
  get<T>(path: string): Promise<T>;
  status(): Promise<StatusView>;
  fills(): Promise<FillView[]>;
}

/** A bot over some seconds of replayed candles; its `folder` is on a small disk. */
async function start(
  speed: number,
  disk: { folder: 'logs' | 'database'; limits: string; noFiles?: boolean } | null,
): Promise<RunningBot> {
  const config = replayConfig('candles.csv') as { exchange_config: { paper: object } };
  Object.assign(config.exchange_config.paper, { speed });
  const bot = new LoneBot('full_01', config);
  bots.push(bot);
  writeCandles(join(bot.home, 'candles.csv'), BARS, 7);
  const port = await freePort();
  const under = disk === null ? [] : onSmallDisk(join(bot.home, disk.folder), disk.limits, disk.noFiles);
  const child = bot.start({ port, under });
  const get = async <T>(path: string) =>
    (await (await fetch(`http://127.0.0.1:${port}${path}`)).json()) as T;
  const status = () => get<StatusView>('/api/status');
  await waitFor('the page', () => status().catch(() => null));
  const fills = () => get<FillView[]>('/api/fills?limit=1000');
  return { bot, pid: child.pid ?? 0, get, status, fills };
}

const trade = (f: FillView) => [f.trade_id, f.gap, f.side, f.price, f.size, f.cycle_profit].join(' ');

async function finished(run: RunningBot): Promise<string[]> {
  await waitFor('the end of the replay', async () => (await run.status()).grid_state === 'finished');
  return (await run.fills()).map(trade);
}

test.skipIf(refused !== null)('full logs: it trades on, says so, and recovers', async () => {
  const run = await start(6000, { folder: 'logs', limits: 'size=512k' });
  const logDir = throughProcess(run.pid, run.bot.logDir);
  fillDisk(join(logDir, 'ballast'));
  const full = await waitFor('degraded', async () => {
    const status = await run.status();
    return status.degraded.some((why) => why.startsWith('The logs cannot be written')) && status;
  });
  expect(full.state).toBe('degraded');
  expect(full.degraded.join()).toMatch(/ENOSPC.*trading goes on/);
  const before = (await run.fills()).length;
  await waitFor('more fills', async () => (await run.fills()).length > before + 5);
  makeRoom(join(logDir, 'ballast'));
  await waitFor('running', async () => (await run.status()).state === 'running');
  // What waited in memory is there, each line whole.
  const day = join(logDir, localDate(Date.now()));
  const parts = readdirSync(day).filter((name) => /^bot_stdout\.log\.\d+$/.test(name));
  const text = parts.map((name) => readFileSync(join(day, name), 'utf8')).join('');
  const lines = text.trim().split('\n').map((line) => JSON.parse(line) as { msg: string });
  const told = new Set(lines.map((line) => ('trade_id' in line ? line.trade_id : null)));
  const booked = (await run.fills()).slice(-before).map(({ trade_id }) => trade_id);
  expect(booked.filter((id) => !told.has(id))).toEqual([]);
  expect(lines.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['degraded', 'recovered']));
});

test.skipIf(refused !== null)('logs full at the start: it trades, and logs once it can', async () => {
  const run = await start(6000, { folder: 'logs', limits: 'nr_inodes=20', noFiles: true });
  await waitFor('some fills', async () => (await run.fills()).length > 5);
  await waitFor('degraded', async () => (await run.status()).state === 'degraded');
  roomForFiles(throughProcess(run.pid, join(run.bot.home, 'logs')));
  await waitFor('running', async () => (await run.status()).state === 'running');
  const logDir = throughProcess(run.pid, run.bot.logDir);
  const log = () => readFileSync(join(logDir, localDate(Date.now()), 'bot_stdout.log'), 'utf8');
  await waitFor('the told loss', () => log().includes('lines were lost while'));
  await waitFor('its record', () => existsSync(join(logDir, 'bot.json')));
});

test.skipIf(refused !== null)('full books: nothing is sent, then the same trades', async () => {
  const run = await start(6000, { folder: 'database', limits: 'size=16m' });
  await waitFor('some fills', async () => (await run.fills()).length > 5);
  const ballast = join(throughProcess(run.pid, run.bot.home), 'database', 'ballast');
  fillDisk(ballast);
  const full = await waitFor('degraded', async () => {
    const status = await run.status();
    return status.state === 'degraded' && status;
  });
  expect(full.degraded.join()).toMatch(/full|nothing new is sent/);
  const orders = () => run.get<OrderView[]>('/api/orders');
  const still = [await run.fills(), await orders()];
  // While another bot makes all of these trades, this one makes none.
  const wanted = await finished(await start(0, null));
  expect([await run.fills(), await orders()]).toEqual(still);
  expect((await run.status()).state).toBe('degraded');
  makeRoom(ballast);
  await waitFor('running', async () => (await run.status()).state === 'running');
  const trades = await finished(run);
  expect(existsSync(throughProcess(run.pid, run.bot.dbPath))).toBe(true);
  expect(trades.length).toBeGreaterThan(50);
  expect(trades).toEqual(wanted);
});

test.skipIf(refused !== null)('no room for its raw output either: it trades, ends as told', async () => {
  const bot = new LoneBot('full_01', replayConfig('candles.csv'));
  bots.push(bot);
  writeCandles(join(bot.home, 'candles.csv'), BARS, 7);
  const output = [
    ...['bash', '-c', ': >>"$0"; cat /dev/zero >"$0.ballast" 2>&-; exec "$@" >>"$0" 2>>"$0"'],
    join(bot.home, 'logs', 'raw'),
  ];
  const child = bot.start({ under: [...onSmallDisk(join(bot.home, 'logs'), 'size=4k'), ...output] });
  const ended = bot.ended(child);
  const over = waitFor('the end of the replay', () => bot.savedStatus()?.grid_state === 'finished');
  expect(await Promise.race([ended, over])).toBe(true);
  child.kill('SIGTERM');
  expect(await ended).toBe(BOT_EXIT.clean);
});

test.runIf(refused !== null)('full disks were not tried', (context) => {
  context.skip(refused ?? '');
});
