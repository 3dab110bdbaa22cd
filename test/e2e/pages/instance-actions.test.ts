/**
 * What can be asked of a grid on its page, in a real browser before a real paper bot on whose
 * account a stranger traded: the difference is booked, the carry closed, the grid grown and shrunk,
 * and an answer that was lost is said to be unknown and never asked for again by itself.
 */
import type { ChildProcess } from 'node:child_process';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AdjustAnswer, OrderView, StatusView } from '../../../src/contract/instance-api.ts';
import { TestBrowser, hasBrowser } from '../../fixtures/browser.ts';
import { LoneBot } from '../../fixtures/lone-bot.ts';
import { tradeAsStranger } from '../../fixtures/stranger.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

const PRICE = '150.42';
const bot = new LoneBot('acts_01', {
  metadata: { name: 'Acts', symbol: 'SOL_USDC_PERP' },
  daemon_config: {},
  exchange_config: { paper: { seed: 7, start_price: Number(PRICE), volatility: 1e-9 } },
  strategy_config: {
    ...{ grid_lower_price: 140, grid_upper_price: 160, grid_num: 20, order_quantity: 0.5 },
    ...{ direction: 'long', leverage: 5 },
  },
});
/** What the browser says of a lost answer, and of a refusal for want of a supervisor. */
const ASKED_FOR = /ERR_CONNECTION_RESET|status of 503/;

let browser: TestBrowser;
let page: Page;
let origin: string;
let child: ChildProcess;

async function read<Value>(path: string): Promise<Value> {
  return (await (await fetch(`${origin}${path}`)).json()) as Value;
}

const statusNow = () => read<StatusView>('/api/status');
const dialog = () => page.getByRole('dialog');
const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
const inDialog = (name: string) => dialog().getByRole('button', { name, exact: true });
const said = (text: string | RegExp) => dialog().getByText(text).waitFor();
const alarm = () => dialog().getByRole('alert');

async function leave(): Promise<void> {
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'detached' });
}

async function running(): Promise<void> {
  child = bot.start();
  await waitFor('the grid', async () => {
    const port = bot.webPort();
    if (port === null) return false;
    origin = `http://127.0.0.1:${port}`;
    return (await statusNow().catch(() => null))?.grid_state === 'running';
  });
}

/** Lets the next request to `path` reach the bot and loses its answer; the keys that came. */
async function loseAnswer(path: string): Promise<string[]> {
  const keys: string[] = [];
  await page.route(`**${path}`, async (route) => {
    const sent = route.request();
    if ((sent.postData() ?? '').includes('dry_run')) return route.continue();
    keys.push(sent.headers()['idempotency-key'] ?? '');
    if (keys.length > 1) return route.continue();
    await route.fetch();
    return route.abort('connectionreset');
  });
  return keys;
}

