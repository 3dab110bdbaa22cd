/** A bot in this process, on a home of its own: what its end must not let begin. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Bot } from '../../src/bot/bot.ts';
import type { BotLaunch } from '../../src/contract/instance-api.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { homeAt } from '../../src/platform/paths.ts';
import { readBooks } from '../../src/store/index.ts';

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

/** A launch of a paper bot in a new home. */
function makeLaunch(): BotLaunch {
  const home = mkdtempSync(join(tmpdir(), 'gridd-bot-'));
  folders.push(home);
  mkdirSync(join(home, 'config', 'active'), { recursive: true });
  const config_file = join(home, 'config', 'active', 'solo_01.json');
  const metadata = { instance_id: 'solo_01', symbol: 'SOL_USDC_PERP' };
  writeFileSync(config_file, JSON.stringify({ metadata, strategy_config: STRATEGY }));
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
