/**
 * How a page in a real browser follows its server: one stream for all tabs, none for hidden ones, and
 * figures that are marked when the stream is lost.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { systemClock } from '../../../src/platform/clock.ts';
import { GRACE_MS } from '../../../src/web/ui/live/shared-stream.ts';
import { TestBrowser, hasBrowser } from '../../fixtures/browser.ts';
import { SilentWire } from '../../fixtures/silent-wire.ts';
import { moveWorkerClock, withWorkerClock } from '../../fixtures/worker-clock.ts';
import { builtAssets, serveSample } from '../../web/served.ts';
import type { Served } from '../../web/served.ts';

const ASSETS = builtAssets('instance');
const WITH_CLOCK = withWorkerClock(ASSETS);

let browser: TestBrowser;
let served: Served;
let context: BrowserContext;

/** A page of `served` that has got its figures. */
async function openTab(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(served.server.url);
  await live(page);
  return page;
}

const live = (page: Page) => page.getByRole('status').filter({ hasText: 'Connected' }).waitFor();
const lost = (page: Page) => page.getByText(/^Connection lost/).waitFor();
const titled = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor();

/** Makes the page believe that its tab is hidden or seen. */
function setHidden(page: Page, hidden: boolean): Promise<unknown> {
  return page.evaluate(
    `Object.defineProperty(document, 'hidden', { configurable: true, value: ${hidden} });` +
      "document.dispatchEvent(new Event('visibilitychange'))",
  );
}

/** Ends the process of a tab, and with it what it had started. */
async function crash(page: Page): Promise<void> {
  const crashed = page.waitForEvent('crash');
  const session = await context.newCDPSession(page);
  // Never answered: whoever would is gone.
  session.send('Page.crash').catch(() => undefined);
  await crashed;
}

/** Time goes by for a page and its worker alike, so that they hear of each other. */
async function passSeconds(page: Page, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 5) {
    await page.clock.runFor(5000);
    await moveWorkerClock(page, 5000);
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await systemClock.delay(20);
}

describe.skipIf(!hasBrowser)('a page in a browser', () => {
  beforeAll(async () => {
    browser = await TestBrowser.launch();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await context.close();
    await served.server.close();
  });

  const begin = async (more: Parameters<typeof serveSample>[0] = {}) => {
    served = await serveSample({ assets: ASSETS, ...more });
    context = await browser.context();
  };

  test('says that it lost the stream, and takes up what it missed', async () => {
    await begin();
    const page = await openTab();
    const { port } = served;
    await served.server.close();
    await lost(page);
    served = await serveSample({ port, strictPort: true });
    served.service.change({ name: 'After the restart' });
    await live(page);
    await titled(page, 'After the restart');
  });

  test('tabs share one stream, and a late one gets the figures at once', async () => {
    // A second stream would be refused.
    await begin({ limits: { maxStreams: 1 } });
    const [first, second] = [await openTab(), await openTab()];
    served.service.change({ name: 'Told to both' });
    await Promise.all([titled(first, 'Told to both'), titled(second, 'Told to both')]);
    // The tab that had started the stream is closed: it goes on for the other.
    await first.close();
    served.service.change({ name: 'Told to the other' });
    await titled(second, 'Told to the other');
    await live(second);
  });

  test('hidden tabs hear nothing, and the last one closes the stream', async () => {
    await begin({ assets: WITH_CLOCK, limits: { maxStreams: 1 } });
    const [first, second] = [await openTab(), await openTab()];
    await setHidden(first, true);
    await first.getByText('Paused while hidden').waitFor();
    served.service.change({ name: 'Only seen' });
    await titled(second, 'Only seen');
    expect(await first.getByRole('heading', { name: 'Only seen' }).count()).toBe(0);
    await setHidden(second, true);
    await second.getByText('Paused while hidden').waitFor();
    // For a moment it stays open: whoever only looks aside finds it as it was.
    expect(served.service.listeners.size).toBe(1);
    await moveWorkerClock(second, GRACE_MS);
    await until(() => served.service.listeners.size === 0);
    served.service.change({ name: 'While nobody looked' });
    await setHidden(first, false);
    await titled(first, 'While nobody looked');
    await live(first);
  });

  test('a tab that dies takes the shared stream along: another tab opens it anew', async () => {
    await begin();
    const first = await openTab();
    const second = await context.newPage();
    await second.clock.install();
    await second.goto(served.server.url);
    await live(second);
    await crash(first);
    await first.close();
    // The worker had lived in the process of the tab that started it.
    await until(() => served.service.listeners.size === 0);
    served.service.change({ name: 'After the crash' });
    await second.clock.fastForward(21_000);
    await titled(second, 'After the crash');
    await live(second);
    expect(served.service.listeners.size).toBe(1);
  });

  test('a tab that died keeps no stream open', async () => {
    await begin({ assets: WITH_CLOCK });
    const [first, second] = [await openTab(), await openTab()];
    await crash(second);
    await setHidden(first, true);
    // It said nothing for as long as none that lives is silent; then the stream outlives the last.
    await moveWorkerClock(first, 16_000);
    await moveWorkerClock(first, 4_000);
    await until(() => served.service.listeners.size === 0);
  });

  test('a stream that is open and silent is not believed: the figures are marked', async () => {
    const wire = await SilentWire.open(() => served.port);
    await begin({ assets: WITH_CLOCK, allowedHosts: [`127.0.0.1:${wire.port}`] });
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(`http://127.0.0.1:${wire.port}`);
    await live(page);
    wire.silence();
    served.service.change({ name: 'Said into the silence' });
    await passSeconds(page, 35);
    expect(await page.locator('.stale').count()).toBe(0);
    await passSeconds(page, 10);
    await page.getByText(/^Connection lost, figures are 4\d s old/).waitFor();
    await page.locator('.parts.stale').waitFor();
    wire.speak();
    await titled(page, 'Said into the silence');
    await live(page);
    await page.locator('.parts.stale').waitFor({ state: 'detached' });
    wire.close();
  });

  test('says what happened in words, with the code for whoever looks for it', async () => {
    await begin();
    const page = await openTab();
    await page.getByRole('tab', { name: 'Events' }).click();
    const cell = page.getByRole('cell', { name: 'Fence met, grid tripped' });
    await cell.waitFor();
    expect(await cell.getAttribute('title')).toBe('tripped');
    const filter = page.getByLabel('Filter', { exact: true });
    await filter.fill('unknown_order');
    await cell.waitFor({ state: 'detached' });
    await filter.fill('tripped');
    await cell.waitFor();
  });

  test('follows alone where the browser has no shared workers', async () => {
    await begin();
    await context.addInitScript('delete window.SharedWorker');
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(served.server.url);
    await live(page);
    served.service.change({ name: 'Alone' });
    await titled(page, 'Alone');
    await setHidden(page, true);
    await page.clock.fastForward(GRACE_MS);
    await until(() => served.service.listeners.size === 0);
    served.service.change({ name: 'Seen again' });
    await setHidden(page, false);
    await titled(page, 'Seen again');
    await live(page);
  });
});
