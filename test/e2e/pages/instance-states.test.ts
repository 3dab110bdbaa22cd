/**
 * What the page of a bot says when something is not as it should be, in a real browser before a
 * real, supervised paper bot: degraded and well again, killed and restarted, stopped from the page
 * itself. Each is readable in every look: dark and light, on a wide screen and on a phone; and all
 * that can be used there or on the console is reached by keyboard.
 */
import type { Locator, Page } from 'playwright-core';
import { renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StatusView } from '../../../src/contract/instance-api.ts';
import type { FillPage } from '../../../src/contract/page-api.ts';
import type { ReceiptView } from '../../../src/contract/receipt-api.ts';
import { faultsOf, sideways } from '../../fixtures/accessibility.ts';
import { TestBrowser, hasBrowser } from '../../fixtures/browser.ts';
import { FleetHome, freePorts } from '../../fixtures/fleet-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

const ID = 'states_01';
/** A name that is not of this machine alone, though it leads to it: it is asked for the token. */
const OTHER_NAME = 'grids.localhost';
/** A page is left in the last of them. */
const LOOKS = [
  { colorScheme: 'light', width: 390, rules: 'all' },
  { colorScheme: 'dark', width: 390, rules: 'look' },
  { colorScheme: 'light', width: 1440, rules: 'look' },
  { colorScheme: 'dark', width: 1440, rules: 'all' },
] as const;
/** What is a part of a page is looked at in each scheme and at each width once. */
const OPPOSITE_LOOKS = LOOKS.filter(({ rules }) => rules === 'all');
const HEIGHT = 1000;

let browser: TestBrowser;
let home: FleetHome;
let page: Page;
let origin: string;
let consoleUrl: string;
let token: string;

const read = async <Value>(path: string): Promise<Value> =>
  (await (await fetch(`${origin}${path}`)).json()) as Value;
const fillIds = async () =>
  (await read<FillPage>('/api/fills/page')).fills.map(({ trade_id: id }) => id);
const pidOf = async () => (await home.row(ID)).pid ?? 0;
const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
const dialog = () => page.getByRole('dialog');
const mark = (on: Page) => on.getByRole('banner').getByText(/^(Connected|Connection|Bot stopped)/);
const live = (on: Page) => mark(on).filter({ hasText: 'Connected' }).waitFor();
const loss = (on: Page) => on.getByText(/^(Connection lost|連線中斷)/);
const stopped = (on: Page) => on.locator('[data-part=stopped]');

async function open(url: string, locale = 'en-GB'): Promise<Page> {
  const viewport = { width: 1440, height: HEIGHT };
  const context = await browser.context({ viewport, locale });
  const opened = await context.newPage();
  await opened.goto(url);
  return opened;
}

/** A page that cannot read its fills: what comes of them is cut off; it counts how often it asks. */
async function withoutFills(): Promise<Page> {
  const cut = await open('about:blank');
  await cut.clock.install();
  await cut.addInitScript(`{
    const { fetch } = window;
    window.asked = 0;
    window.fetch = (...given) => {
      if (!String(given[0]).startsWith('/api/fills/page?limit=500')) return fetch(...given);
      window.asked += 1;
      return Promise.resolve(new Response('{ "fills": ['));
    };
  }`);
  await cut.goto(origin);
  await live(cut);
  await waitFor('its first asking', () => cut.evaluate<boolean>('window.asked > 0'));
  return cut;
}

/** How often such a page asks within so many seconds of its own clock. */
async function askedWithin(cut: Page, seconds: number): Promise<number> {
  const before = await cut.evaluate<number>('window.asked');
  await cut.clock.runFor(seconds * 1000);
  return (await cut.evaluate<number>('window.asked')) - before;
}

/** Makes the page believe that its tab is hidden or seen. */
function setHidden(on: Page, hidden: boolean): Promise<unknown> {
  const values = { hidden, visibilityState: hidden ? 'hidden' : 'visible' };
  const facts = Object.entries(values).map(
    ([name, value]) =>
      `Object.defineProperty(document, '${name}', ` +
      `{ configurable: true, value: ${JSON.stringify(value)} });`,
  );
  return on.evaluate(
    `${facts.join('')} document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`,
  );
}

