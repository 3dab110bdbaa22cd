/**
 * The upper half of the instance page in a real browser before real paper bots: figures, a fill, and
 * a range that is dragged, previewed, applied and converges.
 */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AdjustAnswer, OrderView, StatusView } from '../../../src/contract/instance-api.ts';
import type { EquityView } from '../../../src/contract/page-api.ts';
import { faultsOf, sideways } from '../../fixtures/accessibility.ts';
import { TestBrowser, hasBrowser } from '../../fixtures/browser.ts';
import { LoneBot } from '../../fixtures/lone-bot.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

/** A paper grid of 20 between 140 and 160 whose price stands still, or moves all the time. */
function config(paper: object): object {
  return {
    metadata: { name: 'Upper half', symbol: 'SOL_USDC_PERP' },
    daemon_config: {},
    exchange_config: { paper: { seed: 7, start_price: 150.42, ...paper } },
    strategy_config: {
      ...{ grid_lower_price: 140, grid_upper_price: 160, grid_num: 20, order_quantity: 0.5 },
      ...{ stop_loss_price: 120 },
    },
  };
}

const calm = new LoneBot('calm_01', config({ volatility: 1e-9 }));
const busy = new LoneBot('busy_01', config({ volatility: 0.002, speed: 2 }));
let browser: TestBrowser;
/** A page of the calm bot that several tests look at; how often it asked for its fills. */
let shared: Page;
let asked = 0;

async function ask<Answer>(bot: LoneBot, path: string, body?: object): Promise<Answer> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
  const post = body === undefined ? {} : { ...init, body: JSON.stringify(body) };
  const answer = await fetch(`http://127.0.0.1:${bot.webPort()}${path}`, post);
  return (await answer.json()) as Answer;
}

const statusOf = (bot: LoneBot) => ask<StatusView>(bot, '/api/status');
const dryRun = (bot: LoneBot, request: object) =>
  ask<AdjustAnswer>(bot, '/api/grid/adjust', { ...request, dry_run: true });

async function running(bot: LoneBot): Promise<void> {
  bot.start();
  await waitFor(`${bot.id} to trade`, async () => {
    if (bot.webPort() === null) return null;
    return (await statusOf(bot)).open_orders > 0;
  });
}

async function open(bot: LoneBot, options: object = {}): Promise<Page> {
  return visit(bot, await browser.context(options));
}

