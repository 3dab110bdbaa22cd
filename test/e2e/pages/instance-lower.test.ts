/**
 * The lower half of the instance page in a real browser, before a real paper bot: tables that say
 * why, files that hold what the API holds, and actions that do what they spell out. The bot's name
 * and symbol and lines of its log try to act as markup all the while.
 */
import type { Download, Page } from 'playwright-core';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  FillView,
  LevelView,
  OrderView,
  StatusView,
} from '../../../src/contract/instance-api.ts';
import type { FillPage, OrderPage } from '../../../src/contract/page-api.ts';
import { readBooks } from '../../../src/store/index.ts';
import { faultsOf } from '../../fixtures/accessibility.ts';
import { TestBrowser, hasBrowser } from '../../fixtures/browser.ts';
import { FleetHome, freePorts } from '../../fixtures/fleet-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

const MARKUP = '<img src=x onerror="window.acted=1">';
const ID = 'lower_01';
const CONFIG = {
  metadata: { name: `Grid ${MARKUP}`, symbol: 'SOL_<b onmouseover=acted=1>_PERP' },
  exchange_config: { paper: { seed: 7, volatility: 0.004 } },
  strategy_config: {
    grid_lower_price: 140,
    grid_upper_price: 160,
    grid_num: 20,
    order_quantity: 0.5,
    // Less than the grid wants: lines beyond it wait with a reason.
    max_position: 2,
  },
};

let browser: TestBrowser;
let home: FleetHome;
let page: Page;
let origin: string;

const read = async <Value>(path: string): Promise<Value> =>
  (await (await fetch(`${origin}${path}`)).json()) as Value;
const openTab = (name: string) => page.getByRole('tab', { name, exact: true }).click();
const dialog = () => page.getByRole('dialog');
const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
const confirm = (name: string) => dialog().getByRole('button', { name, exact: true }).click();

/** Rows that the open table says it has. */
async function countShown(): Promise<number> {
  const text = await page.locator('.table-tools .count').innerText();
  return Number(/(\d[\d,]*)/.exec(text)?.[1]?.replaceAll(',', '') ?? NaN);
}

/** The file that a press on `format` brings. */
async function exported(format: 'CSV' | 'JSON'): Promise<string> {
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: new RegExp(`^${format}: `) }).click();
  const download: Download = await coming;
  return readFileSync(await download.path(), 'utf8');
}