/** Serious faults of access in `parts`, in each of `looks`. */
async function faultsIn(
  on: Page,
  parts: string | readonly string[],
  looks: typeof OPPOSITE_LOOKS = OPPOSITE_LOOKS,
): Promise<string[]> {
  const faults: string[] = [];
  for (const { colorScheme, width, rules } of looks) {
    await on.emulateMedia({ colorScheme });
    await on.setViewportSize({ width, height: HEIGHT });
    const found = await faultsOf(on, parts, rules);
    faults.push(...found.map((fault) => `${colorScheme} ${width}: ${fault}`));
    expect(await sideways(on)).toBe(0);
  }
  return faults;
}

/** How what shows the focus of an element looks: itself, what holds it, and its label. */
const LOOK_OF = `(element) => [
  element, element.parentElement, element.nextElementSibling, element.labels?.[0],
].map((each) => {
  if (!each) return '';
  const { outline, border, boxShadow, background } = getComputedStyle(each);
  return [outline, border, boxShadow, background].join();
}).join(';')`;

/** Everything that can be used and seen, but what a press on an arrow key reaches in its group. */
const USABLE = `[...document.querySelectorAll('a[href], button, input, select, textarea, [tabindex]')]
  .filter((element) => element.checkVisibility({ visibilityProperty: true }))
  .filter(({ disabled, tabIndex }) => !disabled && tabIndex >= 0)
  .filter(({ type, checked }) => type !== 'radio' || checked)`;

/** Tabs once through a page; what it did not come to, and what did not show that it has the focus. */
async function tour(on: Page): Promise<{ missed: string[]; unseen: string[]; count: number }> {
  await on.evaluate(`window.toured = new Map(); document.activeElement?.blur();
    window.lookOf = ${LOOK_OF}`);
  for (let tabs = 0; tabs < 300; tabs += 1) {
    await on.keyboard.press('Tab');
    const again = await on.evaluate<boolean>(`(() => {
      const element = document.activeElement;
      const again = element === document.body || toured.has(element);
      if (!again) toured.set(element, lookOf(element));
      return again;
    })()`);
    if (again) break;
  }
  return on.evaluate(`(() => {
    document.activeElement?.blur();
    const name = (each) => each.outerHTML.slice(0, 160);
    const unseen = [...toured].filter(([each, look]) => each.isConnected && lookOf(each) === look);
    return {
      missed: ${USABLE}.filter((each) => !toured.has(each)).map(name),
      unseen: unseen.map(([each]) => name(each)),
      count: toured.size,
    };
  })()`);
}

/** A dialog opened by Enter keeps the focus while Tab is pressed, and gives it back at Escape. */
async function trapped(on: Page, opener: Locator): Promise<void> {
  await opener.focus();
  await on.keyboard.press('Enter');
  await on.getByRole('dialog').waitFor();
  await waitFor('the focus in the dialog', () => on.evaluate<boolean>(IN_DIALOG));
  for (const key of [...Array<string>(9).fill('Tab'), 'Shift+Tab', 'Shift+Tab']) {
    await on.keyboard.press(key);
    expect(await on.evaluate(IN_DIALOG)).toBe(true);
  }
  await on.keyboard.press('Escape');
  await on.getByRole('dialog').waitFor({ state: 'detached' });
  await opener.and(on.locator(':focus')).waitFor();
}

const IN_DIALOG = "document.activeElement.closest('[role=dialog]') !== null";

/** A sentence in each place where the page says how its bot is. */
function degradedWords(on: Page): Locator[] {
  return [
    on.locator('[data-part=state]').getByText('bot degraded'),
    on.getByRole('list', { name: 'Notices' }).getByText('Degraded: Its lock file was removed'),
    on.locator('[data-part=health]').getByText('the grid trades on, but something is not'),
  ];
}

