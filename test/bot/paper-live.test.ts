/** Paper trading on the prices of a real venue: its rules, its prices, no key. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Bot } from '../../src/bot/bot.ts';
import type { BotParts } from '../../src/bot/bot.ts';
import { KeyShare } from '../../src/bot/key-share.ts';
import type { BotLaunch } from '../../src/contract/instance-api.ts';
import { backpackFace } from '../../src/exchange/sim/backpack/index.ts';
import { FAULT_DEFAULTS, openSimVenue } from '../../src/exchange/sim/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { homeAt } from '../../src/platform/paths.ts';
import { waitFor } from '../fixtures/wait-for.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function launchOn(base_url: string, symbol: string): BotLaunch {
  const home = mkdtempSync(join(tmpdir(), 'gridd-follow-'));
  closing.push(() => rmSync(home, { recursive: true }));
  mkdirSync(join(home, 'config', 'active'), { recursive: true });
  const config_file = join(home, 'config', 'active', 'paper_01.json');
  const config = {
    metadata: { instance_id: 'paper_01', exchange: 'backpack', symbol },
    exchange_config: { base_url, paper: { price_source: 'live' } },
    strategy_config: {
      ...{ grid_lower_price: 140, grid_upper_price: 160, grid_num: 20, order_quantity: '0.5' },
    },
  };
  writeFileSync(config_file, JSON.stringify(config));
  return {
    ...{ home, id: 'paper_01', config_file, generation: 1, web_port: null, avoid_ports: [] },
    log_dir: join(home, 'logs', 'paper_01'),
    db_path: join(home, 'database', 'paper_01.db'),
    ...{ cause: 'start', fresh: false, live_start: null },
  };
}

async function openBot(launch: BotLaunch, waits: NonNullable<BotParts['waits']>): Promise<Bot> {
  const bot = await Bot.open({
    ...{ home: homeAt(launch.home), launch, waits, variables: () => ({}) },
    log: makeLogger('paper_01', []),
    share: new KeyShare(systemClock),
    lock: { guards: () => true },
    onBug(error) {
      throw error;
    },
  });
  closing.push(() => bot.close());
  return bot;
}

test('a paper grid waits for the venue, takes its rules and trades as its price moves', async () => {
  const sim = await openSimVenue({ face: backpackFace, symbols: 5 });
  closing.push(() => sim.close());
  const symbol = 'SOL_USDC_PERP';
  sim.world.moveTo(symbol, '150');
  sim.faults.add({ ...FAULT_DEFAULTS, kind: 'error_before', status: 503 });
  const told: (string | null)[] = [];
  const bot = await openBot(launchOn(sim.url, symbol), (why) => told.push(why?.text ?? null));
  expect(told[0], 'the reason of the first wait').toMatch(/^VENUE_/);
  await bot.begin();
  expect(bot.service.status().mode).toBe('paper');
  sim.world.moveTo(symbol, '148.3');
  await waitFor('a fill', () => bot.service.status().position !== '0');
  expect(bot.service.status()).toMatchObject({ position: '0.5' });
});

test('a symbol that the venue does not have is refused', async () => {
  const sim = await openSimVenue({ face: backpackFace, symbols: 5 });
  closing.push(() => sim.close());
  const opening = openBot(launchOn(sim.url, 'NO_USDC_PERP'), () => undefined);
  await expect(opening).rejects.toMatchObject({ code: 'VENUE_SYMBOL' });
});
