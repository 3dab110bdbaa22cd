/** A language that cannot be loaded: the page says so, at its start in both, and loses nothing. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { TestBrowser, hasBrowser } from '../../fixtures/browser.ts';
import { waitFor } from '../../fixtures/wait-for.ts';
import { builtAssets, serveSample } from '../../web/served.ts';
import type { Served } from '../../web/served.ts';

const ASSETS = builtAssets('instance');
const CHINESE = /\/assets\/zh-hant-[^/]*$/;
const ENGLISH = /\/assets\/en-[^/]*$/;

let browser: TestBrowser;
let served: Served;
let context: BrowserContext;

describe.skipIf(!hasBrowser)('a language that cannot be loaded', () => {
  beforeAll(async () => {
    browser = await TestBrowser.launch();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await context.close();
    await served.server.close();
  });

  /** A page that does not get the files of `missing`. */
  const openWithout = async (
    missing: RegExp,
    prepare: (page: Page) => Promise<void> = () => Promise.resolve(),
  ): Promise<Page> => {
    served = await serveSample({ assets: ASSETS });
    context = await browser.context();
    await context.route(missing, (route) => route.abort());
    const page = await context.newPage();
    await prepare(page);
    await page.goto(served.server.url);
    return page;
  };
  const choose = async (page: Page, name: string) => {
    await page.locator('.look-switch').click();
    await page.getByRole('menuitemradio', { name }).click();
  };

  test.each([
    { answers: true, words: /^A file of the page could not be loaded, .*無法載入頁面的檔案/ },
    { answers: false, words: /^The page could not be loaded: .*無法載入頁面：gridd 沒有回應/ },
  ])('at the start stands alone, in both languages; gridd answers: $answers', async (given) => {
    const asked: string[] = [];
    const page = await openWithout(ENGLISH, async (opened) => {
      await opened.route(/\/$/, async (route) => {
        const method = route.request().method();
        asked.push(method);
        await (method === 'HEAD' && !given.answers ? route.abort() : route.continue());
      });
    });
    const root = page.locator('#root');
    const text = await waitFor('its words', async () => (await root.textContent()) || null);
    expect(text).toMatch(given.words);
    expect(asked).toEqual(['GET', 'HEAD']);
  });

  test('when chosen leaves the page as it is, and says so; reloaded it comes', async () => {
    const page = await openWithout(CHINESE);
    await page.getByRole('status').filter({ hasText: 'Connected' }).waitFor();
    await choose(page, '繁體中文');
    await page.getByText('繁體中文 could not be loaded. Reload the page and choose again.').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    expect(await page.locator('.look-switch').textContent()).toContain('EN');
    expect(await page.evaluate("localStorage.getItem('gridd-language')")).toBeNull();
    // A browser remembers of a page what it could not import.
    await context.unroute(CHINESE);
    await page.reload();
    await page.getByRole('status').filter({ hasText: 'Connected' }).waitFor();
    await choose(page, '繁體中文');
    await page.getByRole('button', { name: '中文' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-Hant');
  });
});
