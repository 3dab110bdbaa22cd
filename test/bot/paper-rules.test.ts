/**
 * The rules of paper accounts: recorded ones at the beginning, then always those, whatever is
 * recorded later; accounts of an older gridd go on with what that one gave them.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openPaper } from '../../src/bot/open-venue.ts';
import type { MarketRules } from '../../src/contract/market.ts';
import { paperMarket, readRecord, recordText } from '../../src/exchange/paper/index.ts';
import type { RecordedMarket } from '../../src/exchange/paper/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { homeAt } from '../../src/platform/paths.ts';
import type { Home } from '../../src/platform/paths.ts';
import { migrate, openDatabase } from '../../src/platform/sqlite.ts';
import { readConfigFile } from '../../src/registry/index.ts';
import { Books } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function newHome(): Home {
  const folder = mkdtempSync(join(tmpdir(), 'gridd-rules-'));
  folders.push(folder);
  const home = homeAt(folder);
  for (const each of [home.active, home.markets]) mkdirSync(each, { recursive: true });
  return home;
}

function newBooks(): Books {
  const db = openDatabase(':memory:', 'NORMAL');
  migrate(db, MIGRATIONS);
  return new Books(db);
}

interface Opened {
  readonly rules: MarketRules;
  readonly notes: string;
}

interface Grid {
  readonly exchange: string;
  readonly symbol?: string;
  readonly paper?: object;
}

/** The rules by which a bot would trade on these books now. */
async function open(home: Home, books: Books, grid: Grid): Promise<Opened> {
  const { exchange, symbol = 'BTCUSDT', paper = {} } = grid;
  const lines = { grid_lower_price: 90_000, grid_upper_price: 110_000, grid_num: 10 };
  const config = {
    metadata: { instance_id: 'p_01', exchange, symbol },
    exchange_config: { paper },
    strategy_config: { ...lines, order_quantity: 1 },
  };
  const file = join(home.active, 'p_01.json');
  writeFileSync(file, JSON.stringify(config));
  const read = readConfigFile(home, file).config;
  const { venue, notes } = openPaper(home, read, books, systemClock);
  const rules = await venue.market();
  await venue.close();
  return { rules, notes: notes.join('\n') };
}

/** Another record of the venue, in which a figure of every market is another. */
function renew(
  home: Home,
  venue: string,
  change: Partial<MarketRules>,
  as?: 'since' | 'until',
): void {
  const record = readRecord('/nowhere', venue);
  if (record === null) throw new Error(`nothing is recorded of ${venue}`);
  const [first] = record.markets;
  const dated = { recorded_at: '2027-01-02', recorded_as: as, ...change };
  const text = recordText({ ...record, markets: [{ ...first, ...dated } as RecordedMarket] });
  writeFileSync(join(home.markets, `${venue}.json`), text);
}

const ASTER = { exchange: 'aster' };

test('an account begins with the recorded rules and keeps them when others are recorded', async () => {
  const [home, books] = [newHome(), newBooks()];
  const first = await open(home, books, ASTER);
  expect(first.rules).toMatchObject({ lot: '0.001', min_notional: '5', taker_fee: '0.00035' });
  expect(first.notes).toBe('');
  expect(await open(home, books, ASTER)).toEqual(first);
  renew(home, 'aster', { lot: '0.01', min_quantity: '0.01', taker_fee: '0.0005' });
  const later = await open(home, books, ASTER);
  expect(later.rules).toEqual(first.rules);
  expect(later.notes).toMatch(/aster \(2027-01-02\) differ in lot, min_quantity, taker_fee:/);
  renew(home, 'aster', { lot: '0.01' }, 'since');
  expect((await open(home, books, ASTER)).notes).toContain('(2027-01-02 or later)');
  renew(home, 'aster', { lot: '0.01' }, 'until');
  expect((await open(home, books, ASTER)).notes).toContain('(2027-01-02 or earlier)');
  renew(home, 'aster', { lot: '0.01', min_quantity: '0.01', taker_fee: '0.0005' });
  const fresh = await open(home, newBooks(), ASTER);
  expect(fresh.rules).toMatchObject({ lot: '0.01', taker_fee: '0.0005' });
});

test('a file that is no record refuses a new account, and is only told to one that goes on', async () => {
  const [home, books] = [newHome(), newBooks()];
  const { rules } = await open(home, books, ASTER);
  writeFileSync(join(home.markets, 'aster.json'), '{');
  const later = await open(home, books, ASTER);
  expect(later.rules).toEqual(rules);
  expect(later.notes).toMatch(/no record of markets: .* goes on with the market rules it began with/);
  await expect(open(home, newBooks(), ASTER)).rejects.toMatchObject({ code: 'MARKETS_FILE' });
});

test('an account of an older gridd keeps the rules that it was given, and is told', async () => {
  const [home, books] = [newHome(), newBooks()];
  const old = paperMarket('BTCUSDT', '100000');
  expect((await open(home, books, { exchange: 'paper' })).rules).toEqual(old);
  // The tables as that gridd left them.
  books.db.exec('ALTER TABLE paper_account DROP COLUMN rules; UPDATE paper_schema SET version = 2');
  const { rules, notes } = await open(home, books, ASTER);
  expect(rules).toEqual(old);
  expect(notes).toMatch(/goes on with the market rules it began with; those of aster/);
  expect(notes).toMatch(/differ in lot, min_quantity, min_notional, .*`start --fresh` takes them/);
});

test('the fees of a config go before those of the record while they stand there', async () => {
  const [home, books] = [newHome(), newBooks()];
  const own = await open(home, books, { ...ASTER, paper: { maker_fee: '0.0007' } });
  expect(own.rules).toMatchObject({ maker_fee: '0.0007', taker_fee: '0.00035' });
  const { rules, notes } = await open(home, books, ASTER);
  expect(rules).toMatchObject({ maker_fee: '0.0001', taker_fee: '0.00035' });
  expect(notes).toBe('');
});

test('a symbol that was not recorded is told of at its beginning, and once', async () => {
  const [home, books] = [newHome(), newBooks()];
  const grid = { ...ASTER, symbol: 'ETHUSDT' };
  const first = await open(home, books, grid);
  expect(first.notes).toMatch(/have no ETHUSDT: .* made up\. `gridd venues aster --record`/);
  expect(first.rules).toMatchObject({ lot: '0.001', taker_fee: '0.00035' });
  expect((await open(home, books, grid)).notes).toBe('');
});
