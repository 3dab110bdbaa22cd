/** A bot in this process, on a home of its own: its end while it starts, and its edited file. */
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Bot } from '../../src/bot/bot.ts';
import { KeyShare } from '../../src/bot/key-share.ts';
import { GriddError } from '../../src/contract/errors.ts';
import type { BotLaunch } from '../../src/contract/instance-api.ts';
import { decodeState } from '../../src/engine/index.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { homeAt } from '../../src/platform/paths.ts';
import { openReadOnly } from '../../src/platform/sqlite.ts';
import { keepTakenText, takenFile, textDigest } from '../../src/registry/index.ts';
import { Books, readBooks } from '../../src/store/index.ts';
import { waitFor } from '../fixtures/wait-for.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const STRATEGY = {
  grid_lower_price: 140,
  grid_upper_price: 160,
  grid_num: 20,
  order_quantity: '0.5',
};
const INVESTED = { order_quantity: undefined, investment: 1000, leverage: 2 };

function write(file: string, strategy: object): void {
  const metadata = { instance_id: 'solo_01', symbol: 'SOL_USDC_PERP' };
  // The price stands still, so that a size changes by what a test does alone.
  const exchange_config = { paper: { volatility: 1e-9 } };
  const strategy_config = { ...STRATEGY, ...strategy };
  writeFileSync(file, JSON.stringify({ metadata, exchange_config, strategy_config }));
}

/** A launch of a paper bot in a new home. */
function makeLaunch(strategy: object = {}): BotLaunch {
  const home = mkdtempSync(join(tmpdir(), 'gridd-bot-'));
  folders.push(home);
  mkdirSync(join(home, 'config', 'active'), { recursive: true });
  const config_file = join(home, 'config', 'active', 'solo_01.json');
  write(config_file, strategy);
  return {
    home,
    id: 'solo_01',
    config_file,
    log_dir: join(home, 'logs', 'solo_01'),
    db_path: join(home, 'database', 'solo_01.db'),
    generation: 1,
    web_port: null,
    avoid_ports: [],
    cause: 'start',
    fresh: false,
  };
}

function openBot(launch: BotLaunch, bugs: unknown[]): Promise<Bot> {
  return Bot.open({
    home: homeAt(launch.home),
    launch,
    share: new KeyShare(systemClock),
    variables: () => ({}),
    log: makeLogger('solo_01', []),
    lock: { guards: () => true },
    onBug: (error) => bugs.push(error),
  });
}

test('closed while it recovers, it takes no further step and places nothing', async () => {
  const launch = makeLaunch();
  const bugs: unknown[] = [];
  const bot = await openBot(launch, bugs);
  const begun = bot.begin();
  await Promise.all([bot.close(), begun]);
  expect(bugs).toEqual([]);
  const books = readBooks(launch.db_path);
  expect(books?.orders()).toEqual([]);
  books?.close();
});

/** Resolves when the bot's regular look, which saves the figures first, has seen what is now. */
async function seen(launch: BotLaunch): Promise<void> {
  const now = Date.now();
  await waitFor('a look', () => {
    const books = readBooks(launch.db_path);
    const saved = books?.status()?.updated_at ?? '';
    books?.close();
    return Date.parse(saved) > now;
  });
}

describe('an edited file whose size is computed', () => {
  test.each([
    ['investment', 2000],
    ['leverage', 4],
  ])('another %s is no saved adjust: a reload takes it', async (key, value) => {
    const launch = makeLaunch(INVESTED);
    const bugs: unknown[] = [];
    const bot = await openBot(launch, bugs);
    await bot.begin();
    const before = Number(bot.service.status().quantity_per_grid);
    write(launch.config_file, { ...INVESTED, [key]: value });
    await seen(launch);
    expect(await bot.reload()).toMatchObject({ applied: [`strategy_config.${key}`], restart: [] });
    expect(Number(bot.service.status().quantity_per_grid)).toBeCloseTo(2 * before, 1);
    await bot.close();
    expect(bugs).toEqual([]);
  });

  test('new lines that an adjust has set are one, and the size in force stays', async () => {
    const launch = makeLaunch(INVESTED);
    const bot = await openBot(launch, []);
    await bot.begin();
    const lines = { grid_lower_price: 139, grid_upper_price: 159, grid_num: 20 };
    await bot.service.adjust(lines, null);
    const { quantity_per_grid, adjusted } = bot.service.status();
    expect(adjusted).toBe(true);
    write(launch.config_file, { ...INVESTED, ...lines });
    await waitFor('it to be taken', () => !bot.service.status().adjusted);
    expect(bot.service.status()).toMatchObject({ lower: '139', quantity_per_grid });
    await bot.close();
  });
});

