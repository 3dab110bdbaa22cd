/**
 * The fleet console in a real browser, with a real supervisor and paper bots: a grid started from
 * the form, several stopped, a config edited and rolled back, and what a hostile name cannot do.
 */
import { appendFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { faultsOf, sideways } from '../../fixtures/accessibility.ts';
import { TestBrowser, hasBrowser } from '../../fixtures/browser.ts';
import { FleetHome, freePorts } from '../../fixtures/fleet-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

/** Runs if any text of it becomes markup. */
const HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
/** Each view with what only it has. */
const VIEWS = [
  ['fleet', '[data-instance="aa_01"]'],
  ['accounts', 'h2:text-is("Accounts")'],
  ['configs', 'h2:text-is("Configs")'],
  ['new', 'h2:text-is("Choose a template")'],
  ['log', 'h2:text-is("Log")'],
  ['events', 'h2:text-is("Events")'],
  ['doctor', 'h2:text-is("Doctor")'],
  ['configs/aa_01', 'h2:text-is("aa_01")'],
  ['configs/aa_01?tab=history', 'tr[data-version="1"]'],
] as const;

let browser: TestBrowser;
let home: FleetHome;
let url = '';
/** One for all: every window of its own costs more than most of what is done in it. */
let page: Page;

/** A view of the page in a look; loaded when there is none yet. */
async function open(look: Look = {}, hash = '#/fleet'): Promise<void> {
  const { colorScheme = 'light', width = 1440, height = 900 } = look;
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height });
  await page.goto(`${url}/${hash}`);
  await page.getByRole('contentinfo').waitFor();
}

/** Goes to another view of the open page. */
async function go(hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
}

const rowOf = (id: string) => page.locator(`tr[data-instance="${id}"]`);

