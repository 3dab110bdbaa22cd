/**
 * The page of a live instance in a real browser, its venue a loopback one: without a token it only
 * shows, with one it asks before it changes anything, and a panic wants the instance named.
 */
import type { BrowserContext, Page } from 'playwright-core';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StatusView } from '../../../src/contract/instance-api.ts';
import { backpack } from '../../../src/exchange/backpack/index.ts';
import type { Venue } from '../../../src/exchange/port.ts';
import { backpackFace } from '../../../src/exchange/sim/backpack/index.ts';
import { openSimVenue } from '../../../src/exchange/sim/index.ts';
import type { SimVenue } from '../../../src/exchange/sim/index.ts';
import { systemClock as clock } from '../../../src/platform/clock.ts';
import { readBooks } from '../../../src/store/index.ts';
import { TestBrowser, hasBrowser } from '../../fixtures/browser.ts';
import { FleetHome, freePorts } from '../../fixtures/fleet-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

const ID = 'live_01';
const SYMBOL = 'SOL_USDC_PERP';

let home: FleetHome;
let venue: SimVenue;
let hand: Venue;
let browser: TestBrowser;
let context: BrowserContext;
let page: Page;
let origin: string;

const statusNow = async () => (await (await fetch(`${origin}/api/status`)).json()) as StatusView;
const state = (wanted: StatusView['grid_state']) =>
  waitFor(`the grid ${wanted}`, async () => (await statusNow()).grid_state === wanted);
const actions = () => page.getByRole('region', { name: 'Actions' });
const press = (name: string) => actions().getByRole('button', { name, exact: true }).click();
const dialog = (name: string) => page.getByRole('dialog', { name });
const signOut = () => page.getByRole('banner').getByRole('button', { name: 'Sign out' });
const asked = () => actions().getByRole('button', { name: /^Changes need the access token/ });
const gone = (name: string) => dialog(name).waitFor({ state: 'detached' });

function venueHand(keys: Record<string, string>): Venue {
  return backpack.open({
    ...{ symbol: SYMBOL, rest_url: venue.url, ws_url: venue.ws_url, proxy: null, clock },
    ...{ connect_timeout_ms: 5000, read_timeout_ms: 5000, trace: () => undefined },
    credentials: keys,
  });
}

/** Starts the instance at a venue whose price stands at 150. */
async function startLive(): Promise<void> {
  home = new FleetHome();
  venue = await openSimVenue({ face: backpackFace, symbols: 5 });
  venue.command('move', { symbol: SYMBOL, price: '150' });
  const { api_key = '', secret_key = '' } = venue.accounts[0]?.keys ?? {};
  hand = venueHand({ api_key, secret_key });
  writeFileSync(home.path('.env'), `LIVE_KEY=${api_key}\nLIVE_SECRET=${secret_key}\n`);
  chmodSync(home.path('.env'), 0o600);
  const [web_port] = await freePorts(1);
  origin = `http://127.0.0.1:${web_port}`;
  const config = {
    metadata: { exchange: 'backpack', symbol: SYMBOL },
    daemon_config: { web_port, restart_delay: 0 },
    exchange_config: {
      ...{ mode: 'live', api_key: '${LIVE_KEY}', secret_key: '${LIVE_SECRET}' },
      ...{ base_url: venue.url, ws_url: venue.ws_url },
    },
    strategy_config: {
      ...{ grid_lower_price: 140, grid_upper_price: 160, grid_num: 20, order_quantity: 0.5 },
      interval: 2,
    },
  };
  writeFileSync(home.path('config', 'active', `${ID}.json`), JSON.stringify(config));
  await home.ok(['start', ID, '--yes']);
}