describe.skipIf(!hasBrowser)('the page of a bot that is unwell, killed or stopped', () => {
  beforeAll(async () => {
    home = new FleetHome();
    const [web_port, port = 0] = await freePorts(2);
    home.consoleAt(port);
    consoleUrl = `http://127.0.0.1:${port}`;
    origin = `http://127.0.0.1:${web_port}`;
    const daemon = { web_port, web_allowed_hosts: [OTHER_NAME] };
    home.write(ID, { daemon, exchange: { paper: { seed: 7, volatility: 0.004 } } });
    token = (await home.ok(['token'])).stdout.trim();
    [browser] = await Promise.all([TestBrowser.launch(), home.ok(['start', ID])]);
    page = await open(origin);
    await page.getByRole('table', { name: 'Lines of the grid' }).waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await home.dispose();
  });

  test('well: every look of the whole page is accessible', async () => {
    await page.locator('[data-candles="1"]').waitFor();
    expect(await faultsIn(page, 'body', [...LOOKS])).toEqual([]);
  });

  test('everything is reached by keyboard, seen when it is, and dialogs keep the focus', async () => {
    // What comes and goes with a price is in the tables, not among what can be used.
    const { missed, unseen, count } = await tour(page);
    expect({ missed, unseen }).toEqual({ missed: [], unseen: [] });
    expect(count).toBeGreaterThan(20);
    for (const name of ['Pause', 'Adjust …', 'Stop …', 'Panic …']) {
      await trapped(page, page.getByRole('button', { name, exact: true }));
    }
  });

  test('so it is on the console', async () => {
    const fleet = await open(`${consoleUrl}/#/fleet`);
    await fleet.locator(`tr[data-instance="${ID}"]`).waitFor();
    const { missed, unseen, count } = await tour(fleet);
    expect({ missed, unseen }).toEqual({ missed: [], unseen: [] });
    expect(count).toBeGreaterThan(15);
    await trapped(fleet, fleet.getByRole('button', { name: 'Stop all' }));
    await fleet.context().close();
  });

  test('a degraded bot is said in words, and its recovery without a reload', async () => {
    const lock = home.path('database', `${ID}.lock.db`);
    await page.evaluate('window.sameDocument = true');
    renameSync(lock, `${lock}.away`);
    for (const words of degradedWords(page)) await words.waitFor();
    expect(await faultsIn(page, ['.page-header', '.notices', '[data-part=health]'])).toEqual([]);
    renameSync(`${lock}.away`, lock);
    for (const words of degradedWords(page)) await words.waitFor({ state: 'detached' });
    await page.locator('[data-part=state].good').getByText('Grid running').waitFor();
    expect(await page.evaluate('window.sameDocument')).toBe(true);
  });

  test('what went wrong is readable in every look', async () => {
    await page.route('**/api/pause', (route) => route.abort('connectionreset'));
    await press('Pause');
    await dialog().getByRole('button', { name: 'Pause' }).click();
    await dialog().getByRole('alert').getByText('The answer was lost').waitFor();
    expect(await faultsIn(page, '[role=dialog]')).toEqual([]);
    await page.unroute('**/api/pause');
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
  });

  test('by another name it asks for the token in every look, and shows itself for it', async () => {
    const elsewhere = await open(origin.replace('127.0.0.1', OTHER_NAME));
    const asking = elsewhere.getByRole('dialog', { name: 'Access token' });
    await asking.waitFor();
    expect(await faultsIn(elsewhere, '[role=dialog]')).toEqual([]);
    // Nothing is behind it to go back to.
    await elsewhere.keyboard.press('Escape');
    await asking.locator('input').fill(token);
    await elsewhere.keyboard.press('Enter');
    await asking.waitFor({ state: 'detached' });
    await live(elsewhere);
    await elsewhere.context().close();
  });

  test('killed: it says that the figures are old, and goes on by itself after the restart', async () => {
    const before = await pidOf();
    await page.getByRole('tab', { name: 'Fills' }).click();
    // A supervisor that sleeps restarts nothing: the loss can be looked at.
    process.kill(home.supervisorPid(), 'SIGSTOP');
    const known = new Set(await fillIds());
    try {
      process.kill(before, 'SIGKILL');
      await loss(page).waitFor();
      await page.locator('.parts.stale').waitFor();
      await page.getByText('The connection is lost: the figures below may be old.').waitFor();
      expect(await faultsIn(page, ['.page-header', '.parts', '.lower'])).toEqual([]);
      expect(await stopped(page).count()).toBe(0);
    } finally {
      process.kill(home.supervisorPid(), 'SIGCONT');
    }
    await live(page);
    await page.locator('.parts.stale').waitFor({ state: 'detached' });
    const fresh = await waitFor('a fill after the restart', async () =>
      (await fillIds()).find((id) => !known.has(id)),
    );
    // A price may read as its id does.
    await page.getByRole('cell', { name: fresh, exact: true }).first().waitFor();
    expect(await pidOf()).not.toBe(before);
    expect(await page.evaluate('window.sameDocument')).toBe(true);
  });

  test('fills that cannot be read are asked for while the page is seen, less and less often', async () => {
    const cut = await withoutFills();
    const seen = await askedWithin(cut, 300);
    expect(seen).toBeGreaterThan(3);
    expect(seen).toBeLessThan(30);
    await setHidden(cut, true);
    expect(await askedWithin(cut, 300)).toBe(0);
    await setHidden(cut, false);
    expect(await askedWithin(cut, 120)).toBeGreaterThan(0);
    await cut.close();
  });

  test('stopped from its page: told calmly, with the receipt and how it goes on', async () => {
    const stop = dialog().getByRole('button', { name: 'Stop now' });
    const leave = async () => {
      await page.keyboard.press('Escape');
      await dialog().waitFor({ state: 'detached' });
    };
    const asked: string[] = [];
    let goOn = () => {};
    const looked = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await page.route('**/api/stop', async (route) => {
      asked.push(route.request().postData() ?? '');
      await looked;
      await route.continue();
    });
    const chinese = await open(origin, 'zh-TW');
    await chinese.getByRole('status').filter({ hasText: '已連線' }).waitFor();
    const cut = await withoutFills();
    await press('Stop …');
    await dialog().getByLabel('Close it at market').check();
    await stop.click();
    // It may take minutes: the page can be looked at meanwhile, and it is not asked for twice.
    await dialog().getByText('This may be closed: it goes on').waitFor();
    await leave();
    await press('Stop …');
    await dialog().getByText('This may be closed: it goes on').waitFor();
    await stop.click({ force: true });
    await leave();
    goOn();
    const notice = page.getByRole('alert').filter({ hasText: 'Done; this is the receipt.' });
    await notice.getByText('none, flat').waitFor();
    expect(asked).toEqual(['{"orders":"cancel","position":"close"}']);
    await notice.getByRole('button').click();
    await notice.waitFor({ state: 'detached' });
    await stopped(page).getByText(`gridd start ${ID}`).waitFor();
    const { orders_cancelled: cancelled } = await newestReceipt();
    const facts = await stopped(page).locator('dd').allInnerTexts();
    expect(facts.slice(0, 3)).toEqual([String(cancelled), '0', 'none, flat']);
    await mark(page).filter({ hasText: 'Bot stopped' }).waitFor();
    // Another who looked at it hears of it as calmly, and where the receipt is.
    await stopped(chinese).getByText(`gridd receipts ${ID}`).waitFor();
    await chinese.getByRole('banner').getByText('機器人已停止').waitFor();
    for (const each of [page, chinese]) {
      expect(await loss(each).count()).toBe(0);
      expect(await each.locator('.stale').count()).toBe(0);
      expect(await each.getByRole('button', { name: /Panic|緊急平倉/ }).count()).toBe(0);
    }
    expect(await faultsIn(page, ['.page-header', '[data-part=stopped]', '.action-bar'])).toEqual([]);
    // Nobody is there who could be asked for the fills.
    await stopped(cut).waitFor();
    expect(await askedWithin(cut, 300)).toBe(0);
    await cut.close();
  });

  test('started again, it goes on', async () => {
    await home.ok(['start', ID]);
    await live(page);
    await stopped(page).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Stop …' }).waitFor();
    expect((await read<StatusView>('/api/status')).grid_state).toBe('running');
    // Stopped from elsewhere: the old receipt is not taken for that of this stop.
    await home.ok(['stop', ID]);
    await stopped(page).getByText(`gridd receipts ${ID}`).waitFor();
    expect(await loss(page).count()).toBe(0);
  });

  test('complains of nothing but a server that was not there, or not for everyone', () => {
    const away = /ERR_(CONNECTION_(REFUSED|RESET)|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE)/;
    const strange = browser.complaints.filter((said) => !away.test(said));
    expect(strange.filter((said) => !said.includes('status of 401'))).toEqual([]);
  });
});

/** The newest receipt of a stop, by the command line: the bot is gone. */
async function newestReceipt(): Promise<ReceiptView> {
  const { stdout } = await home.ok(['receipts', ID, '--json']);
  const [newest] = JSON.parse(stdout) as ReceiptView[];
  if (newest === undefined) throw new Error(stdout);
  return newest;
}
