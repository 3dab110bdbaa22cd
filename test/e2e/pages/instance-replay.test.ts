/**
 * The page of a replay that has ended, in a real browser: thousands of rows go whole into files,
 * and the chart ends where the replay did, whatever year it is.
 */
import type { Page } from 'playwright-core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FillView, OrderView, StatusView } from '../../../src/contract/instance-api.ts';
import { CANDLE_INTERVALS } from '../../../src/contract/page-api.ts';
import type { CandleView, FillPage, OrderPage } from '../../../src/contract/page-api.ts';
import { TestBrowser, hasBrowser } from '../../fixtures/browser.ts';
import { writeCandles } from '../../fixtures/candles.ts';
import { LoneBot, replayConfig } from '../../fixtures/lone-bot.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

/** Rows that the page asks for at a time for a file. */
const EXPORT_ROWS = 1000;
const MINUTES = 900;
const MINUTES_OF = { '1m': 1, '5m': 5, '1h': 60 } as const;

const bot = new LoneBot('replay_01', replayConfig('candles.csv', { grid_num: 100 }));
let browser: TestBrowser;
let page: Page;
let origin: string;

async function read<Value>(path: string): Promise<Value> {
  return (await (await fetch(`${origin}${path}`)).json()) as Value;
}

/** All rows of a table, page by page, newest first. */
async function everyRow<Row>(path: string, rowsOf: (answer: never) => readonly Row[]) {
  const rows: Row[] = [];
  for (let before = ''; ; ) {
    const answer = await read<{ next: string | null }>(`${path}?limit=300${before}`);
    rows.push(...rowsOf(answer as never));
    if (answer.next === null) return rows;
    before = `&before=${answer.next}`;
  }
}

/** The file that a press on `format` brings, and its name. */
async function exported(format: 'CSV' | 'JSON'): Promise<{ name: string; text: string }> {
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: new RegExp(`^${format}: `) }).click();
  const download = await coming;
  const text = readFileSync(await download.path(), 'utf8');
  return { name: download.suggestedFilename(), text };
}

type Cells = Readonly<Record<string, string>>;

/** Rows of a CSV without quoted cells, by the names in its head. */
function cellsOf(csv: string): Cells[] {
  expect(csv).not.toContain('"');
  const [head = '', ...lines] = csv.trimEnd().split('\r\n');
  const names = head.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  });
}

/** The same of a JSON: every value as the text that a CSV has of it. */
function textsOf(json: string): Cells[] {
  const rows = JSON.parse(json) as Record<string, string | number | null>[];
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value ?? '')])),
  );
}

describe.skipIf(!hasBrowser)('the page of a replay that has ended', () => {
  beforeAll(async () => {
    writeCandles(join(bot.home, 'candles.csv'), MINUTES, 7);
    bot.start();
    browser = await TestBrowser.launch();
    await waitFor('the end of the replay', () => bot.savedStatus()?.grid_state === 'finished', 60_000);
    origin = `http://127.0.0.1:${bot.webPort()}`;
    page = await (await browser.context({ viewport: { width: 1440, height: 1000 } })).newPage();
    await page.goto(origin);
    await page.getByText('The run is over: `gridd stop replay_01`').waitFor();
  });
  afterAll(async () => {
    await browser.close();
    bot.dispose();
  });

  test('draws its last candle by the time of the replay', async () => {
    const candles = await read<readonly CandleView[]>('/api/candles?interval=1m');
    const last = new Date((candles.at(-1)?.time ?? 0) * 1000).toISOString();
    expect(last).toBe('2024-08-01T14:59:00.000Z');
    const { priced_at } = await read<StatusView>('/api/status');
    expect(priced_at).toMatch(/^2024-08-01T14:59:/);
    await page.locator(`[data-part=chart] [data-newest="${last}"]`).waitFor();
  });

  test.each(CANDLE_INTERVALS)('draws its whole record of %s', async (interval) => {
    const candles = await read<readonly CandleView[]>(`/api/candles?interval=${interval}`);
    const last = candles.at(-1);
    expect(candles).toHaveLength(MINUTES / MINUTES_OF[interval]);
    await page.getByText(interval, { exact: true }).click();
    const newest = new Date((last?.time ?? 0) * 1000).toISOString();
    const drawn = page.locator(`[data-part=chart] [data-candles="${candles.length}"]`);
    await drawn.and(page.locator(`[data-newest="${newest}"]`)).waitFor();
    // The run is over: its last price is the end of each candle that is the last.
    const { price } = await read<StatusView>('/api/status');
    expect(last?.close).toBe(price);
    expect(await drawn.getAttribute('data-close')).toBe(String(Number(price)));
  });

  test('its fills go whole into a file, however many pages that takes', async () => {
    const fills = await everyRow<FillView>('/api/fills/page', (answer: FillPage) => answer.fills);
    expect(fills.length).toBeGreaterThan(EXPORT_ROWS);
    await page.getByRole('tab', { name: 'Fills' }).click();
    await page.getByText('200 rows, more below').waitFor();
    const json = await exported('JSON');
    expect(json.name).toMatch(/^replay_01-fills-\d{8}-\d{6}\.json$/);
    await page.getByText(`${fills.length} rows written to the file.`).waitFor();
    const rows = textsOf(json.text);
    expect(rows).toEqual(
      fills.map(({ closes, ...fill }) => ({
        ...{ at: fill.at, trade_id: fill.trade_id, order_id: String(fill.order_id) },
        ...{ gap: String(fill.gap ?? ''), side: fill.side, price: fill.price, size: fill.size },
        ...{ fee: fill.fee, cycle_profit: fill.cycle_profit ?? '' },
        ...{ closes_price: closes?.price ?? '', closes_at: closes?.at ?? '' },
      })),
    );
    const csv = await exported('CSV');
    expect(csv.name).toMatch(/\.csv$/);
    expect(cellsOf(csv.text)).toEqual(rows);
  });

  test('a file of a filter holds what matches of all rows, and says of how many', async () => {
    const fills = await everyRow<FillView>('/api/fills/page', (answer: FillPage) => answer.fills);
    const sells = fills.filter(({ side }) => side === 'sell');
    await page.getByLabel('Filter', { exact: true }).fill('sell');
    const { text } = await exported('JSON');
    const ids = (JSON.parse(text) as FillView[]).map(({ trade_id: id }) => id);
    expect(ids).toEqual(sells.map(({ trade_id: id }) => id));
    await page
      .getByText(`${sells.length} rows written to the file. There are ${fills.length} in all`)
      .waitFor();
    await page.getByLabel('Filter', { exact: true }).fill('');
  });

  test('so do its orders, of all or of one status', async () => {
    const orders = await everyRow<OrderView>('/api/orders/page', (all: OrderPage) => all.orders);
    await page.getByRole('tab', { name: 'Orders' }).click();
    const all = textsOf((await exported('JSON')).text);
    expect(all.map(({ id }) => Number(id))).toEqual(orders.map(({ id }) => id));
    await page.getByLabel('Status', { exact: true }).selectOption('filled');
    await page.getByRole('cell', { name: 'Filled' }).first().waitFor();
    const file = await exported('CSV');
    expect(file.name).toMatch(/^replay_01-orders-filled-/);
    const filled = all.filter(({ status }) => status === 'filled');
    expect(filled.length).toBeGreaterThan(EXPORT_ROWS);
    expect(filled.length).toBeLessThan(all.length);
    expect(cellsOf(file.text)).toEqual(filled);
  });

  test('complains of nothing', () => {
    expect(browser.complaints).toEqual([]);
  });
});