describe.skipIf(!hasBrowser)('the fleet console', () => {
  beforeAll(async () => {
    home = new FleetHome();
    const [port = 0, one, two] = await freePorts(6);
    home.consoleAt(port);
    const exchange = { paper: { speed: 5, volatility: 0.002, seed: 7 } };
    home.write('aa_01', { daemon: { web_port: one }, exchange });
    const file = home.write('bb_02', { daemon: { web_port: two }, exchange });
    const config = JSON.parse(readFileSync(file, 'utf8')) as { metadata: object };
    config.metadata = { ...config.metadata, name: HOSTILE };
    writeFileSync(file, JSON.stringify(config, null, 2));
    await home.ok(['start', '--all']);
    url = `http://127.0.0.1:${port}`;
    browser = await TestBrowser.launch();
    page = await (await browser.context()).newPage();
  });
  afterAll(async () => {
    await browser?.close();
    await home.dispose();
  });

  test('shows every instance, links to its page, and takes a hostile name for text', async () => {
    await open();
    await rowOf('aa_01').getByText('Trading').waitFor();
    await rowOf('bb_02').getByText(HOSTILE).waitFor();
    expect(await page.title()).toBe('gridd');
    const link = await rowOf('aa_01').getByRole('link').getAttribute('href');
    expect(new URL(link ?? '').hostname).toBe(new URL(url).hostname);
  });

  test('starts a grid from the form', async () => {
    await open({ colorScheme: 'dark' }, '#/new/neutral');
    await page.getByLabel('Id of the new instance').fill('cc_03');
    await page.getByLabel('Number of grids').fill('0');
    await page.locator('[data-verdict="bad"]').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByLabel('Number of grids').fill('12');
    await page.locator('[data-verdict="good"]').waitFor();
    await page.locator('[data-design="settled"]').getByText('All 13 lines').waitFor();
    await page.getByRole('button', { name: 'Create and start' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('config/active/cc_03.json').first().waitFor();
    await dialog.getByRole('button', { name: 'Create and start' }).click();
    await dialog.getByText('cc_03 is saved as version 1.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await rowOf('cc_03').getByText('Trading').waitFor();
    expect((await home.row('cc_03')).state).toBe('running');
  });

  test('edits a config with its difference shown, and rolls it back', async () => {
    await open({}, '#/configs/cc_03');
    await page.getByLabel('Number of grids').fill('15');
    await page.locator('[data-verdict="good"]').waitFor();
    await page.getByRole('button', { name: 'Review and save' }).click();
    const dialog = page.getByRole('dialog');
    const change = dialog.locator('[data-changed="strategy_config.grid_num"]');
    expect(await change.textContent()).toMatch(/12.*15/);
    await dialog.getByLabel('Why (kept with the version)').fill('tighter');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('cc_03 is saved as version 2.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await go('#/configs/cc_03?tab=history');
    const second = page.locator('tr[data-version="2"]');
    await second.getByText('tighter').waitFor();
    const first = page.locator('tr[data-version="1"]');
    await first.getByRole('button', { name: 'Roll back' }).click();
    await dialog.getByRole('button', { name: 'Roll back to version 1' }).click();
    await dialog.getByText('cc_03 is saved as version 3.').waitFor();
    const text = readFileSync(home.path('config', 'active', 'cc_03.json'), 'utf8');
    expect(text).toMatch(/"grid_num": 12\b/);
  });

  test('stops several with one confirmation that says what will happen to which', async () => {
    await open();
    await page.getByLabel('Select aa_01').check();
    await page.getByLabel('Select cc_03').check();
    await page.getByRole('toolbar').getByRole('button', { name: 'Stop' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Close at market').click();
    expect(await dialog.locator('li[data-effect="stops"]').allInnerTexts()).toEqual([
      expect.stringMatching(/^aa_01[^]*(closed at market|no position)/),
      expect.stringMatching(/^cc_03[^]*(closed at market|no position)/),
    ]);
    await dialog.getByRole('button', { name: 'Stop 2 instances' }).click();
    await dialog.getByText('Done for all 2.').waitFor();
    expect(await dialog.locator('li[data-result="ok"]').count()).toBe(2);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await rowOf('aa_01').getByText('Stopped').waitFor();
    const states = (await home.list()).map(({ id, state }) => [id, state]);
    expect(states).toEqual([
      ['aa_01', 'stopped'],
      ['bb_02', 'running'],
      ['cc_03', 'stopped'],
    ]);
  });

  test('shows the logs of all in one stream: whose, searched, by level, as they come', async () => {
    await open({}, '#/log');
    const log = page.getByRole('log');
    const shown = () => log.locator('li').allInnerTexts();
    await page.getByLabel('Search').fill('grid is ready');
    await waitFor('the first line of each', async () => {
      const lines = await shown();
      const found = lines.every((line) => line.includes('the grid is ready'));
      return found && ['aa_01', 'bb_02', 'cc_03'].every((id) => lines.join().includes(id));
    });
    // What comes after the page was opened joins what matches, and nothing else does.
    await page.getByLabel('Search').fill('paused by');
    await page.getByText('No line matches.').waitFor();
    await home.ok(['pause', 'bb_02']);
    await log.getByText('paused by the user').waitFor();
    expect(await shown()).toEqual([expect.stringMatching(/^[^]*bb_02[^]*INFO[^]*paused by/)]);
    await home.ok(['resume', 'bb_02']);
    await page.getByLabel('Search').fill('');
    await page.getByLabel('Least level').selectOption('error');
    await page.getByText('No line of this level so far.').waitFor();
    const folder = home.path('logs', 'aa_01');
    const day = readdirSync(folder).find((name) => /^\d{4}-/.test(name)) ?? '';
    const line = { level: 50, time: Date.now(), pid: 1, msg: 'the disk is on fire' };
    appendFileSync(join(folder, day, 'daemon.log'), `${JSON.stringify(line)}\n`);
    await log.getByText('the disk is on fire').waitFor();
    expect(await shown()).toEqual([expect.stringMatching(/aa_01[^]*ERROR[^]*on fire/)]);
  });

  test('a file that changed while it was edited is told, shown, and not overwritten', async () => {
    await open({}, '#/configs/bb_02');
    const file = home.path('config', 'active', 'bb_02.json');
    const grids = page.getByLabel('Number of grids');
    const dialog = page.getByRole('dialog');
    await grids.fill('15');
    await page.locator('[data-verdict="good"]').waitFor();
    await page.getByRole('button', { name: 'Review and save' }).click();
    const theirs = readFileSync(file, 'utf8').replace('160', '161');
    writeFileSync(file, theirs);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.locator('[data-failure="CONFIG_CHANGED"]').waitFor();
    expect(readFileSync(file, 'utf8')).toBe(theirs);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    const told = page.getByRole('alert').filter({ hasText: 'while you edited version 1' });
    const change = told.locator('[data-changed="strategy_config.grid_upper_price"]');
    expect(await change.textContent()).toMatch(/160.*161/);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await faultsOf(page, '.console-main')).toEqual([]);
    }
    // What was typed is still there, and is not saved before somebody chose.
    expect(await grids.inputValue()).toBe('15');
    expect(await page.getByRole('button', { name: 'Review and save' }).isEnabled()).toBe(false);
    await told.getByRole('button', { name: 'Keep mine, on top of it' }).click();
    await page.getByRole('button', { name: 'Review and save' }).click();
    const changes = dialog.locator('[data-changed]');
    await changes.first().waitFor();
    expect(await changes.allTextContents()).toEqual([
      expect.stringMatching(/grid_upper_price161160/),
      expect.stringMatching(/grid_num2015/),
    ]);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('bb_02 is saved as version 3.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await go('#/configs/bb_02?tab=history');
    await page.locator('tr[data-version="2"]').getByText('edited on the disk').waitFor();
  });

  test('two tabs edit one config: the slower is told at once, and may take what was saved', async () => {
    await open({}, '#/configs/bb_02');
    await page.getByLabel('Number of grids').fill('18');
    const other = await page.context().newPage();
    await other.goto(`${url}/#/configs/bb_02`);
    await other.getByLabel('Number of grids').fill('16');
    await other.locator('[data-verdict="good"]').waitFor();
    await other.getByRole('button', { name: 'Review and save' }).click();
    await other.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await other.getByText('bb_02 is saved as version 4.').waitFor();
    const told = page.getByRole('alert').filter({ hasText: 'Version 4 was saved' });
    const change = told.locator('[data-changed="strategy_config.grid_num"]');
    expect(await change.textContent()).toMatch(/15.*16/);
    expect(await page.getByLabel('Number of grids').inputValue()).toBe('18');
    await told.getByRole('button', { name: 'Take it, give up mine' }).click();
    await page.getByText('Version 4, nothing changed').waitFor();
    expect(await page.getByLabel('Number of grids').inputValue()).toBe('16');
    await other.close();
  });

  test('archives the config of a stopped instance, and takes it back', async () => {
    await open({}, '#/configs/bb_02');
    const archive = page.getByRole('button', { name: 'Archive' });
    await page.locator('button[title="Stop it first."]').waitFor();
    expect(await archive.isEnabled()).toBe(false);
    const active = home.path('config', 'active', 'cc_03.json');
    const text = readFileSync(active, 'utf8');
    await go('#/configs/cc_03');
    await archive.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Archive' }).click();
    await page.getByText('cc_03 is archived.').waitFor();
    expect(existsSync(active)).toBe(false);
    const [kept = ''] = readdirSync(home.path('config', 'archived'));
    expect(readFileSync(home.path('config', 'archived', kept), 'utf8')).toBe(text);
    const archived = page.getByRole('region', { name: 'Archived' });
    await go('#/fleet');
    await rowOf('bb_02').waitFor();
    await rowOf('cc_03').waitFor({ state: 'detached' });
    await go('#/configs');
    await archived.getByText(`config/archived/${kept}`).waitFor();
    await archived.getByRole('button', { name: 'Restore' }).last().click();
    await dialog.getByRole('button', { name: 'Restore' }).click();
    await page.getByText('cc_03 is an active config again.').waitFor();
    await page.getByRole('region', { name: 'Active' }).getByText('cc_03').first().waitFor();
    expect([readFileSync(active, 'utf8'), existsSync(home.path('config', 'archived', kept))]).toEqual(
      [text, false],
    );
    // What was done is said in words, with the verb for whoever looks for it.
    await go('#/events');
    const done = page.getByRole('cell', { name: 'Restore config' });
    await done.waitFor();
    expect(await done.getAttribute('title')).toBe('config restore');
  });

  test.each([
    ['light', 1440],
    ['dark', 390],
  ] as const)('has no serious fault of access, %s at %i px, nor a sideways scroll', async (
    colorScheme,
    width,
  ) => {
    await open({ colorScheme, width, height: 844 });
    const faults: string[] = [];
    for (const [view, sign] of VIEWS) {
      await go(`#/${view}`);
      await page.locator(sign).first().waitFor();
      await page.locator('.mantine-Loader-root').waitFor({ state: 'detached' });
      expect([view, await sideways(page)]).toEqual([view, 0]);
      // A phone has cards where a wide screen has a table; all else is of the same parts.
      const rules = width === 390 && view !== 'fleet' ? 'look' : 'all';
      faults.push(...(await faultsOf(page, 'html', rules)).map((fault) => `${view}: ${fault}`));
    }
    expect(faults).toEqual([]);
  });

  test('leaves a first live start to a terminal, and says the command', async () => {
    await open({}, '#/new/backpack_sol_live');
    await page.getByLabel('Id of the new instance').fill('dd_04');
    await page.locator('.view-note').getByText('gridd start dd_04').waitFor();
    expect(await page.getByRole('button', { name: 'Create and start' }).isEnabled()).toBe(false);
    const token = (await home.ok(['token'])).stdout.trim();
    appendFileSync(home.path('.env'), 'LIVE_KEY=abcdefgh\nLIVE_SECRET=ijklmnop\n');
    const file = home.write('dd_04', {
      exchange: {
        ...{ mode: 'live', api_key: '${LIVE_KEY}', secret_key: '${LIVE_SECRET}' },
        base_url: 'http://127.0.0.1:9',
      },
    });
    const config = JSON.parse(readFileSync(file, 'utf8')) as { metadata: object };
    config.metadata = { ...config.metadata, exchange: 'backpack' };
    writeFileSync(file, JSON.stringify(config));
    // A script that knows no better makes it known to the supervisor.
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const body = JSON.stringify({ ids: ['dd_04'] });
    await fetch(`${url}/api/instances/start`, { method: 'POST', headers, body });
    // Looked at without the token, though a live instance is among them now.
    await go('#/configs/dd_04');
    await page.locator('[data-verdict="good"]').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await go('#/fleet');
    const row = rowOf('dd_04');
    await row.getByText('LIVE', { exact: true }).waitFor();
    await row.getByRole('button', { name: 'What to do with dd_04' }).click();
    await page.getByRole('menuitem', { name: 'Start', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Start instances' });
    await dialog.locator('[data-effect="starts_live"]').getByText('gridd start dd_04').waitFor();
    expect(await faultsOf(page, '[role=dialog]')).toEqual([]);
    await dialog.getByRole('button', { name: 'Start one instance' }).click();
    await page.getByLabel('Token', { exact: true }).fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    const refused = dialog.locator('[data-result="failed"]');
    await refused.getByText('has never traded live, and nobody confirmed that it may').waitFor();
    await refused.getByText('gridd start dd_04').waitFor();
    await waitFor('its end', async () => {
      const { pid, state } = await home.row('dd_04');
      return pid === null && state === 'failed';
    });
  });

  test('never broke a rule of its policy', () => {
    // Refused: a save over a changed file, a change without the token. What was archived is gone.
    const refused = (complaint: string) => / status of (409|401|404 .*\/cc_03$)/.test(complaint);
    expect(browser.complaints.filter((complaint) => !refused(complaint))).toEqual([]);
  });
});

interface Look {
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}
