/**
 * The fleet console in a real browser, with a real supervisor and paper bots: a grid started from
 * the form, several stopped, a config edited and rolled back, and what a hostile name cannot do.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { TestBrowser, hasBrowser } from '../../fixtures/browser.ts';
import { FleetHome, freePorts } from '../../fixtures/fleet-home.ts';

/** Runs if any text of it becomes markup. */
const HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const VIEWS = ['fleet', 'accounts', 'configs', 'new', 'log', 'events', 'doctor'];

let browser: TestBrowser;
let home: FleetHome;
let url = '';

/** A page of the console that shows its fleet. */
async function open(
  options: Parameters<TestBrowser['context']>[0] = {},
  hash = '#/fleet',
): Promise<{ page: Page; context: BrowserContext }> {
  const context = await browser.context({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  await page.goto(`${url}/${hash}`);
  await page.getByRole('contentinfo').waitFor();
  return { page, context };
}

/** Goes to another view of the open page. */
async function go(page: Page, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
}

/** What keeps somebody from using the page as it is now. */
async function seriousFaults(page: Page): Promise<unknown[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<{ violations: Violation[] }>('axe.run()');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => [id, nodes.map(({ html }) => html).slice(0, 3)]);
}

const rowOf = (page: Page, id: string) => page.locator(`tr[data-instance="${id}"]`);

describe.skipIf(!hasBrowser)('the fleet console', () => {
  beforeAll(async () => {
    home = new FleetHome();
    const [port = 0, one, two] = await freePorts(6);
    home.consoleAt(port);
    const exchange = { paper: { speed: 20, volatility: 0.002, seed: 7 } };
    home.write('aa_01', { daemon: { web_port: one }, exchange });
    const file = home.write('bb_02', { daemon: { web_port: two }, exchange });
    const { writeFileSync } = await import('node:fs');
    const config = JSON.parse(readFileSync(file, 'utf8')) as { metadata: object };
    config.metadata = { ...config.metadata, name: HOSTILE };
    writeFileSync(file, JSON.stringify(config, null, 2));
    await home.ok(['start', '--all']);
    url = `http://127.0.0.1:${port}`;
    browser = await TestBrowser.launch();
  });
  afterAll(async () => {
    await browser?.close();
    await home.dispose();
  });

  test('shows every instance, links to its page, and takes a hostile name for text', async () => {
    const { page, context } = await open();
    await rowOf(page, 'aa_01').getByText('Trading').waitFor();
    await rowOf(page, 'bb_02').getByText(HOSTILE).waitFor();
    expect(await page.title()).toBe('gridd');
    const link = await rowOf(page, 'aa_01').getByRole('link').getAttribute('href');
    expect(new URL(link ?? '').hostname).toBe(new URL(url).hostname);
    await context.close();
  });

  test('starts a grid from the form', async () => {
    const { page, context } = await open({ colorScheme: 'dark' }, '#/new/neutral');
    await page.getByLabel('Id of the new instance').fill('cc_03');
    await page.getByLabel('Number of grids').fill('0');
    await page.locator('[data-verdict="bad"]').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByLabel('Number of grids').fill('12');
    await page.locator('[data-verdict="good"]').waitFor();
    await page.locator('[data-design="settled"]').getByText('All 13 lines').waitFor();
    await page.getByRole('button', { name: 'Create and start' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('config/active/cc_03.json').first().waitFor();
    await dialog.getByRole('button', { name: 'Create and start' }).click();
    await dialog.getByText('cc_03 is saved as version 1.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await rowOf(page, 'cc_03').getByText('Trading').waitFor();
    expect((await home.row('cc_03')).state).toBe('running');
    await context.close();
  });

  test('edits a config with its difference shown, and rolls it back', async () => {
    const { page, context } = await open({}, '#/configs/cc_03');
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
    await go(page, '#/configs/cc_03?tab=history');
    const second = page.locator('tr[data-version="2"]');
    await second.getByText('tighter').waitFor();
    const first = page.locator('tr[data-version="1"]');
    await first.getByRole('button', { name: 'Roll back' }).click();
    await dialog.getByRole('button', { name: 'Roll back to version 1' }).click();
    await dialog.getByText('cc_03 is saved as version 3.').waitFor();
    const text = readFileSync(home.path('config', 'active', 'cc_03.json'), 'utf8');
    expect(text).toMatch(/"grid_num": 12\b/);
    await context.close();
  });

  test('stops several with one confirmation that says what will happen to which', async () => {
    const { page, context } = await open();
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
    await rowOf(page, 'aa_01').getByText('Stopped').waitFor();
    const states = (await home.list()).map(({ id, state }) => [id, state]);
    expect(states).toEqual([
      ['aa_01', 'stopped'],
      ['bb_02', 'running'],
      ['cc_03', 'stopped'],
    ]);
    await context.close();
  });

  test.each([
    ['light', 1440],
    ['dark', 390],
  ] as const)('has no serious fault of access, %s at %i px, nor a sideways scroll', async (
    colorScheme,
    width,
  ) => {
    const { page, context } = await open({ colorScheme, viewport: { width, height: 844 } });
    const faults: unknown[] = [];
    for (const view of [...VIEWS, 'configs/aa_01', 'configs/aa_01?tab=history']) {
      await go(page, `#/${view}`);
      await page.getByRole('heading').nth(view === 'fleet' ? 0 : 1).waitFor();
      await page.locator('.mantine-Loader-root').waitFor({ state: 'detached' });
      const room = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
      expect([view, await page.evaluate(room)]).toEqual([view, 0]);
      faults.push(...(await seriousFaults(page)).map((fault) => [view, fault]));
    }
    expect(faults).toEqual([]);
    await context.close();
  });

  test('never broke a rule of its policy', () => {
    expect(browser.complaints).toEqual([]);
  });
});

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}