test('a config file that cannot even be looked at ends no bot: the old one runs on', async () => {
  const launch = makeLaunch();
  const bugs: unknown[] = [];
  const bot = await openBot(launch, bugs);
  await bot.begin();
  const text = readFileSync(launch.config_file);
  rmSync(launch.config_file);
  symlinkSync(basename(launch.config_file), launch.config_file);
  await seen(launch);
  await expect(bot.reload()).rejects.toMatchObject({ code: 'CONFIG_NOT_FOUND' });
  rmSync(launch.config_file);
  writeFileSync(launch.config_file, text);
  expect(await bot.reload()).toMatchObject({ applied: [], restart: [] });
  await bot.close();
  expect(bugs).toEqual([]);
});

/**
 * What the books say of the file at the first commit with another plan: who dies there starts anew
 * from this.
 */
async function atNextPlan(launch: BotLaunch, work: Promise<unknown>): Promise<string[]> {
  const db = openReadOnly(launch.db_path);
  const states = db.prepare<[], { state: string }>('SELECT state FROM engine');
  const metas = db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?');
  const plan = () => JSON.stringify(decodeState(states.get()?.state ?? '').plan);
  try {
    const before = plan();
    // Looks between any two steps of the bot, as a crash may come there.
    for (let step = 0; plan() === before; step += 1) {
      if (step > 10_000) throw new Error('no other plan was stored');
      await Promise.resolve();
    }
    return ['fingerprint', 'effective', 'adjusted'].map((key) => metas.get(key)?.value ?? '');
  } finally {
    db.close();
    await work;
  }
}

describe('an edited grid', () => {
  const moved = { grid_lower_price: 139, grid_upper_price: 159 };
  const taken = [expect.stringContaining('139'), expect.stringContaining('139'), 'no'];

  test('is stored as taken by the very commit that stores its plan: in a reload', async () => {
    const launch = makeLaunch();
    const bot = await openBot(launch, []);
    await bot.begin();
    write(launch.config_file, moved);
    expect(await atNextPlan(launch, bot.reload())).toEqual(taken);
    expect(bot.service.status()).toMatchObject({ lower: '139', adjusted: false });
    await bot.close();
  });

  test('and in a start', async () => {
    const launch = makeLaunch();
    const first = await openBot(launch, []);
    await first.begin();
    await first.service.adjust({ grid_lower_price: 141, grid_upper_price: 161 }, null);
    await first.close();
    write(launch.config_file, moved);
    const second = await openBot(launch, []);
    expect(await atNextPlan(launch, second.begin())).toEqual(taken);
    expect(second.service.status()).toMatchObject({ lower: '139', adjusted: false });
    await second.close();
  });
});

/** The same launch with the file's text kept, as a start of `generation` on a day has taken it. */
function keep(launch: BotLaunch, generation: number, day = '01'): BotLaunch {
  const text = readFileSync(launch.config_file, 'utf8');
  keepTakenText(launch.log_dir, text);
  const start = `${generation} 2026-01-${day}T00:00:00.000Z`;
  return { ...launch, generation, taken: { sha256: textDigest(text), start } };
}

function metaOf(launch: BotLaunch, key: string): string | undefined {
  const db = openReadOnly(launch.db_path);
  const metas = db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?');
  const value = metas.get(key)?.value;
  db.close();
  return value;
}