describe.skipIf(!hasBrowser)('the actions of the instance page', () => {
  beforeAll(async () => {
    const first = bot.start();
    await waitFor('the start position', () => (bot.savedStatus()?.open_orders ?? 0) > 10);
    first.kill('SIGKILL');
    await bot.ended(first);
    await tradeAsStranger(bot.dbPath, { size: '0.7', price: PRICE });
    await running();
    browser = await TestBrowser.launch();
    page = await (await browser.context({ viewport: { width: 1440, height: 1000 } })).newPage();
    await page.goto(origin);
    await page.getByRole('table', { name: 'Lines of the grid' }).waitFor();
  });
  afterAll(async () => {
    await browser.close();
    bot.dispose();
  });

  test('shows a position that differs, and books the difference once it is confirmed', async () => {
    await page.getByText(/^.?Degraded: The position differs/).first().waitFor();
    const { position } = await statusNow();
    await press('Compare position …');
    await said(/as if it had been traded there; nothing is sent to the venue/);
    const facts = await dialog().locator('dd').allInnerTexts();
    const held = (Number(position) + 0.7).toFixed(1);
    expect(facts).toEqual([`${held} SOL`, `${position} SOL`, '0.7 SOL']);
    expect((await statusNow()).carry).toBe('0');
    await inDialog('Book the difference').click();
    await said(`Booked 0.7 SOL at ${PRICE}.`);
    const after = await statusNow();
    expect(after).toMatchObject({ carry: '0.7', degraded: [], position_differs: null });
    await inDialog('Close').last().click();
    await press('Compare position …');
    await said('They agree: there is nothing to book.');
    expect(await inDialog('Book the difference').isDisabled()).toBe(true);
    await leave();
  });

  test('closing the carry: a lost answer is said, and nothing is left to repeat', async () => {
    const keys = await loseAnswer('/api/close-carry');
    await press('Close carry …');
    await said(`Sells 0.7 SOL at market, about 105.29 USDC at ${PRICE}.`);
    await inDialog('Close at market').click();
    await alarm().getByText('The answer was lost: whether it was done is not known.').waitFor();
    await alarm().getByText('Look at the carry and at the newest fills before').waitFor();
    // It had been done, and the page hears of it: there is no second trade to press for.
    await said('There is no carry: nothing is left to close.');
    expect(await inDialog('Close at market').isDisabled()).toBe(true);
    expect((await statusNow()).carry).toBe('0');
    expect(keys).toHaveLength(1);
    await page.unroute('**/api/close-carry');
    await leave();
    await page.getByRole('button', { name: 'Close carry …' }).waitFor({ state: 'detached' });
  });

  test('adds to the grid by its investment', async () => {
    const before = await statusNow();
    await press('Add / reduce …');
    const investment = dialog().getByLabel('Investment (USDC)');
    expect(await investment.inputValue()).toBe(before.investment);
    const more = String(Math.round(Number(before.investment) * 2));
    await investment.fill(more);
    await dialog().getByTitle('change of the investment').getByText(/^\+/).waitFor();
    await inDialog('Preview').click();
    await said('This would happen');
    expect((await statusNow()).quantity_per_grid).toBe(before.quantity_per_grid);
    await inDialog('Apply this').click();
    await said(/^. Applied; /);
    const after = await statusNow();
    expect(Number(after.quantity_per_grid)).toBeGreaterThan(Number(before.quantity_per_grid));
    expect(after).toMatchObject({ investment: more, lower: '140', upper: '160', grids: 20 });
    await leave();
  });

  test('reduces it; pressed again after a lost answer it is the same request, done once', async () => {
    const keys = await loseAnswer('/api/grid/adjust');
    const { investment, quantity_per_grid: quantity } = await statusNow();
    const less = String(Math.round(Number(investment) / 4));
    await press('Add / reduce …');
    await dialog().getByLabel('Investment (USDC)').fill(less);
    await dialog().getByTitle('change of the investment').getByText(/^[-−]/).waitFor();
    await inDialog('Preview').click();
    await said('This would happen');
    await inDialog('Apply this').click();
    await alarm().getByText('The answer was lost: whether it was done is not known.').waitFor();
    await alarm().getByText('pressing again sends the same request, which acts once').waitFor();
    const done = await statusNow();
    expect(done.investment).toBe(less);
    expect(Number(done.quantity_per_grid)).toBeLessThan(Number(quantity));
    expect(keys).toHaveLength(1);
    const coming = page.waitForResponse('**/api/grid/adjust');
    await inDialog('Apply this').click();
    // Done anew it would change nothing: this is the answer of the one time that it was done.
    const answer = (await (await coming).json()) as AdjustAnswer;
    expect(answer).toMatchObject({ applied: true, unchanged: false });
    await said(/^. Applied; /);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys).toEqual([keys[0], keys[0]]);
    await page.unroute('**/api/grid/adjust');
    await leave();
  });

  test('a preview that got no answer changed nothing, and says no more than that', async () => {
    await page.route('**/api/grid/adjust', (route) => route.abort('connectionreset'));
    await press('Adjust …');
    await dialog().getByLabel('Grids', { exact: true }).fill('22');
    await inDialog('Preview').click();
    await alarm().getByText('No answer came.').waitFor();
    expect(await alarm().getAttribute('data-failure')).toBe('NO_ANSWER');
    await page.unroute('**/api/grid/adjust');
    await leave();
  });

  test('sets size per grid and lines, and trades the difference when that is chosen', async () => {
    const before = await statusNow();
    await press('Adjust …');
    await dialog().getByText('Per grid', { exact: true }).click();
    await dialog().getByLabel('Size per grid').fill('0.4');
    await dialog().getByLabel('Grids', { exact: true }).fill('10');
    await dialog().getByText('Trade it now').click();
    await said('The difference to the new grid is traded at market.');
    await inDialog('Preview').click();
    await said('10 × 0.4 SOL');
    await inDialog('Apply this').click();
    await said('✓ Applied; every order is in place.');
    const after = await statusNow();
    expect(after).toMatchObject({ grids: 10, quantity_per_grid: '0.4', carry: '0' });
    expect(after.position).not.toBe(before.position);
    const orders = await read<readonly OrderView[]>('/api/orders');
    expect(orders.map(({ size }) => size)).toEqual(orders.map(() => '0.4'));
    await leave();
  });

  test('a stop and a panic that nobody can carry out are refused with the command that can', async () => {
    await press('Stop …');
    await inDialog('Stop now').click();
    await alarm().getByText(/no supervisor/i).waitFor();
    await alarm().getByText(`gridd stop ${bot.id}`).waitFor();
    await leave();
    const keys = await loseAnswer('/api/panic');
    await press('Panic …');
    await inDialog('Close everything now').click();
    await alarm().getByText('The answer was lost: whether it was done is not known.').waitFor();
    await alarm().getByText(`\`gridd status ${bot.id}\` and \`gridd receipts`).waitFor();
    expect(keys).toHaveLength(1);
    await inDialog('Close everything now').click();
    await alarm().getByText(`gridd panic ${bot.id}`).waitFor();
    expect(keys).toEqual([keys[0], keys[0]]);
    expect((await statusNow()).grid_state).toBe('running');
    await page.unroute('**/api/panic');
    await leave();
  });

  test('a bot that hangs is waited for no longer than it may take, and what it did is seen', async () => {
    const shown = page;
    page = await (await browser.context()).newPage();
    try {
      await page.clock.install();
      await page.goto(origin);
      await press('Pause');
      const sent = page.waitForRequest('**/api/pause');
      child.kill('SIGSTOP');
      await inDialog('Pause').click();
      await sent;
      await page.clock.runFor(59_000);
      expect(await alarm().count()).toBe(0);
      await page.clock.runFor(1000);
      await alarm().getByText('The answer was lost: whether it was done is not known.').waitFor();
      await leave();
      const asked = page.waitForRequest('**/api/receipts*');
      await page.getByRole('tab', { name: 'Receipts' }).click();
      await asked;
      const again = page.waitForRequest('**/api/receipts*');
      await page.clock.runFor(16_000);
      await again;
      const given = page.getByRole('alert').getByText('No answer came.');
      await waitFor('no more patience', async () => {
        await page.clock.runFor(5000);
        return (await given.count()) > 0;
      });
      child.kill('SIGCONT');
      await page.getByRole('button', { name: 'Try again' }).click();
      await given.waitFor({ state: 'detached' });
      // What was given up here had come there.
      await waitFor('the pause', async () => (await statusNow()).grid_state === 'paused');
    } finally {
      child.kill('SIGCONT');
      await page.context().close();
      page = shown;
    }
  });

  test('complains of nothing but the answers that were lost', () => {
    expect(browser.complaints.filter((text) => !ASKED_FOR.test(text))).toEqual([]);
  });
});