describe.skipIf(!hasBrowser)('the page of a live instance', () => {
  beforeAll(async () => {
    [browser] = await Promise.all([TestBrowser.launch(), startLive()]);
    context = await browser.context({ viewport: { width: 1440, height: 1000 } });
    page = await context.newPage();
    await page.goto(origin);
    await actions().waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await hand.close();
    await home.dispose();
    await venue.close();
  });

  test('where there is no token it only shows, and says why', async () => {
    await page.locator('.mode[data-mode=live]').getByText('LIVE').waitFor();
    await actions().getByText('This page only shows.').waitFor();
    await actions()
      .getByText('This page moves real money, and GRIDD_WEB_TOKEN is not set in .env')
      .waitFor();
    expect(await actions().getByRole('button').count()).toBe(0);
    expect(await signOut().count()).toBe(0);
    await page.getByRole('cell', { name: '150' }).first().waitFor();
  });

  test('a wrong token is refused in words, and what it was for is not done', async () => {
    await home.ok(['token']);
    await page.reload();
    await asked().waitFor();
    await press('Pause');
    await dialog('Pause the grid').getByRole('button', { name: 'Pause' }).click();
    const access = dialog('Access token');
    await access.getByText('Changes need the access token; `gridd token` makes one.').waitFor();
    // Above the dialog that met the refusal, and ready to be typed into.
    await access.locator('input:focus').waitFor();
    await page.keyboard.type('T'.repeat(43));
    await access.getByRole('button', { name: 'Sign in' }).click();
    await access.getByRole('alert').getByText('This is not the access token').waitFor();
    expect((await statusNow()).grid_state).toBe('running');
    expect(await context.cookies()).toEqual([]);
  });

  test('the right one opens, and what was asked for is done without a second press', async () => {
    await dialog('Access token').getByLabel('Token', { exact: true }).fill(tokenOf(home));
    await dialog('Access token').getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Paused: no new orders until you resume.').waitFor();
    await Promise.all([gone('Access token'), gone('Pause the grid'), state('paused')]);
    expect(await asked().count()).toBe(0);
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    expect(await page.evaluate('document.cookie + JSON.stringify(localStorage)')).not.toContain(
      cookie?.value,
    );
    // A session, not a page: another tab of this browser is in it.
    const second = await context.newPage();
    await second.goto(origin);
    await second.getByRole('banner').getByRole('button', { name: 'Sign out' }).waitFor();
    await second.close();
  });

  test('signed out it asks again, and a dialog that is closed leaves all as it was', async () => {
    await signOut().click();
    await asked().waitFor();
    expect(await signOut().count()).toBe(0);
    expect(await context.cookies()).toEqual([]);
    await press('Resume');
    await dialog('Resume the grid').getByRole('button', { name: 'Resume' }).click();
    await dialog('Access token').getByRole('button', { name: 'Cancel' }).click();
    await gone('Access token');
    await dialog('Resume the grid')
      .getByRole('alert')
      .getByText('This page does not change anything without the access token.')
      .waitFor();
    expect((await statusNow()).grid_state).toBe('paused');
    await dialog('Resume the grid').getByRole('button', { name: 'Cancel' }).click();
    await gone('Resume the grid');
  });

  test('a panic wants the id typed, ends flat at the venue, and shows its receipt', async () => {
    await asked().click();
    await dialog('Access token').getByLabel('Token', { exact: true }).fill(tokenOf(home));
    await page.keyboard.press('Enter');
    await signOut().waitFor();
    venue.command('move', { symbol: SYMBOL, price: '147.5' });
    await waitFor('a position', async () => (await statusNow()).position === '1');
    await press('Panic …');
    const panic = dialog('Panic: cancel and close now');
    await panic.getByText('1 SOL is sold at market').waitFor();
    const act = panic.getByRole('button', { name: 'Close everything now' });
    const typed = panic.getByLabel(`Type ${ID} to go on`);
    expect(await act.isDisabled()).toBe(true);
    for (const wrong of ['live', 'live_02', `${ID}0`, ID.toUpperCase()]) {
      await typed.fill(wrong);
      expect([wrong, await act.isDisabled()]).toEqual([wrong, true]);
      await typed.press('Enter');
    }
    expect((await statusNow()).position).toBe('1');
    await typed.fill(ID);
    // Before the bot ends: after it nothing answers the page.
    expect(unexpected(browser)).toEqual([]);
    await act.click();
    await panic.getByText('Done; this is the receipt.').waitFor();
    await panic.getByText('none, flat').waitFor();
    expect(await hand.openOrders()).toEqual([]);
    expect((await hand.position()).size).toBe('0');
    const books = readBooks(home.path('database', `${ID}.db`));
    const [receipt] = books?.receipts(1, 'stop') ?? [];
    books?.close();
    expect(receipt).toMatchObject({ reason: 'panic', position: '0', orders_left: 0 });
  });
});

/** The token of a home. */
function tokenOf(of: FleetHome): string {
  return /^GRIDD_WEB_TOKEN=(.+)$/m.exec(readFileSync(of.path('.env'), 'utf8'))?.[1] ?? '';
}

/** Complaints besides the refusals that were asked for. */
function unexpected({ complaints }: TestBrowser): string[] {
  return complaints.filter((text) => !/status of 401|status of 403/.test(text));
}