async function visit(bot: LoneBot, context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${bot.webPort()}/`);
  await handle(page, 'upper').waitFor();
  return page;
}

const handle = (page: Page, bound: 'upper' | 'lower') => page.locator(`[data-bound=${bound}]`);

/** The exact texts behind the figures of a part. */
function exactTexts(page: Page, part: string): Promise<string[]> {
  const within = `[...document.querySelector('[data-part=${part}]').querySelectorAll('data')]`;
  return page.evaluate<string[]>(`${within}.map((data) => data.value)`);
}

/** Counts all that is put onto a canvas of the page, in `window.drawn`. */
const COUNT_DRAWINGS = `for (const name of ['stroke', 'fill', 'fillRect', 'fillText', 'clearRect']) {
  const { prototype } = CanvasRenderingContext2D;
  const draw = prototype[name];
  prototype[name] = function (...given) {
    window.drawn += 1;
    return draw.apply(this, given);
  };
}`;

/**
 * Resolves when nothing was drawn between words of the bot's uptime, seconds apart, three times in a
 * row.
 */
const NOTHING_DRAWN = `new Promise((resolve, reject) => {
  let heard = 0;
  let idle = 0;
  const observer = new MutationObserver(() => {
    idle = heard > 0 && window.drawn === 0 ? idle + 1 : 0;
    if (idle === 3) resolve();
    if (heard === 8) reject(new Error('something was drawn again and again'));
    if (idle === 3 || heard === 8) observer.disconnect();
    heard += 1;
    window.drawn = 0;
  });
  const health = document.querySelector('[data-part=health]');
  observer.observe(health, { subtree: true, characterData: true, childList: true });
})`;

interface Said {
  readonly orders: string[];
  readonly profit: string[];
  readonly liquidation: string[];
}

/** What the preview says, in the form of the bot's answer. */
async function preview(page: Page) {
  const said = await page.evaluate<Said>(`(() => {
    const preview = document.querySelector('[data-part=range] [data-part=preview]');
    const fact = (name) => preview.querySelector('[data-fact=' + name + ']');
    const values = (name) => [...fact(name).querySelectorAll('data')].map((data) => data.value);
    const three = ['now', 'buys_filled', 'sells_filled'];
    const shown = (name) => fact('liquidation_' + name).querySelector('dd').firstChild.textContent;
    return { orders: values('orders'), profit: values('profit'), liquidation: three.map(shown) };
  })()`);
  const [kept, cancelled, placed] = said.orders.map(Number);
  const [min, max] = (said.profit[0] ?? '').split(' ');
  return { kept, cancelled, placed, profit: { min, max }, liquidation: said.liquidation };
}

/** The same of the bot's answer. */
function told(answer: AdjustAnswer) {
  const { orders_kept: kept, orders_cancelled: cancelled, orders_placed: placed } = answer;
  const { now, buys_filled: bought, sells_filled: sold } = answer.liquidation ?? {};
  const shown = (price: string | null | undefined) =>
    price === null ? 'none' : Number(price).toLocaleString('en-US', { maximumFractionDigits: 8 });
  const liquidation = [now, bought, sold].map(shown);
  return { kept, cancelled, placed, profit: answer.profit_per_grid, liquidation };
}

describe.skipIf(!hasBrowser)('the upper half of the instance page', () => {
  beforeAll(async () => {
    browser = await TestBrowser.launch();
    await Promise.all([running(calm), running(busy)]);
    const viewport = { width: 1440, height: 844 };
    const context = await browser.context({ viewport, colorScheme: 'dark' });
    await context.route('**/api/fills/page?limit=500', async (route) => {
      asked += 1;
      // Cut off, at first and when it is tried once more.
      if (asked > 2) await route.continue();
      else await route.fulfill({ contentType: 'application/json', body: '{ "fills": [' });
    });
    shared = await visit(calm, context);
  });
  afterAll(async () => {
    await browser.close();
    calm.dispose();
    busy.dispose();
  });

  test('shows the figures of the bot to the last digit', async () => {
    const page = shared;
    const status = await statusOf(calm);
    const { total_pnl: total, grid_profit: profit, unpaired } = status;
    expect(await exactTexts(page, 'equation')).toEqual([total, profit, unpaired]);
    const result = await exactTexts(page, 'result');
    expect(result).toEqual(expect.arrayContaining([status.funding, status.fees]));
    expect(await exactTexts(page, 'price')).toEqual([status.price]);
    const { position, carry, equity, investment, margin, profit_per_grid: grid } = status;
    const holding = await exactTexts(page, 'holding');
    const profits = `${grid.min} ${grid.max}`;
    const figures = [position, carry, equity, investment, margin?.used, margin?.free, profits];
    expect(holding).toEqual(expect.arrayContaining(figures));
    const { now, buys_filled, sells_filled } = status.liquidation ?? {};
    const three = [now, buys_filled, sells_filled].map((price) => price ?? '');
    expect(await exactTexts(page, 'liquidation')).toEqual(three);
    await page.locator('.mode[data-mode=paper]').getByText('PAPER').waitFor();
    await page.locator('[data-part=health]').getByText('Memory').waitFor();
  });

  test('the total over time is that of the span that is chosen', async () => {
    const curve = shared.locator('[data-part=equity]');
    expect(await curve.getByRole('radio', { checked: true }).getAttribute('value')).toBe('all');
    const answer = shared.waitForResponse((response) => response.url().endsWith('?span=7d'));
    await curve.getByText('7 d', { exact: true }).click();
    const { drawdown } = (await (await answer).json()) as EquityView;
    await curve.getByText(drawdown === null ? 'It did not fall.' : 'Deepest fall').waitFor();
  });

  test('fills that could not be read are asked for again, until they are', async () => {
    await waitFor('a reading that is whole', () => asked === 3);
  });

  test('draws nothing while nothing is new to be drawn', async () => {
    await shared.evaluate(COUNT_DRAWINGS);
    // Prices came meanwhile, all the same; a new candle each minute is drawn, and so is its record.
    await shared.evaluate(NOTHING_DRAWN);
    // What is drawn is counted.
    await shared.getByLabel('Fills per line').click();
    await waitFor('a drawing', () => shared.evaluate<boolean>('window.drawn > 0'));
    await shared.getByLabel('Fills per line').click();
    expect(asked).toBe(3);
  });

  test('a fill arrives as a marker and in the figures', async () => {
    const page = await open(busy);
    const marked = () => page.locator('[data-fills]').getAttribute('data-fills').then(Number);
    const before = { marked: await marked(), fees: (await statusOf(busy)).fees };
    await waitFor('a fill on the chart', async () => (await marked()) > before.marked);
    await waitFor('its fee in the figures', async () => {
      return !(await exactTexts(page, 'result')).includes(before.fees);
    });
    await page.close();
  });

  test('a bound dragged by mouse shows what the bot would answer; Escape calls it off', async () => {
    const page = shared;
    const box = await handle(page, 'upper').boundingBox();
    if (box === null) throw new Error('no handle');
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y + 40, { steps: 4 });
    await page.mouse.up();
    const field = page.getByLabel('Upper bound').and(page.locator('input'));
    const upper = await field.inputValue();
    expect(Number(upper)).toBeGreaterThan(150);
    expect(Number(upper)).toBeLessThan(160);
    const answer = await dryRun(calm, { grid_upper_price: upper });
    expect(answer.upper).toBe(upper);
    await page.locator('[data-fact=orders]').waitFor();
    expect(await preview(page)).toEqual(told(answer));
    await handle(page, 'upper').press('Escape');
    expect(await field.inputValue()).toBe('160');
    await page.getByText('nothing is sent before you apply it').waitFor();
  });

  test('a range that would be refused says why and cannot be applied', async () => {
    const page = shared;
    await page.getByLabel('Grids').fill('5000');
    await page.locator('[data-refused]').getByText('Grids:').waitFor();
    expect(await page.getByRole('button', { name: 'Apply …' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Reset' }).click();
    expect(await page.getByLabel('Grids').inputValue()).toBe('20');
  });

  test('moved by keyboard and applied, orders stay as was said', async () => {
    const page = shared;
    const before = await ask<OrderView[]>(calm, '/api/orders');
    await handle(page, 'upper').press('PageUp');
    await handle(page, 'upper').press('Shift+ArrowUp');
    await handle(page, 'upper').press('Shift+ArrowDown');
    await page.getByLabel('Grids').fill('21');
    const request = { grid_upper_price: '161', grid_num: 21 };
    const answer = await dryRun(calm, request);
    await page.locator('[data-fact=orders]').waitFor();
    expect(await preview(page)).toEqual(told(answer));
    await page.getByRole('button', { name: 'Apply …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('gets 21 grids between 140 and 161').waitFor();
    // Calling the dialog off gives up nothing of what was drafted.
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByLabel('Grids').inputValue()).toBe('21');
    await page.getByRole('button', { name: 'Apply …' }).click();
    await dialog.getByText('gets 21 grids between 140 and 161').waitFor();
    await dialog.getByRole('button', { name: 'Move the grid' }).click();
    await dialog.getByText('The grid has its new plan').waitFor();
    await dialog.locator('[data-part=convergence][data-moving="0"]').waitFor();
    const after = new Set((await ask<OrderView[]>(calm, '/api/orders')).map(({ id }) => id));
    const stayed = before.filter(({ id }) => after.has(id)).length;
    expect([stayed, before.length - stayed, after.size - stayed]).toEqual([
      answer.orders_kept,
      answer.orders_cancelled,
      answer.orders_placed,
    ]);
    expect(stayed).toBe(before.length);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.getByText('140 – 161, 21 grids').waitFor();
    await page.getByText('Adjusted, differs from the file').waitFor();
    expect((await statusOf(calm)).upper).toBe('161');
  });

  test('is whole and accessible in Chinese on a phone', async () => {
    const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'light', locale: 'zh-TW' };
    const page = await open(calm, phone);
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-Hant');
    expect(await faultsOf(page, ['header', '.notices', '.parts', 'footer'])).toEqual([]);
    expect([await sideways(page), await sideways(shared)]).toEqual([0, 0]);
    await page.close();
  });

  test('breaks no rule of its policy', () => {
    expect(browser.complaints).toEqual([]);
  });
});
