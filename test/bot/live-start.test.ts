/**
 * The step into live, in this process on a venue behind the port: what a first start asks for, what
 * it refuses, what becomes of a position that was there, and what is waited out.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Bot } from '../../src/bot/bot.ts';
import type { BotParts } from '../../src/bot/bot.ts';
import { KeyShare } from '../../src/bot/key-share.ts';
import { pauseMs } from '../../src/bot/patience.ts';
import type { ErrorCode } from '../../src/contract/errors.ts';
import type { BotLaunch, LiveStart } from '../../src/contract/instance-api.ts';
import { sizeText } from '../../src/contract/market.ts';
import { BudgetHeld, VenueFault } from '../../src/exchange/port.ts';
import type { FaultCause } from '../../src/exchange/port.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { homeAt } from '../../src/platform/paths.ts';
import { readBooks } from '../../src/store/index.ts';
import { ACCOUNT, makeRealVenue } from '../fixtures/real-venue.ts';
import type { RealVenue } from '../fixtures/real-venue.ts';
import { waitFor } from '../fixtures/wait-for.ts';

const folders: string[] = [];
const open: Bot[] = [];
afterEach(async () => {
  for (const bot of open.splice(0)) await bot.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const YES: LiveStart = { confirmed: true, position: null };

function makeLaunch(strategy: object = {}, live_start: LiveStart | null = YES): BotLaunch {
  const home = mkdtempSync(join(tmpdir(), 'gridd-live-'));
  folders.push(home);
  mkdirSync(join(home, 'config', 'active'), { recursive: true });
  const config_file = join(home, 'config', 'active', 'live_01.json');
  const config = {
    metadata: { instance_id: 'live_01', exchange: 'backpack', symbol: 'SOL_USDC_PERP' },
    exchange_config: { mode: 'live', api_key: '${KEY}', secret_key: '${SECRET}' },
    strategy_config: {
      grid_lower_price: 140,
      grid_upper_price: 160,
      grid_num: 20,
      order_quantity: '0.5',
      ...strategy,
    },
  };
  writeFileSync(config_file, JSON.stringify(config));
  return {
    ...{ home, id: 'live_01', config_file, generation: 1, web_port: null, avoid_ports: [] },
    log_dir: join(home, 'logs', 'live_01'),
    db_path: join(home, 'database', 'live_01.db'),
    ...{ cause: 'start', fresh: false, live_start },
  };
}

async function openBot(
  launch: BotLaunch,
  venue: RealVenue,
  waits: BotParts['waits'] = () => undefined,
): Promise<Bot> {
  const bot = await Bot.open({
    ...{ home: homeAt(launch.home), launch, waits, kinds: venue.kinds },
    variables: () => ({ KEY: 'the-key', SECRET: 'the-secret' }),
    log: makeLogger('live_01', []),
    share: new KeyShare(systemClock),
    lock: { guards: () => true },
    onBug: (error) => {
      throw error;
    },
  });
  open.push(bot);
  return bot;
}

async function begun(launch: BotLaunch, venue: RealVenue): Promise<Bot> {
  const bot = await openBot(launch, venue);
  await bot.begin();
  return bot;
}

async function closed(bot: Bot): Promise<void> {
  open.splice(open.indexOf(bot), 1);
  await bot.close();
}

const refusedWith = (code: ErrorCode) => expect.objectContaining({ code }) as unknown;

function lotsAt({ exchange }: RealVenue): string {
  return sizeText(exchange.market, exchange.account.lots);
}

describe('a first live start', () => {
  test('that nobody confirmed is refused before the venue is asked anything', async () => {
    const venue = makeRealVenue();
    for (const said of [null, { confirmed: false, position: null }]) {
      const launch = makeLaunch({}, said);
      await expect(openBot(launch, venue)).rejects.toEqual(refusedWith('LIVE_UNCONFIRMED'));
      expect(existsSync(launch.db_path)).toBe(false);
    }
    expect(venue.openings).toEqual([]);
  });

  test('is not asked for again, but books of nothing are no start', async () => {
    const venue = makeRealVenue();
    const launch = makeLaunch();
    await closed(await openBot(launch, venue));
    const unasked = { ...launch, live_start: null };
    await expect(openBot(unasked, venue)).rejects.toEqual(refusedWith('LIVE_UNCONFIRMED'));
    await closed(await begun(launch, venue));
    const again = await openBot(unasked, venue);
    await again.begin();
    expect(again.service.status()).toMatchObject({ mode: 'live', grid_state: 'running' });
    const fresh = { ...unasked, fresh: true };
    await closed(again);
    await expect(openBot(fresh, venue)).rejects.toEqual(refusedWith('LIVE_UNCONFIRMED'));
    expect(existsSync(launch.db_path)).toBe(true);
  });

  test('binds the books to the account, and takes its fees and its keys', async () => {
    const venue = makeRealVenue();
    const launch = makeLaunch();
    const bot = await begun(launch, venue);
    expect(venue.openings[0]).toMatchObject({
      symbol: 'SOL_USDC_PERP',
      rest_url: 'https://api.backpack.exchange',
      credentials: { api_key: 'the-key', secret_key: 'the-secret' },
      ...{ proxy: null, connect_timeout_ms: 5000, read_timeout_ms: 10_000 },
    });
    expect(venue.exchange.live).toHaveLength(20);
    // (1 - (159 + 160) x 0.0001) / 159: the account's fee, not the preset's.
    expect(bot.service.status().profit_per_grid.min).toBe('0.6089');
    await closed(bot);
    const books = readBooks(launch.db_path);
    expect(books?.binding()).toMatchObject({ mode: 'live', account: 'account-7' });
    books?.close();
    venue.account = { ...ACCOUNT, account_id: 'account-8' };
    await expect(openBot(launch, venue)).rejects.toEqual(refusedWith('BOOKS_BOUND'));
    expect(venue.exchange.live).toHaveLength(20);
  });

  test('other books are told before a venue that does not answer is waited for', async () => {
    const venue = makeRealVenue();
    const launch = makeLaunch();
    await closed(await begun(launch, venue));
    const { config_file } = launch;
    const text = JSON.stringify({
      metadata: { instance_id: 'live_01', exchange: 'backpack', symbol: 'SOL_USDC_PERP' },
      exchange_config: { mode: 'live', api_key: '${KEY}', secret_key: '${SECRET}' },
      strategy_config: {
        ...{ grid_lower_price: 140, grid_upper_price: 160, grid_num: 20, order_quantity: '0.5' },
        direction: 'long',
      },
    });
    writeFileSync(config_file, text);
    venue.faults.push(new VenueFault('maintenance', 'later', 60_000, 'maintenance'));
    await expect(openBot(launch, venue)).rejects.toEqual(refusedWith('BOOKS_BOUND'));
    expect(venue.faults).toHaveLength(1);
  });
});

describe('what is there already', () => {
  test.each<[string, (venue: RealVenue) => void, RegExp]>([
    ['a position', (venue) => venue.byHand({ side: 'sell', size: '2' }), /a position of -2 on/],
    [
      'an order',
      (venue) => venue.byHand({ side: 'buy', size: '1', price: '130' }),
      /1 resting order on/,
    ],
  ])('%s is refused without a word on it, and binds nothing', async (_what, arrange, words) => {
    const venue = makeRealVenue();
    arrange(venue);
    const launch = makeLaunch();
    const refused = openBot(launch, venue);
    await expect(refused).rejects.toEqual(refusedWith('VENUE_OCCUPIED'));
    await expect(refused).rejects.toThrow(words);
    expect(existsSync(launch.db_path)).toBe(false);
  });

  test('adopted: the position is the carry from the first turn on, orders are left alone', async () => {
    const venue = makeRealVenue();
    venue.byHand({ side: 'buy', size: '2' });
    venue.byHand({ side: 'buy', size: '1', price: '130' });
    const launch = makeLaunch({}, { confirmed: true, position: 'adopt' });
    const bot = await begun(launch, venue);
    expect(bot.service.status()).toMatchObject({ carry: '2', position: '2', state: 'running' });
    expect(venue.exchange.live.filter(({ foreign }) => foreign)).toHaveLength(1);
    venue.moveTo('152.5');
    await waitFor('the sells', () => bot.service.status().position === '1');
    await bot.session.panic();
    expect(lotsAt(venue)).toBe('0');
    expect(venue.exchange.live.map(({ foreign }) => foreign)).toEqual([true]);
  });

  test('ignored: the grid sees none of it, and closes its own part only', async () => {
    const venue = makeRealVenue();
    venue.byHand({ side: 'sell', size: '5' });
    venue.byHand({ side: 'buy', size: '1', price: '130' });
    const launch = makeLaunch(
      { direction: 'long' },
      { confirmed: true, position: 'ignore' },
    );
    const bot = await begun(launch, venue);
    const status = bot.service.status();
    expect(status).toMatchObject({ position: '5', state: 'running', carry: '0' });
    expect(status.warnings.join()).toContain('A position of -5 is set aside');
    // Its exits rest although the account is flat: reduce-only would be refused there.
    expect(lotsAt(venue)).toBe('0');
    expect(venue.exchange.live.filter(({ side }) => side === 'sell')).toHaveLength(10);
    await closed(bot);
    const later = await begun({ ...launch, live_start: null }, venue);
    expect(later.service.status()).toMatchObject({ position: '5', state: 'running' });
    const receipt = await later.session.panic();
    expect(receipt).toMatchObject({ position: '0', orders_left: 0 });
    expect(lotsAt(venue)).toBe('-5');
    expect(venue.exchange.live.map(({ foreign }) => foreign)).toEqual([true]);
  });

  test('set aside counts for liquidation; accept-position makes all of it the grid’s', async () => {
    const venue = makeRealVenue();
    venue.byHand({ side: 'sell', size: '5' });
    const launch = makeLaunch({}, { confirmed: true, position: 'ignore' });
    const bot = await begun(launch, venue);
    const now = bot.service.status().liquidation?.now ?? '0';
    expect(Number(now)).toBeGreaterThan(160);
    expect(await bot.service.acceptPosition({ dry_run: true })).toMatchObject({
      ...{ applied: false, venue: '-5', books: '0', difference: '-5' },
    });
    await bot.service.acceptPosition({});
    expect(bot.service.status()).toMatchObject({ position: '-5', carry: '-5', state: 'running' });
    expect(bot.service.status().liquidation?.now).toBe(now);
    await closed(bot);
    const later = await begun(launch, venue);
    expect(later.service.status()).toMatchObject({ position: '-5', carry: '-5' });
    expect(later.service.status().warnings.join()).toContain('Nothing was adopted or ignored');
  });

  test('a position with which the range would be deadly is refused', async () => {
    const venue = makeRealVenue();
    venue.byHand({ side: 'sell', size: '1200' });
    const launch = makeLaunch({}, { confirmed: true, position: 'ignore' });
    const refused = openBot(launch, venue);
    await expect(refused).rejects.toEqual(refusedWith('GRID_REFUSED'));
    await expect(refused).rejects.toThrow(/the position of -1200 that is there already/);
  });
});

describe('accounts', () => {
  test('hedge mode and a key that may not trade are refused', async () => {
    const venue = makeRealVenue();
    venue.account = { ...ACCOUNT, position_mode: 'hedge' };
    await expect(openBot(makeLaunch(), venue)).rejects.toEqual(refusedWith('VENUE_MODE'));
    venue.account = { ...ACCOUNT, can_trade: false };
    await expect(openBot(makeLaunch(), venue)).rejects.toEqual(refusedWith('VENUE_PERMISSION'));
  });

  test.each(['panic', 'safe'] as const)('but not to a bot that only ends: %s', async (cause) => {
    const venue = makeRealVenue();
    venue.leverage = 'symbol';
    venue.account = { ...ACCOUNT, position_mode: 'hedge', can_trade: false };
    await openBot({ ...makeLaunch({ leverage: 4 }), cause }, venue);
    expect(venue.leverages).toEqual([]);
  });

  test('leverage is set where it is the symbol’s, once', async () => {
    const venue = makeRealVenue();
    venue.leverage = 'symbol';
    await openBot(makeLaunch({ leverage: 4 }), venue);
    expect(venue.leverages).toEqual([4]);
    venue.account = { ...ACCOUNT, leverage: '4' };
    await openBot(makeLaunch({ leverage: 4 }), venue);
    expect(venue.leverages).toEqual([4]);
  });

  test('a venue that refuses it is told, and no reason not to trade', async () => {
    const venue = makeRealVenue();
    venue.leverage = 'symbol';
    const launch = makeLaunch({ leverage: 4 });
    const refusal = new VenueFault('refused', 'a position is open', null, 'other');
    venue.faults.push(null, null, refusal);
    const bot = await openBot(launch, venue);
    expect(bot.service.status().warnings.join()).toContain('4 was refused: a position is open');
  });

  test('shared leverage is only checked, and what it leaves decides', async () => {
    const venue = makeRealVenue();
    venue.leverage = 'account';
    venue.account = { ...ACCOUNT, leverage: '2' };
    const bot = await openBot(makeLaunch({ leverage: 4 }), venue);
    expect(bot.service.status().warnings.join()).toContain('leverage of the account is 2');
    expect(venue.leverages).toEqual([]);
  });
});

describe('a venue that does not answer at a start', () => {
  test.each<[FaultCause, ErrorCode]>([
    ['key', 'VENUE_KEY'],
    ['permission', 'VENUE_PERMISSION'],
    ['address', 'VENUE_ADDRESS'],
    ['clock', 'VENUE_CLOCK'],
    ['symbol', 'VENUE_SYMBOL'],
    ['capability', 'VENUE_REFUSED'],
    ['other', 'VENUE_REFUSED'],
  ])('refused because of %s: the user’s to mend', async (because, code) => {
    const venue = makeRealVenue();
    venue.faults.push(new VenueFault('refused', 'so it says', null, because));
    const launch = makeLaunch();
    await expect(openBot(launch, venue)).rejects.toEqual(refusedWith(code));
    expect(existsSync(launch.db_path)).toBe(false);
  });

  test.each<[VenueFault, ErrorCode]>([
    [new VenueFault('maintenance', 'back soon', 1, 'maintenance'), 'VENUE_MAINTENANCE'],
    [new VenueFault('rate_limited', '429', 1, 'rate'), 'VENUE_RATE'],
    [new VenueFault('unreachable', 'ENOTFOUND', null, 'name'), 'VENUE_NAME'],
  ])('%s is waited out, and said meanwhile', async (fault, code) => {
    const venue = makeRealVenue();
    venue.faults.push(fault);
    const told: (string | null)[] = [];
    const bot = await openBot(makeLaunch(), venue, (reason) => told.push(reason?.text ?? null));
    expect(told[0]).toContain(`${code}: backpack`);
    expect(told.at(-1)).toBeNull();
    await bot.begin();
    expect(bot.service.status().state).toBe('running');
  });

  test('what our own budget holds back is asked when it says, however often it does', async () => {
    const venue = makeRealVenue();
    venue.faults.push(...Array.from({ length: 8 }, () => new BudgetHeld(60)));
    const told: (string | null)[] = [];
    const from = performance.now();
    await openBot(makeLaunch(), venue, (reason) => told.push(reason?.text ?? null));
    // With growing pauses it would be two minutes.
    expect(performance.now() - from).toBeLessThan(10_000);
    expect(told.filter((reason) => reason?.startsWith('VENUE_RATE') === true)).toHaveLength(8);
    expect(told.at(-1)).toBeNull();
  });

  test('a key that is refused once the bot is open ends the start as well', async () => {
    const venue = makeRealVenue();
    const bot = await openBot(makeLaunch(), venue);
    venue.faults.push(new VenueFault('refused', 'taken back', null, 'key'));
    await expect(bot.begin()).rejects.toEqual(refusedWith('VENUE_KEY'));
    expect(venue.exchange.orders.size).toBe(0);
  });

  test('one that is taken back while the grid runs is noticed, and forgotten when it works', async () => {
    const venue = makeRealVenue();
    const bot = await begun(makeLaunch(), venue);
    const { session } = bot;
    const compare = async () => {
      session.intervalChanged();
      await session.hear({ type: 'gap', reason: 'a test asks for a comparison' });
    };
    venue.faults.push(new VenueFault('refused', 'taken back', null, 'permission'));
    await compare();
    expect(session.refusal.at(0)?.fault.because).toBe('permission');
    expect(bot.service.status().degraded.join()).toContain('taken back');
    await compare();
    expect(session.refusal.at(0)).toBeNull();
  });

  test('the pauses grow, obey the venue, and have an end', () => {
    expect([1, 2, 3, 4].map((attempt) => pauseMs(attempt, null))).toEqual([500, 1000, 2000, 4000]);
    expect(pauseMs(1, 7000)).toBe(7000);
    expect(pauseMs(50, null)).toBe(60_000);
    expect(pauseMs(1, 3_600_000)).toBe(60_000);
  });

  test('a config without a whole set of keys is told which it needs', async () => {
    const venue = makeRealVenue();
    const launch = makeLaunch();
    const config = JSON.stringify({
      metadata: { instance_id: 'live_01', exchange: 'backpack', symbol: 'SOL_USDC_PERP' },
      exchange_config: { mode: 'live', api_key: '${KEY}' },
      strategy_config: {
        ...{ grid_lower_price: 140, grid_upper_price: 160, grid_num: 20, order_quantity: '0.5' },
      },
    });
    writeFileSync(launch.config_file, config);
    const refused = openBot(launch, venue);
    await expect(refused).rejects.toEqual(refusedWith('VENUE_KEY'));
    await expect(refused).rejects.toThrow('takes api_key and secret_key; exchange_config has api_');
  });
});
