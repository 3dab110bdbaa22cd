/**
 * How soon a page stands in a real browser, and how soon its news do. The best of a few or their
 * middle is judged, and no other test runs beside it.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { TestBrowser, hasBrowser } from '../../fixtures/browser.ts';
import { builtAssets, serveSample } from '../../web/served.ts';
import type { Served } from '../../web/served.ts';

const ASSETS = builtAssets('instance');

let browser: TestBrowser;
let served: Served;
let context: BrowserContext;

/** A page of `served` that has got its figures. */
async function openTab(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(served.server.url);
  await page.getByRole('status').filter({ hasText: 'Connected' }).waitFor();
  return page;
}

describe.skipIf(!hasBrowser)('the first sight of a page', () => {
  beforeAll(async () => {
    browser = await TestBrowser.launch({ timed: true });
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await context.close();
    await served.server.close();
  });

  const begin = async () => {
    served = await serveSample({ assets: ASSETS });
    context = await browser.context();
  };

  test('shows itself within a second, and breaks no rule of its policy', async () => {
    await begin();
    const paints: number[] = [];
    let page = await openTab();
    for (;;) {
      paints.push(
        await page.evaluate<number>(
          "performance.getEntriesByName('first-contentful-paint')[0].startTime",
        ),
      );
      // Other work beside it makes a paint late, never early: the best of a few, nothing cached.
      if (Math.min(...paints) <= 1000 || paints.length === 8) break;
      await context.close();
      context = await browser.context();
      page = await openTab();
    }
    console.log(`first contentful paint: ${paints.map(Math.round).join(', ')} ms`);
    expect(Math.min(...paints)).toBeLessThanOrEqual(1000);
    await page.goto(`${served.server.url}/api/docs`);
    await page.getByText('/api/grid/adjust').click();
    await page.getByText('order_quantity').first().waitFor();
    expect(browser.complaints).toEqual([]);
  });

  test('shows news at once', async () => {
    await begin();
    const page = await openTab();
    const delays: number[] = [];
    for (let round = 1; round <= 10; round += 1) {
      const shown = page.evaluate<number>(
        `new Promise((resolve) => {
          const look = () => {
            if (!document.querySelector('h1')?.textContent?.endsWith('round ${round}')) return;
            observer.disconnect();
            requestAnimationFrame(() => resolve(Date.now()));
          };
          const observer = new MutationObserver(look);
          observer.observe(document, { subtree: true, childList: true, characterData: true });
          look();
        })`,
      );
      await page.evaluate('1');
      const changedAt = Date.now();
      served.service.change({ name: `round ${round}` });
      delays.push((await shown) - changedAt);
    }
    delays.sort((a, b) => a - b);
    console.log(`change to screen: ${delays.join(', ')} ms`);
    expect(delays[5]).toBeLessThan(200);
  });
});