describe.skipIf(!hasBrowser)('the lower half of the instance page', () => {
  beforeAll(async () => {
    // A supervised bot: a stop from the page is carried out by the supervisor.
    home = new FleetHome();
    const [port] = await freePorts(1);
    const file = home.write(ID);
    writeFileSync(file, JSON.stringify({ ...CONFIG, daemon_config: { web_port: port } }));
    await home.ok(['start', '--config', file]);
    browser = await TestBrowser.launch();
    origin = `http://127.0.0.1:${port}`;
    page = await (await browser.context({ viewport: { width: 1440, height: 1000 } })).newPage();
    await page.goto(origin);
    await page.getByRole('table', { name: 'Lines of the grid' }).waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await home.dispose();
  });

  test('says why a line has no order, in words', async () => {
    const words = 'the position would grow beyond its limit';
    await page.getByRole('cell', { name: words }).first().waitFor();
    expect(await countShown()).toBe(21);
    const levels = await read<readonly LevelView[]>('/api/levels');
    expect(levels.some(({ reason }) => reason === 'max_position')).toBe(true);
  });

  test('sorts by number with aria-sort, and filters', async () => {
    const cells = page.locator('.data-table tbody tr[data-index] td:first-child');
    const prices = () => cells.allInnerTexts();
    await press('Price');
    await page.locator('th[aria-sort="ascending"]').waitFor();
    await waitFor('the lowest line first', async () => (await prices())[0] === '140');
    await page.getByLabel('Filter', { exact: true }).fill('sell 159');
    await waitFor('one row', async () => (await countShown()) === 1);
    expect(await prices()).toEqual(['159']);
    await page.getByLabel('Filter', { exact: true }).fill('');
  });

  test('shows a fill when it comes; its files hold every row of the API', async () => {
    await openTab('Fills');
    const before = await waitFor('a fill', async () => (await countShown()) || null);
    await waitFor('another fill', async () => (await countShown()) > before, 40_000);
    await press('Pause');
    await confirm('Pause');
    await waitFor('the pause', async () => {
      return (await read<StatusView>('/api/status')).grid_state === 'paused';
    });
    const rows = JSON.parse(await exported('JSON')) as FillView[];
    const { fills } = await read<FillPage>('/api/fills/page?limit=1000');
    const known = new Set(rows.map(({ trade_id: id }) => id));
    // Orders that rest may fill while paused: what came after the file is newer than all of it.
    const missing = fills.filter(({ trade_id: id }) => !known.has(id));
    expect(missing).toEqual(fills.slice(0, missing.length));
    expect(rows.map(({ trade_id: id }) => id)).toEqual(
      fills.slice(missing.length).map(({ trade_id: id }) => id),
    );
    const csv = (await exported('CSV')).trimEnd().split('\r\n');
    expect(csv[0]).toMatch(/^at,trade_id,order_id,gap,side,price,size,fee,cycle_profit,/);
    expect(csv.length).toBeGreaterThan(rows.length);
    const pair = fills.find(({ closes }) => closes !== null && closes !== undefined);
    if (pair !== undefined) await page.getByText(/^(bought|sold) at /).first().waitFor();
  });

  test('resumes by keyboard alone, and says so', async () => {
    await page.getByRole('tab', { name: 'Fills' }).focus();
    const focused = () => page.evaluate<string>('document.activeElement.textContent.trim()');
    for (let tries = 0; tries < 40 && (await focused()) !== 'Resume'; tries += 1) {
      await page.keyboard.press('Shift+Tab');
    }
    expect(await focused()).toBe('Resume');
    await page.keyboard.press('Enter');
    await dialog().getByText('Every line gets its order again').waitFor();
    await waitFor('the focus', async () => (await focused()) === 'Cancel');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Resume');
    await page.keyboard.press('Enter');
    await page.getByText('Resumed.').waitFor();
    expect((await read<StatusView>('/api/status')).grid_state).toBe('running');
    await dialog().waitFor({ state: 'detached' });
  });

  test('adjusts only what was previewed, keeps orders, and shows convergence', async () => {
    await press('Adjust …');
    const upper = dialog().getByLabel('Upper bound');
    await upper.fill('139');
    await confirm('Preview');
    await dialog().getByRole('alert').waitFor();
    await upper.fill('161');
    await dialog().getByLabel('Grids', { exact: true }).fill('21');
    await confirm('Preview');
    await dialog().getByText('This would happen').waitFor();
    expect((await read<StatusView>('/api/status')).upper).toBe('160');
    const resting = await read<readonly OrderView[]>('/api/orders');
    await confirm('Apply this');
    await dialog().getByText(/^. Applied; /).waitFor();
    const status = await read<StatusView>('/api/status');
    expect([status.lower, status.upper, status.grids]).toEqual(['140', '161', 21]);
    const kept = new Set((await read<readonly OrderView[]>('/api/orders')).map(({ id }) => id));
    expect(resting.some(({ id }) => kept.has(id))).toBe(true);
    expect(await faultsOf(page, '[role=dialog]')).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
  });

  test('names orders by status', async () => {
    await openTab('Orders');
    await page.getByLabel('Status', { exact: true }).selectOption('filled');
    const { orders } = await read<OrderPage>('/api/orders/page?limit=1000&status=filled');
    await waitFor('the filled ones', async () => (await countShown()) >= orders.length);
    const first = page.locator('.data-table tbody tr[data-index]').first();
    await first.getByText('Filled', { exact: true }).waitFor();
  });

  test('shows the log live; what is in a line can neither act nor hide', async () => {
    await openTab('Log');
    const log = page.getByRole('log');
    await log.getByText('adjusted').first().waitFor();
    const hostile = `${MARKUP} \u0007\u202e ${'x'.repeat(9000)}`;
    appendFileSync(home.path('logs', ID, 'raw_stderr.log'), `${hostile}\n`);
    // The next line of the bot itself tells the page that there is more.
    await press('Pause');
    await confirm('Pause');
    await log.getByText(MARKUP, { exact: false }).waitFor();
    expect(await log.locator('img').count()).toBe(0);
    await page.getByLabel('Search').fill('paused by');
    await waitFor('nothing but what was searched for', async () => {
      const lines = await log.locator('li').allInnerTexts();
      return lines.length > 0 && lines.every((line) => line.includes('paused by'));
    });
    await page.getByLabel('Least level').selectOption('error');
    await page.getByText('No line matches.').waitFor();
    expect(await page.evaluate('window.acted')).toBeUndefined();
    await page.getByRole('heading', { name: `Grid ${MARKUP}` }).waitFor();
  });

  test('fits a phone, and keeps nobody out', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const tab of ['Lines', 'Receipts', 'Log']) {
      await openTab(tab);
      await waitFor('no overflow', async () => {
        return (await page.evaluate<number>('document.documentElement.scrollWidth')) <= 390;
      });
      expect(await faultsOf(page, '.lower')).toEqual([]);
    }
    await page.setViewportSize({ width: 1440, height: 1000 });
  });

  test('stops with what was spelled out, and shows the receipt', async () => {
    await press('Stop …');
    // Orders that rest may fill meanwhile, so both are looked at until they agree.
    await waitFor('the number of orders', async () => {
      const { open_orders: count } = await read<StatusView>('/api/status');
      return (await dialog().innerText()).includes(`Resting orders: ${count}\n`);
    });
    await dialog().getByLabel('Close it at market').check();
    expect(await faultsOf(page, '[role=dialog]')).toEqual([]);
    // Before the bot ends: after it nothing answers the page.
    // The refused adjust was asked for.
    const asked = (complaint: string) => complaint.endsWith('/api/grid/adjust');
    expect(browser.complaints.filter((complaint) => !asked(complaint))).toEqual([]);
    await confirm('Stop now');
    await dialog().getByText('Done; this is the receipt.').waitFor();
    await dialog().getByText('none, flat').waitFor();
    const books = readBooks(home.path('database', `${ID}.db`));
    const [receipt] = books?.receipts(1, 'stop') ?? [];
    books?.close();
    expect(receipt).toMatchObject({ reason: 'stop', position: '0', orders_left: 0 });
  });
});