describe('a bot that is started again with the text that was taken', () => {
  const lines = { grid_lower_price: 139, grid_upper_price: 159, grid_num: 20 };

  test('keeps what an adjust has saved into the file since', async () => {
    const launch = keep(makeLaunch(), 1);
    const first = await openBot(launch, []);
    await first.begin();
    await first.service.adjust(lines, null);
    write(launch.config_file, lines);
    await waitFor('it to be taken', () => !first.service.status().adjusted);
    await first.close();
    const second = await openBot({ ...launch, cause: 'restart', generation: 2 }, []);
    await second.begin();
    expect(second.service.status()).toMatchObject({ lower: '139', upper: '159', adjusted: false });
    await second.close();
  });

  test('takes its values where the start of it died before its books had them', async () => {
    const launch = makeLaunch();
    const first = await openBot(launch, []);
    await first.begin();
    await first.close();
    write(launch.config_file, lines);
    const edited = keep(launch, 2);
    await (await openBot(edited, [])).close();
    write(launch.config_file, { ...lines, grid_num: 5 });
    const third = await openBot({ ...edited, cause: 'restart', generation: 3 }, []);
    await third.begin();
    expect(third.service.status()).toMatchObject({ lower: '139', grids: 20 });
    await third.close();
  });

  test('takes them also where generations begin anew under the old books', async () => {
    const launch = makeLaunch();
    const first = await openBot(keep(launch, 1, '01'), []);
    await first.begin();
    await first.close();
    write(launch.config_file, lines);
    const edited = keep(launch, 1, '02');
    await (await openBot(edited, [])).close();
    const third = await openBot({ ...edited, cause: 'restart', generation: 2 }, []);
    await third.begin();
    expect(third.service.status()).toMatchObject({ lower: '139', upper: '159' });
    await third.close();
  });

  test('looks at what an adjust has saved just before it died', async () => {
    const launch = keep(makeLaunch(), 1);
    const first = await openBot(launch, []);
    await first.begin();
    await first.service.adjust(lines, null);
    await first.close();
    write(launch.config_file, lines);
    const second = await openBot({ ...launch, cause: 'restart', generation: 2 }, []);
    await second.begin();
    await waitFor('it to be taken', () => !second.service.status().adjusted);
    await second.service.adjust({ ...lines, grid_lower_price: 138 }, null);
    await second.close();
    // The file says what it said: the newer adjust stays.
    const third = await openBot(keep(launch, 3, '03'), []);
    await third.begin();
    expect(third.service.status()).toMatchObject({ lower: '138', adjusted: true });
    await third.close();
  });

  test('waits for room to write that its books have had the values', async () => {
    const launch = keep(makeLaunch(), 1);
    const write = Books.prototype.setMeta;
    let refused = 0;
    const spy = vi.spyOn(Books.prototype, 'setMeta').mockImplementation(function (
      this: Books,
      key,
      value,
    ) {
      if (key === 'values_of' && refused++ === 0) {
        throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
      }
      write.call(this, key, value);
    });
    const bugs: unknown[] = [];
    const bot = await openBot(launch, bugs);
    await bot.begin().finally(() => spy.mockRestore());
    await bot.close();
    expect(refused).toBe(2);
    expect(metaOf(launch, 'values_of')).toBe(launch.taken?.start);
    expect(bugs).toEqual([]);
  });

  test('crashes rather than run with another one: the next start decides anew', async () => {
    const launch = keep(makeLaunch(), 1);
    rmSync(takenFile(launch.log_dir));
    const opened = openBot({ ...launch, cause: 'restart', generation: 2 }, []);
    await expect(opened).rejects.toThrow('the config text that it was started with is gone');
    await expect(opened).rejects.not.toBeInstanceOf(GriddError);
  });
});

describe('what the balance of 10,000 does not carry', () => {
  const order_quantity = '60';

  test('is refused at the first start, and leaves no books', async () => {
    const launch = makeLaunch({ order_quantity: '500' });
    await expect(openBot(launch, [])).rejects.toMatchObject({
      code: 'GRID_REFUSED',
      problems: [
        { path: 'strategy_config.order_quantity', message: expect.stringContaining('fall') },
        { path: 'strategy_config.order_quantity', message: expect.stringContaining('rise') },
      ],
    });
    expect(readBooks(launch.db_path)).toBeNull();
  });

  test('is refused at a reload; what it carries is taken', async () => {
    const launch = makeLaunch({ order_quantity });
    const bugs: unknown[] = [];
    const bot = await openBot(launch, bugs);
    await bot.begin();
    const { warnings: told, coded } = bot.service.status();
    expect(told).toEqual([expect.stringContaining('initial margin')]);
    expect(coded).toMatchObject([{ text: told[0], said: { code: expect.stringMatching(/^margin_short/) } }]);
    write(launch.config_file, { order_quantity: '500' });
    await expect(bot.reload()).rejects.toMatchObject({ code: 'GRID_REFUSED' });
    // Ten buys of 60 at 144.5: 10,000 + 600 (p - 144.5) less fees <= 6 p at 129.15.
    write(launch.config_file, { order_quantity, stop_loss_price: 125 });
    await expect(bot.reload()).rejects.toMatchObject({
      code: 'GRID_REFUSED',
      problems: [{ path: 'strategy_config.stop_loss_price', allowed: 'above 129.15' }],
    });
    expect(bot.service.status().quantity_per_grid).toBe('60');
    write(launch.config_file, { order_quantity, stop_loss_price: 130 });
    expect(await bot.reload()).toMatchObject({ applied: ['strategy_config.stop_loss_price'] });
    await bot.close();
    expect(bugs).toEqual([]);
  });
});
